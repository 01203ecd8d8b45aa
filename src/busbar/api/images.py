"""Routes of firmware files: brought by an operator, proven, listed, removed. Tells no station anything."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from busbar.api import models
from busbar.api.access import Principal
from busbar.api.backend import Backend, Here
from busbar.api.problems import Kind, Problem, invalid, missing
from busbar.api.queries import NO_NUL, Number, Paging, page_of
from busbar.csms.ports import Conflict, Search, Test
from busbar.csms.records.campaigns import Campaign, CampaignState, FirmwareWork
from busbar.csms.records.files import FileUse, StoredFile
from busbar.csms.records.firmware import FirmwareImage
from busbar.files.bodies import Body, safe_name
from busbar.files.disk import FileRefused
from busbar.pki import signatures

PAUSE_S = 60.0
Word = Annotated[str, QueryParameter(min_length=1, max_length=50, pattern=NO_NUL)]


class Image(models.View, kw_only=True):
    """A firmware file. `verified` says how its signature was proven; null for an unsigned one."""

    id: int
    name: str
    vendor: str
    model: str | None
    version: str
    size: int
    sha256: str
    md5: str
    signed: bool
    verified: str | None
    uploaded_at: datetime
    uploaded_by: str


class Signature(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The maker's signature (base64) and signing certificate (PEM); `issuer` is the maker's root, to check it by."""

    signing_certificate: Annotated[str, Meta(min_length=1, max_length=signatures.CERTIFICATE_LIMIT)]
    signature: Annotated[str, Meta(min_length=1, max_length=signatures.SIGNATURE_LIMIT)]
    issuer: Annotated[str, Meta(min_length=1, max_length=20_000)] | None = None


def shown(row: FirmwareImage) -> Image:
    """Show an image."""
    same = {name: getattr(row, name) for name in Image.__struct_fields__ if name != "signed"}
    return Image(**same, signed=row.signature is not None)


async def image_of(backend: Backend, image_id: int) -> FirmwareImage:
    """Return an image. Raises Problem where there is none."""
    row = await backend.store.get(FirmwareImage, image_id)
    if row is None:
        raise missing("firmware image")
    return row


@post(
    "/firmware-images",
    request_max_body_size=None,
    summary="Bring a firmware file",
    description="The body is the file itself, or a form with the file in it.",
)
async def add_image(
    request: Request[Principal, None, Any],
    backend: Here,
    vendor: Word,
    version: Word,
    model: Annotated[str | None, QueryParameter(min_length=1, max_length=50, pattern=NO_NUL)] = None,
    name: Annotated[str | None, QueryParameter(min_length=1, max_length=100, pattern=NO_NUL)] = None,
) -> Response[Image]:
    """Keep a firmware file, as it comes."""
    files, limit = backend.files, backend.files.max_image_bytes
    if not files.served:
        raise Problem(Kind.UNAVAILABLE, "the file endpoint is switched off (setting files_port)")
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:18]) > limit + 65_536:
        raise Problem(Kind.TOO_LARGE)
    body = Body(request.receive, request.headers, pause_s=PAUSE_S)
    try:
        kept = await files.disk.receive(body.chunks(limit), limit)
    except FileRefused as error:
        kinds = {413: Kind.TOO_LARGE, 507: Kind.UNAVAILABLE}
        raise Problem(kinds.get(error.status, Kind.INVALID), str(error)) from None
    now = datetime.now(UTC)
    title = safe_name(name or body.name) or "firmware.bin"
    row = FirmwareImage(
        id=(await backend.store.take_ids("firmware-image", 1))[0],
        file_id=kept.id,
        name=title,
        vendor=vendor,
        model=model,
        version=version,
        size=kept.size,
        sha256=kept.sha256,
        md5=kept.md5,
        uploaded_at=now,
        uploaded_by=f"api:{request.user.id}",
    )
    file = StoredFile(id=kept.id, use=FileUse.FIRMWARE, name=title, size=kept.size, sha256=kept.sha256, received_at=now)
    try:
        await backend.store.insert(file)
        await backend.store.insert(row)
    except BaseException as error:
        await backend.store.remove(StoredFile, kept.id)
        await files.disk.remove(kept.id)
        if isinstance(error, Conflict):
            raise Problem(Kind.CONFLICT, "there is an image of this vendor, name and version") from None
        raise
    return Response(shown(row), status_code=201, headers={"Location": f"/api/v1/firmware-images/{row.id}"})


