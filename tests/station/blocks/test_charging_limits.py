"""The limit in force: told once, in time, with the phases, and of DC without them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from busbar.energy.rates import Line
from busbar.model import charging as model
from busbar.model.charging import ChargingProfile, ChargingSchedule, ProfileKind, ProfilePurpose, RateUnit
from busbar.model.der import Control, ControlType, SetControl
from busbar.model.orders import ChangeAvailability
from busbar.model.values import ChargingState, Place, Sample
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.blocks.charging import Charging

P = ProfilePurpose


def install(p: Any, *periods: model.SchedulePeriod, evse: int = 0, unit: RateUnit = RateUnit.A, **more: Any) -> Any:
    schedule = ChargingSchedule(id=1, unit=unit, periods=list(periods))
    given: dict[str, Any] = {"id": 1, "stack_level": 0, "purpose": P.TX_DEFAULT, "kind": ProfileKind.RELATIVE} | more
    if given["kind"] is not ProfileKind.RELATIVE:
        schedule.start_schedule = p.now
    profile = ChargingProfile(schedules=[schedule], **given)
    return p.run(ev.Ordered("o", model.SetChargingProfile(evse=evse, profile=profile)))


def period(at: int, limit: float, **more: Any) -> model.SchedulePeriod:
    return model.SchedulePeriod(start_period=at, limit=limit, **more)


def told(effects: list[ef.Effect]) -> list[ef.SetLimit]:
    return [item for item in effects if isinstance(item, ef.SetLimit)]


def test_a_relative_schedule_counts_from_when_energy_could_flow__K01_FR_42(play: Any) -> None:
    p = play(Version.V21)
    p.go_online()
    install(p, period(0, 16.0), period(100, 8.0))
    assert [item.current_a for item in told(p.run(ev.CablePluggedIn(1)))] == [16.0]
    p.wait(500)
    p.charge()
    assert told(p.wait(99)) == []
    assert [item.current_a for item in told(p.wait(2))] == [8.0]


def test_a_schedule_that_comes_late_counts_from_the_start_too__K01_FR_42(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    p.charge()
    p.wait(60)
    assert [item.current_a for item in told(install(p, period(0, 16.0), period(50, 9.0)))] == [9.0]


def test_phases_and_watts_go_to_the_hardware__K01_FR_46(play: Any) -> None:
    p = play(Version.V201, settings={"ACPhaseSwitchingSupported": "true"})
    p.go_online()
    p.charge()
    effects = install(p, period(0, 2300.0, number_phases=1, phase_to_use=3), unit=RateUnit.W)
    assert told(effects) == [ef.SetLimit(1, 10.0, 2300.0, 1, 3)]


def test_nothing_is_told_twice(play: Any) -> None:
    p = play(Version.V201, evses=2)
    p.go_online()
    p.charge()
    assert len(told(install(p, period(0, 10.0)))) == 1
    assert told(install(p, period(0, 10.0), id=2, stack_level=1)) == []
    assert told(p.run(ev.EvDemandChanged(1, drawing=False))) == []
    p.order(ChangeAvailability(place=Place(2), operative=False))


def test_dc_is_limited_in_watts(play: Any) -> None:
    p = play(Version.V201)
    p.config = replace(p.config, line=Line(dc=True, phases=1, voltage_v=400.0, max_current_a=125.0, least_a=0.0))
    p.station = p._new_station()
    p.go_online()
    p.charge()
    (limit,) = told(install(p, period(0, 20_000.0), unit=RateUnit.W))
    assert (limit.power_w, limit.phases) == (20_000.0, 1)


def test_who_gives_to_the_grid_is_told_how_much(play: Any) -> None:
    p = play(Version.V21)
    p.go_online()
    p.charge()
    setpoint = model.SchedulePeriod(start_period=0, setpoint=-10.0, operation_mode="CentralSetpoint")
    (limit,) = told(install(p, setpoint))
    assert (limit.current_a, limit.discharge_w) == (0.0, 6900.0)


def test_the_latest_waits_where_it_is_too_little_for_all(play: Any) -> None:
    p = play(Version.V201, evses=2)
    p.go_online()
    install(p, period(0, 10.0), purpose=P.STATION_MAX, kind=ProfileKind.ABSOLUTE)
    p.charge("T1", 2)
    p.now += timedelta(seconds=5)
    p.charge("T2", 1)
    evses = p.station._cabinet.evses
    assert (evses[2].offer[0].value, evses[1].offer[0].value, evses[1].limited) == (10.0, 0.0, True)
    p.run(ev.CableUnplugged(2))
    assert (evses[1].offer[0].value, evses[1].limited) == (10.0, False)


def test_a_limit_by_charge_holds_from_then_on__K01_FR_100(play: Any) -> None:
    p = play(Version.V21)
    p.go_online()
    p.charge()
    schedule = ChargingSchedule(
        id=1, unit=RateUnit.A, periods=[period(0, 16.0)], limit_at_soc={"soc": 80, "limit": 7.0}
    )
    profile = ChargingProfile(
        id=1, stack_level=0, purpose=P.TX_DEFAULT, kind=ProfileKind.RELATIVE, schedules=[schedule]
    )
    assert p.order(model.SetChargingProfile(evse=0, profile=profile)).status == "Accepted"
    assert p.station._fittings.get(Charging).limits.current(1) == 16.0
    p.tell(ev.Metered(1, 10, (Sample("SoC", 80.5, "Percent"),)))
    assert [item.current_a for item in told(p.wait(11))] == [7.0]


def test_an_ev_that_gives_is_not_suspended_and_gives_no_more_than_the_grid_wants__R04(play: Any) -> None:
    p = play(Version.V21)
    p.go_online()
    p.charge()
    giving = period(0, 16.0, setpoint=-10.0, discharge_limit=-10.0, operation_mode="CentralSetpoint")
    (limit,) = told(install(p, giving, purpose=P.TX, transaction_id="tx-1", evse=1))
    assert (limit.current_a, limit.discharge_w) == (0.0, 6900.0)
    assert p.station.evses[1].charging_state is ChargingState.CHARGING
    control = Control(
        id="c",
        type=ControlType.LIMIT_MAX_DISCHARGE,
        default=True,
        settings={"priority": 1, "pctMaxDischargePower": 25.0},
    )
    effects = p.run(ev.Ordered("o", SetControl(control=control)))
    assert [item.discharge_w for item in told(effects)] == [5520.0]
