"""Seeded habits."""

from itertools import islice
from random import Random

from busbar.model.values import IdToken
from busbar.station.virtual.visits import Habits

GOOD, UNKNOWN, BLOCKED = IdToken("GOOD"), IdToken("NOBODY"), IdToken("BLOCKED")


def test_the_same_seed_gives_the_same_visits() -> None:
    habits = Habits(tokens=[GOOD])
    first, second, other = (list(islice(habits.visits(Random(seed)), 20)) for seed in (1, 1, 2))
    assert first == second != other


def test_odd_tokens_come_as_often_as_asked() -> None:
    habits = Habits(tokens=[GOOD], odd_tokens=[(UNKNOWN, 0.2), (BLOCKED, 0.1)])
    seen = [visit.token for visit in islice(habits.visits(Random(3)), 2000)]
    assert 340 < seen.count(UNKNOWN) < 460
    assert 150 < seen.count(BLOCKED) < 250
    assert seen.count(GOOD) == 2000 - seen.count(UNKNOWN) - seen.count(BLOCKED)


def test_visits_stay_within_the_habits() -> None:
    habits = Habits(tokens=[GOOD], away_s=(1.0, 2.0), charge_s=(3.0, 4.0), until_full=0.5)
    for visit in islice(habits.visits(Random(5)), 200):
        assert 1.0 <= visit.after_s <= 2.0
        assert visit.charge_s is None or 3.0 <= visit.charge_s <= 4.0
        assert not visit.vehicle.full
        assert visit.charge_s is not None or visit.vehicle.wanted_wh < 140.0
