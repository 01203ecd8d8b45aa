"""Start and stop points, reasons and triggers, and the energy that follows them."""

from datetime import timedelta
from typing import Any

import pytest

from busbar.model.facts import MeterRead, TokenAnswer, TransactionEnded, TransactionStarted, TransactionUpdated
from busbar.model.orders import StartTransaction
from busbar.model.values import AuthorizationStatus, ChargingState, IdToken, StopReason
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import translator
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.blocks.evse import Evse
from busbar.station.blocks.transactions import holding

EVENTS = (TransactionStarted, TransactionUpdated, TransactionEnded)
BLOCKED = TokenAnswer(status=AuthorizationStatus.BLOCKED)


def online(play: Any, version: Version = Version.V201, **settings: str) -> Any:
    p = play(version, settings=settings)
    p.go_online()
    p.sent.clear()
    return p


def told(p: Any) -> list[tuple[str, str | None]]:
    return [(type(f).__name__.removeprefix("Transaction"), f.trigger) for f in p.sent if isinstance(f, EVENTS)]


def test_the_points_that_hold_follow_cable_and_token() -> None:
    assert holding(Evse(1)) == set()
    assert holding(Evse(1, parked=True)) == {"ParkingBayOccupancy"}
    assert holding(Evse(1, plugged=True)) == {"ParkingBayOccupancy", "EVConnected"}
    assert holding(Evse(1, token=IdToken("T"))) == {"Authorized"}
    both = {"ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed"}
    assert holding(Evse(1, plugged=True, token=IdToken("T"))) == both
    assert holding(Evse(1, plugged=True, token=IdToken("T"), offered=True, drawing=True)) == {*both, "EnergyTransfer"}


def facts(p: Any) -> list[Any]:
    return [fact for fact in p.sent if isinstance(fact, EVENTS)]


def test_a_transaction_can_start_with_the_cable_and_end_with_it(play: Any) -> None:
    p = online(play, TxStartPoint="EVConnected", TxStopPoint="EVConnected")
    p.charge()
    p.run(ev.TokenRead(IdToken("T1"), 1))
    assert not p.station.account.sessions
    p.run(ev.CableUnplugged(1))
    assert told(p) == [
        ("Started", "CablePluggedIn"),
        ("Updated", "Authorized"),
        ("Updated", "ChargingStateChanged"),
        ("Updated", "StopAuthorized"),
        ("Ended", "EVCommunicationLost"),
    ]
    started, authorized, _, stopped, ended = [f for f in p.sent if isinstance(f, EVENTS)]
    assert (started.token, authorized.token, stopped.charging_state) == (None, IdToken("T1"), "EVConnected")
    assert ended.reason is StopReason.LOCAL  # why the energy ended, not that the cable went


def test_a_transaction_can_start_with_the_token_and_times_out_without_a_cable(play: Any) -> None:
    p = online(play, TxStartPoint="Authorized", TxStopPoint="Authorized", ConnectionTimeOut="30")
    p.run(ev.TokenRead(IdToken("T1"), 1))
    p.wait(30)
    assert told(p) == [("Started", "Authorized"), ("Ended", "EVConnectTimeout")]
    assert p.sent[-1].reason is StopReason.TIMEOUT


def test_an_ev_that_leaves_unauthorised_ends_the_transaction_whatever_the_stop_points(play: Any) -> None:
    p = online(play, TxStartPoint="EVConnected", TxStopPoint="Authorized")
    p.run(ev.CablePluggedIn(1), ev.CableUnplugged(1))
    assert told(p) == [("Started", "CablePluggedIn"), ("Ended", "EVCommunicationLost")]


@pytest.mark.parametrize("version", list(Version))
def test_tearing_the_cable_away_ends_the_transaction(play: Any, version: Version) -> None:
    p = online(play, version)
    p.charge()
    effects = p.run(ev.CableUnplugged(1))
    assert ef.SwitchContactor(1, False) in effects
    ended = next(f for f in p.sent if isinstance(f, TransactionEnded))
    assert (ended.reason, ended.token) == (StopReason.EV_DISCONNECTED, None)


