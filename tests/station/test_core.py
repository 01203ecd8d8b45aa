"""Playbooks of the whole core: sessions online and offline, power cuts, retries."""

from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from busbar.model.facts import (
    Booted,
    MeterRead,
    StatusChanged,
    TokenPresented,
    TransactionEnded,
    TransactionStarted,
    TransactionUpdated,
)
from busbar.model.orders import ClearCache, GetVariables, SetVariables, TransferData, VariableName
from busbar.model.values import ConnectorStatus, IdToken, Place, RegistrationStatus, StopReason
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import effects as ef
from busbar.station import events as ev

_spec = spec_from_file_location("station_playbook", Path(__file__).with_name("playbook.py"))
assert _spec is not None
assert _spec.loader is not None
_playbook = module_from_spec(_spec)
_spec.loader.exec_module(_playbook)
play, power_cut = _playbook.play, _playbook.power_cut

TX = (TransactionStarted, TransactionUpdated, TransactionEnded, MeterRead)
TWO = [Version.V201, Version.V21]


def about_transactions(facts: list[Any]) -> list[Any]:
    return [fact for fact in facts if isinstance(fact, TX)]


def test_a_16_session_from_plug_to_unplug(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    p.meter(1000)
    p.sent.clear()
    p.charge()
    p.meter(1500)
    p.wait(60)
    p.meter(2000)
    p.run(ev.TokenRead(IdToken("t1"), 1), ev.CableUnplugged(1))
    at = Place(1, 1)
    assert [(type(f), getattr(f, "status", None)) for f in p.sent] == [
        (StatusChanged, ConnectorStatus.PREPARING),
        (TokenPresented, None),
        (StatusChanged, ConnectorStatus.SUSPENDED_EV),
        (TransactionStarted, None),
        (StatusChanged, ConnectorStatus.CHARGING),
        (MeterRead, None),
        (StatusChanged, ConnectorStatus.FINISHING),
        (TransactionEnded, None),
        (StatusChanged, ConnectorStatus.AVAILABLE),
    ]
    started, read, ended = about_transactions(p.sent)
    assert (started.transaction_id, started.meter_wh, started.place, started.token) == (None, 1000, at, IdToken("T1"))
    assert (read.transaction_id, read.readings[0].energy_wh()) == ("101", 1500)
    assert (ended.transaction_id, ended.meter_wh, ended.reason) == ("101", 2000, StopReason.LOCAL)
    assert (ended.seq_no, ended.trigger, ended.readings) == (None, None, [])
    assert (p.station.account.sessions, p.station.account.energy_wh, p.station.waiting) == (1, 1000, 0)


@pytest.mark.parametrize("version", TWO)
def test_a_2x_session_from_plug_to_unplug(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    p.meter(1000)
    p.sent.clear()
    p.charge()
    p.meter(1500)
    p.wait(60)
    p.meter(2000)
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1))
    assert [(f.seq_no, f.trigger, f.transaction_id, f.offline) for f in about_transactions(p.sent)] == [
        (0, "Authorized", "tx-1", False),
        (1, "ChargingStateChanged", "tx-1", False),
        (2, "MeterValuePeriodic", "tx-1", False),
        (3, "StopAuthorized", "tx-1", False),
    ]
    started, charging, sampled, ended = about_transactions(p.sent)
    assert (started.readings[0].samples[0].context, started.readings[0].energy_wh()) == ("Transaction.Begin", 1000)
    assert charging.charging_state == "Charging"
    assert sampled.readings[0].energy_wh() == 1500
    assert (ended.readings[0].samples[0].context, ended.readings[0].energy_wh()) == ("Transaction.End", 2000)
    assert [f.status for f in p.sent if isinstance(f, StatusChanged)] == ["Occupied", "Available"]


