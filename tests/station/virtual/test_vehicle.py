"""The physics of charging."""

import pytest

from busbar.model.charging import ChargingSchedule, RateUnit, SchedulePeriod
from busbar.station.virtual.vehicle import Supply, Vehicle

AC = Supply(max_current_a=32.0)
DC = Supply(dc=True, max_power_w=50_000.0)


@pytest.mark.parametrize("phases", [1, 3])
def test_ac_power_is_voltage_times_current_times_phases(phases: int) -> None:
    flow = Vehicle(phases=phases, max_current_a=16.0).draw(AC)
    assert (flow.current_a, flow.phases) == (16.0, phases)
    assert flow.power_w == pytest.approx(230.0 * 16.0 * phases)


def test_the_weaker_of_vehicle_and_evse_decides() -> None:
    assert Vehicle(max_current_a=64.0).draw(AC).current_a == 32.0
    assert Vehicle(phases=3).draw(Supply(phases=1)).phases == 1
    assert Vehicle(max_power_w=20_000.0).draw(DC).power_w == pytest.approx(20_000.0)
    assert Vehicle(max_power_w=200_000.0).draw(DC).power_w == pytest.approx(50_000.0)


def test_power_falls_above_the_taper_and_never_before() -> None:
    powers = [
        Vehicle(capacity_wh=100.0, stored_wh=soc, taper_from=0.8).draw(AC).power_w for soc in (10, 50, 80, 85, 90, 99.9)
    ]
    assert powers[0] == powers[1] == powers[2]
    assert powers[2] > powers[3] > powers[4] > powers[5] > 0.09 * powers[0]


def test_the_vehicle_takes_exactly_what_it_lacks_and_then_nothing() -> None:
    vehicle = Vehicle(capacity_wh=1000.0, stored_wh=790.0, target=0.8, efficiency=0.8)
    lacking = vehicle.wanted_wh
    taken = sum(vehicle.take(vehicle.draw(AC), 10.0) for _ in range(20))
    assert taken == pytest.approx(lacking) == pytest.approx(12.5)
    assert vehicle.full
    assert vehicle.draw(AC).power_w == 0.0


def test_dc_voltage_rises_with_the_state_of_charge() -> None:
    low, high = Vehicle(stored_wh=6_000.0).draw(DC), Vehicle(stored_wh=42_000.0).draw(DC)
    assert low.voltage_v < high.voltage_v
    assert low.power_w == pytest.approx(high.power_w) == pytest.approx(low.voltage_v * low.current_a)


def test_a_supply_tells_its_line_and_is_limited_within_it() -> None:
    assert (AC.line.max_current_a, AC.line.phases, AC.line.dc) == (32.0, 3, False)
    assert (DC.line.max_current_a, DC.line.phases, DC.line.dc) == (125.0, 1, True)
    assert AC.limited(64.0, 44_160.0, 3).max_current_a == 32.0
    assert AC.limited(10.0, 2300.0, 1).phases == 1
    assert DC.limited(25.0, 10_000.0, 1).max_power_w == 10_000.0


@pytest.mark.parametrize(("supply", "unit", "most"), [(AC, "A", 16.0), (AC, "W", 11_040.0), (DC, "W", 40_000.0)])
def test_an_ev_plans_what_it_can_within_what_it_is_offered(supply: Supply, unit: str, most: float) -> None:
    periods = [SchedulePeriod(start_period=0, limit=5.0), SchedulePeriod(start_period=9, limit=1e6)]
    offered = ChargingSchedule(unit=RateUnit(unit), periods=periods)
    planned = Vehicle(max_power_w=40_000.0).plan(offered, supply)
    assert [period.limit for period in planned.periods] == [5.0, most]
