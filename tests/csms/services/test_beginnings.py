"""What does not concern a session's beginning costs an event nothing; a token that begins one gets its limit."""

import pytest

from busbar.csms.records.authorization import Limit, Period
from busbar.csms.records.sessions import StationLimit
from busbar.csms.services.access_rules import Policy
from busbar.csms.services.remote_starts import limit_name
from busbar.model.facts import TransactionLimit
from busbar.model.values import IdToken
from busbar.model.versions import Version


@pytest.fixture
def limited(make_world):
    """A 2.1 station, and a card that may have 5 kWh a session."""
    world = make_world(Version.V21)
    world.know("CARD")
    world.context.tokens.policy = Policy(limits=(Limit(token="card", period=Period.SESSION, energy_wh=5000.0),))
    return world


def test_a_start_without_a_token_keeps_no_reason(world) -> None:
    world.tell(world.started())
    assert world.rows == {}


def test_a_repeated_start_follows_nothing_twice(world) -> None:
    world.know("CARD")
    world.tell(world.started())
    kept = dict(world.rows)
    assert world.tell(world.started()).changes == []
    assert world.rows == kept


def test_the_first_update_with_a_token_gets_its_limit_once__C17_FR_03(limited) -> None:
    assert limited.tell(limited.started()).answer.limit is None
    answers = [
        limited.tell(limited.updated(number, number, token=IdToken("CARD"), trigger="Authorized")).answer
        for number in (1, 2)
    ]
    assert [answer.limit for answer in answers] == [TransactionLimit(max_energy_wh=5000.0), None]


def test_an_event_that_comes_again_gets_the_same_limit__E16_FR_02(limited) -> None:
    starts = [limited.tell(limited.started(token=IdToken("CARD"))).answer for _ in range(2)]
    assert [answer.limit for answer in starts] == [TransactionLimit(max_energy_wh=5000.0)] * 2


def _remote(limited, **limit) -> None:
    fields = {"max_cost": None, "max_energy_wh": None, "max_time_s": None, "max_soc_pct": None} | limit
    row = StationLimit(
        station_id=limited.view.station.id, transaction_id=limit_name(9), seq_no=-1, at=limited.at(0), **fields
    )
    limited.rows[StationLimit] = [row]


def test_the_session_of_a_remote_start_gets_its_limit__F07_FR_02_C24_FR_02_C25_FR_24(limited) -> None:
    _remote(limited, max_cost=20.0, max_energy_wh=9000.0)
    start = limited.started(token=IdToken("CARD"), remote_start_id=9, trigger="RemoteStart")
    wanted = TransactionLimit(max_cost=20.0, max_energy_wh=5000.0)  # the card's own is lower
    assert [limited.tell(start).answer.limit for _ in range(2)] == [wanted, wanted]
    later = limited.updated(1, 1, remote_start_id=9)
    assert limited.tell(later).answer.limit is None


def test_a_session_that_a_remote_start_finds_running_gets_its_limit_once__F07_FR_02(limited) -> None:
    _remote(limited, max_time_s=600)
    limited.tell(limited.started())
    answers = [limited.tell(limited.updated(n, n, remote_start_id=9, trigger="RemoteStart")).answer for n in (1, 2)]
    assert [answer.limit for answer in answers] == [TransactionLimit(max_time_s=600), None]


def test_an_update_that_ends_it_gets_no_limit__E16_FR_02(limited) -> None:
    limited.tell(limited.started())
    stop = limited.updated(1, 1, token=IdToken("CARD"), trigger="StopAuthorized")
    assert limited.tell(stop).answer.limit is None


def test_the_stations_own_limit_is_kept_as_it_said_it_last__E16_FR_01(limited) -> None:
    limited.tell(limited.started(limit=TransactionLimit(max_time_s=600)))
    limited.tell(limited.updated(3, 3, trigger="LimitSet", limit=TransactionLimit(max_cost=5.0)))
    limited.tell(limited.updated(2, 2, trigger="LimitSet", limit=TransactionLimit(max_cost=9.0)))
    (kept,) = limited.all(StationLimit)
    assert (kept.transaction_id, kept.seq_no, kept.max_cost, kept.max_time_s) == ("tx", 3, 5.0, None)
