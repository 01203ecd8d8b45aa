"""Routes of firmware updates and of publishing through a local controller. Knows no version and no rule."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.images import offered
from busbar.api.problems import invalid, missing
from busbar.api.queries import Identity, Number, Paging, StationFilter, page_of, utc
from busbar.api.requests import (
    Interval,
    Location,
    RequestView,
    Retries,
    answered,
    check_location,
    next_id,
    place,
    shown,
)
from busbar.csms.ports import Search, Test
from busbar.csms.records.firmware import FirmwareImage, FirmwarePublication, FirmwareUpdate
from busbar.csms.records.requests import RequestState
from busbar.csms.rows import CommandState, Station
from busbar.csms.services.redaction import link
from busbar.files import links
from busbar.model import firmware
from busbar.model.orders import Order
from busbar.pki.signatures import CERTIFICATE_LIMIT, SIGNATURE_LIMIT

LINK: Final = timedelta(days=7)
"""How long a link to an image lives after the download should have begun."""
Time = Annotated[datetime, Meta(tz=True)]
Checksum = Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{32}$(?!\n)")]


class UpdateInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An update: an image of ours, or a `location` anywhere, then with its own signature.

    Without `retrieve_at` it begins at once; without `install_at` it is installed as soon as that is possible.
    """

    image_id: Annotated[int, Meta(ge=1)] | None = None
    location: Location | None = None
    version: Annotated[str, Meta(min_length=1, max_length=50)] | None = None
    signing_certificate: Annotated[str, Meta(min_length=1, max_length=CERTIFICATE_LIMIT)] | None = None
    signature: Annotated[str, Meta(min_length=1, max_length=SIGNATURE_LIMIT)] | None = None
    retrieve_at: Time | None = None
    install_at: Time | None = None
    retries: Retries | None = None
    retry_interval_s: Interval | None = None


class PublishInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A file that a local controller is to offer: an image of ours, or a `location` with the file's MD5."""

    image_id: Annotated[int, Meta(ge=1)] | None = None
    location: Location | None = None
    checksum: Checksum | None = None
    retries: Retries | None = None
    retry_interval_s: Interval | None = None


class UnpublishInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The MD5 of the file that the local controller is to offer no more."""

    checksum: Checksum


class Update(RequestView, kw_only=True):
    """An update. `confirmed`: whether a boot afterwards told the version that was meant; null while not known."""

    location: str
    image_id: int | None
    campaign_id: int | None
    signed: bool
    retrieve_at: datetime
    install_at: datetime | None
    version: str | None
    before: str | None
    confirmed: bool | None


class Publication(RequestView, kw_only=True):
    """A publication; `locations` is where stations fetch the file from the controller."""

    location: str
    checksum: str
    image_id: int | None
    locations: list[str]


InState = Annotated[RequestState | None, QueryParameter(name="state", description="Only requests in this state.")]


async def _source(
    backend: Backend, image_id: int | None, location: str | None, begins: datetime
) -> tuple[FirmwareImage | None, str]:
    """Return the image, and the URL that a station is told. Raises Problem."""
    if (image_id is None) == (location is None):
        raise invalid("image_id", "give either an image or a location")
    if location is not None:
        check_location(location)
        return None, location
    assert image_id is not None
    image = await offered(backend, image_id, "image_id")
    url = await links.make_download(backend.store, backend.files, image.file_id, image.name, begins + LINK)
    return image, url


@order_route("/stations/{identity:str}/firmware-updates", summary="Update a station's firmware")
async def update_station(
    backend: Here, identity: Identity, data: JSONBody[UpdateInput], options: NamedDependency[Options]
) -> Response[Update]:
    """Tell a station to fetch and install firmware: signed where there is a signature (L01), else unsigned (L02)."""
    station, now = await backend.directory.station(identity), datetime.now(UTC)
    retrieve_at = utc("retrieve_at", data.retrieve_at) or now
    if (data.signature is None) != (data.signing_certificate is None):
        raise invalid("signature", "a signature and its certificate belong together")
    image, url = await _source(backend, data.image_id, data.location, max(now, retrieve_at))
    order = firmware.UpdateFirmware(
        location=url,
        retrieve_at=retrieve_at,
        install_at=utc("install_at", data.install_at),
        retries=data.retries,
        retry_interval_s=data.retry_interval_s,
        signing_certificate=data.signing_certificate or (image.signing_certificate if image else None),
        signature=data.signature or (image.signature if image else None),
    )
    version = data.version or (image.version if image else None)

    async def make(key: str) -> FirmwareUpdate:
        number = await next_id(backend, "firmware-request")
        return update_row(station, number, key, order, image.id if image else None, version, options.requested_by)

    row, command = await place(backend, station, make, partial(_numbered, order), options, FirmwareUpdate)
    return answered(shown(Update, row, station.identity), command, station.identity, "firmware-updates")


async def _numbered(order: firmware.UpdateFirmware, row: FirmwareUpdate) -> Order:
    order.request_id = row.id
    return order


def update_row(
    station: Station,
    number: int,
    key: str,
    order: firmware.UpdateFirmware,
    image_id: int | None,
    version: str | None,
    requested_by: str,
) -> FirmwareUpdate:
    """Make the row of an update that is about to be ordered."""
    now = datetime.now(UTC)
    return FirmwareUpdate(
        id=number,
        station_id=station.id,
        key=key,
        location=link(order.location),
        image_id=image_id,
        signed=order.signature is not None,
        retrieve_at=order.retrieve_at,
        install_at=order.install_at,
        version=version,
        before=station.firmware,
        requested_by=requested_by,
        created_at=now,
        updated_at=now,
    )


@get("/firmware-updates", summary="List firmware updates")
async def list_updates(
    backend: Here,
    paging: NamedDependency[Paging],
    station: StationFilter = None,
    in_state: InState = None,
    campaign_id: Annotated[int | None, QueryParameter(ge=1, description="Only of this campaign.")] = None,
) -> models.Page[Update]:
    """List updates by station, each station's newest first."""
    station_id = await backend.directory.filtered(station)
    given = (("station_id", station_id), ("state", in_state), ("campaign_id", campaign_id))
    tests = tuple(Test(field, "=", value) for field, value in given if value is not None)
    search = Search(tests=tests, limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(FirmwareUpdate, search))
    names = await backend.directory.names(row.station_id for row in page.items)
    return models.Page(items=[shown(Update, row, names[row.station_id].identity) for row in page.items], next=page.next)


