"""How a request that takes its time is placed at a station and shown. Knows no request in particular.

Its row is stored before its command, under the command's idempotency key: no crash loses one or doubles it.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec
from litestar import Response
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Backend
from busbar.api.commands import FAILURES, Options
from busbar.api.problems import Kind, Problem, invalid
from busbar.csms import rows
from busbar.csms.jobs.requests import settle
from busbar.csms.ports import Conflict, NeverConnected
from busbar.csms.records.requests import RequestState, StationRequest
from busbar.csms.rows import CommandState, Station
from busbar.model.orders import Order
from busbar.protocol.errors import ProtocolViolation

SCHEMES: Final = ("http", "https", "ftp", "ftps", "sftp")
Location = Annotated[str, Meta(min_length=1, max_length=2000)]
Retries = Annotated[int, Meta(ge=0, le=1000)]
Interval = Annotated[int, Meta(ge=0, le=86_400)]
R = TypeVar("R", bound=StationRequest)


class Step(models.View, kw_only=True):
    """A status that the station reported."""

    at: datetime
    status: str
    detail: str


class RequestView(models.View, kw_only=True):
    """A request as it stands; `status` is the last one in OCPP's words, `steps` are all of them in order."""

    id: int
    station: str
    state: RequestState
    answer: str | None
    status: str | None
    detail: str
    steps: list[Step]
    requested_by: str
    created_at: datetime
    updated_at: datetime
    command: models.Command | None = None


V = TypeVar("V", bound=RequestView)


def shown(view: type[V], row: StationRequest, identity: str, **given: Any) -> V:
    """Show a request to a station: what has the same name is the row's, the rest is given."""
    steps = [Step(at=step.at, status=step.status, detail=step.detail) for step in row.steps]
    same = {
        name: getattr(row, name)
        for name in view.__struct_fields__
        if name not in ("station", "steps", "command", *given) and hasattr(row, name)
    }
    return view(**same, station=identity, steps=steps, **given)


def check_location(location: str) -> None:
    """Refuse a URL that no station can use (N01.FR.27, N01.FR.28). Raises Problem."""
    try:
        parts = urlsplit(location)
        host = parts.hostname
    except ValueError:
        raise invalid("location", "this is no URL") from None
    if parts.scheme.lower() not in SCHEMES or not host:
        raise invalid("location", f"a URL begins with one of {', '.join(SCHEMES)}")
    if parts.fragment or parts.query.endswith("/"):
        raise invalid("location", "a URL for stations has no fragment, and no query that ends with a slash")


async def next_id(backend: Backend, name: str) -> int:
    """Return the next number of a kind of request (int32)."""
    return (await backend.store.take_ids(name, 1))[0]


async def place(
    backend: Backend,
    station: Station,
    make: Callable[[str], Awaitable[R]],
    write: Callable[[R], Awaitable[Order]],
    options: Options,
    kind: type[R],
) -> tuple[R, rows.Command]:
    """Store a request, tell the station, and return both as they stand after the wait.

    `make` gives the row under a key, `write` its order. The same Idempotency-Key returns the request that it made.
    Raises Problem, ProtocolViolation, NeverConnected.
    """
    row: R | None = None
    if options.idempotency_key is not None:
        backend.replays.check(station.id, options.idempotency_key, options.fingerprint)
        found = await backend.store.find(kind, station_id=station.id, key=options.idempotency_key)
        row = found[0] if found else None
        command = await backend.store.command_by_key(station.id, options.idempotency_key)
        if row is not None and command is not None:
            return await settle(backend.store, row, datetime.now(UTC)), command
    if row is None:
        row = await make(options.idempotency_key or "")
        row = await _insert(backend, row)
    order = await write(row)
    try:
        command = await backend.dispatcher.dispatch(
            station,
            order,
            wait_s=options.wait_s,
            requested_by=options.requested_by,
            idempotency_key=row.key,
            ttl_s=options.ttl_s,
            survives_reconnect=options.survives_reconnect,
        )
    except (ProtocolViolation, NeverConnected):
        await backend.store.remove(kind, row.station_id, row.id)
        raise
    current = await backend.store.get(kind, row.station_id, row.id) or row
    return await settle(backend.store, current, datetime.now(UTC)), command


async def _insert(backend: Backend, row: R) -> R:
    if not row.key:
        row = msgspec.structs.replace(row, key=f"{type(row).__name__}:{row.id}")
    try:
        return await backend.store.insert(row)
    except Conflict:  # the same key came twice at once: the other one has made it
        found = await backend.store.find(type(row), station_id=row.station_id, key=row.key)
        if not found:
            raise
        return found[0]


def answered(view: V, command: rows.Command, identity: str, path: str) -> Response[V]:
    """Give a station's word as 200, a request under way as 202, everything else as the problem it is."""
    view.command = models.command(command, identity)
    location = {"Location": f"/api/v1/stations/{identity}/{path}/{view.id}"}
    if not command.state.final:
        return Response(view, status_code=202, headers=location)
    if command.state in (CommandState.ACCEPTED, CommandState.REJECTED):
        return Response(view, status_code=200, headers=location)
    kind = Kind.OFFLINE if command.error == "offline" else FAILURES[command.state]
    detail = ": ".join(filter(None, (command.error, command.error_description))) or None
    raise Problem(kind, detail, command=view.command, headers=location)
