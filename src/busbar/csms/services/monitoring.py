"""Monitors of variables and their events: what a station has, and what it told. Knows no version and no loop."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from busbar.csms.changes import Change, RowAdded, RowGone, RowPut
from busbar.csms.happenings import AnyHappening, EventNotified, ReportCompleted
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.monitoring import Monitor, MonitoringChoice, StationEvent
from busbar.csms.records.reports import Subject
from busbar.csms.rows import Command
from busbar.csms.services import availability, device_model, reports
from busbar.csms.services.clock import plausible
from busbar.csms.services.view import Conclusion, Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.facts import Acknowledged, StatusChanged
from busbar.model.monitoring import (
    ClearMonitors,
    Event,
    EventsNotified,
    MonitorsCleared,
    MonitorsReported,
    MonitorsSet,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
    StreamRate,
)
from busbar.model.orders import Outcome, VariableName
from busbar.model.values import ConnectorStatus, Place

BASE: Final = "base"
LEVEL: Final = "level"
ALL: Final = "All"
HARD_WIRED_ONLY: Final = "HardWiredOnly"
CUSTOM: Final = "CustomMonitor"
HARD_WIRED: Final = "HardWiredMonitor"
_STATUSES: Final = {status.value: status for status in ConnectorStatus}


def stands(monitor: Monitor, base: MonitoringChoice | None) -> bool:
    """Tell whether a station should still have a monitor, by the monitoring base that it took since (N03)."""
    if base is None or base.at <= monitor.known_at or base.value == ALL:
        return True
    if base.value == HARD_WIRED_ONLY:
        return monitor.origin == HARD_WIRED
    return monitor.origin != CUSTOM


def events_needs(fact: EventsNotified, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return the monitors and the values that the events are about."""
    return tuple(need for need in _event_needs(fact, view).values() if need not in view.found)


def _event_needs(fact: EventsNotified, view: StationView) -> Mapping[str, RowNeed]:
    station = ("station_id", view.station.id)
    paths = tuple(sorted({device_model.path(event.name) for event in fact.events}))
    needs = {"values": RowNeed(ModelValue, (station, ("path", paths), ("attribute", device_model.ACTUAL)))}
    ids = {event.monitor_id for event in fact.events if event.severity is None and event.monitor_id is not None}
    if ids:
        needs["monitors"] = RowNeed(Monitor, (station, ("id", tuple(sorted(ids)))))
    return needs


def events_notified(fact: EventsNotified, view: StationView, context: Context, at: datetime) -> Decision:
    """Keep events, let the newest say what their variables are, and tell of them (N07, N08)."""
    needs = _event_needs(fact, view)
    values: tuple[ModelValue, ...] = view.found.get(needs["values"], ())
    monitors: tuple[Monitor, ...] = view.found[needs["monitors"]] if "monitors" in needs else ()
    severities = {monitor.id: monitor.severity for monitor in monitors}
    rows = [_event_row(event, severities, view, at) for event in fact.events]
    changes: list[Change] = [RowAdded(row) for row in rows]
    changes += _newest_values(fact.events, values, view.station.id, at)
    happenings: list[AnyHappening] = [_told(rows, view, at)]
    for event in fact.events:
        status = _connector_status(event)
        if status is not None:
            decision = availability.status_changed(status, view, context, at)
            changes += decision.changes
            happenings += decision.happenings
    return Decision(Acknowledged(), changes, happenings)


def _event_row(event: Event, severities: Mapping[int, int], view: StationView, at: datetime) -> StationEvent:
    severity = event.severity
    if severity is None and event.monitor_id is not None:
        severity = severities.get(event.monitor_id)
    hidden = device_model.secret(event.name.variable)
    return StationEvent(
        station_id=view.station.id,
        event_id=event.id,
        at=event.at,
        received_at=at,
        trigger=event.trigger,
        origin=event.origin,
        **_where(event.name),
        value="" if hidden else event.value,
        cause=event.cause,
        tech_code=event.tech_code,
        tech_info=event.tech_info,
        cleared=event.cleared,
        transaction_id=event.transaction_id,
        monitor_id=event.monitor_id,
        severity=severity,
    )


def _where(name: VariableName) -> dict[str, Any]:
    return {
        "path": device_model.path(name),
        "component": name.component,
        "component_instance": name.component_instance,
        "variable": name.variable,
        "variable_instance": name.variable_instance,
        "evse": name.evse,
        "connector": name.connector,
    }


