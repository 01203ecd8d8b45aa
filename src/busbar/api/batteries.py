"""Routes of battery swaps (OCPP 2.1): let somebody swap, what happened, and which battery is where."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import JSONBody

from busbar.api import models
from busbar.api.access_rules import judged
from busbar.api.backend import Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.problems import invalid
from busbar.api.queries import Identity, Paging, StationFilter, page_of
from busbar.api.tokens import TokenKind, Value, with_kind
from busbar.csms.records import batteries as records
from busbar.model.batteries import Battery, RequestSwap, SwapEvent
from busbar.model.values import AuthorizationStatus


class SwapInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Whose swap it is; only a token that may charge may swap (S02.FR.03)."""

    token: Value
    token_kind: TokenKind | None = None


class Swap(models.View, kw_only=True):
    """One half of a swap. `request_id` joins both halves, and the request where there was one."""

    id: int
    station: str
    request_id: int
    event: SwapEvent
    token: str
    token_kind: str | None
    batteries: list[Battery]
    received_at: datetime


class Slot(models.View, kw_only=True):
    """The battery in a slot, which is an EVSE."""

    evse: int
    serial: str
    soc_pct: float
    soh_pct: float
    produced_at: datetime | None
    vendor_info: str | None
    since: datetime


class SwapRequest(models.View, kw_only=True):
    """A swap that a station was asked for; `status` is its answer or its reason, null where it gave none."""

    request_id: int
    token: str
    token_kind: str | None
    status: str | None
    at: datetime


@order_route("/stations/{identity:str}/commands/battery-swap", "Let somebody swap batteries")
async def request_battery_swap(
    backend: Here, identity: Identity, data: JSONBody[SwapInput], options: NamedDependency[Options]
) -> Answered:
    """Ask a swap station to begin a swap (S02)."""
    station = await backend.directory.station(identity)
    token = await with_kind(backend, data.token, data.token_kind)
    found = await judged(backend, station, token, None, datetime.now(UTC))
    if found.answer.status is not AuthorizationStatus.ACCEPTED:
        raise invalid("token", "this token may not charge")
    number = next(iter(await backend.store.take_ids("battery-swap", 1)))
    return await send(backend, identity, RequestSwap(token=token, request_id=number), options)


@get("/battery-swaps", summary="List battery swaps")
async def list_battery_swaps(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None
) -> models.Page[Swap]:
    """List what happened, newest first."""
    station_id = await backend.directory.filtered(station)
    page = await page_of(backend.store.look(records.Swap, paging.search(newest=True, station_id=station_id)))
    names = await backend.directory.names(row.station_id for row in page.items)
    items = [models.record(Swap, row, station=names[row.station_id].identity) for row in page.items]
    return models.Page(items=items, next=page.next)


@get("/stations/{identity:str}/battery-slots", summary="List a station's batteries")
async def list_battery_slots(backend: Here, identity: Identity, paging: NamedDependency[Paging]) -> models.Page[Slot]:
    """List which battery is in which slot."""
    station = await backend.directory.station(identity)
    page = await page_of(backend.store.look(records.Slot, paging.search(station_id=station.id)))
    return models.Page(items=[models.record(Slot, row) for row in page.items], next=page.next)


@get("/stations/{identity:str}/battery-swap-requests", summary="List requests for swaps")
async def list_swap_requests(
    backend: Here, identity: Identity, paging: NamedDependency[Paging]
) -> models.Page[SwapRequest]:
    """List the swaps that a station was asked for, newest first."""
    station = await backend.directory.station(identity)
    search = paging.search(newest=True, station_id=station.id)
    page = await page_of(backend.store.look(records.SwapRequest, search))
    return models.Page(items=[models.record(SwapRequest, row) for row in page.items], next=page.next)


routes: list[Any] = [request_battery_swap, list_battery_swaps, list_battery_slots, list_swap_requests]
router = Router("/", route_handlers=routes, tags=["Battery swaps"])
