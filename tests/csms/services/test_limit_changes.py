"""A limit changed while a session runs is told once, with the answer to the next event; other events cost nothing."""

import pytest

from busbar.csms.records.authorization import Limit, Period
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.sessions import StationLimit
from busbar.csms.rows import Use
from busbar.csms.services.access_rules import Policy
from busbar.csms.services.authorization import supported_need
from busbar.csms.services.limit_changes import FREE, MOST
from busbar.csms.services.remote_starts import limit_name
from busbar.csms.services.view import UseNeed
from busbar.model.facts import TransactionLimit
from busbar.model.values import IdToken
from busbar.model.versions import Version


def change(world, *limits: Limit) -> None:
    """Let an operator change the limits."""
    world.context.tokens.forget_policy()
    world.context.tokens.policy = Policy(limits=limits)


def of_card(**fields) -> Limit:
    return Limit(id=1, token="card", period=fields.pop("period", Period.SESSION), **fields)


@pytest.fixture
def charging(make_world):
    """A 2.1 station where a card without a limit charges."""
    world = make_world(Version.V21)
    world.know("CARD")
    world.tell(world.started(token=IdToken("CARD")))
    return world


def told(world, number: int, **fields):
    return world.tell(world.updated(number, number, **fields)).answer.limit


def test_a_new_limit_is_told_once__E16_FR_02(charging) -> None:
    assert told(charging, 1) is None
    change(charging, of_card(energy_wh=5000.0))
    assert [told(charging, number) for number in (2, 3)] == [TransactionLimit(max_energy_wh=5000.0), None]


def test_only_what_changed_of_a_limit_is_told__E16_FR_02(charging) -> None:
    change(charging, of_card(energy_wh=5000.0, time_s=600))
    assert told(charging, 1) == TransactionLimit(max_energy_wh=5000.0, max_time_s=600)
    change(charging, of_card(energy_wh=5000.0, time_s=900))
    assert told(charging, 2) == TransactionLimit(max_time_s=900)
    change(charging, of_card(energy_wh=5000.0, time_s=900), Limit(id=2, token="other", period=Period.DAY, sessions=1))
    assert told(charging, 3) is None


def test_a_limit_that_the_start_was_told_is_not_told_again(make_world) -> None:
    world = make_world(Version.V21)
    world.know("CARD")
    change(world, of_card(energy_wh=5000.0))
    assert world.tell(world.started(token=IdToken("CARD"))).answer.limit == TransactionLimit(max_energy_wh=5000.0)
    assert told(world, 1) is None
    change(world, of_card(energy_wh=4000.0))
    assert told(world, 2) == TransactionLimit(max_energy_wh=4000.0)


def test_a_raised_limit_does_not_lift_that_of_the_remote_start__F07_FR_02(make_world) -> None:
    world = make_world(Version.V21)
    world.know("CARD")
    fields = {"max_cost": None, "max_energy_wh": 3000.0, "max_time_s": None, "max_soc_pct": None}
    name = limit_name(9)
    world.rows[StationLimit] = [
        StationLimit(station_id=world.view.station.id, transaction_id=name, seq_no=-1, at=world.at(0), **fields)
    ]
    change(world, of_card(energy_wh=5000.0))
    start = world.started(token=IdToken("CARD"), remote_start_id=9, trigger="RemoteStart")
    assert world.tell(start).answer.limit == TransactionLimit(max_energy_wh=3000.0)
    change(world, of_card(energy_wh=9000.0))
    assert told(world, 1) in (None, TransactionLimit(max_energy_wh=3000.0))
    change(world, of_card(energy_wh=2000.0))
    assert [told(world, 2), told(world, 3)] == [TransactionLimit(max_energy_wh=2000.0), None]


def test_a_limit_that_is_taken_away_is_told_as_one_that_nobody_reaches__E16_FR_17(charging) -> None:
    change(charging, of_card(energy_wh=5000.0))
    told(charging, 1)
    change(charging)
    assert [told(charging, 2), told(charging, 3)] == [TransactionLimit(max_energy_wh=FREE.max_energy_wh), None]


def test_what_other_sessions_used_of_a_days_limit_is_taken_off(charging, monkeypatch) -> None:
    change(charging, of_card(period=Period.DAY, energy_wh=5000.0))
    fields = {"accepted": True, "started_at": charging.at(590), "ended_at": None, "cost": None, "currency": None}
    other = Use(transaction=9, station_id=8, transaction_id="x", token="card", energy_wh=3000.0, **fields)
    own = Use(transaction=1, station_id=7, transaction_id="tx", token="card", energy_wh=1000.0, **fields)
    look_up = charging._look_up

    def found(need) -> None:
        look_up(need)
        if isinstance(need, UseNeed):
            assert need.turn is None
            charging.view.found[need] = (own, other)

    monkeypatch.setattr(charging, "_look_up", found)
    assert told(charging, 1) == TransactionLimit(max_energy_wh=2000.0)


def test_a_limit_that_the_station_does_not_know_is_not_told__E16_FR_12(charging) -> None:
    where = dict(supported_need(charging.view).equal)
    charging.rows[ModelValue] = [ModelValue(**where, value="MaxTime", at=charging.at(0), source="report")]
    change(charging, of_card(energy_wh=5000.0, time_s=60))
    assert told(charging, 1) == TransactionLimit(max_time_s=60)


def test_a_station_that_keeps_itself_below_is_told_nothing__E16_FR_08(charging) -> None:
    change(charging, of_card(energy_wh=5000.0))
    assert told(charging, 1, trigger="LimitSet", limit=TransactionLimit(max_energy_wh=3000.0)) is None


def test_a_new_connection_tells_what_its_station_has_not_confirmed__E16_FR_03(charging) -> None:
    change(charging, of_card(energy_wh=5000.0, time_s=60))
    told(charging, 1)
    charging.tell(charging.updated(2, 2, trigger="LimitSet", limit=TransactionLimit(max_energy_wh=5000.0)))
    charging.reconnect()
    assert [told(charging, 3), told(charging, 4)] == [TransactionLimit(max_time_s=60), None]


def test_other_events_look_nothing_up(charging) -> None:
    charging.tell(charging.updated(1, 1))
    change(charging, of_card(energy_wh=5000.0))
    told(charging, 2)
    before = charging.lookups
    for number in range(3, 6):
        told(charging, number)
    assert charging.lookups == before
    assert charging.view.policy == charging.context.tokens.policy_changed


@pytest.mark.parametrize("version", [Version.V16, Version.V201])
def test_versions_without_limits_are_told_none(make_world, version) -> None:
    world = make_world(version)
    world.know("CARD")
    world.tell(world.started(token=IdToken("CARD")))
    change(world, of_card(energy_wh=5000.0))
    before = world.lookups
    assert told(world, 1) is None
    assert world.lookups == before


def test_what_was_told_is_bounded(charging) -> None:
    for number in range(MOST + 5):
        charging.view.limits[str(number)] = (0, FREE)
    change(charging, of_card(energy_wh=5000.0))
    told(charging, 1)
    assert len(charging.view.limits) == MOST
