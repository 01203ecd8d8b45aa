"""Remote start and stop, unlock, triggers: what is answered and what follows."""

from typing import Any

import pytest

from busbar.model.facts import (
    Booted,
    HeartBeaten,
    MeterRead,
    StatusChanged,
    TransactionEnded,
    TransactionStarted,
    TransactionUpdated,
)
from busbar.model.orders import StartTransaction, StopTransaction, Trigger, Unlock
from busbar.model.values import IdToken, Place, RegistrationStatus, StopReason
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station import events as ev

START = StartTransaction(token=IdToken("T1"), remote_start_id=42, evse=1)


def online(play: Any, version: Version, evses: int = 1, **settings: str) -> Any:
    p = play(version, evses=evses, settings=settings)
    p.go_online()
    p.sent.clear()
    return p


@pytest.mark.parametrize("version", list(Version))
def test_a_remote_start_charges_and_a_remote_stop_ends(play: Any, version: Version) -> None:
    p = online(play, version)
    p.run(ev.CablePluggedIn(1))
    assert p.order(START).status == "Accepted"
    p.run(ev.EvDemandChanged(1, True))
    name = "101" if version is Version.V16 else "tx-1"
    assert p.order(StopTransaction(transaction_id=name)).status == "Accepted"
    started = next(f for f in p.sent if isinstance(f, TransactionStarted))
    ended = next(f for f in p.sent if isinstance(f, TransactionEnded))
    assert (ended.reason, ended.token) == (StopReason.REMOTE, None)
    if version is not Version.V16:
        assert (started.trigger, started.remote_start_id, ended.trigger) == ("RemoteStart", 42, "RemoteStop")


def test_the_first_message_after_a_remote_start_says_so_though_the_cable_came_later(play: Any) -> None:
    p = online(play, Version.V201)
    p.order(START)
    p.run(ev.CablePluggedIn(1), ev.EvDemandChanged(1, True))
    events = [f for f in p.sent if isinstance(f, TransactionStarted | TransactionUpdated)]
    assert [(f.trigger, f.remote_start_id) for f in events] == [("RemoteStart", 42), ("ChargingStateChanged", None)]


def test_a_remote_start_joins_the_transaction_that_the_cable_began(play: Any) -> None:
    p = online(play, Version.V201, TxStartPoint="EVConnected")
    p.run(ev.CablePluggedIn(1))
    assert p.order(START).transaction_id == "tx-1"
    joined = p.sent[-1]
    assert (joined.trigger, joined.remote_start_id, joined.token) == ("RemoteStart", 42, IdToken("T1"))


def test_without_an_evse_the_one_with_a_cable_is_taken(play: Any) -> None:
    p = online(play, Version.V16, evses=3)
    p.run(ev.CablePluggedIn(2))
    assert p.order(StartTransaction(token=IdToken("T1"))).status == "Accepted"
    assert [f.place.evse for f in p.sent if isinstance(f, TransactionStarted)] == [2]


def test_what_cannot_be_started_is_rejected(play: Any) -> None:
    p = online(play, Version.V201)
    p.charge()
    for evse in (1, 2, None):
        assert p.order(StartTransaction(token=IdToken("T9"), remote_start_id=1, evse=evse)).status == "Rejected"
    assert p.order(StopTransaction(transaction_id="tx-9")).status == "Rejected"


def test_nothing_is_started_or_stopped_while_pending(play: Any) -> None:
    p = play(Version.V201, settings={"AllowOfflineTxForUnknownId": "true"})
    p.csms.boots = [RegistrationStatus.PENDING]
    p.go_online()
    assert p.order(START).status == "Rejected"
    p.charge()
    assert p.order(StopTransaction(transaction_id="tx-1")).status == "Rejected"


def test_an_unlock_ends_a_16_transaction_and_is_refused_by_a_2x_one(play: Any) -> None:
    p = online(play, Version.V16)
    p.charge()
    assert p.order(Unlock(place=Place(1, 1))).status == "Unlocked"
    assert p.sent[-1].reason is StopReason.UNLOCK_COMMAND
    p = online(play, Version.V201)
    p.charge()
    assert p.order(Unlock(place=Place(1, 1))).status == "OngoingAuthorizedTransaction"
    assert p.station.account.sessions == 0


