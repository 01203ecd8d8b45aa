"""Routes of wanted availability, and of remote starts and what came of them. Knows no version."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import uuid4

import msgspec
from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.commands import Answered, CommandAnswers, Options, send
from busbar.api.queries import INT32, Identity, Paging, StationFilter, page_of
from busbar.csms.ports import Search, Test
from busbar.csms.records.availability import AvailabilityIntent
from busbar.csms.records.remote_starts import RemoteStart, StartState
from busbar.csms.services.availability import RESTORE
from busbar.model.orders import ChangeAvailability
from busbar.model.values import Place

Index = Annotated[int, Meta(ge=1, le=INT32)]
State = Annotated[StartState | None, QueryParameter(name="state", description="Only in this state.")]


class Wanted(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is wanted of a station, EVSE or connector; `restore`: ordered again where the station says otherwise."""

    operative: bool
    evse: Index | None = None
    connector: Index | None = None
    restore: bool = False


@put(
    "/stations/{identity:str}/availability",
    status_code=200,
    responses=CommandAnswers,
    summary="Say what availability is wanted",
)
async def want(
    backend: Here, identity: Identity, data: JSONBody[Wanted], options: NamedDependency[Options]
) -> Answered:
    """Order it, and keep what is wanted with the station's answer (Scheduled: after a transaction's end)."""
    order = ChangeAvailability(operative=data.operative, place=Place(data.evse, data.connector))
    if data.restore:
        options = replace(options, idempotency_key=f"{RESTORE}{options.idempotency_key or uuid4()}")
    return await send(backend, identity, order, options)


@get("/stations/{identity:str}/availability", summary="Show what availability is wanted")
async def show_wanted(
    backend: Here, identity: Identity, paging: NamedDependency[Paging]
) -> models.Page[AvailabilityIntent]:
    """Show what is wanted of a station's places, and what it answered."""
    station = await backend.directory.station(identity)
    search = Search(tests=(Test("station_id", "=", station.id),), limit=paging.limit, cursor=paging.cursor)
    page = await page_of(backend.store.look(AvailabilityIntent, search))
    return models.Page(items=page.items, next=page.next)


@get("/remote-starts", summary="List remote starts")
async def list_starts(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None, in_state: State = None
) -> models.Page[RemoteStart]:
    """List remote starts by their command's id, with the session that each led to."""
    station_id = await backend.directory.filtered(station)
    tests = [] if station_id is None else [Test("station_id", "=", station_id)]
    tests += [] if in_state is None else [Test("state", "=", in_state)]
    search = Search(tests=tuple(tests), limit=paging.limit, cursor=paging.cursor)
    page = await page_of(backend.store.look(RemoteStart, search))
    return models.Page(items=page.items, next=page.next)


routes: list[Any] = [want, show_wanted, list_starts]
router = Router("/", route_handlers=routes, tags=["Availability"])