@get("/stations/{identity:str}/firmware-updates/{number:int}", summary="Show a firmware update")
async def show_update(backend: Here, identity: Identity, number: Number) -> Update:
    """Show an update with all that the station reported of it."""
    station = await backend.directory.station(identity)
    row = await backend.store.get(FirmwareUpdate, station.id, number)
    if row is None:
        raise missing("firmware update")
    return shown(Update, row, station.identity)


@order_route("/stations/{identity:str}/firmware-publications", summary="Publish firmware through a local controller")
async def publish(
    backend: Here, identity: Identity, data: JSONBody[PublishInput], options: NamedDependency[Options]
) -> Response[Publication]:
    """Tell a local controller to fetch a file and to offer it to its stations (L03)."""
    station, now = await backend.directory.station(identity), datetime.now(UTC)
    if data.location is not None and data.checksum is None:
        raise invalid("checksum", "the MD5 of the file is needed (L03.FR.02)")
    image, url = await _source(backend, data.image_id, data.location, now)
    checksum = data.checksum or (image.md5 if image else "")

    async def make(key: str) -> FirmwarePublication:
        return FirmwarePublication(
            id=await next_id(backend, "firmware-request"),
            station_id=station.id,
            key=key,
            location=link(url),
            checksum=checksum,
            image_id=image.id if image else None,
            requested_by=options.requested_by,
            created_at=now,
            updated_at=now,
        )

    async def write(row: FirmwarePublication) -> Order:
        return firmware.PublishFirmware(
            location=url,
            checksum=checksum,
            request_id=row.id,
            retries=data.retries,
            retry_interval_s=data.retry_interval_s,
        )

    row, command = await place(backend, station, make, write, options, FirmwarePublication)
    return answered(shown(Publication, row, station.identity), command, station.identity, "firmware-publications")


@get("/firmware-publications", summary="List firmware publications")
async def list_publications(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None, in_state: InState = None
) -> models.Page[Publication]:
    """List publications by local controller, each one's newest first."""
    station_id = await backend.directory.filtered(station)
    given = (("station_id", station_id), ("state", in_state))
    tests = tuple(Test(field, "=", value) for field, value in given if value is not None)
    search = Search(tests=tests, limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(FirmwarePublication, search))
    names = await backend.directory.names(row.station_id for row in page.items)
    items = [shown(Publication, row, names[row.station_id].identity) for row in page.items]
    return models.Page(items=items, next=page.next)


@get("/stations/{identity:str}/firmware-publications/{number:int}", summary="Show a firmware publication")
async def show_publication(backend: Here, identity: Identity, number: Number) -> Publication:
    """Show a publication with all that the local controller reported of it."""
    station = await backend.directory.station(identity)
    row = await backend.store.get(FirmwarePublication, station.id, number)
    if row is None:
        raise missing("firmware publication")
    return shown(Publication, row, station.identity)


@order_route("/stations/{identity:str}/commands/unpublish-firmware", summary="Unpublish firmware")
async def unpublish(
    backend: Here, identity: Identity, data: JSONBody[UnpublishInput], options: NamedDependency[Options]
) -> Answered:
    """Tell a local controller to offer a file no more (L04)."""
    answer = await send(backend, identity, firmware.UnpublishFirmware(checksum=data.checksum), options)
    if answer.content.state is CommandState.ACCEPTED:
        await _withdraw(backend, await backend.directory.station(identity), data.checksum)
    return answer


async def _withdraw(backend: Backend, controller: Station, checksum: str) -> None:
    """Note that nothing is offered any more at the places where the file was."""
    for row in await backend.store.find(FirmwarePublication, station_id=controller.id, state=RequestState.DONE):
        if row.checksum.lower() == checksum.lower() and row.locations:
            await backend.store.change(
                FirmwarePublication,
                (row.station_id, row.id),
                values={"locations": [], "detail": "it is not offered any more"},
                expected={"updated_at": row.updated_at},
            )


routes: list[Any] = [
    update_station,
    list_updates,
    show_update,
    publish,
    list_publications,
    show_publication,
    unpublish,
]
router = Router("/", route_handlers=routes, tags=["Firmware"])