@get("/firmware-images", summary="List firmware files")
async def list_images(
    backend: Here,
    paging: NamedDependency[Paging],
    vendor: Annotated[str | None, QueryParameter(min_length=1, max_length=50, pattern=NO_NUL)] = None,
    model: Annotated[str | None, QueryParameter(min_length=1, max_length=50, pattern=NO_NUL)] = None,
) -> models.Page[Image]:
    """List firmware files, newest first."""
    given = (("vendor", vendor), ("model", model))
    tests = tuple(Test(field, "=", value) for field, value in given if value is not None)
    page = await page_of(
        backend.store.look(FirmwareImage, Search(tests=tests, limit=paging.limit, cursor=paging.cursor, newest=True))
    )
    return models.Page(items=[shown(row) for row in page.items], next=page.next)


@get("/firmware-images/{image_id:int}", summary="Show a firmware file")
async def show_image(backend: Here, image_id: Number) -> Image:
    """Show what is known of a firmware file."""
    return shown(await image_of(backend, image_id))


@post("/firmware-images/{image_id:int}/signature", status_code=200, summary="Give a firmware file its signature")
async def sign_image(backend: Here, image_id: Number, data: JSONBody[Signature]) -> Image:
    """Prove a signature over the whole file and keep it for the stations (L01.FR.11); refuse one that is not proven."""
    row = await image_of(backend, image_id)
    await _check_file(backend, row)
    try:
        verified = signatures.verify(
            data.signing_certificate, data.signature, bytes.fromhex(row.sha256), datetime.now(UTC), data.issuer
        )
    except signatures.Unproven as error:
        raise invalid(error.field, str(error)) from None
    row.signing_certificate, row.signature, row.verified = data.signing_certificate, data.signature, verified
    await backend.store.put(row)
    return shown(row)


async def offered(backend: Backend, image_id: int, field: str) -> FirmwareImage:
    """Return an image that stations may be told of: it is served, unchanged, and its signature is still good.

    Raises Problem, where nothing is served with the name of the input, `field`.
    """
    row = await image_of(backend, image_id)
    if not backend.files.served:
        raise invalid(field, "the file endpoint is switched off (setting files_port)")
    await _check_file(backend, row)
    if row.signature is not None and row.signing_certificate is not None:
        try:
            signatures.verify(row.signing_certificate, row.signature, bytes.fromhex(row.sha256), datetime.now(UTC))
        except signatures.Unproven as error:
            raise Problem(Kind.CONFLICT, str(error)) from None
    return row


async def _check_file(backend: Backend, row: FirmwareImage) -> None:
    """Compare what is on the disk now with what was brought. Raises Problem."""
    digest = hashlib.sha256()
    try:
        async for chunk in backend.files.disk.read(row.file_id, 0, row.size + 1):
            digest.update(chunk)
    except FileRefused:
        raise Problem(Kind.CONFLICT, "the file is not on the disk any more") from None
    if digest.hexdigest() != row.sha256:
        raise Problem(Kind.CONFLICT, "the file on the disk is not the one that was brought")


@delete("/firmware-images/{image_id:int}", summary="Remove a firmware file")
async def remove_image(backend: Here, image_id: Number) -> None:
    """Remove a firmware file that no campaign needs; links to it lead nowhere from now on."""
    row = await image_of(backend, image_id)
    states = tuple(state for state in CampaignState if not state.final)
    for campaign in await backend.store.find(Campaign, state=states):
        if isinstance(campaign.work, FirmwareWork) and campaign.work.image_id == image_id:
            raise Problem(Kind.CONFLICT, f"campaign {campaign.id} needs it")
    await backend.store.remove(FirmwareImage, image_id)
    await backend.store.remove(StoredFile, row.file_id)
    await backend.files.disk.remove(row.file_id)


routes: list[Any] = [add_image, list_images, show_image, sign_image, remove_image]
router = Router("/", route_handlers=routes, tags=["Firmware"])
