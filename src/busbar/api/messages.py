"""The route of the message log. Knows no OCPP: frames are shown as they were."""

from typing import Annotated, Any

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.queries import NO_NUL, Paging, SiteFilter, Span, StationFilter, page_of

Action = Annotated[
    str | None, QueryParameter(min_length=1, max_length=50, pattern=NO_NUL, description="Only this OCPP action.")
]
Outcome = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=50,
        pattern=NO_NUL,
        description="Only `ok`, an OCPP error code, `timeout` or `parked`.",
    ),
]


@get("/messages", summary="List the message log")
async def list_messages(
    backend: Here,
    span: NamedDependency[Span],
    paging: NamedDependency[Paging],
    station: StationFilter = None,
    site_id: SiteFilter = None,
    action: Action = None,
    outcome: Outcome = None,
) -> models.Page[models.Message]:
    """List calls and answers as they went over the wire, newest first."""
    query = paging.query(
        station_id=await backend.directory.filtered(station),
        site_id=site_id,
        action=action,
        outcome=outcome,
        since=span.since,
        until=span.until,
    )
    page = await page_of(backend.store.exchanges(query))
    names = await backend.directory.names(row.station_id for row in page.items)
    return models.Page(items=[models.message(row, names[row.station_id]) for row in page.items], next=page.next)


routes: list[Any] = [list_messages]
router = Router("/", route_handlers=routes, tags=["Messages"])
