"""Routes of periodic event streams (2.1): which there are, their values, and how often they send. Knows no rule."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.monitoring import MonitorId, Rate
from busbar.api.problems import invalid
from busbar.api.queries import INT32, Identity, Paging, page_of
from busbar.csms.ports import Search, Test
from busbar.csms.records.monitoring import EventStream, StreamAdjustment, StreamedValue
from busbar.csms.services.event_streams import rate
from busbar.model import monitoring

StreamId = Annotated[int, PathParameter(ge=0, le=INT32)]


class Adjustment(Rate, forbid_unknown_fields=True, kw_only=True):
    """A new rate for a stream."""

    id: MonitorId


class StreamView(models.View, kw_only=True):
    """A stream. `pending` values waited at the station when it last sent; `growing` is how often in a row it rose."""

    id: int
    monitor_id: int
    open: bool
    interval_s: int | None
    values: int | None
    opened_at: datetime
    closed_at: datetime | None
    last_at: datetime | None
    pending: int
    growing: int


class ValueView(models.View, kw_only=True):
    """A value of a stream."""

    monitor_id: int | None
    at: datetime
    received_at: datetime
    value: str


@order_route("/stations/{identity:str}/commands/get-event-streams", "Ask which event streams are open")
async def get_event_streams(backend: Here, identity: Identity, options: NamedDependency[Options]) -> Answered:
    """Ask a station which streams it has open (N12)."""
    return await send(backend, identity, monitoring.GetStreams(), options)


@order_route("/stations/{identity:str}/commands/adjust-event-stream", "Adjust an event stream")
async def adjust_event_stream(
    backend: Here, identity: Identity, data: JSONBody[Adjustment], options: NamedDependency[Options]
) -> Answered:
    """Tell a station how often to send a stream (N14)."""
    if data.interval_s is None and data.values is None:
        raise invalid("interval_s", "an interval, a number of values, or both are needed")
    return await send(backend, identity, monitoring.AdjustStream(id=data.id, rate=data.rate()), options)


@get("/stations/{identity:str}/event-streams", summary="List event streams")
async def list_event_streams(
    backend: Here, identity: Identity, paging: NamedDependency[Paging]
) -> models.Page[StreamView]:
    """List the streams of a station, also those that were refused or are closed, by id."""
    station = await backend.directory.station(identity)
    search = Search(tests=(Test("station_id", "=", station.id),), limit=paging.limit, cursor=paging.cursor)
    page = await page_of(backend.store.look(EventStream, search))
    ids = tuple(row.id for row in page.items)
    found = await backend.store.find(StreamAdjustment, station_id=station.id, id=ids) if ids else []
    adjusted = {row.id: row for row in found}
    return models.Page(items=[_stream(row, adjusted.get(row.id)) for row in page.items], next=page.next)


def _stream(row: EventStream, adjustment: StreamAdjustment | None) -> StreamView:
    now = rate(row, adjustment)
    same = {name: getattr(row, name) for name in StreamView.__struct_fields__ if name not in ("interval_s", "values")}
    return StreamView(interval_s=now.interval_s, values=now.values, **same)


@get("/stations/{identity:str}/event-streams/{stream_id:int}/values", summary="List the values of an event stream")
async def list_stream_values(
    backend: Here, identity: Identity, stream_id: StreamId, paging: NamedDependency[Paging]
) -> models.Page[ValueView]:
    """List the values of a stream, the last that came first."""
    station = await backend.directory.station(identity)
    tests = (Test("station_id", "=", station.id), Test("stream_id", "=", stream_id))
    search = Search(tests=tests, limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(StreamedValue, search))
    items = [ValueView(**{name: getattr(row, name) for name in ValueView.__struct_fields__}) for row in page.items]
    return models.Page(items=items, next=page.next)


routes: list[Any] = [get_event_streams, adjust_event_stream, list_event_streams, list_stream_values]
router = Router("/", route_handlers=routes, tags=["Event streams"])
