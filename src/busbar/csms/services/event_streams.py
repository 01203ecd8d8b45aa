"""Periodic streams of events (2.1, N11 to N15): which are taken, and what they bring. Knows no loop."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from busbar.csms.changes import Change, RowAdded, RowPut
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.monitoring import EventStream, Monitor, MonitoringChoice, StreamAdjustment, StreamedValue
from busbar.csms.rows import Command
from busbar.csms.services.monitoring import BASE, stands
from busbar.csms.services.view import Conclusion, Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.facts import Acknowledged
from busbar.model.monitoring import (
    AdjustStream,
    GetStreams,
    StreamAnswer,
    StreamClosed,
    StreamNotified,
    StreamOpened,
    StreamRate,
    StreamsHeld,
)
from busbar.model.orders import Outcome

ACCEPTED: Final = "Accepted"
REJECTED: Final = "Rejected"


def opened_needs(fact: StreamOpened, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return the monitor that a stream is of, and the monitoring base."""
    return tuple(need for need in _monitor_needs(fact.monitor_id, view) if need not in view.found)


def _monitor_needs(monitor_id: int, view: StationView) -> tuple[RowNeed, RowNeed]:
    station = ("station_id", view.station.id)
    return RowNeed(Monitor, (station, ("id", monitor_id))), RowNeed(MonitoringChoice, (station, ("name", BASE)))


def opened(fact: StreamOpened, view: StationView, _context: Context, at: datetime) -> Decision:
    """Take a stream (N11.FR.04 to 06), unless its monitor was taken away.

    A monitor that the station came with may not have been reported yet (N11.FR.03): its values are kept until it is.
    """
    monitor, base = _monitor(fact.monitor_id, view)
    taken = monitor is None or stands(monitor, base)
    row = EventStream(
        station_id=view.station.id,
        id=fact.id,
        monitor_id=fact.monitor_id,
        path=monitor.path if monitor is not None and taken else None,
        interval_s=fact.rate.interval_s,
        values=fact.rate.values,
        open=taken,
        opened_at=at,
    )
    return Decision(StreamAnswer(status=ACCEPTED if taken else REJECTED), [RowPut(row)])


def _monitor(monitor_id: int, view: StationView) -> tuple[Monitor | None, MonitoringChoice | None]:
    monitors, bases = (view.found.get(need, ()) for need in _monitor_needs(monitor_id, view))
    return next(iter(monitors), None), next(iter(bases), None)


def stream_needs(fact: StreamClosed | StreamNotified, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return the stream; for values of one whose monitor was not known, that monitor too."""
    need = _stream_need(fact.id, view)
    if need not in view.found:
        return (need,)
    row = _stream(fact.id, view)
    if isinstance(fact, StreamClosed) or row is None or row.path is not None:
        return ()
    return tuple(need for need in _monitor_needs(row.monitor_id, view) if need not in view.found)


def _stream_need(stream_id: int, view: StationView) -> RowNeed:
    return RowNeed(EventStream, (("station_id", view.station.id), ("id", stream_id)))


def _stream(stream_id: int, view: StationView) -> EventStream | None:
    rows: tuple[EventStream, ...] = view.found.get(_stream_need(stream_id, view), ())
    return rows[0] if rows else None


def closed(fact: StreamClosed, view: StationView, _context: Context, at: datetime) -> Decision:
    """End a stream (N13.FR.02)."""
    row = _stream(fact.id, view)
    changes: list[Change] = [] if row is None else [RowPut(replace(row, open=False, closed_at=at))]
    return Decision(Acknowledged(), changes)


def notified(fact: StreamNotified, view: StationView, _context: Context, at: datetime) -> Decision:
    """Keep the values of a stream, and the last of them in the device model (N15.FR.03); never answered."""
    row = _stream(fact.id, view)
    station_id = view.station.id
    monitor_id = None if row is None else row.monitor_id
    changes: list[Change] = [
        RowAdded(
            StreamedValue(
                station_id=station_id,
                stream_id=fact.id,
                monitor_id=monitor_id,
                at=item.at,
                received_at=at,
                value=item.value,
            )
        )
        for item in fact.values
    ]
    if row is None:
        return Decision(Acknowledged(), changes)
    path = row.path
    if path is None:
        monitor, base = _monitor(row.monitor_id, view)
        path = monitor.path if monitor is not None and stands(monitor, base) else None
    last = max(fact.values, key=lambda item: item.at)
    newer = row.last_at is None or last.at > row.last_at
    growing = row.growing + 1 if fact.pending > row.pending else 0  # N15.FR.05: an operator should look
    last_at = last.at if newer else row.last_at
    changes.append(RowPut(replace(row, path=path, last_at=last_at, pending=fact.pending, growing=growing)))
    if newer and path is not None:
        value = ModelValue(
            station_id=station_id,
            path=path,
            attribute="Actual",
            value=last.value,
            at=min(last.at, at),
            source="event",
        )
        changes.append(RowPut(value))
    return Decision(Acknowledged(), changes)


def held(_order: GetStreams, _command: Command, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    """Take in the streams that a station says are open, where they are not known (N12)."""
    if not isinstance(outcome, StreamsHeld):
        return Conclusion()
    rows = [
        EventStream(
            station_id=view.station.id,
            id=item.id,
            monitor_id=item.monitor_id,
            path=None,
            interval_s=item.rate.interval_s,
            values=item.rate.values,
            open=True,
            opened_at=at,
        )
        for item in outcome.streams
    ]
    return Conclusion([RowAdded(row) for row in rows])


def adjusted(
    order: AdjustStream, _command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Remember the rate that a station took for a stream (N14)."""
    if outcome is None or outcome.status != ACCEPTED:
        return Conclusion()
    rate = order.rate
    row = StreamAdjustment(
        station_id=view.station.id, id=order.id, interval_s=rate.interval_s, values=rate.values, at=at
    )
    return Conclusion([RowPut(row)])


def rate(stream: EventStream, adjustment: StreamAdjustment | None) -> StreamRate:
    """Return how often a stream sends; an adjustment leaves what it does not name."""
    if adjustment is None or adjustment.at < stream.opened_at:
        return StreamRate(interval_s=stream.interval_s, values=stream.values)
    interval_s = stream.interval_s if adjustment.interval_s is None else adjustment.interval_s
    values = stream.values if adjustment.values is None else adjustment.values
    return StreamRate(interval_s=interval_s, values=values)