def test_effects_come_in_the_order_keep_hardware_send(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.run(ev.CablePluggedIn(1))
    p.tell(ev.TokenRead(IdToken("T1"), 1))
    answer = p.csms.answer(TokenPresented(token=IdToken("T1")), p.now)
    effects = list(p.station.on_event(ev.Answered(p.station._outbox._call_id, answer), p.now))
    assert [type(effect) for effect in effects] == [
        ef.Keep,
        ef.Show,
        ef.SwitchContactor,
        ef.SetTimer,
        ef.Lock,
        ef.Send,
    ]


@pytest.mark.parametrize("version", TWO)
def test_an_offline_session_is_replayed_in_order_with_its_times(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    p.charge("T1")
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1))  # now the cache knows T1
    p.run(ev.Disconnected())
    begun_at = p.now = p.now + timedelta(seconds=30)
    p.sent.clear()
    p.charge("T1")
    p.wait(120)
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1))
    ended_at = p.now
    assert p.sent == []
    p.wait(600)
    p.go_online()
    replay = about_transactions(p.sent)
    assert [f.seq_no for f in replay] == [0, 1, 2, 3, 4]
    assert {f.transaction_id for f in replay} == {"tx-2"}
    assert all(f.offline for f in replay)
    assert (replay[0].at, replay[-1].at) == (begun_at, ended_at)
    assert not [f for f in p.sent if isinstance(f, Booted)]  # a reconnect is no boot


def test_a_16_offline_session_is_replayed_with_the_id_learned_on_the_way(play: Any) -> None:
    p = play(Version.V16, settings={"AllowOfflineTxForUnknownId": "true"})
    p.run(ev.PoweredOn())
    p.charge()
    p.wait(60)
    p.run(ev.TokenRead(IdToken("T1"), 1))
    p.go_online()
    assert [type(f) for f in about_transactions(p.sent)] == [TransactionStarted, MeterRead, TransactionEnded]
    assert [f.transaction_id for f in about_transactions(p.sent)[1:]] == ["101", "101"]


def test_what_was_in_flight_when_the_connection_broke_is_sent_again_as_offline(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.run(ev.CablePluggedIn(1))
    p.csms.silent = lambda fact: isinstance(fact, TransactionStarted)
    (send,) = [e for e in p.run(ev.Metered(1, 5)) + _started_sends(p) if isinstance(e, ef.Send)]
    assert send.fact.offline is False
    p.tell(ev.Disconnected())
    p.sent.clear()
    p.csms.silent = lambda fact: False
    p.go_online()
    again = about_transactions(p.sent)[0]
    assert (again.offline, again.seq_no, again.at) == (True, send.fact.seq_no, send.fact.at)


def _started_sends(p: Any) -> list[ef.Effect]:
    p.tell(ev.TokenRead(IdToken("T1"), 1))
    answer = ev.Answered(p.station._outbox._call_id, p.csms.verdict(IdToken("T1")))
    return p.tell(answer)


def _scenario(p: Any) -> None:
    """Two sessions, one while offline, with samples between."""
    p.go_online()
    p.meter(100)
    p.charge()
    p.meter(400)
    p.wait(70)
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1), ev.Disconnected())
    p.wait(10)
    p.charge()
    p.meter(900)
    p.wait(70)
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1))
    p.go_online()


def _effects_of_the_scenario(play: Any, version: Version) -> int:
    p = play(version)
    _scenario(p)
    return int(p.performed)


@pytest.mark.parametrize("version", list(Version))
def test_a_power_cut_at_any_effect_loses_and_doubles_nothing(play: Any, power_cut: Any, version: Version) -> None:
    total = _effects_of_the_scenario(play, version)
    assert total > 50
    for cut in range(1, total):
        p = play(version)
        p.cut_before = cut
        with pytest.raises(power_cut):
            _scenario(p)
        p.wait(5)
        p.power_cut()
        p.wait(600)
        _check_story(p, version, cut)


def _check_story(p: Any, version: Version, cut: int) -> None:
    heard = about_transactions(p.csms.heard)
    assert p.station.waiting == 0, cut
    assert not [key for key in p.kept if key.startswith(("queue/", "transaction/"))], cut
    if version is Version.V16:
        starts = {f.at for f in heard if isinstance(f, TransactionStarted)}
        ends = {(f.at, f.meter_wh) for f in heard if isinstance(f, TransactionEnded)}
        assert len(starts) == len(ends) == p.station.account.sessions, cut
        return
    story: dict[str, dict[int, Any]] = {}
    for fact in heard:
        told = story.setdefault(fact.transaction_id, {})
        first = told.setdefault(fact.seq_no, fact)
        assert (type(first), first.at, first.trigger) == (type(fact), fact.at, fact.trigger), cut
    for told in story.values():
        assert sorted(told) == list(range(len(told))), cut
        assert isinstance(told[0], TransactionStarted)
        assert isinstance(told[len(told) - 1], TransactionEnded)
    energy = sum(t[len(t) - 1].readings[0].energy_wh() - t[0].readings[0].energy_wh() for t in story.values())
    assert (len(story), energy) == (p.station.account.sessions, p.station.account.energy_wh), cut


