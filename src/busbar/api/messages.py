"""Routes of the message log and of what could not be understood. Knows no OCPP: frames are shown as they were."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from busbar.api import models
from busbar.api.access import Principal
from busbar.api.backend import Here
from busbar.api.problems import missing
from busbar.api.queries import NO_NUL, Number, Paging, SiteFilter, Span, StationFilter, page_of
from busbar.csms.amendments import ReplayMessage

Action = Annotated[
    str | None, QueryParameter(min_length=1, max_length=50, pattern=NO_NUL, description="Only this OCPP action.")
]
Outcome = Annotated[
    str | None,
    QueryParameter(
        min_length=1,
        max_length=50,
        pattern=NO_NUL,
        description="Only `ok`, an OCPP error code, `timeout`, `parked` or `replayed`.",
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


class Replayed(msgspec.Struct, kw_only=True):
    """What came of a replay: `stored`, or why the message still cannot be taken in."""

    done: bool
    result: str


@post("/messages/{message_id:int}/replay", status_code=200, summary="Replay a message")
async def replay_message(request: Request[Principal, None, Any], backend: Here, message_id: Number) -> Replayed:
    """Take in a message that was parked, or one of a session that was refused for its form and can be mended.

    It is as if it came when it did; each is taken in only once. The station hears nothing of it.
    """
    row = await backend.store.exchange(message_id)
    if row is None:
        raise missing("message")
    name = await backend.directory.name(row.station_id)
    station = await backend.directory.station(name.identity)
    amended = await backend.dispatcher.amend(station, ReplayMessage(message_id, f"api:{request.user.id}"))
    return Replayed(done=amended.done, result=amended.result)


routes: list[Any] = [list_messages, replay_message]
router = Router("/", route_handlers=routes, tags=["Messages"])
