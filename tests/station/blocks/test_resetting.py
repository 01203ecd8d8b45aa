"""Resets: what ends, what is answered, when the restart comes, what the next boot says."""

from typing import Any

import pytest

from busbar.model.facts import Booted, StatusChanged, TokenAnswer, TransactionEnded, TransactionStarted
from busbar.model.orders import ChangeAvailability, ClearCache, Reset, ResetKind
from busbar.model.values import AuthorizationStatus, ConnectorStatus, IdToken, Place, StopReason
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.blocks.resetting import GRACE_S

TWO = [Version.V201, Version.V21]


def charging(play: Any, version: Version, evses: int = 1) -> Any:
    p = play(version, evses=evses)
    p.go_online()
    p.charge()
    p.sent.clear()
    return p


def reset(p: Any, kind: ResetKind, evse: int | None = None) -> list[ef.Effect]:
    effects: list[ef.Effect] = p.run(ev.Ordered("o", Reset(kind=kind, evse=evse)))
    return effects


def answer(effects: list[ef.Effect]) -> str:
    return next(effect.outcome.status for effect in effects if isinstance(effect, ef.Reply))


@pytest.mark.parametrize("kind", [ResetKind.IMMEDIATE, ResetKind.ON_IDLE])
@pytest.mark.parametrize("version", list(Version))
def test_an_idle_station_answers_and_restarts_at_once(play: Any, version: Version, kind: ResetKind) -> None:
    p = play(version)
    p.go_online()
    effects = reset(p, kind)
    assert answer(effects) == "Accepted"
    assert effects[-1] == ef.Restart()
    assert p.tell(ev.CablePluggedIn(1)) == []


@pytest.mark.parametrize(
    ("version", "kind", "reason"),
    [
        (Version.V16, ResetKind.IMMEDIATE, StopReason.HARD_RESET),
        (Version.V16, ResetKind.ON_IDLE, StopReason.SOFT_RESET),
        (Version.V201, ResetKind.IMMEDIATE, StopReason.IMMEDIATE_RESET),
        (Version.V21, ResetKind.IMMEDIATE, StopReason.IMMEDIATE_RESET),
    ],
)
def test_transactions_end_and_are_delivered_before_the_restart(
    play: Any, version: Version, kind: ResetKind, reason: StopReason
) -> None:
    p = charging(play, version)
    effects = reset(p, kind)
    assert answer(effects) == "Accepted"
    (ended,) = [f for f in p.sent if isinstance(f, TransactionEnded)]
    assert ended.reason is reason
    assert (effects[-1], p.station.waiting) == (ef.Restart(), 0)


def test_an_end_that_is_not_taken_in_time_waits_in_the_queue_over_the_restart(play: Any) -> None:
    p = charging(play, Version.V201)
    p.csms.silent = lambda fact: isinstance(fact, TransactionEnded)
    assert ef.Restart() not in reset(p, ResetKind.IMMEDIATE)
    assert ef.Restart() in p.wait(GRACE_S)
    p.csms.silent = lambda fact: False
    p.sent.clear()
    p.power_cut()
    assert [f.reason for f in p.sent if isinstance(f, Booted)] == ["RemoteReset"]
    (ended,) = [f for f in p.sent if isinstance(f, TransactionEnded)]
    assert (ended.reason, ended.offline) == (StopReason.IMMEDIATE_RESET, True)


@pytest.mark.parametrize("version", TWO)
def test_on_idle_waits_for_the_transaction(play: Any, version: Version) -> None:
    p = charging(play, version)
    effects = reset(p, ResetKind.ON_IDLE)
    assert (answer(effects), ef.Restart() in effects, p.sent) == ("Scheduled", False, [])
    assert p.run(ev.TokenRead(IdToken("T1"), 1))[-1] == ef.Restart()
    p.sent.clear()
    p.power_cut()
    assert p.sent[0].reason == "ScheduledReset"