@pytest.mark.parametrize("version", list(Version))
def test_an_open_transaction_ends_with_power_loss_at_the_last_proven_instant(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    p.meter(100)
    p.charge()
    p.meter(350)
    p.wait(60)
    seen_at = p.now
    p.wait(30)
    p.meter(420)
    p.sent.clear()
    p.power_cut()
    assert isinstance(p.sent[0], Booted)
    ended = next(f for f in p.sent if isinstance(f, TransactionEnded))
    assert (ended.reason, ended.at) == (StopReason.POWER_LOSS, seen_at)
    assert ended.transaction_id == ("101" if version is Version.V16 else "tx-1")
    assert p.station.account.energy_wh == 320


def test_without_a_meter_that_remembers_the_last_kept_register_is_the_end(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    p.meter(100)
    p.charge()
    p.meter(350)
    p.wait(60)
    p.registers.clear()
    p.power_cut()
    assert next(f for f in p.sent if isinstance(f, TransactionEnded)).meter_wh == 350
    assert p.station.account.energy_wh == 250


def test_a_message_is_retried_at_the_interval_times_the_transmissions_and_then_given_up(play: Any) -> None:
    settings = {"TransactionMessageAttempts": "3", "TransactionMessageRetryInterval": "60"}
    p = play(Version.V201, settings=settings | {"MeterValueSampleInterval": "0"})
    p.go_online()
    p.run(ev.CablePluggedIn(1))
    p.sent.clear()
    p.csms.silent = lambda fact: isinstance(fact, TransactionStarted)
    sent_at: list[float] = []
    begun = p.now
    p.run(ev.TokenRead(IdToken("T1"), 1))
    for _ in range(300):
        sent_at += [(p.now - begun).total_seconds()] * len([f for f in p.sent if isinstance(f, TransactionStarted)])
        p.sent.clear()
        p.wait(1)
    assert sent_at == [0, 60, 180]
    assert (p.station.discarded, p.station.waiting) == (1, 0)
    p.run(ev.EvDemandChanged(1, True))
    assert [f.seq_no for f in about_transactions(p.sent)] == [1]  # the next follows; the gap shows the loss


def test_an_error_answer_counts_as_a_failed_attempt_and_a_lost_connection_does_not(play: Any) -> None:
    p = play(Version.V16, settings={"TransactionMessageAttempts": "2", "TransactionMessageRetryInterval": "10"})
    p.go_online()
    p.run(ev.CablePluggedIn(1))
    p.csms.silent = lambda fact: isinstance(fact, TransactionStarted)
    for _ in range(5):
        p.tell(ev.Disconnected())
        p.tell(ev.Connected())
    assert p.station.discarded == 0
    p.csms.error = ErrorCode.INTERNAL_ERROR
    p.go_online()
    p.run(ev.TokenRead(IdToken("T1"), 1))
    assert p.station.discarded == 0
    p.wait(10)
    assert p.station.discarded == 1


def test_a_16_transaction_whose_start_was_never_answered_goes_by_minus_one(play: Any) -> None:
    settings = {"TransactionMessageAttempts": "1", "TransactionMessageRetryInterval": "0"}
    p = play(Version.V16, settings=settings)
    p.go_online()
    p.csms.silent = lambda fact: isinstance(fact, TransactionStarted)
    p.charge()
    p.wait(60)
    p.run(ev.TokenRead(IdToken("T1"), 1))
    assert [f.transaction_id for f in about_transactions(p.sent)] == [None, "-1", "-1"]


def test_urgent_messages_overtake_the_queue_and_transaction_messages_never_one_another(play: Any) -> None:
    p = play(Version.V201, evses=2)
    p.go_online()
    p.charge("T1", 1)
    p.tell(ev.EvDemandChanged(1, False))  # outstanding from here
    p.tell(ev.EvDemandChanged(1, True))
    p.tell(ev.CablePluggedIn(2))
    p.tell(ev.TokenRead(IdToken("T2"), 2))
    p.sent.clear()
    p.run(
        ev.Answered(p.station._outbox._call_id, p.csms.answer(TransactionEnded(transaction_id="tx-1", at=p.now), p.now))
    )
    kinds = [type(f) for f in p.sent]
    assert kinds[:3] == [StatusChanged, TokenPresented, TransactionUpdated]
    assert [f.seq_no for f in about_transactions(p.sent) if f.transaction_id == "tx-1"] == [3]


@pytest.mark.parametrize("version", list(Version))
def test_a_fault_ends_the_transaction_and_the_status_returns_when_it_is_gone(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    p.charge()
    p.sent.clear()
    effects = p.run(ev.FaultRaised(1, "GroundFailure"))
    assert ef.SwitchContactor(1, False) in effects
    assert ef.Lock(1, False) in effects
    status, ended = p.sent
    assert (status.status, status.error) == ("Faulted", "GroundFailure" if version is Version.V16 else None)
    assert ended.reason is StopReason.GROUND_FAULT
    p.run(ev.TokenRead(IdToken("T1"), 1))
    p.sent.clear()
    p.run(ev.FaultCleared(1))
    assert [f.status for f in p.sent] == ["Finishing" if version is Version.V16 else "Occupied"]


def test_vendor_messages_are_answered_unknown_vendor(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    assert p.order(TransferData(vendor_id="org.example")).status == "UnknownVendorId"


def test_orders_of_a_csms_that_rejected_the_station_are_refused(play: Any) -> None:
    p = play(Version.V201)
    p.csms.boots = [RegistrationStatus.REJECTED]
    p.go_online()
    assert p.order(ClearCache()).code is ErrorCode.SECURITY_ERROR


def test_a_16_station_that_was_rejected_is_silent(play: Any) -> None:
    p = play(Version.V16)
    p.csms.boots = [RegistrationStatus.REJECTED]
    p.go_online()
    assert p.run(ev.Ordered("o", ClearCache())) == [ef.Ignore("o")]


def test_a_sampling_interval_that_is_set_holds_for_the_running_transaction(play: Any) -> None:
    p = play(Version.V16, settings={"MeterValueSampleInterval": "0"})
    p.go_online()
    p.charge()
    key = VariableName(variable="MeterValueSampleInterval")
    p.order(SetVariables(values=[(key, "20")]))
    p.wait(41)
    assert len([f for f in p.sent if isinstance(f, MeterRead)]) == 2
    p.order(SetVariables(values=[(key, "0")]))
    assert "sample/1" not in p.timers


def test_variables_can_be_read_and_set_while_pending_and_take_effect(play: Any) -> None:
    p = play(Version.V16)
    p.csms.boots = [RegistrationStatus.PENDING]
    p.go_online()
    key = VariableName(variable="MeterValueSampleInterval")
    assert p.order(SetVariables(values=[(key, "20")])).variables[0].status == "Accepted"
    assert p.order(GetVariables(names=[key])).variables[0].value == "20"
    assert p.station.number("MeterValueSampleInterval") == 20
    p.power_cut()
    assert p.station.number("MeterValueSampleInterval") == 20


def test_a_clock_aligned_interval_that_is_set_begins_and_ends_the_readings(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    p.meter(7)
    key = VariableName(variable="ClockAlignedDataInterval")
    p.order(SetVariables(values=[(key, "900")]))
    p.sent.clear()
    p.wait(901)
    (read,) = [f for f in p.sent if isinstance(f, MeterRead)]
    assert (read.readings[0].at.minute, read.readings[0].samples[0].context) == (15, "Sample.Clock")
    p.order(SetVariables(values=[(key, "0")]))
    assert "aligned" not in p.timers


def test_a_heartbeat_interval_that_is_set_moves_the_timer(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    p.order(SetVariables(values=[(VariableName(variable="HeartbeatInterval"), "17")]))
    assert p.timers["heartbeat"] == p.now + timedelta(seconds=17)


def test_a_meter_that_falls_back_does_not_lower_the_register(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    p.meter(100)
    p.meter(50)
    assert p.station.register_wh(1) == 100
