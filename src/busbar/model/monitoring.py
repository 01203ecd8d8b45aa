"""Monitors of variables, the events they cause, and periodic streams of events (2.x; streams are 2.1's)."""

from dataclasses import dataclass, field
from datetime import datetime

from busbar.model.device import ReportPart, Selection
from busbar.model.facts import Answer, Fact
from busbar.model.orders import Order, Outcome, VariableName


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRate:
    """How often a stream sends: every `interval_s`, or after `values` samples; at least one is given (N11.FR.09)."""

    interval_s: int | None = None
    values: int | None = None


@dataclass(slots=True, kw_only=True)
class MonitorSetting:
    """A monitor to set. `id` replaces the one with that id; None lets the station number it."""

    name: VariableName
    kind: str
    value: float
    severity: int
    id: int | None = None
    transaction: bool = False
    stream: StreamRate | None = None


@dataclass(slots=True, kw_only=True)
class MonitorSet:
    """What a station said of one monitor to set; `id` is given where it was accepted."""

    name: VariableName
    kind: str
    severity: int
    status: str
    id: int | None = None


@dataclass(slots=True, kw_only=True)
class MonitorCleared:
    """What a station said of one monitor to clear: Accepted, Rejected or NotFound."""

    id: int
    status: str


@dataclass(slots=True, kw_only=True)
class ReportedMonitor:
    """A monitor as a station reported it. `origin` is an EventNotificationEnumType, None in 2.0.1's reports."""

    id: int
    name: VariableName
    kind: str
    value: float
    severity: int
    transaction: bool
    origin: str | None = None


@dataclass(slots=True, kw_only=True)
class MonitorsReported(Fact):
    """A part of a report of monitors (NotifyMonitoringReport)."""

    part: ReportPart
    monitors: list[ReportedMonitor] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Event:
    """Something that a monitor, or the station's maker, notices (EventDataType).

    Attributes:
        trigger: Alerting, Delta or Periodic.
        origin: HardWiredNotification, HardWiredMonitor, PreconfiguredMonitor or CustomMonitor.
        cause: the id of the event that led to this one.
        severity: 0 (danger) to 9 (debug); told in 2.1 only.
    """

    id: int
    at: datetime
    trigger: str
    origin: str
    name: VariableName
    value: str
    cause: int | None = None
    tech_code: str | None = None
    tech_info: str | None = None
    cleared: bool = False
    transaction_id: str | None = None
    monitor_id: int | None = None
    severity: int | None = None


@dataclass(slots=True, kw_only=True)
class EventsNotified(Fact):
    """Events of variables (NotifyEvent)."""

    generated_at: datetime
    seq_no: int
    more: bool
    events: list[Event]


@dataclass(slots=True, kw_only=True)
class StreamOpened(Fact):
    """A station asks to send a monitor's values as a stream (OpenPeriodicEventStream)."""

    id: int
    monitor_id: int
    rate: StreamRate


@dataclass(slots=True, kw_only=True)
class StreamClosed(Fact):
    """A station ends a stream (ClosePeriodicEventStream)."""

    id: int


@dataclass(frozen=True, slots=True)
class StreamValue:
    """One value of a stream and when it was taken."""

    at: datetime
    value: str


@dataclass(slots=True, kw_only=True)
class StreamNotified(Fact):
    """Values of a stream (NotifyPeriodicEventStream, never answered). `pending` is how many still wait to be sent."""

    id: int
    pending: int
    values: list[StreamValue]


@dataclass(slots=True, kw_only=True)
class StreamAnswer(Answer):
    """Whether a stream is taken: Accepted or Rejected."""

    status: str


@dataclass(slots=True, kw_only=True)
class SetMonitors(Order):
    """Set monitors (SetVariableMonitoring)."""

    monitors: list[MonitorSetting]


@dataclass(slots=True, kw_only=True)
class ClearMonitors(Order):
    """Remove monitors by id (ClearVariableMonitoring)."""

    ids: list[int]


@dataclass(slots=True, kw_only=True)
class SetMonitoringBase(Order):
    """Choose which monitors are there to begin with: All, FactoryDefault or HardWiredOnly."""

    base: str


@dataclass(slots=True, kw_only=True)
class SetMonitoringLevel(Order):
    """Hear only of events of this severity and graver ones (lower numbers), 0 to 9."""

    severity: int


@dataclass(slots=True, kw_only=True)
class GetMonitoringReport(Order):
    """Ask for a report of monitors: of all, by criteria (ThresholdMonitoring …), by name, or both."""

    request_id: int
    criteria: list[str] = field(default_factory=list)
    selections: list[Selection] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class AdjustStream(Order):
    """Change how often a stream sends (AdjustPeriodicEventStream)."""

    id: int
    rate: StreamRate


@dataclass(slots=True, kw_only=True)
class GetStreams(Order):
    """Ask which streams are open (GetPeriodicEventStream)."""


@dataclass(slots=True, kw_only=True)
class OpenStream:
    """A stream as a station says that it is open."""

    id: int
    monitor_id: int
    rate: StreamRate


@dataclass(slots=True, kw_only=True)
class MonitorsSet(Outcome):
    """The answer to SetVariableMonitoring, monitor by monitor."""

    monitors: list[MonitorSet] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class MonitorsCleared(Outcome):
    """The answer to ClearVariableMonitoring, monitor by monitor."""

    monitors: list[MonitorCleared] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class StreamsHeld(Outcome):
    """The answer to GetPeriodicEventStream: the streams that are open."""

    streams: list[OpenStream] = field(default_factory=list)
