"""Monitors are known by what stations took and reported; their events are kept, told, and change the device model."""

import pytest

from busbar.csms.happenings import ConnectorChanged, EventNotified, ReportCompleted
from busbar.csms.records.device_model import ModelValue, ModelVariable
from busbar.csms.records.monitoring import Monitor, MonitoringChoice, StationEvent
from busbar.csms.services import commands, monitoring
from busbar.csms.services.conclusions import conclude
from busbar.model.device import ReportPart
from busbar.model.facts import Acknowledged
from busbar.model.monitoring import (
    ClearMonitors,
    Event,
    EventsNotified,
    MonitorCleared,
    MonitorsCleared,
    MonitorSet,
    MonitorSetting,
    MonitorsReported,
    MonitorsSet,
    ReportedMonitor,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
    StreamRate,
)
from busbar.model.orders import Outcome, VariableName

NAME = VariableName(variable="Power", component="EVSE", evse=1)
STATE = VariableName(variable="AvailabilityState", component="Connector", evse=1, connector=2)
SETTING = MonitorSetting(name=NAME, kind="Delta", value=1, severity=6, stream=StreamRate(values=4))


def concluded(world, order, outcome):
    command = commands.make("c", 7, "x", b"{}", at=world.T0, ttl_s=60)
    conclusion = conclude(order, command, outcome, world.view, world.at(5))
    world.store(conclusion.changes)
    return conclusion


def was_set(status: str = "Accepted", monitor_id: int | None = 12) -> MonitorsSet:
    result = MonitorSet(name=NAME, kind="Delta", severity=6, status=status, id=monitor_id)
    return MonitorsSet(status=status, monitors=[result])


def event(world, minutes: float = 1, *, name: VariableName = NAME, **fields) -> Event:
    base = {"id": 1, "trigger": "Delta", "origin": "CustomMonitor", "value": "11"}
    return Event(at=world.at(minutes), name=name, **(base | fields))


def notified(world, *events: Event) -> EventsNotified:
    return EventsNotified(generated_at=world.at(2), seq_no=0, more=False, events=list(events))


def monitors(world) -> dict[int, Monitor]:
    return {row.id: row for row in world.all(Monitor)}


def test_a_monitor_that_was_taken_is_known_by_its_id__N04(world) -> None:
    concluded(world, SetMonitors(monitors=[SETTING]), was_set())
    row = monitors(world)[12]
    assert (row.kind, row.severity, row.origin, row.values, row.evse) == ("Delta", 6, "CustomMonitor", 4, 1)


@pytest.mark.parametrize("outcome", [was_set("Rejected"), was_set("Accepted", None), None, Outcome(status="Accepted")])
def test_a_monitor_that_was_not_taken_is_not_known(world, outcome) -> None:
    concluded(world, SetMonitors(monitors=[SETTING]), outcome)
    assert not monitors(world)


@pytest.mark.parametrize(("status", "left"), [("Accepted", 0), ("NotFound", 0), ("Rejected", 1)])
def test_a_monitor_that_was_cleared_is_forgotten__N06(world, status: str, left: int) -> None:
    concluded(world, SetMonitors(monitors=[SETTING]), was_set())
    outcome = MonitorsCleared(status=status, monitors=[MonitorCleared(id=12, status=status)])
    concluded(world, ClearMonitors(ids=[12]), outcome)
    assert len(monitors(world)) == left


def test_nothing_is_forgotten_where_the_station_was_silent(world) -> None:
    concluded(world, SetMonitors(monitors=[SETTING]), was_set())
    concluded(world, ClearMonitors(ids=[12]), None)
    assert monitors(world)


def test_a_reported_monitor_is_known__N02(world) -> None:
    item = ReportedMonitor(
        id=3, name=NAME, kind="UpperThreshold", value=5, severity=2, transaction=True, origin="PreconfiguredMonitor"
    )
    part = ReportPart(request_id=8, seq_no=0, more=False, generated_at=world.at(1))
    decision = world.tell(MonitorsReported(part=part, monitors=[item]))
    assert monitors(world)[3].origin == "PreconfiguredMonitor"
    assert decision.happenings == [ReportCompleted(station="CS-7", at=world.at(600), subject="monitors", request_id=8)]
    assert decision.answer == Acknowledged()


