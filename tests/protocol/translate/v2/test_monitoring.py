"""Monitors are set in the words of the version, and what a station reports of them is read as it is sent."""

from datetime import UTC, datetime

import pytest

from busbar.model.device import ReportPart, Selection
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
from busbar.model.orders import Order, Outcome, VariableName
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator

NEWER = (Version.V201, Version.V21)
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NAME = VariableName(variable="AvailabilityState", component="EVSE", evse=1)
SETTING = MonitorSetting(name=NAME, kind="Delta", value=1.0, severity=8, id=4, transaction=True)
STREAMED = MonitorSetting(name=NAME, kind="Periodic", value=1.0, severity=8, stream=StreamRate(interval_s=0, values=5))


@pytest.mark.parametrize("version", NEWER)
@pytest.mark.parametrize(
    "order",
    [
        SetMonitors(monitors=[SETTING, MonitorSetting(name=NAME, kind="UpperThreshold", value=2.5, severity=0)]),
        ClearMonitors(ids=[1, 2]),
        SetMonitoringBase(base="FactoryDefault"),
        SetMonitoringLevel(severity=5),
        GetMonitoringReport(request_id=1),
        GetMonitoringReport(
            request_id=1,
            criteria=["DeltaMonitoring", "ThresholdMonitoring"],
            selections=[Selection(component="ChargingStation", variable="Power")],
        ),
    ],
)
def test_an_order_comes_out_as_it_was_written(version: Version, order: Order) -> None:
    action, payload = translator(version).from_order(order)
    assert translator(version).to_order(action, codec.decode_request(version, action, codec.encode(payload))) == order


def test_a_monitor_that_sends_a_stream_is_2_1s__N11_FR_09() -> None:
    order = SetMonitors(monitors=[STREAMED])
    action, payload = translator(Version.V21).from_order(order)
    assert translator(Version.V21).to_order(action, payload) == order
    with pytest.raises(Untranslatable):
        translator(Version.V201).from_order(order)
    by_nothing = MonitorSetting(name=NAME, kind="Periodic", value=1, severity=8, stream=StreamRate())
    with pytest.raises(Untranslatable):
        translator(Version.V21).from_order(SetMonitors(monitors=[by_nothing]))


@pytest.mark.parametrize("order", [SetMonitors(monitors=[]), ClearMonitors(ids=[]), SetMonitoringBase(base="None")])
def test_an_order_that_says_nothing_is_not_sent(order: Order) -> None:
    with pytest.raises(Untranslatable):
        translator(Version.V21).from_order(order)


def test_each_monitor_that_was_set_has_its_result() -> None:
    request = translator(Version.V21).from_order(SetMonitors(monitors=[SETTING]))[1]
    raw = (
        b'{"setMonitoringResult":[{"status":"Accepted","id":12,"type":"Delta","severity":8,"component":{"name":"EVSE",'
        b'"evse":{"id":1}},"variable":{"name":"AvailabilityState"}},{"status":"Duplicate","type":"Delta","severity":8,'
        b'"component":{"name":"EVSE"},"variable":{"name":"v"}}]}'
    )
    response = codec.decode_response(Version.V21, "SetVariableMonitoring", raw)
    outcome = translator(Version.V21).to_outcome("SetVariableMonitoring", request, response)
    other = VariableName(variable="v", component="EVSE")
    assert outcome == MonitorsSet(
        status="Duplicate",
        monitors=[
            MonitorSet(name=NAME, kind="Delta", severity=8, status="Accepted", id=12),
            MonitorSet(name=other, kind="Delta", severity=8, status="Duplicate"),
        ],
    )


def test_each_monitor_that_was_cleared_has_its_result() -> None:
    request = translator(Version.V201).from_order(ClearMonitors(ids=[1, 2]))[1]
    raw = b'{"clearMonitoringResult":[{"status":"Accepted","id":1},{"status":"NotFound","id":2}]}'
    response = codec.decode_response(Version.V201, "ClearVariableMonitoring", raw)
    outcome = translator(Version.V201).to_outcome("ClearVariableMonitoring", request, response)
    results = [MonitorCleared(id=1, status="Accepted"), MonitorCleared(id=2, status="NotFound")]
    assert outcome == MonitorsCleared(status="NotFound", monitors=results)