def test_a_16_transaction_outlives_the_cable_where_so_configured(play: Any) -> None:
    p = online(play, Version.V16, StopTransactionOnEVSideDisconnect="false")
    p.charge()
    effects = p.run(ev.CableUnplugged(1))
    assert ef.SwitchContactor(1, False) in effects
    assert ef.Lock(1, False) not in effects
    assert ef.SwitchContactor(1, True) in p.run(ev.CablePluggedIn(1))
    assert not [f for f in p.sent if isinstance(f, TransactionEnded)]
    p.run(ev.TokenRead(IdToken("T1"), 1))
    assert [f.reason for f in p.sent if isinstance(f, TransactionEnded)] == [StopReason.LOCAL]


@pytest.mark.parametrize("version", list(Version))
def test_a_token_that_the_csms_finds_invalid_ends_the_transaction(play: Any, version: Version) -> None:
    p = online(play, version, LocalPreAuthorize="true", AuthorizeRemoteTxRequests="false")
    p.csms.verdicts["t1"] = BLOCKED
    p.run(ev.CablePluggedIn(1))
    p.order(StartTransaction(token=IdToken("T1"), remote_start_id=1, evse=1))
    ended = next(f for f in p.sent if isinstance(f, TransactionEnded))
    assert ended.reason is StopReason.DE_AUTHORIZED
    assert ended.trigger == (None if version is Version.V16 else "Deauthorized")


@pytest.mark.parametrize("version", list(Version))
def test_a_token_that_the_csms_finds_invalid_only_stops_the_energy_where_so_configured(
    play: Any, version: Version
) -> None:
    p = online(play, version, StopTransactionOnInvalidId="false")
    p.csms.verdicts["t1"] = BLOCKED
    p.run(ev.CablePluggedIn(1))
    effects = p.run(ev.Ordered("o", StartTransaction(token=IdToken("T1"), remote_start_id=1, evse=1)))
    assert [e.closed for e in effects if isinstance(e, ef.SwitchContactor)] == [True, False]
    assert not [f for f in p.sent if isinstance(f, TransactionEnded)]
    if version is Version.V16:
        assert p.sent[-1].status == "SuspendedEVSE"
    else:
        assert p.sent[-1].charging_state == "SuspendedEVSE"


def test_samples_keep_their_beat_though_a_timer_came_late(play: Any) -> None:
    p = online(play)
    p.charge()
    first = p.timers["sample/1"]
    del p.timers["sample/1"]
    p.now = first + timedelta(seconds=7)
    p.run(ev.TimerDue("sample/1"))
    assert p.timers["sample/1"] == first + timedelta(seconds=60)


def test_after_a_long_sleep_missed_samples_are_not_made_up_for(play: Any) -> None:
    p = online(play)
    p.charge()
    p.now += timedelta(seconds=600)
    p.run(ev.TimerDue("sample/1"))
    assert p.timers["sample/1"] == p.now + timedelta(seconds=60)


def test_an_interval_of_zero_means_no_samples(play: Any) -> None:
    p = online(play, MeterValueSampleInterval="0")
    p.charge()
    assert "sample/1" not in p.timers


def test_an_ev_that_pauses_is_reported_once_per_change(play: Any) -> None:
    p = online(play)
    p.charge()
    p.sent.clear()
    p.run(ev.EvDemandChanged(1, False), ev.EvDemandChanged(1, False), ev.EvDemandChanged(1, True))
    assert [f.charging_state for f in p.sent] == ["SuspendedEV", "Charging"]


def test_two_evses_charge_side_by_side_each_with_its_own_numbers(play: Any) -> None:
    p = play(Version.V201, evses=2)
    p.go_online()
    p.charge("T1", 1)
    p.charge("T2", 2)
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.TokenRead(IdToken("T2"), 2))
    for name in ("tx-1", "tx-2"):
        assert [f.seq_no for f in p.sent if isinstance(f, EVENTS) and f.transaction_id == name] == [0, 1, 2]


