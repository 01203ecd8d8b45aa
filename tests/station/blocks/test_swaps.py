"""Battery swaps: who may, what is told of it, what happens when nobody comes, and charging in the slots (2.1 S)."""

from typing import Any

from busbar.model.batteries import BatteriesSwapped, Battery, RequestSwap, SwapEvent
from busbar.model.facts import TokenAnswer, TransactionEnded, TransactionStarted, TransactionUpdated
from busbar.model.orders import SetVariables, VariableName
from busbar.model.values import AuthorizationStatus, ChargingState, IdToken, Sample, StopReason
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.config import StationConfig

T = IdToken("T1", "ISO14443")


def battery(slot: int, soc: float) -> Battery:
    return Battery(evse=slot, serial=f"B{slot}", soc_pct=soc, soh_pct=99.0)


def station(play: Any, *stock: Battery, **settings: str) -> Any:
    """A station of three slots with a stock of batteries."""
    p = play(Version.V21)
    p.config = StationConfig(
        identity="CS1",
        version=Version.V21,
        evses=3,
        swaps=True,
        settings={"TxStartPoint": "EVConnected", "TxStopPoint": "EVConnected", "MeterValueSampleInterval": "0"}
        | settings,
    )
    p.station = p._new_station()
    p.go_online()
    p.run(*map(ev.BatteryInserted, stock))
    return p


def told(p: Any) -> list[tuple[SwapEvent, int, str, list[int]]]:
    facts = [fact for fact in p.sent if isinstance(fact, BatteriesSwapped)]
    return [(f.event, f.request_id, f.token.value, [one.evse for one in f.batteries]) for f in facts]


def request(p: Any, number: int = 7) -> tuple[str, str | None]:
    outcome = p.order(RequestSwap(token=T, request_id=number))
    return outcome.status, outcome.reason


def texts(effects: list[ef.Effect]) -> list[str]:
    return [effect.text for effect in effects if isinstance(effect, ef.Show)]


def test_a_swap_that_the_csms_asked_for__S02_FR_01_02__S03_FR_01_03(play: Any) -> None:
    p = station(play, battery(1, 90.0), battery(2, 95.0))
    assert told(p) == []  # a stock is nobody's swap
    assert request(p) == ("Accepted", None)
    effects = p.run(ev.BatteryInserted(battery(3, 10.0)))
    assert ef.Lock(2, False) in effects
    assert texts(effects) == ["Take the battery from slot 2"]
    p.run(ev.BatteryRemoved(2))
    assert told(p) == [(SwapEvent.IN, 7, "T1", [3]), (SwapEvent.OUT, 7, "T1", [2])]
    p.wait(120)
    assert len(told(p)) == 2
    assert request(p, 8) == ("Accepted", None)


def test_nobody_swaps_where_there_is_no_battery__S02_FR_04__S03_FR_05(play: Any) -> None:
    p = station(play, battery(1, 79.0))
    assert request(p) == ("Rejected", "NoBatteryAvailable")
    assert texts(p.run(ev.TokenRead(T))) == ["NoBatteryAvailable"]
    p = station(play, battery(1, 90.0), battery(2, 90.0), battery(3, 90.0))  # nor where there is no room
    assert request(p) == ("Rejected", "NoBatteryAvailable")


def test_a_driver_s_own_swap__S01_FR_01__S03_FR_01(play: Any) -> None:
    p = station(play, battery(1, 90.0))
    assert texts(p.run(ev.TokenRead(T))) == ["Insert your battery into slot 2"]
    p.run(ev.BatteryInserted(battery(2, 5.0)), ev.BatteryRemoved(1))
    assert told(p) == [(SwapEvent.IN, 1, "T1", [2]), (SwapEvent.OUT, 1, "T1", [1])]
    p.csms.verdicts["t1"] = TokenAnswer(status=AuthorizationStatus.BLOCKED)
    assert texts(p.run(ev.TokenRead(T))) == ["Not authorized"]
    p.run(ev.Disconnected())
    assert texts(p.run(ev.TokenRead(T))) == ["Please try again"]


