"""Routes of vendors whose messages (DataTransfer) are taken in, and of those messages."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.problems import missing
from busbar.api.queries import NO_NUL, Number, Paging, StationFilter, page_of
from busbar.csms.records import vendors as records

VendorId = Annotated[str, Meta(min_length=1, max_length=255, pattern=NO_NUL)]
VendorFilter = Annotated[
    str | None, QueryParameter(min_length=1, max_length=255, pattern=NO_NUL, description="Only of this vendor.")
]


class VendorInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A vendor whose messages are kept and answered.

    `message_ids` are the messages that are known, none of them means any. `data` is what answers carry: JSON text for
    2.x; `echo` sends a message's own data back instead.
    """

    vendor_id: VendorId
    message_ids: Annotated[list[Annotated[str, Meta(max_length=50, pattern=NO_NUL)]], Meta(max_length=100)] = []
    status: Literal["Accepted", "Rejected"] = "Accepted"
    data: Annotated[str, Meta(max_length=65_536, pattern=NO_NUL)] | None = None
    echo: bool = False


class Vendor(models.View, kw_only=True):
    """A vendor whose messages are kept and answered."""

    id: int
    vendor_id: str
    message_ids: list[str]
    status: str
    data: str | None
    echo: bool


class VendorMessage(models.View, kw_only=True):
    """A vendor's message from a station, and the status that it was answered with."""

    id: int
    station: str
    vendor_id: str
    message_id: str | None
    data: str | None
    status: str
    received_at: datetime


@get("/vendors", summary="List vendors")
async def list_vendors(backend: Here, paging: NamedDependency[Paging]) -> models.Page[Vendor]:
    """List the vendors whose messages are taken in."""
    page = await page_of(backend.store.look(records.Vendor, paging.search()))
    return models.Page(items=[_shown(row) for row in page.items], next=page.next)


@post("/vendors", summary="Add a vendor")
async def add_vendor(backend: Here, data: JSONBody[VendorInput]) -> Response[Vendor]:
    """Take in a vendor's messages from now on; a vendor id is there once."""
    row = await backend.store.insert(_row(data, None))
    return Response(_shown(row), status_code=201, headers={"Location": f"/api/v1/vendors/{row.id}"})


@put("/vendors/{vendor_number:int}", summary="Replace a vendor")
async def replace_vendor(backend: Here, vendor_number: Number, data: JSONBody[VendorInput]) -> Vendor:
    """Change how a vendor's messages are taken in."""
    if await backend.store.get(records.Vendor, vendor_number) is None:
        raise missing("vendor")
    row = _row(data, vendor_number)
    await backend.store.put(row)
    return _shown(row)


@delete("/vendors/{vendor_number:int}", summary="Remove a vendor")
async def remove_vendor(backend: Here, vendor_number: Number) -> None:
    """Take in no more messages of a vendor; those that came stay."""
    if not await backend.store.remove(records.Vendor, vendor_number):
        raise missing("vendor")


@get("/vendor-messages", summary="List vendors' messages")
async def list_vendor_messages(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None, vendor_id: VendorFilter = None
) -> models.Page[VendorMessage]:
    """List vendors' messages, newest first."""
    station_id = await backend.directory.filtered(station)
    search = paging.search(newest=True, station_id=station_id, vendor_id=vendor_id)
    page = await page_of(backend.store.look(records.VendorMessage, search))
    names = await backend.directory.names(row.station_id for row in page.items)
    items = [models.record(VendorMessage, row, station=names[row.station_id].identity) for row in page.items]
    return models.Page(items=items, next=page.next)


def _row(data: VendorInput, number: int | None) -> records.Vendor:
    return records.Vendor(
        id=number,
        vendor_id=data.vendor_id,
        message_ids=data.message_ids,
        status=data.status,
        data=data.data,
        echo=data.echo,
    )


def _shown(row: records.Vendor) -> Vendor:
    return models.record(Vendor, row)


routes: list[Any] = [list_vendors, add_vendor, replace_vendor, remove_vendor, list_vendor_messages]
router = Router("/", route_handlers=routes, tags=["Vendors"])
