"""Visits by kind of place."""

from itertools import islice
from random import Random

import pytest

from busbar.model.values import IdToken
from busbar.station.virtual.populations import EV_MODELS, PATTERNS, Place, Population, energy_kwh
from busbar.station.virtual.visits import Visit

TOKENS = [IdToken("A", "ISO14443")]
DAY_S = 86_400.0


def visits(place: Place, count: int = 400, seed: int = 1, starts_at_s: float = 0.0) -> list[Visit]:
    population = Population(tokens=TOKENS, place=place, starts_at_s=starts_at_s)
    return list(islice(population.visits(Random(seed)), count))


def arrivals(found: list[Visit], starts_at_s: float = 0.0) -> list[float]:
    free_at, times = starts_at_s, []
    for visit in found:
        assert visit.charge_s is not None
        times.append(free_at + visit.after_s)
        free_at = times[-1] + visit.charge_s
    return times


@pytest.mark.parametrize("place", list(Place))
def test_shares_of_arrivals_are_of_a_whole_day(place: Place) -> None:
    pattern = PATTERNS[place]
    assert len(pattern.arrivals) == len(pattern.stay_h) == 24
    assert sum(pattern.arrivals) == pytest.approx(100, abs=0.1)


def test_people_come_home_in_the_evening_and_to_work_in_the_morning() -> None:
    def share(place: Place, first: int, last: int) -> float:
        times = arrivals(visits(place))
        return sum(first <= time % DAY_S / 3600 < last for time in times) / len(times)

    assert share(Place.WORK, 7, 11) > 0.55
    assert share(Place.HOME, 16, 24) > 0.6
    assert share(Place.HOME, 1, 7) < 0.05


def test_the_same_seed_gives_the_same_visits_and_another_seed_others() -> None:
    assert visits(Place.PUBLIC) == visits(Place.PUBLIC)
    assert visits(Place.PUBLIC) != visits(Place.PUBLIC, seed=2)


def test_nobody_comes_before_the_start_or_while_another_is_there() -> None:
    found = visits(Place.PUBLIC, starts_at_s=18 * 3600.0)
    assert all(visit.after_s >= 300 for visit in found)
    assert min(arrivals(found, 18 * 3600.0)) > 18 * 3600


def test_energy_is_between_the_published_points() -> None:
    assert energy_kwh(Place.HOME, 0) == 99.9
    assert energy_kwh(Place.HOME, 50) == 19.4
    assert energy_kwh(Place.HOME, 55) == pytest.approx(17.0)
    assert energy_kwh(Place.WORK, 100) == 0


def test_every_model_of_ev_comes_and_stays_its_time_however_full() -> None:
    found = visits(Place.HOME)
    assert {visit.vehicle.capacity_wh for visit in found} == {model.capacity_wh for model in EV_MODELS}
    assert {visit.vehicle.phases for visit in found} == {1, 3}
    assert all(0 <= visit.vehicle.stored_wh <= visit.vehicle.capacity_wh for visit in found)
    assert all(visit.stays_when_full for visit in found)