def test_one_swap_at_a_time(play: Any) -> None:
    p = station(play, battery(1, 90.0))
    request(p)
    assert request(p, 8) == ("Rejected", "Occupied")


def test_no_battery_comes__S01_FR_02__S02_FR_05(play: Any) -> None:
    p = station(play, battery(1, 90.0), SwapTimeoutIn="30")
    request(p)
    p.wait(31)
    p.run(ev.BatteryInserted(battery(2, 10.0)))
    assert told(p) == []
    assert request(p, 8)[0] == "Accepted"


def test_what_was_offered_is_not_taken__S03_FR_06(play: Any) -> None:
    p = station(play, battery(1, 90.0), SwapTimeoutOut="30")
    request(p)
    p.run(ev.BatteryInserted(battery(2, 10.0)))
    assert ef.Lock(1, True) in p.wait(31)
    assert told(p) == [(SwapEvent.IN, 7, "T1", [2]), (SwapEvent.OUT_TIMEOUT, 7, "T1", [1])]
    p.run(ev.BatteryRemoved(1))
    assert len(told(p)) == 2


def test_the_half_of_a_swap_is_told_after_a_power_cut(play: Any) -> None:
    p = station(play, battery(1, 90.0))
    request(p)
    p.run(ev.Disconnected(), ev.BatteryInserted(battery(2, 10.0)))
    assert told(p) == []
    p.power_cut()
    assert told(p) == [(SwapEvent.IN, 7, "T1", [2])]


def test_a_battery_charges_in_its_slot__S04_FR_01_03_07_11(play: Any) -> None:
    p = station(play, battery(1, 20.0))
    (started,) = [fact for fact in p.sent if isinstance(fact, TransactionStarted)]
    assert (started.trigger, started.token) == ("CablePluggedIn", IdToken("", "NoAuthorization"))
    assert p.station.evses[1].offered
    p.power_cut()
    p.run(ev.BatteryInserted(battery(1, 20.0)))
    assert len([fact for fact in p.sent if isinstance(fact, TransactionStarted)]) == 2
    p.run(ev.BatteryRemoved(1))
    ended = [fact for fact in p.sent if isinstance(fact, TransactionEnded)][-1]
    assert (ended.trigger, ended.reason) == ("EVCommunicationLost", StopReason.EV_DISCONNECTED)


def test_the_token_of_charging_can_be_set__S04_FR_02(play: Any) -> None:
    p = station(play)
    place = VariableName(component="BatterySwapCtrlr", variable="IdToken")
    assert p.order(SetVariables(values=[(place, "STOCK")])).variables[0].status == "Accepted"
    p.run(ev.BatteryInserted(battery(1, 20.0)))
    (started,) = [fact for fact in p.sent if isinstance(fact, TransactionStarted)]
    assert started.token == IdToken("STOCK", "Central")


def test_a_full_battery_is_not_charged_and_may_go__S04_FR_05_06(play: Any) -> None:
    p = station(play, battery(1, 20.0), SwapMaxSoC="90")
    p.tell(ev.Metered(1, 100, (Sample("SoC", 90.0, "Percent"),)))
    p.run(ev.EvDemandChanged(1, True))
    told_ = [fact for fact in p.sent if isinstance(fact, TransactionUpdated)][-1]
    assert (told_.trigger, told_.charging_state) == ("EnergyLimitReached", ChargingState.SUSPENDED_EVSE)
    assert request(p)[0] == "Accepted"
    p.run(ev.BatteryInserted(battery(2, 10.0)), ev.BatteryRemoved(1))
    out = [fact for fact in p.sent if isinstance(fact, BatteriesSwapped)][-1]
    assert out.batteries[0].soc_pct == 90.0


def test_other_stations_swap_nothing(play: Any) -> None:
    p = play(Version.V21)
    p.go_online()
    refused = p.order(RequestSwap(token=T, request_id=1))
    assert isinstance(refused, ef.Refuse)
    assert refused.code is ErrorCode.NOT_SUPPORTED