def test_the_next_transaction_of_an_evse_begins_at_zero_with_a_new_id(play: Any) -> None:
    p = online(play)
    for _ in range(2):
        p.charge()
        p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1))
    starts = [f for f in p.sent if isinstance(f, TransactionStarted)]
    assert [(f.transaction_id, f.seq_no) for f in starts] == [("tx-1", 0), ("tx-2", 0)]


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_the_flow_of_energy_begins_and_ends_a_transaction__TC_E_02_CS__TC_E_22_CS(play: Any, version: Version) -> None:
    p = online(play, version, TxStartPoint="EnergyTransfer", TxStopPoint="EnergyTransfer")
    p.run(ev.CablePluggedIn(1), ev.TokenRead(IdToken("T1"), 1))
    assert facts(p) == []
    p.run(ev.EvDemandChanged(1, True))
    p.run(ev.EvDemandChanged(1, False))
    start, end = facts(p)
    assert (start.trigger, start.token) == ("ChargingStateChanged", IdToken("T1"))
    assert (end.trigger, end.reason) == ("ChargingStateChanged", StopReason.STOPPED_BY_EV)


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_the_parking_bay_begins_and_ends_a_transaction__TC_E_12_CS__TC_E_19_CS(play: Any, version: Version) -> None:
    p = online(play, version, TxStartPoint="ParkingBayOccupancy", TxStopPoint="ParkingBayOccupancy")
    p.run(ev.BayChanged(1, True))
    p.charge()
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1))
    assert not any(isinstance(fact, TransactionEnded) for fact in facts(p))
    p.run(ev.BayChanged(1, False))
    assert (facts(p)[0].trigger, facts(p)[-1].trigger) == ("EVDetected", "EVDeparted")
    assert isinstance(facts(p)[-1], TransactionEnded)
    assert facts(p)[-1].reason is StopReason.LOCAL


def test_an_ev_that_leaves_and_does_not_come_back_ends_the_authorisation__E10_FR_02__TC_E_27_CS(play: Any) -> None:
    p = online(play, Version.V21, StopTransactionOnEVSideDisconnect="false", TxStopPoint="Authorized")
    p.charge()
    p.run(ev.CableUnplugged(1))
    assert (facts(p)[-1].trigger, facts(p)[-1].charging_state) == ("EVCommunicationLost", ChargingState.IDLE)
    p.wait(120)
    assert isinstance(facts(p)[-1], TransactionEnded)
    assert (facts(p)[-1].trigger, facts(p)[-1].reason) == ("EVConnectTimeout", StopReason.TIMEOUT)


def test_a_register_beyond_what_16_can_say_begins_again_between_sessions(play: Any) -> None:
    p = play(Version.V16, settings={"MeterValueSampleInterval": "10"})
    p.go_online()
    p.meter(3_999_999_000)
    p.charge("T1")
    p.meter(4_000_001_000)
    p.wait(10)
    p.run(ev.TokenRead(IdToken("T1"), 1), ev.CableUnplugged(1))
    p.charge("T1")
    told = [fact.meter_wh for fact in p.sent if isinstance(fact, TransactionStarted | TransactionEnded)]
    assert told == [1_999_999_000, 2_000_001_000, 1000]
    (reading,) = next(fact.readings for fact in p.sent if isinstance(fact, MeterRead))
    assert reading.energy_wh() == 2_000_001_000
    for fact in p.sent:
        if isinstance(fact, TransactionStarted | TransactionEnded):
            fact.transaction_id = "1"
            action, payload = translator(Version.V16).from_fact(fact)
            codec.decode_request(Version.V16, action, codec.encode(payload))


def test_2x_says_every_register(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.meter(3_999_999_000)
    p.charge("T1")
    (started,) = [fact for fact in p.sent if isinstance(fact, TransactionStarted)]
    assert started.readings[0].energy_wh() == 3_999_999_000