def test_the_reason_of_a_reset_is_said_once(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    reset(p, ResetKind.IMMEDIATE)
    p.power_cut()
    p.power_cut()
    assert [f.reason for f in p.sent if isinstance(f, Booted)] == ["PowerUp", "RemoteReset", "PowerUp"]


def test_an_evse_is_reset_without_the_station(play: Any) -> None:
    p = charging(play, Version.V201, evses=2)
    p.charge("T2", 2)
    effects = reset(p, ResetKind.IMMEDIATE, evse=1)
    assert (answer(effects), ef.Restart() in effects) == ("Accepted", False)
    assert [f.place.evse for f in p.sent if isinstance(f, TransactionEnded)] == [1]
    assert answer(reset(p, ResetKind.ON_IDLE, evse=2)) == "Scheduled"
    assert answer(reset(p, ResetKind.ON_IDLE, evse=3)) == "Rejected"


def test_a_resume_that_cannot_be_done_is_rejected(play: Any) -> None:
    p = charging(play, Version.V21)
    assert answer(reset(p, ResetKind.IMMEDIATE_AND_RESUME)) == "Rejected"


def test_nothing_begins_once_a_restart_is_under_way(play: Any) -> None:
    p = charging(play, Version.V201)
    p.csms.silent = lambda fact: isinstance(fact, TransactionEnded)
    reset(p, ResetKind.IMMEDIATE)
    assert p.run(ev.TokenRead(IdToken("T2"), 1)) == []
    assert p.order(ClearCache()).code is ErrorCode.GENERIC_ERROR


@pytest.mark.parametrize("version", list(Version))
def test_an_authorisation_that_is_under_way_starts_nothing_before_the_restart(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    p.run(ev.CablePluggedIn(1))
    (asked,) = (e for e in p.tell(ev.TokenRead(IdToken("T1"), 1)) if isinstance(e, ef.Send))
    reset(p, ResetKind.IMMEDIATE)
    effects = p.run(ev.Answered(asked.call_id, TokenAnswer(status=AuthorizationStatus.ACCEPTED)))
    assert ef.SwitchContactor(1, True) not in effects
    assert not [fact for fact in p.sent if isinstance(fact, TransactionStarted)]
    assert effects[-1] == ef.Restart()


@pytest.mark.parametrize("version", TWO)
def test_an_idle_reset_that_need_not_wait_is_a_remote_one__TC_B_23(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    reset(p, ResetKind.ON_IDLE)
    p.sent.clear()
    p.power_cut()
    assert p.sent[0].reason == "RemoteReset"


@pytest.mark.parametrize("version", TWO)
def test_what_is_free_is_out_of_service_while_a_reset_waits__B12_TC_B_41(play: Any, version: Version) -> None:
    p = play(version, evses=3)
    p.go_online()
    p.charge("T1", 1)
    p.charge("T2", 2)
    p.sent.clear()
    assert answer(reset(p, ResetKind.ON_IDLE)) == "Scheduled"
    assert statuses(p) == [(3, ConnectorStatus.UNAVAILABLE)]
    assert p.run(ev.TokenRead(IdToken("T3"), 3), ev.CablePluggedIn(3)) is not None
    p.run(ev.TokenRead(IdToken("T1"), 1))
    assert statuses(p) == [(3, ConnectorStatus.UNAVAILABLE), (1, ConnectorStatus.UNAVAILABLE)]
    assert not [fact for fact in p.sent if isinstance(fact, TransactionStarted)]
    assert p.run(ev.TokenRead(IdToken("T2"), 2))[-1] == ef.Restart()
    p.sent.clear()
    p.power_cut()
    assert {status for _, status in statuses(p)} == {ConnectorStatus.AVAILABLE}


@pytest.mark.parametrize("version", TWO)
def test_out_of_service_is_still_so_after_a_reset__B11_FR_02_B12_FR_06_TC_B_23(play: Any, version: Version) -> None:
    p = play(version, evses=2)
    p.go_online()
    p.order(ChangeAvailability(operative=False, place=Place(1)))
    reset(p, ResetKind.ON_IDLE)
    p.sent.clear()
    p.power_cut()
    assert statuses(p) == [(1, ConnectorStatus.UNAVAILABLE), (2, ConnectorStatus.AVAILABLE)]


@pytest.mark.parametrize("version", TWO)
def test_an_evse_that_waits_for_its_reset_ends_its_transaction_as_ever__B12_FR_07_TC_B_26(
    play: Any, version: Version
) -> None:
    p = charging(play, version, evses=2)
    assert answer(reset(p, ResetKind.ON_IDLE, evse=1)) == "Scheduled"
    effects = p.run(ev.TokenRead(IdToken("T1"), 1), ev.EvDemandChanged(1, False), ev.CableUnplugged(1))
    assert ef.Restart() not in effects
    (ended,) = [fact for fact in p.sent if isinstance(fact, TransactionEnded)]
    assert ended.reason is StopReason.LOCAL
    p.charge("T2", 1)
    assert [fact for fact in p.sent if isinstance(fact, TransactionStarted)]


def statuses(p: Any) -> list[tuple[int | None, ConnectorStatus]]:
    return [(fact.place.evse, fact.status) for fact in p.sent if isinstance(fact, StatusChanged)]