def test_an_unlock_is_tried_without_a_cable_and_unknown_connectors_are_said_to_be(play: Any) -> None:
    for version, unknown in ((Version.V16, "NotSupported"), (Version.V201, "UnknownConnector")):
        p = online(play, version)
        effects = p.run(ev.Ordered("o", Unlock(place=Place(1, 1))))
        assert ef.Lock(1, False) in effects
        assert p.order(Unlock(place=Place(4, 1))).status == unknown


@pytest.mark.parametrize(
    ("message", "kind"),
    [("Heartbeat", HeartBeaten), ("StatusNotification", StatusChanged), ("MeterValues", MeterRead)],
)
@pytest.mark.parametrize("status", [RegistrationStatus.ACCEPTED, RegistrationStatus.PENDING])
def test_a_triggered_message_follows_its_answer_even_while_pending(
    play: Any, message: str, kind: type, status: RegistrationStatus
) -> None:
    p = play(Version.V201)
    p.csms.boots = [status]
    p.go_online()
    p.sent.clear()
    effects = p.run(ev.Ordered("o", Trigger(message=message)))
    sequence = [type(e) for e in effects if isinstance(e, ef.Reply | ef.Send)]
    assert sequence == [ef.Reply, ef.Send]
    assert [type(f) for f in p.sent] == [kind]


def test_a_triggered_transaction_event_tells_the_present_state(play: Any) -> None:
    p = online(play, Version.V201)
    p.charge()
    p.sent.clear()
    assert p.order(Trigger(message="TransactionEvent", place=Place(1))).status == "Accepted"
    (event,) = p.sent
    assert (event.trigger, event.charging_state, event.seq_no) == ("Trigger", "Charging", 2)
    assert event.readings[0].samples[0].context == "Trigger"


def test_a_triggered_boot_goes_before_its_time_and_not_when_accepted(play: Any) -> None:
    p = play(Version.V201)
    p.csms.boots, p.csms.interval_s = [RegistrationStatus.PENDING, RegistrationStatus.ACCEPTED], 600
    p.go_online()
    assert p.order(Trigger(message="BootNotification")).status == "Accepted"
    assert [type(f) for f in p.sent[:2]] == [Booted, Booted]
    assert p.order(Trigger(message="BootNotification")).status == "Rejected"


@pytest.mark.parametrize(
    ("version", "message", "status"),
    [
        (Version.V16, "TransactionEvent", "NotImplemented"),
        (Version.V201, "CustomTrigger", "NotImplemented"),
    ],
)
def test_messages_that_are_not_there_are_not_implemented(
    play: Any, version: Version, message: str, status: str
) -> None:
    p = online(play, version)
    assert p.order(Trigger(message=message)).status == status


def test_a_trigger_for_an_evse_that_is_not_there_is_rejected(play: Any) -> None:
    assert online(play, Version.V201).order(Trigger(message="MeterValues", place=Place(5))).status == "Rejected"


def test_a_connector_that_is_not_there_is_neither_unlocked_nor_triggered(play: Any) -> None:
    p = online(play, Version.V201)
    assert p.order(Unlock(place=Place(1, 2))).status == "UnknownConnector"
    assert p.order(Trigger(message="StatusNotification", place=Place(1, 2))).status == "Rejected"


def test_a_status_of_all_of_16_includes_connector_zero(play: Any) -> None:
    p = online(play, Version.V16)
    p.order(Trigger(message="StatusNotification"))
    p.order(Trigger(message="StatusNotification", place=Place(1, 1)))
    assert [fact.place.evse for fact in p.sent] == [None, 1, 1]


@pytest.mark.parametrize("message", ["TransactionEvent", "MeterValues"])
def test_what_has_nothing_to_tell_is_not_accepted(play: Any, message: str) -> None:
    p = online(play, Version.V201, MeterValuesAlignedData="")
    assert p.order(Trigger(message=message)).status == "Rejected"
    assert p.sent == []


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_a_boot_notification_that_was_asked_for_says_so__F06(play: Any, version: Version) -> None:
    p = play(version)
    p.csms.boots = [RegistrationStatus.PENDING]
    p.go_online()
    assert p.order(Trigger(message="BootNotification")).status == "Accepted"
    assert [fact.reason for fact in p.sent if isinstance(fact, Booted)] == ["PowerUp", "Triggered"]