@pytest.mark.parametrize(
    ("version", "said", "origin"),
    [(Version.V201, b"", None), (Version.V21, b',"eventNotificationType":"CustomMonitor"', "CustomMonitor")],
)
def test_a_report_of_monitors_is_read(version: Version, said: bytes, origin: str | None) -> None:
    raw = (
        b'{"requestId":3,"seqNo":0,"generatedAt":"2026-01-02T03:04:05Z","monitor":[{"component":{"name":"EVSE","evse":'
        b'{"id":1}},"variable":{"name":"AvailabilityState"},"variableMonitoring":[{"id":9,"transaction":false,'
        b'"value":1,"type":"Delta","severity":8%s}]}]}' % said
    )
    fact = translator(version).to_fact(
        "NotifyMonitoringReport", codec.decode_request(version, "NotifyMonitoringReport", raw)
    )
    assert fact == MonitorsReported(
        part=ReportPart(request_id=3, seq_no=0, more=False, generated_at=AT),
        monitors=[
            ReportedMonitor(id=9, name=NAME, kind="Delta", value=1.0, severity=8, transaction=False, origin=origin)
        ],
    )


@pytest.mark.parametrize(
    ("version", "said", "severity"), [(Version.V201, b"", None), (Version.V21, b',"severity":2', 2)]
)
def test_events_are_read(version: Version, said: bytes, severity: int | None) -> None:
    raw = (
        b'{"generatedAt":"2026-01-02T03:04:05Z","seqNo":0,"tbc":true,"eventData":[{"eventId":1,"timestamp":'
        b'"2026-01-02T03:04:05Z","trigger":"Alerting","cause":7,"actualValue":"Faulted","techCode":"E1","techInfo":"i",'
        b'"cleared":true,"transactionId":"t","component":{"name":"EVSE","evse":{"id":1}},"variable":'
        b'{"name":"AvailabilityState"},"variableMonitoringId":9,"eventNotificationType":"HardWiredMonitor"%s}]}' % said
    )
    fact = translator(version).to_fact("NotifyEvent", codec.decode_request(version, "NotifyEvent", raw))
    event = Event(
        id=1,
        at=AT,
        trigger="Alerting",
        origin="HardWiredMonitor",
        name=NAME,
        value="Faulted",
        cause=7,
        tech_code="E1",
        tech_info="i",
        cleared=True,
        transaction_id="t",
        monitor_id=9,
        severity=severity,
    )
    assert fact == EventsNotified(generated_at=AT, seq_no=0, more=True, events=[event])


def answered(version: Version, action: str, outcome: Outcome) -> Outcome:
    speaker = translator(version)
    payload = speaker.from_outcome(action, outcome)
    return speaker.to_outcome(action, None, codec.decode_response(version, action, codec.encode(payload)))


@pytest.mark.parametrize("version", NEWER)
def test_what_a_station_answers_comes_out_as_it_was_written(version: Version) -> None:
    result = MonitorSet(name=NAME, kind="Delta", severity=3, status="Rejected", id=4)
    for action, outcome in (
        ("SetVariableMonitoring", MonitorsSet(status="Rejected", monitors=[result])),
        (
            "ClearVariableMonitoring",
            MonitorsCleared(status="NotFound", monitors=[MonitorCleared(id=1, status="NotFound")]),
        ),
        ("SetMonitoringBase", Outcome(status="NotSupported", reason="InvalidValue", detail="why")),
        ("SetMonitoringLevel", Outcome(status="Accepted")),
        ("GetMonitoringReport", Outcome(status="EmptyResultSet")),
    ):
        assert answered(version, action, outcome) == outcome


@pytest.mark.parametrize("version", NEWER)
def test_what_a_station_reports_comes_out_as_it_was_written(version: Version) -> None:
    newer = version is Version.V21
    part = ReportPart(request_id=1, seq_no=2, more=True, generated_at=AT)
    other = VariableName(variable="Power", component="EVSE", evse=1)
    monitors = [
        ReportedMonitor(
            id=number,
            name=name,
            kind="Delta",
            value=1.5,
            severity=4,
            transaction=False,
            origin="CustomMonitor" if newer else None,
        )
        for number, name in enumerate((NAME, NAME, other))
    ]
    event = Event(
        id=1,
        at=AT,
        trigger="Alerting",
        origin="CustomMonitor",
        name=NAME,
        value="5",
        cause=0,
        tech_code="t",
        tech_info="i",
        cleared=True,
        transaction_id="tx",
        monitor_id=0,
        severity=0 if newer else None,
    )
    for fact in (
        MonitorsReported(part=part, monitors=monitors),
        MonitorsReported(part=part),
        EventsNotified(generated_at=AT, seq_no=0, more=False, events=[event]),
    ):
        action, payload = translator(version).from_fact(fact)
        read = codec.decode_request(version, action, codec.encode(payload))
        assert translator(version).to_fact(action, read) == fact
