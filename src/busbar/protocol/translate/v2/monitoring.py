"""2.x monitors, their reports and their events ↔ neutral; `wire` is the version's module of types."""

from datetime import UTC
from itertools import groupby
from typing import Any

from msgspec import UNSET

from busbar.model.facts import Acknowledged
from busbar.model.monitoring import (
    ClearMonitors,
    Event,
    EventsNotified,
    GetMonitoringReport,
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
from busbar.protocol.translate.errors import improper, unsupported, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.translate.v2.device import read_part, write_part
from busbar.protocol.translate.v2.variables import located, read_located, read_selected, selected
from busbar.protocol.translate.v2.words import status_writer


def part(wire: Any) -> Part:
    """Return what 2.0.1 and 2.1 share."""
    monitors = Monitors(wire)
    notified, reported = wire.NotifyEventResponse(), wire.NotifyMonitoringReportResponse()
    return Part(
        reports={
            "NotifyEvent": Report(_read_events, lambda _: notified, lambda _: Acknowledged()),
            "NotifyMonitoringReport": Report(_read_report, lambda _: reported, lambda _: Acknowledged()),
        },
        facts={EventsNotified: monitors.write_events, MonitorsReported: monitors.write_report},
        calls={
            "ClearVariableMonitoring": Call(
                lambda sent: ClearMonitors(ids=list(sent.id)), _read_cleared, monitors.write_cleared
            ),
            "GetMonitoringReport": Call(
                _read_get,
                read_status,
                status_writer(wire, wire.GetMonitoringReportResponse, wire.GenericDeviceModelStatusEnumType),
            ),
            "SetMonitoringBase": Call(
                lambda sent: SetMonitoringBase(base=sent.monitoring_base.value),
                read_status,
                status_writer(wire, wire.SetMonitoringBaseResponse, wire.GenericDeviceModelStatusEnumType),
            ),
            "SetMonitoringLevel": Call(
                lambda sent: SetMonitoringLevel(severity=sent.severity),
                read_status,
                status_writer(wire, wire.SetMonitoringLevelResponse, wire.GenericStatusEnumType),
            ),
            "SetVariableMonitoring": Call(_read_set, _read_was_set, monitors.write_was_set),
        },
        orders={
            ClearMonitors: monitors.write_clear,
            GetMonitoringReport: monitors.write_get,
            SetMonitoringBase: monitors.write_base,
            SetMonitoringLevel: monitors.write_level,
            SetMonitors: monitors.write_set,
        },
    )


class Monitors:
    """Writers for one version's wire module."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire

    def write_set(self, order: SetMonitors) -> Written:
        if not order.monitors:
            raise improper("nothing to set")
        items = [self._setting(item) for item in order.monitors]
        return "SetVariableMonitoring", self._wire.SetVariableMonitoringRequest(set_monitoring_data=items)

    def _setting(self, item: MonitorSetting) -> Any:
        wire, stream = self._wire, {}
        if item.stream is not None:
            if not hasattr(wire, "PeriodicEventStreamParamsType"):
                raise unsupported("2.0.1 has no event streams")
            stream = {"periodic_event_stream": write_rate(wire, item.stream)}
        return wire.SetMonitoringDataType(
            **located(wire, item.name),
            id=UNSET if item.id is None else item.id,
            transaction=item.transaction,
            value=item.value,
            type=word(wire.MonitorEnumType, item.kind),
            severity=item.severity,
            **stream,
        )

    def write_clear(self, order: ClearMonitors) -> Written:
        if not order.ids:
            raise improper("nothing to clear")
        return "ClearVariableMonitoring", self._wire.ClearVariableMonitoringRequest(id=order.ids)

    def write_base(self, order: SetMonitoringBase) -> Written:
        base = word(self._wire.MonitoringBaseEnumType, order.base)
        return "SetMonitoringBase", self._wire.SetMonitoringBaseRequest(monitoring_base=base)

    def write_level(self, order: SetMonitoringLevel) -> Written:
        return "SetMonitoringLevel", self._wire.SetMonitoringLevelRequest(severity=order.severity)

    def write_get(self, order: GetMonitoringReport) -> Written:
        wire = self._wire
        return "GetMonitoringReport", wire.GetMonitoringReportRequest(
            request_id=order.request_id,
            monitoring_criteria=[word(wire.MonitoringCriterionEnumType, item) for item in order.criteria] or UNSET,
            component_variable=[selected(wire, item) for item in order.selections] or UNSET,
        )

    def write_was_set(self, outcome: Any) -> Any:
        wire = self._wire
        results = [
            wire.SetMonitoringResultType(
                **located(wire, item.name),
                id=UNSET if item.id is None else item.id,
                status=word(wire.SetMonitoringStatusEnumType, item.status),
                type=word(wire.MonitorEnumType, item.kind),
                severity=item.severity,
            )
            for item in outcome.monitors
        ]
        return wire.SetVariableMonitoringResponse(set_monitoring_result=results)

    def write_cleared(self, outcome: Any) -> Any:
        wire = self._wire
        results = [
            wire.ClearMonitoringResultType(id=item.id, status=word(wire.ClearMonitoringStatusEnumType, item.status))
            for item in outcome.monitors
        ]
        return wire.ClearVariableMonitoringResponse(clear_monitoring_result=results)

    def write_report(self, fact: MonitorsReported) -> Written:
        """Write the monitors of a variable together, where they follow one another."""
        wire = self._wire
        told = "event_notification_type" in wire.VariableMonitoringType.__struct_fields__  # 2.1's
        items = []
        for name, monitors in groupby(fact.monitors, key=lambda monitor: monitor.name):
            written = []
            for one in monitors:
                origin = (
                    {"event_notification_type": word(wire.EventNotificationEnumType, one.origin or "")} if told else {}
                )
                written.append(
                    wire.VariableMonitoringType(
                        id=one.id,
                        transaction=one.transaction,
                        value=one.value,
                        type=word(wire.MonitorEnumType, one.kind),
                        severity=one.severity,
                        **origin,
                    )
                )
            items.append(wire.MonitoringDataType(**located(wire, name), variable_monitoring=written))
        return "NotifyMonitoringReport", wire.NotifyMonitoringReportRequest(
            **write_part(fact.part), monitor=items or UNSET
        )

    def write_events(self, fact: EventsNotified) -> Written:
        return "NotifyEvent", self._wire.NotifyEventRequest(
            generated_at=fact.generated_at,
            seq_no=fact.seq_no,
            tbc=fact.more,
            event_data=[self._event(event) for event in fact.events],
        )

    def _event(self, event: Event) -> Any:
        wire = self._wire
        newer = "severity" in wire.EventDataType.__struct_fields__ and event.severity is not None
        return wire.EventDataType(
            **located(wire, event.name),
            event_id=event.id,
            timestamp=event.at,
            trigger=word(wire.EventTriggerEnumType, event.trigger),
            event_notification_type=word(wire.EventNotificationEnumType, event.origin),
            actual_value=event.value,
            cause=UNSET if event.cause is None else event.cause,
            tech_code=event.tech_code or UNSET,
            tech_info=event.tech_info or UNSET,
            cleared=event.cleared or UNSET,
            transaction_id=event.transaction_id or UNSET,
            variable_monitoring_id=UNSET if event.monitor_id is None else event.monitor_id,
            **({"severity": event.severity} if newer else {}),
        )


def write_rate(wire: Any, rate: StreamRate) -> Any:
    """Write how often a stream sends (2.1). Raises Untranslatable where nothing is said (N11.FR.09)."""
    if rate.interval_s is None and rate.values is None:
        raise improper("a stream needs an interval, a number of values, or both")
    return wire.PeriodicEventStreamParamsType(
        interval=UNSET if rate.interval_s is None else rate.interval_s,
        values=UNSET if rate.values is None else rate.values,
    )


def read_rate(sent: Any) -> StreamRate:
    """Read how often a stream sends."""
    return StreamRate(
        interval_s=None if sent.interval is UNSET else sent.interval,
        values=None if sent.values is UNSET else sent.values,
    )


def _read_set(sent: Any) -> SetMonitors:
    return SetMonitors(monitors=[_read_setting(item) for item in sent.set_monitoring_data])


def _read_setting(item: Any) -> MonitorSetting:
    stream = getattr(item, "periodic_event_stream", UNSET)
    return MonitorSetting(
        name=read_located(item),
        kind=item.type.value,
        value=item.value,
        severity=item.severity,
        id=None if item.id is UNSET else item.id,
        transaction=item.transaction is True,
        stream=None if stream is UNSET else read_rate(stream),
    )


def _read_was_set(_request: Any, sent: Any) -> MonitorsSet:
    """Read one result per monitor; the status of all is the first refusal."""
    monitors = [
        MonitorSet(
            name=read_located(item),
            kind=item.type.value,
            severity=item.severity,
            status=item.status.value,
            id=None if item.id is UNSET else item.id,
        )
        for item in sent.set_monitoring_result
    ]
    return MonitorsSet(status=_overall([item.status for item in monitors]), monitors=monitors)


def _read_cleared(_request: Any, sent: Any) -> MonitorsCleared:
    monitors = [MonitorCleared(id=item.id, status=item.status.value) for item in sent.clear_monitoring_result]
    return MonitorsCleared(status=_overall([item.status for item in monitors]), monitors=monitors)


def _overall(statuses: list[str]) -> str:
    return next((status for status in statuses if status != "Accepted"), "Accepted")


def _read_get(sent: Any) -> GetMonitoringReport:
    return GetMonitoringReport(
        request_id=sent.request_id,
        criteria=[item.value for item in sent.monitoring_criteria or []],
        selections=[read_selected(item) for item in sent.component_variable or []],
    )


def _read_report(sent: Any) -> MonitorsReported:
    monitors = [
        ReportedMonitor(
            id=monitor.id,
            name=read_located(item),
            kind=monitor.type.value,
            value=monitor.value,
            severity=monitor.severity,
            transaction=monitor.transaction,
            origin=_text(getattr(monitor, "event_notification_type", UNSET)),
        )
        for item in sent.monitor or []
        for monitor in item.variable_monitoring
    ]
    return MonitorsReported(part=read_part(sent), monitors=monitors)


def _read_events(sent: Any) -> EventsNotified:
    return EventsNotified(
        generated_at=sent.generated_at.astimezone(UTC),
        seq_no=sent.seq_no,
        more=sent.tbc is True,
        events=[_read_event(item) for item in sent.event_data],
    )


def _read_event(item: Any) -> Event:
    severity = getattr(item, "severity", UNSET)
    return Event(
        id=item.event_id,
        at=item.timestamp.astimezone(UTC),
        trigger=item.trigger.value,
        origin=item.event_notification_type.value,
        name=read_located(item),
        value=item.actual_value,
        cause=None if item.cause is UNSET else item.cause,
        tech_code=item.tech_code or None,
        tech_info=item.tech_info or None,
        cleared=item.cleared is True,
        transaction_id=item.transaction_id or None,
        monitor_id=None if item.variable_monitoring_id is UNSET else item.variable_monitoring_id,
        severity=None if severity is UNSET else severity,
    )


def _text(sent: Any) -> str | None:
    return None if sent is UNSET else str(sent.value)
