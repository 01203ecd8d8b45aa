"""Routes of whose broken messages are mended, and of what was wrong with them. Knows no rule of mending."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from busbar.api import models
from busbar.api.access import Principal
from busbar.api.backend import Here
from busbar.api.problems import invalid, missing
from busbar.api.queries import NO_NUL, Number, Paging, StationFilter, page_of
from busbar.csms.records import tolerances as records

Name = Annotated[str, Meta(min_length=1, max_length=255, pattern=NO_NUL)]
CHANGED = "busbar.changed.tolerances"


class ToleranceInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Whose messages are mended: one station's, or those of all stations of a vendor (and model) as their boot says."""

    station: Name | None = None
    vendor: Name | None = None
    model: Name | None = None


class Tolerance(models.View, kw_only=True):
    """Whose messages are mended."""

    id: int
    station: str | None
    vendor: str | None
    model: str | None
    added_at: datetime
    added_by: str


class Violation(models.View, kw_only=True):
    """How a tolerated station breaks the schema: the field, and what is wrong with it. Told once for each way."""

    station: str
    action: str
    fix: str
    first_at: datetime


@get("/tolerances", summary="List whose messages are mended")
async def list_tolerances(backend: Here, paging: NamedDependency[Paging]) -> models.Page[Tolerance]:
    """List whose messages are mended where they break the schema."""
    page = await page_of(backend.store.look(records.Tolerance, paging.search()))
    names = await backend.directory.names(row.station_id for row in page.items if row.station_id is not None)
    items = [_shown(row, None if row.station_id is None else names[row.station_id].identity) for row in page.items]
    return models.Page(items=items, next=page.next)


@post("/tolerances", summary="Mend messages of a station or a model")
async def add_tolerance(
    backend: Here, data: JSONBody[ToleranceInput], request: Request[Principal, None, Any]
) -> Response[Tolerance]:
    """Mend messages that break the schema in ways that leave no doubt, from now on; all others stay refused."""
    if (data.station is None) == (data.vendor is None):
        raise invalid("station", "give either a station or a vendor")
    if data.model is not None and data.vendor is None:
        raise invalid("model", "a model is one of a vendor")
    station = None if data.station is None else await backend.directory.station(data.station)
    row = records.Tolerance(
        station_id=None if station is None else station.id,
        vendor=data.vendor,
        model=data.model,
        added_at=datetime.now(UTC),
        added_by=f"api:{request.user.id}",
    )
    row = await backend.store.insert(row)
    backend.bus.publish(CHANGED, b"")
    shown = _shown(row, None if station is None else station.identity)
    return Response(shown, status_code=201, headers={"Location": f"/api/v1/tolerances/{row.id}"})


@delete("/tolerances/{tolerance_id:int}", summary="Mend messages no more")
async def remove_tolerance(backend: Here, tolerance_id: Number) -> None:
    """Refuse again what breaks the schema; what was mended stays."""
    if not await backend.store.remove(records.Tolerance, tolerance_id):
        raise missing("tolerance")
    backend.bus.publish(CHANGED, b"")


@get("/violations", summary="List how stations break the schema")
async def list_violations(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None
) -> models.Page[Violation]:
    """List what was mended in the messages of tolerated stations; each message is in the log as it came."""
    station_id = await backend.directory.filtered(station)
    page = await page_of(backend.store.look(records.Violation, paging.search(station_id=station_id)))
    names = await backend.directory.names(row.station_id for row in page.items)
    items = [models.record(Violation, row, station=names[row.station_id].identity) for row in page.items]
    return models.Page(items=items, next=page.next)


def _shown(row: records.Tolerance, station: str | None) -> Tolerance:
    return models.record(Tolerance, row, station=station)


routes: list[Any] = [list_tolerances, add_tolerance, remove_tolerance, list_violations]
router = Router("/", route_handlers=routes, tags=["Vendors"])
