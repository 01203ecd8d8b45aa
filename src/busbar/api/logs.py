"""Routes of the logs that stations are asked for, and of what was received. Knows no version and no rule."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from litestar.response import Stream
from msgspec import Meta, field

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.commands import Options, order_route
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
from busbar.csms.records.files import StoredFile
from busbar.csms.records.logs import LogRequest
from busbar.csms.records.requests import RequestState
from busbar.csms.services.redaction import link
from busbar.files import links
from busbar.files.disk import FileRefused
from busbar.model.logs import GetLog, LogKind
from busbar.model.orders import Order

SLOT: Final = timedelta(days=1)
"""How long a station may take to bring a log."""
Time = Annotated[datetime, Meta(tz=True)]


class Authentication(StrEnum):
    """What our endpoint asks of the station that brings a log, beside the secret in the URL.

    `url`: a password that the URL names (2.1); `station`: the station's own password.
    """

    NONE = "none"
    URL = "url"
    STATION = "station"


class LogInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which log is wanted. Without `location` it is brought to our own endpoint."""

    kind: LogKind = LogKind.DIAGNOSTICS
    location: Location | None = None
    authentication: Authentication = Authentication.NONE
    oldest: Time | None = None
    latest: Time | None = None
    retries: Retries | None = None
    retry_interval_s: Interval | None = None


class LogFile(models.View, kw_only=True):
    """A file that was received. Its name is what the station called it."""

    id: str
    name: str
    size: int
    sha256: str
    received_at: datetime
    expires_at: datetime | None


class Log(RequestView, kw_only=True):
    """A log that was asked for, and what came of it."""

    kind: LogKind
    location: str
    oldest: datetime | None
    latest: datetime | None
    filename: str | None
    files: list[LogFile] = field(default_factory=list)


@order_route("/stations/{identity:str}/logs", summary="Ask a station for a log")
async def request_log(
    backend: Here, identity: Identity, data: JSONBody[LogInput], options: NamedDependency[Options]
) -> Response[Log]:
    """Tell a station to upload a log (N01; in 1.6 the diagnostics by GetDiagnostics)."""
    station, now = await backend.directory.station(identity), datetime.now(UTC)
    oldest, latest = utc("oldest", data.oldest), utc("latest", data.latest)
    if oldest and latest and latest <= oldest:
        raise invalid("latest", "this is not after oldest")
    if data.location is not None:
        check_location(data.location)
    elif not backend.files.served:
        raise invalid("location", "needed: the file endpoint is switched off (setting files_port)")

    async def make(key: str) -> LogRequest:
        return LogRequest(
            id=await next_id(backend, "log-request"),
            station_id=station.id,
            key=key,
            kind=data.kind,
            location=link(data.location or f"{backend.files.url}/log"),
            oldest=oldest,
            latest=latest,
            requested_by=options.requested_by,
            created_at=now,
            updated_at=now,
        )

    async def write(row: LogRequest) -> Order:
        location = data.location or await links.make_upload(
            backend.store,
            backend.files,
            station_id=station.id,
            request_id=row.id,
            expires_at=now + SLOT,
            basic=None if data.authentication is Authentication.NONE else data.authentication.value,
        )
        return GetLog(
            kind=data.kind,
            location=location,
            request_id=row.id,
            oldest=oldest,
            latest=latest,
            retries=data.retries,
            retry_interval_s=data.retry_interval_s,
        )

    row, command = await place(backend, station, make, write, options, LogRequest)
    return answered(shown(Log, row, station.identity), command, station.identity, "logs")


@get("/logs", summary="List logs")
async def list_logs(
    backend: Here,
    paging: NamedDependency[Paging],
    station: StationFilter = None,
    in_state: Annotated[
        RequestState | None, QueryParameter(name="state", description="Only requests in this state.")
    ] = None,
) -> models.Page[Log]:
    """List the logs that were asked for by station, each station's newest first."""
    station_id = await backend.directory.filtered(station)
    given = (("station_id", station_id), ("state", in_state))
    tests = tuple(Test(field, "=", value) for field, value in given if value is not None)
    search = Search(tests=tests, limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(LogRequest, search))
    names = await backend.directory.names(row.station_id for row in page.items)
    return models.Page(items=[shown(Log, row, names[row.station_id].identity) for row in page.items], next=page.next)


@get("/stations/{identity:str}/logs/{number:int}", summary="Show a log")
async def show_log(backend: Here, identity: Identity, number: Number) -> Log:
    """Show a log that was asked for, what the station reported of it, and the files that came."""
    station = await backend.directory.station(identity)
    row = await backend.store.get(LogRequest, station.id, number)
    if row is None:
        raise missing("log")
    files = await backend.store.find(StoredFile, station_id=station.id, request_id=number)
    return shown(Log, row, station.identity, files=[_file(file) for file in files])


def _file(row: StoredFile) -> LogFile:
    return LogFile(**{name: getattr(row, name) for name in LogFile.__struct_fields__})


@get("/stations/{identity:str}/logs/{number:int}/file", summary="Fetch a log that was received")
async def fetch_log(backend: Here, identity: Identity, number: Number) -> Stream:
    """Send the file as it came, to be saved and not shown: what a station wrote may be anything."""
    station = await backend.directory.station(identity)
    files = await backend.store.find(StoredFile, station_id=station.id, request_id=number)
    if not files or not backend.files.disk.has(files[0].id):
        raise missing("file of this log")
    file = files[0]
    name = file.name or f"{station.identity}-{number}.log"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(file.size)}
    return Stream(
        _read(backend.files.disk.read(file.id, 0, file.size)), media_type="application/octet-stream", headers=headers
    )


async def _read(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """End early where the file goes away while it is sent; its length tells the reader."""
    try:
        async for chunk in chunks:
            yield chunk
    except FileRefused:
        return


routes: list[Any] = [request_log, list_logs, show_log, fetch_log]
router = Router("/", route_handlers=routes, tags=["Logs"])
