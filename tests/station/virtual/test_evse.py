"""Energy through a virtual EVSE."""

import pytest

from busbar.model.charging import ChargingSchedule, RateUnit, SchedulePeriod
from busbar.station.events import CablePluggedIn, CableUnplugged, EvDemandChanged, EvNeeds, EvScheduled
from busbar.station.virtual.evse import RAMP_S, VirtualEvse
from busbar.station.virtual.meter import Ledger
from busbar.station.virtual.vehicle import Supply, Vehicle


def charging(vehicle: Vehicle, supply: Supply | None = None) -> VirtualEvse:
    evse = VirtualEvse(1, supply or Supply(), Ledger())
    evse.plug_in(vehicle, 100.0)
    evse.switch(closed=True, now=100.0)
    return evse


def test_nothing_flows_before_the_contactor_closes_and_after_it_opens() -> None:
    evse = VirtualEvse(1, Supply(), Ledger())
    assert evse.plug_in(Vehicle(), 0.0) == [CablePluggedIn(1)]
    assert evse.metered(3600.0).register_wh == 0
    assert evse.switch(closed=True, now=3600.0) == [EvDemandChanged(1, drawing=True)]
    evse.switch(closed=False, now=3700.0)
    register = evse.metered(3700.0).register_wh
    assert register > 0
    assert evse.metered(9000.0).register_wh == register


def test_energy_is_the_integral_of_power_however_often_the_meter_is_read() -> None:
    def vehicle() -> Vehicle:
        return Vehicle(capacity_wh=20_000.0, stored_wh=15_500.0, max_current_a=16.0)

    often, once = charging(vehicle()), charging(vehicle())
    integral_wh, at = 0.0, 100.0
    while at < 1900.0:
        before = often.flow(at).power_w
        at += 0.25
        often.metered(at)
        integral_wh += (before + often.flow(at).power_w) / 2 * 0.25 / 3600
    assert often.ledger.register_wh + often.ledger.fraction_wh == pytest.approx(integral_wh, rel=1e-4)
    once.metered(1900.0)
    assert once.ledger.register_wh == pytest.approx(often.ledger.register_wh, abs=1)


def test_the_ev_starts_up_within_the_ramp() -> None:
    evse = charging(Vehicle())
    powers = [evse.flow(100.0 + RAMP_S * share).power_w for share in (0.0, 0.5, 1.0, 2.0)]
    assert powers[0] == 0.0
    assert powers[1] == pytest.approx(powers[2] / 2)
    assert powers[2] == powers[3]


def test_state_of_charge_and_register_only_rise_until_the_target() -> None:
    evse = charging(Vehicle(capacity_wh=1000.0, stored_wh=700.0, target=0.9), Supply(dc=True, max_power_w=5_000.0))
    socs, registers, at = [], [], 100.0
    while not (ended := evse.settle(at)):
        reading = evse.metered(at)
        socs.append(next(s.value or 0.0 for s in reading.samples if s.measurand == "SoC"))
        registers.append(reading.register_wh)
        due = evse.settles_at()
        assert due is not None
        assert due > at
        at = due
    assert ended == [EvDemandChanged(1, drawing=False)]
    assert socs == sorted(socs)
    assert registers == sorted(registers)
    assert evse.vehicle is not None
    assert evse.vehicle.soc == pytest.approx(0.9)
    assert evse.ledger.register_wh + evse.ledger.fraction_wh == pytest.approx(200.0 / 0.92)
    assert evse.settles_at() is None


def test_a_full_ev_asks_for_nothing() -> None:
    evse = VirtualEvse(1, Supply(), Ledger())
    evse.plug_in(Vehicle(stored_wh=60_000.0), 0.0)
    assert evse.switch(closed=True, now=1.0) == [EvDemandChanged(1, drawing=False)]
    assert evse.metered(100.0).register_wh == 0


def test_an_ev_that_comes_to_a_closed_contactor_draws() -> None:
    evse = VirtualEvse(1, Supply(), Ledger())
    evse.switch(closed=True, now=0.0)
    assert evse.plug_in(Vehicle(), 5.0) == [CablePluggedIn(1), EvDemandChanged(1, drawing=True)]
    assert evse.unplug(6.0) == [CableUnplugged(1)]
    assert evse.unplug(7.0) == []