def _newest_values(
    events: Iterable[Event], known: Iterable[ModelValue], station_id: int, at: datetime
) -> Iterable[Change]:
    """Return the values that events tell, unless a newer one is known: events may come late out of a queue."""
    newest = {row.path: row.at for row in known}
    found: dict[str, Change] = {}
    for event in events:
        name = event.name
        where, had_at = device_model.path(name), min(event.at, at)
        if (where in newest and newest[where] > had_at) or not plausible(event.at, at):
            continue
        newest[where] = had_at
        found[where] = RowPut(device_model.value_row(station_id, name, event.value, had_at, "event"))
        yield RowAdded(device_model.variable_row(station_id, name))
    yield from found.values()


def _told(rows: list[StationEvent], view: StationView, at: datetime) -> EventNotified:
    severities = [row.severity for row in rows if row.severity is not None]
    return EventNotified(
        station=view.station.identity, at=at, events=rows, severity=min(severities) if severities else None
    )


def _connector_status(event: Event) -> StatusChanged | None:
    """Read a connector's status out of an event: it may be told in this way only (G01)."""
    name = event.name
    if (name.component or "").casefold() != "connector" or name.variable.casefold() != "availabilitystate":
        return None
    status = _STATUSES.get(event.value)
    if status is None or name.evse is None or name.connector is None:
        return None
    return StatusChanged(place=Place(name.evse, name.connector), status=status, at=event.at)


def reported_needs(fact: MonitorsReported, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return the progress of the report that a part belongs to."""
    need = reports.progress_need(Subject.MONITORS, fact.part, view)
    return () if need in view.found else (need,)


def reported(fact: MonitorsReported, view: StationView, _context: Context, at: datetime) -> Decision:
    """Take in a part of a report of monitors (N02)."""
    station = view.station
    changes: list[Change] = [
        RowPut(
            Monitor(
                station_id=station.id,
                id=item.id,
                **_where(item.name),
                kind=item.kind,
                value=item.value,
                severity=item.severity,
                transaction=item.transaction,
                origin=item.origin,
                known_at=at,
            )
        )
        for item in fact.monitors
    ]
    progress = reports.progressed(Subject.MONITORS, fact.part, len(fact.monitors), view, at)
    changes.append(RowPut(progress))
    told: list[AnyHappening] = []
    if progress.complete:
        told.append(
            ReportCompleted(station=station.identity, at=at, subject=Subject.MONITORS, request_id=progress.request_id)
        )
    return Decision(Acknowledged(), changes, told)


def were_set(
    order: SetMonitors, _command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep the monitors that a station took, by the ids it gave them (N04)."""
    if not isinstance(outcome, MonitorsSet):
        return Conclusion()
    asked = {(device_model.path(item.name), item.kind, item.severity): item for item in order.monitors}
    changes: list[Change] = []
    for result in outcome.monitors:
        item = asked.get((device_model.path(result.name), result.kind, result.severity))
        if result.status != "Accepted" or result.id is None or item is None:
            continue
        rate = item.stream or StreamRate()
        changes.append(
            RowPut(
                Monitor(
                    station_id=view.station.id,
                    id=result.id,
                    **_where(item.name),
                    kind=item.kind,
                    value=item.value,
                    severity=item.severity,
                    transaction=item.transaction,
                    origin=CUSTOM,
                    interval_s=rate.interval_s,
                    values=rate.values,
                    known_at=at,
                )
            )
        )
    return Conclusion(changes)


def were_cleared(
    _order: ClearMonitors, _command: Command, outcome: Outcome | None, view: StationView, _at: datetime
) -> Conclusion:
    """Forget the monitors that a station cleared, or does not have (N06)."""
    if not isinstance(outcome, MonitorsCleared):
        return Conclusion()
    gone = [item.id for item in outcome.monitors if item.status in ("Accepted", "NotFound")]
    return Conclusion([RowGone(Monitor, (view.station.id, monitor_id)) for monitor_id in gone])


def base_was_set(
    order: SetMonitoringBase, _command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Remember the monitoring base that a station took (N03)."""
    return _chosen(BASE, order.base, outcome, view, at)


def level_was_set(
    order: SetMonitoringLevel, _command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Remember the monitoring level that a station took (N05)."""
    return _chosen(LEVEL, str(order.severity), outcome, view, at)


def _chosen(name: str, value: str, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    if outcome is None or outcome.status != "Accepted":
        return Conclusion()
    return Conclusion([RowPut(MonitoringChoice(station_id=view.station.id, name=name, value=value, at=at))])
