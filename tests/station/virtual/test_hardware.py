"""The virtual hardware as one thing."""

from collections.abc import Iterator

from busbar.model.values import IdToken
from busbar.station.effects import Lock, SetLimit, SwitchContactor
from busbar.station.events import CablePluggedIn, CableUnplugged, EvDemandChanged, Event, TokenRead
from busbar.station.virtual.hardware import VirtualHardware
from busbar.station.virtual.vehicle import Supply, Vehicle
from busbar.station.virtual.visits import Visit

TOKEN = IdToken("T1")


def hardware(*visits: Visit, saved: dict[str, bytes] | None = None, evses: int = 1) -> VirtualHardware:
    coming: list[Iterator[Visit]] = [iter(visits), *(iter(()) for _ in range(evses - 1))]
    found = VirtualHardware(Supply(), coming, saved or {})
    found.start(0.0)
    return found


def played(found: VirtualHardware, until: float) -> list[tuple[float, Event]]:
    events: list[tuple[float, Event]] = []
    while (due := found.next_due()) is not None and due <= until:
        events += [(due, event) for event in found.on_due(due)]
    return events


def test_a_visit_until_full_runs_by_itself_and_the_ledger_has_what_the_vehicle_took() -> None:
    vehicle = Vehicle(capacity_wh=1000.0, stored_wh=700.0, target=0.9, efficiency=1.0)
    found = hardware(Visit(token=TOKEN, vehicle=vehicle, charge_s=None))
    assert [event for _, event in played(found, 5.0)] == [CablePluggedIn(1), TokenRead(TOKEN, 1)]
    assert found.perform(SwitchContactor(1, closed=True), 5.0) == [EvDemandChanged(1, drawing=True)]
    assert found.charging == 1
    events = [event for _, event in played(found, 4000.0)]
    assert events[:2] == [EvDemandChanged(1, drawing=False), TokenRead(TOKEN, 1)]
    found.perform(SwitchContactor(1, closed=False), 4000.0)
    assert [event for _, event in played(found, 5000.0)] in ([], [CableUnplugged(1)])
    assert found.idle
    assert found.delivered_wh in (199, 200)
    assert abs(vehicle.stored_wh - 900.0) < 0.01


def test_registers_survive_a_power_cut() -> None:
    found = hardware(Visit(token=TOKEN, charge_s=None), evses=2)
    played(found, 2.0)
    found.perform(SwitchContactor(1, closed=True), 2.0)
    (reading,) = found.readings(600.0)
    assert reading.register_wh > 0
    again = hardware(saved=found.kept(), evses=2)
    assert [r.register_wh for r in again.readings(0.0, all_evses=True)] == [reading.register_wh, 0]
    assert again.delivered_wh == 0


def test_only_closed_contactors_are_read() -> None:
    found = hardware(evses=2)
    assert found.readings(0.0) == []
    found.perform(SwitchContactor(2, closed=True), 0.0)
    assert [reading.evse for reading in found.readings(1.0)] == [2]


def test_other_effects_and_other_evses_do_nothing() -> None:
    found = hardware()
    assert found.perform(Lock(1, locked=True), 0.0) == []
    assert found.perform(SwitchContactor(9, closed=True), 0.0) == []


def test_a_restart_finds_the_cable_again() -> None:
    found = hardware(Visit(token=TOKEN))
    played(found, 2.0)
    found.perform(SwitchContactor(1, closed=True), 2.0)
    assert found.power_cycle(3.0) == [CablePluggedIn(1)]
    assert not found.idle
    assert found.charging == 0


def test_finish_empties_the_station() -> None:
    found = hardware(Visit(token=TOKEN, charge_s=None, ends_with_token=False), Visit(token=TOKEN))
    played(found, 2.0)
    found.perform(SwitchContactor(1, closed=True), 2.0)
    found.finish(10.0)
    assert [event for _, event in played(found, 11.0)] == [CableUnplugged(1)]
    found.perform(SwitchContactor(1, closed=False), 10.0)
    assert found.idle
    assert found.next_due() is None


def test_a_limit_goes_to_its_evse_alone() -> None:
    found = hardware(Visit(token=TOKEN, vehicle=Vehicle(max_current_a=32.0)), evses=2)
    assert found.perform(SetLimit(2, 6.0, 4140.0, 3), 0.0) == []
    assert found.perform(SetLimit(9, 6.0, 4140.0, 3), 0.0) == []
    played(found, 2.0)
    found.perform(SwitchContactor(1, closed=True), 2.0)
    assert found.readings(60.0)[0].samples[0].value == 22_080.0
    found.perform(SetLimit(1, 10.0, 6900.0, 3), 60.0)
    assert found.readings(61.0)[0].samples[0].value == 6900.0


def test_a_driver_who_stays_is_there_when_the_ev_was_full_long_ago() -> None:
    vehicle = Vehicle(capacity_wh=1000.0, stored_wh=899.0, target=0.9, efficiency=1.0)
    found = hardware(Visit(token=TOKEN, vehicle=vehicle, charge_s=3600.0, stays_when_full=True))
    played(found, 5.0)
    found.perform(SwitchContactor(1, closed=True), 5.0)
    events = played(found, 4000.0)
    assert [time for time, event in events if isinstance(event, TokenRead)] == [3605.0]


def test_an_ev_that_came_without_a_driver_leaves_at_the_end() -> None:
    found = hardware()
    found.plug_in(1, Vehicle(), 0.0)
    found.finish(1.0)
    assert [event for _, event in played(found, 2.0)] == [CableUnplugged(1)]


def test_what_was_given_back_outlasts_a_power_cut() -> None:
    hardware = VirtualHardware(Supply(), [iter(())], {})
    hardware.plug_in(1, Vehicle(bidirectional=True, stored_wh=50_000.0), 0.0)
    hardware.perform(SwitchContactor(1, closed=True), 0.0)
    hardware.perform(SetLimit(1, 0.0, 0.0, 3, None, 5000.0), 0.0)
    hardware.readings(3600.0)
    again = VirtualHardware(Supply(), [iter(())], hardware.kept())
    exported = again.evse(1).exported
    assert exported is not None
    assert exported.register_wh > 4000
