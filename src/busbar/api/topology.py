"""Routes that say which stations are behind which local controller. A controller is a station by its own identity."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.problems import invalid, missing
from busbar.api.queries import Identity, Paging, page_of
from busbar.csms.ports import Search, Test
from busbar.csms.records.topology import BehindController
from busbar.csms.tenancy import everywhere


class ControllerInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The local controller that a station is behind, by its identity."""

    controller: Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^\0]*$")]


class Behind(models.View, kw_only=True):
    """A station and the local controller that its connection passes."""

    station: str
    controller: str
    since: datetime


@put("/stations/{identity:str}/local-controller", summary="Put a station behind a local controller")
async def put_controller(backend: Here, identity: Identity, data: JSONBody[ControllerInput]) -> Behind:
    """Say that a station's connection passes a local controller. One controller is not behind another."""
    station = await backend.directory.station(identity)
    controller = await backend.store.station(data.controller)
    if controller is None or controller.id == station.id:
        raise invalid("controller", "no such other station")
    with everywhere():
        behind = await backend.store.get(BehindController, controller.id)
        others = await backend.store.find(BehindController, controller_id=station.id)
    if behind is not None:
        raise invalid("controller", "this station is itself behind a local controller")
    if others:
        raise invalid("controller", "this station is itself a local controller")
    row = BehindController(station_id=station.id, controller_id=controller.id, since=datetime.now(UTC))
    await backend.store.put(row)
    return Behind(station=station.identity, controller=controller.identity, since=row.since)


@get("/stations/{identity:str}/local-controller", summary="Show a station's local controller")
async def show_controller(backend: Here, identity: Identity) -> Behind:
    """Show the local controller that a station is behind."""
    station = await backend.directory.station(identity)
    row = await backend.store.get(BehindController, station.id)
    if row is None:
        raise missing("local controller")
    name = await backend.directory.name(row.controller_id)
    return Behind(station=station.identity, controller=name.identity, since=row.since)


@delete("/stations/{identity:str}/local-controller", summary="Take a station from its local controller")
async def remove_controller(backend: Here, identity: Identity) -> None:
    """Say that a station connects directly."""
    station = await backend.directory.station(identity)
    if not await backend.store.remove(BehindController, station.id):
        raise missing("local controller")


@get("/stations/{identity:str}/stations-behind", summary="List the stations behind a local controller")
async def list_behind(backend: Here, identity: Identity, paging: NamedDependency[Paging]) -> models.Page[Behind]:
    """List the stations whose connections pass this one."""
    controller = await backend.directory.station(identity)
    tests = (Test("controller_id", "=", controller.id),)
    search = Search(tests=tests, limit=paging.limit, cursor=paging.cursor)
    page = await page_of(backend.store.look(BehindController, search))
    names = await backend.directory.names(row.station_id for row in page.items)
    items = [
        Behind(station=names[row.station_id].identity, controller=controller.identity, since=row.since)
        for row in page.items
    ]
    return models.Page(items=items, next=page.next)


routes: list[Any] = [put_controller, show_controller, remove_controller, list_behind]
router = Router("/", route_handlers=routes, tags=["Stations"])
