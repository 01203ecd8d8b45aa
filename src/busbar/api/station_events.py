"""Routes of the events of variables that stations told (NotifyEvent). Knows no version and no rule."""

from datetime import datetime
from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.queries import NO_NUL, Paging, Span, StationFilter, page_of
from busbar.csms.ports import Search, Test
from busbar.csms.records.monitoring import StationEvent


class EventView(models.View, kw_only=True):
    """An event that a station told. `severity` is the event's or its monitor's, null where neither is known."""

    id: int
    station: str
    event_id: int
    at: datetime
    received_at: datetime
    trigger: str
    origin: str
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


@get("/station-events", summary="List events of variables")
async def list_station_events(
    backend: Here,
    paging: NamedDependency[Paging],
    span: NamedDependency[Span],
    station: StationFilter = None,
    component: Annotated[str | None, QueryParameter(min_length=1, max_length=50, pattern=NO_NUL)] = None,
    variable: Annotated[str | None, QueryParameter(min_length=1, max_length=50, pattern=NO_NUL)] = None,
    severity: Annotated[int | None, QueryParameter(ge=0, le=9, description="Of this severity or graver.")] = None,
) -> models.Page[EventView]:
    """List what stations told by NotifyEvent, newest first; times are the stations'."""
    station_id = await backend.directory.filtered(station)
    given = (
        ("station_id", "=", station_id),
        ("component", "=", component),
        ("variable", "=", variable),
        ("severity", "<=", severity),
        ("at", ">=", span.since),
        ("at", "<", span.until),
    )
    tests = tuple(Test(field, op, value) for field, op, value in given if value is not None)
    search = Search(tests=tests, limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(StationEvent, search))
    names = await backend.directory.names(row.station_id for row in page.items)
    fields = [name for name in EventView.__struct_fields__ if name != "station"]
    items = [
        EventView(station=names[row.station_id].identity, **{name: getattr(row, name) for name in fields})
        for row in page.items
    ]
    return models.Page(items=items, next=page.next)


router = Router("/", route_handlers=[list_station_events], tags=["Monitoring"])
