"""Monitors of stations, what they told, and the streams they tell it by."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record, Unique


class Monitor(Record, kw_only=True):
    """A monitor of a variable, by the id that the station gave it.

    Attributes:
        path: of the variable, as in the device model.
        origin: HardWiredMonitor, PreconfiguredMonitor or CustomMonitor; None where the station does not tell.
        interval_s, values: how often its stream sends; None where it has none.
        known_at: when the station last said that it has it.
    """

    station_id: int
    id: int
    path: str
    component: str | None
    component_instance: str | None
    variable: str
    variable_instance: str | None
    evse: int | None
    connector: int | None
    kind: str
    value: float
    severity: int
    transaction: bool
    origin: str | None
    interval_s: int | None = None
    values: int | None = None
    known_at: datetime


class MonitoringChoice(Record, kw_only=True):
    """What a station was told, and accepted, of monitoring as a whole: its `base` or its `level`."""

    station_id: int
    name: str
    value: str
    at: datetime


class StationEvent(Record, kw_only=True):
    """An event as a station told it (EventDataType).

    Attributes:
        event_id: the station's number of it.
        path: of the variable, as in the device model.
        severity: the event's (2.1), else the monitor's where that is known.
    """

    id: int | None = None
    station_id: int
    event_id: int
    at: datetime
    received_at: datetime
    trigger: str
    origin: str
    path: str
    component: str | None
    component_instance: str | None
    variable: str
    variable_instance: str | None
    evse: int | None
    connector: int | None
    value: str
    cause: int | None
    tech_code: str | None
    tech_info: str | None
    cleared: bool
    transaction_id: str | None
    monitor_id: int | None
    severity: int | None


class EventStream(Record, kw_only=True):
    """A periodic stream of a monitor's values (2.1).

    Attributes:
        path: of the monitor's variable, as in the device model.
        open: the station may send; a refused or closed stream is not open.
        pending: how many values waited at the station when it last sent.
        growing: how often in a row `pending` was higher than before.
    """

    station_id: int
    id: int
    monitor_id: int
    path: str | None
    interval_s: int | None
    values: int | None
    open: bool
    opened_at: datetime
    closed_at: datetime | None = None
    last_at: datetime | None = None
    pending: int = 0
    growing: int = 0


class StreamAdjustment(Record, kw_only=True):
    """The rate that a station took for a stream when it was told; None leaves what it was."""

    station_id: int
    id: int
    interval_s: int | None
    values: int | None
    at: datetime


class StreamedValue(Record, kw_only=True):
    """One value of a stream."""

    id: int | None = None
    station_id: int
    stream_id: int
    monitor_id: int | None
    at: datetime
    received_at: datetime
    value: str


KINDS: Final[dict[type[Record], Kind]] = {
    Monitor: Kind("monitors", key=("station_id", "id")),
    MonitoringChoice: Kind("monitoring_choices", key=("station_id", "name")),
    StationEvent: Kind(
        "station_events",
        key=("id",),
        generated=True,
        indexes=(("station_id", "id"), ("received_at",)),
        unique=(Unique(("station_id", "event_id", "at", "path")),),
    ),
    EventStream: Kind("event_streams", key=("station_id", "id")),
    StreamAdjustment: Kind("stream_adjustments", key=("station_id", "id")),
    StreamedValue: Kind(
        "streamed_values",
        key=("id",),
        generated=True,
        indexes=(("station_id", "stream_id", "id"), ("received_at",)),
        unique=(Unique(("station_id", "stream_id", "at", "value")),),
    ),
}