def test_power_loss_opens_the_contactor_and_keeps_register_and_cable() -> None:
    evse = charging(Vehicle())
    register = evse.metered(400.0).register_wh
    assert evse.power_cycle(400.0) == [CablePluggedIn(1)]
    assert not evse.closed
    assert evse.metered(800.0).register_wh == register > 0


def test_an_ev_follows_the_limit_at_once() -> None:
    evse = charging(Vehicle(capacity_wh=100_000.0, stored_wh=10_000.0, max_current_a=32.0))
    evse.metered(200.0)
    evse.limit(10.0, 6900.0, 3, 200.0)
    before = evse.ledger.register_wh + evse.ledger.fraction_wh
    evse.metered(3800.0)
    assert evse.ledger.register_wh + evse.ledger.fraction_wh - before == pytest.approx(6900.0)
    assert {sample.value for sample in evse.metered(3800.0).samples if sample.measurand == "Current.Import"} == {10.0}
    evse.limit(16.0, 3680.0, 1, 3800.0)
    assert evse.flow(3900.0).power_w == pytest.approx(3680.0)


def test_an_ev_that_is_given_nothing_waits_without_end() -> None:
    evse = charging(Vehicle())
    evse.limit(0.0, 0.0, 3, 200.0)
    register = evse.metered(200.0).register_wh
    assert evse.settles_at() is None
    assert evse.metered(9000.0).register_wh == register
    assert evse.settle(9000.0) == []
    evse.limit(16.0, 11_040.0, 3, 9000.0)
    assert evse.settles_at() is not None


def test_dc_is_limited_by_power_and_a_power_cut_forgets_the_limit() -> None:
    evse = charging(Vehicle(capacity_wh=100_000.0), Supply(dc=True, max_power_w=50_000.0))
    evse.limit(25.0, 10_000.0, 1, 200.0)
    assert evse.flow(300.0).power_w == pytest.approx(10_000.0)
    evse.power_cycle(300.0)
    assert evse.supply.max_power_w == 50_000.0


@pytest.mark.parametrize("dc", [False, True])
def test_an_ev_gives_back_down_to_its_reserve(dc: bool) -> None:
    vehicle = Vehicle(capacity_wh=10_000.0, stored_wh=9_000.0, bidirectional=True, reserve=0.5, efficiency=0.8)
    evse = charging(vehicle, Supply(dc=dc))
    before = evse.metered(200.0).register_wh
    evse.limit(0.0, 0.0, 3, 200.0, discharge_w=3000.0)
    assert evse.flow(300.0).power_w == pytest.approx(-3000.0)
    shown = {sample.measurand: sample.value for sample in evse.metered(300.0).samples}
    assert (shown["Power.Active.Import"], shown["Power.Active.Export"]) == (0.0, 3000.0)
    evse.metered(10_000.0)
    assert vehicle.stored_wh == pytest.approx(5000.0)
    assert evse.flow(10_000.0).power_w == 0.0
    assert evse.ledger.register_wh == before
    assert evse.exported is not None
    assert evse.exported.register_wh == pytest.approx((9000.0 + before * 0.8 - 5000.0) * 0.8, abs=3.0)
    evse.limit(16.0, 11_040.0, 3, 10_000.0)
    assert evse.flow(10_100.0).power_w > 0


def test_a_full_ev_gives_where_it_is_asked_to_and_others_never() -> None:
    full = charging(Vehicle(capacity_wh=100.0, stored_wh=100.0, bidirectional=True))
    assert full.limit(0.0, 0.0, 3, 200.0, discharge_w=1000.0) == [EvDemandChanged(1, drawing=True)]
    assert full.settle(201.0) == []
    plain = charging(Vehicle())
    plain.limit(0.0, 0.0, 3, 200.0, discharge_w=1000.0)
    assert plain.flow(300.0).power_w == 0.0


def test_an_ev_that_speaks_15118_says_what_it_needs_and_plans() -> None:
    evse = VirtualEvse(1, Supply(), Ledger())
    evse.plug_in(Vehicle(iso15118=True), 0.0)
    needs, demand = evse.switch(closed=True, now=1.0)
    assert isinstance(needs, EvNeeds)
    assert (needs.energy_transfer, demand) == ("AC_three_phase", EvDemandChanged(1, drawing=True))
    offered = ChargingSchedule(unit=RateUnit.A, periods=[SchedulePeriod(start_period=0, limit=9.0)])
    assert evse.plan(offered) == [EvScheduled(1, offered)]
    plain = charging(Vehicle())
    assert plain.plan(offered) == []