@pytest.mark.parametrize(
    ("base", "standing"),
    [
        ("All", ["HardWiredMonitor", "PreconfiguredMonitor", "CustomMonitor"]),
        ("FactoryDefault", ["HardWiredMonitor", "PreconfiguredMonitor"]),
        ("HardWiredOnly", ["HardWiredMonitor"]),
    ],
)
def test_a_new_base_takes_monitors_away__N03(world, base: str, standing: list[str]) -> None:
    concluded(world, SetMonitors(monitors=[SETTING]), was_set())
    concluded(world, SetMonitoringBase(base=base), Outcome(status="Accepted"))
    (row,), (choice,) = world.all(Monitor), world.all(MonitoringChoice)
    choice.at = world.at(6)
    for origin in ("HardWiredMonitor", "PreconfiguredMonitor", "CustomMonitor"):
        row.origin = origin
        assert monitoring.stands(row, choice) is (origin in standing)
    row.known_at = world.at(7)
    assert monitoring.stands(row, choice)
    assert monitoring.stands(row, None)


def test_level_and_base_are_remembered_once_accepted__N05(world) -> None:
    concluded(world, SetMonitoringLevel(severity=5), Outcome(status="Rejected"))
    concluded(world, SetMonitoringLevel(severity=4), None)
    assert not world.all(MonitoringChoice)
    concluded(world, SetMonitoringLevel(severity=5), Outcome(status="Accepted"))
    concluded(world, SetMonitoringBase(base="All"), Outcome(status="Accepted"))
    assert {row.name: row.value for row in world.all(MonitoringChoice)} == {"base": "All", "level": "5"}


def test_an_event_is_kept_told_and_changes_the_device_model__N07_FR_03(world) -> None:
    concluded(world, SetMonitors(monitors=[SETTING]), was_set())
    decision = world.tell(notified(world, event(world, monitor_id=12), event(world, 2, id=2, value="12", severity=8)))
    assert decision.answer == Acknowledged()
    (first, second) = world.all(StationEvent)
    assert (first.severity, first.monitor_id, second.severity) == (6, 12, 8)
    (told,) = decision.happenings
    assert isinstance(told, EventNotified)
    assert (len(told.events), told.severity) == (2, 6)
    (value,) = world.all(ModelValue)
    assert (value.value, value.source, value.at) == ("12", "event", world.at(2))
    assert [row.variable for row in world.all(ModelVariable)] == ["Power"]


def test_an_event_that_comes_late_does_not_change_a_newer_value(world) -> None:
    world.tell(notified(world, event(world, 5, value="new")))
    world.tell(notified(world, event(world, 4, value="old")))
    world.tell(notified(world, event(world, 5, value="same time")))
    assert [row.value for row in world.all(ModelValue)] == ["same time"]
    assert len(world.all(StationEvent)) == 3


def test_an_event_of_a_clock_that_was_never_set_is_kept_and_changes_nothing(world) -> None:
    world.tell(notified(world, event(world, -60 * 24 * 365 * 40)))
    assert len(world.all(StationEvent)) == 1
    assert not world.all(ModelValue)


def test_a_connectors_state_may_come_as_an_event__G01(world) -> None:
    decision = world.tell(notified(world, event(world, name=STATE, value="Faulted")))
    assert world.connectors[1, 2].status == "Faulted"
    assert any(isinstance(told, ConnectorChanged) for told in decision.happenings)
    world.tell(notified(world, event(world, 2, name=STATE, value="Nonsense")))
    assert world.connectors[1, 2].status == "Faulted"


def test_a_secret_in_an_event_is_not_kept(world) -> None:
    name = VariableName(variable="BasicAuthPassword", component="SecurityCtrlr")
    decision = world.tell(notified(world, event(world, name=name, value="top secret")))
    assert "top secret" not in repr(world.rows)
    assert "top secret" not in repr(decision)
