"""Routes of reservations. Knows no version; that no EVSE is held twice is the store's word."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.commands import Options
from busbar.api.problems import Kind, Problem, invalid, missing
from busbar.api.queries import INT32, Identity, Number, Paging, StationFilter, Time, page_of, utc
from busbar.api.tokens import TokenKind, Value, with_kind
from busbar.csms.jobs.reservations import end, settle
from busbar.csms.ports import Conflict, NeverConnected, Search, Test
from busbar.csms.records.reservations import Reservation, ReservationState
from busbar.csms.rows import CommandState, Station
from busbar.csms.services.reservations import holding
from busbar.model.reservations import CancelReservation, ReserveNow
from busbar.model.values import IdToken, Place
from busbar.protocol.errors import ProtocolViolation

State = Annotated[ReservationState | None, QueryParameter(name="state", description="Only in this state.")]


class ReservationInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Keep an EVSE (1.6: connector), one with a connector of a type (2.x), or any one, for a token or its group."""

    token: Value
    token_kind: TokenKind | None = None
    group: Value | None = None
    group_kind: TokenKind | None = None
    evse: Annotated[int, Meta(ge=1, le=INT32)] | None = None
    connector_type: Annotated[str, Meta(min_length=1, max_length=20)] | None = None
    expires_at: Time


class ReservationView(msgspec.Struct, kw_only=True):
    """A reservation. `status` is the station's answer; `session` the one that used it; `evse` null is any."""

    id: int
    station: str
    evse: int | None
    connector_type: str | None
    token: str
    token_kind: str | None
    group: str | None
    state: ReservationState
    status: str | None
    created_at: datetime
    expires_at: datetime
    changed_at: datetime
    command: str | None
    session: int | None


def _shown(row: Reservation, station: str) -> ReservationView:
    fields = {name: getattr(row, name) for name in ReservationView.__struct_fields__ if hasattr(row, name)}
    return ReservationView(**fields | {"station": station, "evse": row.evse or None, "session": row.transaction})


@get("/reservations", summary="List reservations")
async def list_reservations(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None, in_state: State = None
) -> models.Page[ReservationView]:
    """List reservations, newest first."""
    station_id = await backend.directory.filtered(station)
    tests = [] if station_id is None else [Test("station_id", "=", station_id)]
    tests += [] if in_state is None else [Test("state", "=", in_state)]
    search = Search(tests=tuple(tests), limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(Reservation, search))
    names = await backend.directory.names(row.station_id for row in page.items)
    return models.Page(items=[_shown(row, names[row.station_id].identity) for row in page.items], next=page.next)


@get("/reservations/{reservation_id:int}", summary="Show a reservation")
async def show_reservation(backend: Here, reservation_id: Number) -> ReservationView:
    """Show a reservation."""
    row = await _row(backend, reservation_id)
    return _shown(row, (await backend.directory.name(row.station_id)).identity)


@post("/stations/{identity:str}/reservations", summary="Reserve a place")
async def add_reservation(
    backend: Here, identity: Identity, data: JSONBody[ReservationInput], options: NamedDependency[Options]
) -> Response[ReservationView]:
    """Reserve a place: 201 with the station's answer, 409 where the EVSE is held already.

    The same idempotency key gives the same reservation.
    """
    station = await backend.directory.station(identity)
    now, expires_at = datetime.now(UTC), utc("expires_at", data.expires_at)
    assert expires_at is not None
    if expires_at <= now:
        raise invalid("expires_at", "it is over already")
    by = (
        options.requested_by if options.idempotency_key is None else f"{options.requested_by} {options.idempotency_key}"
    )
    if options.idempotency_key is not None and (known := await _made(backend, station, by)) is not None:
        return Response(_shown(known, station.identity), status_code=201)
    await settle(backend.store, station.id, now)
    row = await _held(backend, station, data, expires_at, now, by)
    try:
        command = await backend.dispatcher.dispatch(
            station,
            _order(row),
            wait_s=options.wait_s,
            requested_by=by,
            idempotency_key=holding(row.id),
            ttl_s=min(options.ttl_s, max(1.0, (expires_at - now).total_seconds())),
        )
    except (ProtocolViolation, NeverConnected):
        await backend.store.remove(Reservation, row.id)
        raise
    if command.state is CommandState.EXPIRED:
        await end(backend.store, row, ReservationState.REFUSED, datetime.now(UTC))
    return Response(_shown(await _row(backend, row.id), station.identity), status_code=201)


@delete("/reservations/{reservation_id:int}", status_code=200, summary="Cancel a reservation")
async def cancel_reservation(
    backend: Here, reservation_id: Number, options: NamedDependency[Options]
) -> ReservationView:
    """Ask the station to cancel it; one that has ended stays as it is. A station that rejects it has no such one."""
    row = await _row(backend, reservation_id)
    name = await backend.directory.name(row.station_id)
    if not row.state.final:
        station = await backend.directory.station(name.identity)
        order = CancelReservation(reservation_id=row.id)
        command = await backend.dispatcher.dispatch(
            station,
            order,
            wait_s=options.wait_s,
            requested_by=options.requested_by,
            idempotency_key=options.idempotency_key,
            ttl_s=options.ttl_s,
        )
        if command.state in (CommandState.ACCEPTED, CommandState.REJECTED):
            await end(backend.store, row, ReservationState.CANCELLED, datetime.now(UTC))
        elif command.state is CommandState.EXPIRED:
            raise Problem(Kind.OFFLINE)
    return _shown(await _row(backend, reservation_id), name.identity)


async def _held(
    backend: Backend, station: Station, data: ReservationInput, expires_at: datetime, now: datetime, by: str
) -> Reservation:
    """Take a place in the records first: of two who want the same EVSE, one gets it (H01.FR.11)."""
    number = next(iter(await backend.store.take_ids("reservation", 1)))
    token = await with_kind(backend, data.token, data.token_kind)
    row = Reservation(
        id=number,
        station_id=station.id,
        evse=data.evse or 0,
        connector_type=data.connector_type,
        token=token.value,
        token_kind=token.kind,
        group=data.group,
        group_kind=None if data.group is None else data.group_kind,
        created_at=now,
        expires_at=expires_at,
        holds=data.evse is not None,
        requested_by=by,
        changed_at=now,
    )
    try:
        return await backend.store.insert(row)
    except Conflict:
        raise Problem(Kind.CONFLICT, "the EVSE is reserved already") from None


async def _made(backend: Backend, station: Station, by: str) -> Reservation | None:
    found = await backend.store.find(Reservation, station_id=station.id, requested_by=by)
    return found[0] if found else None


def _order(row: Reservation) -> ReserveNow:
    return ReserveNow(
        reservation_id=row.id,
        expires_at=row.expires_at,
        token=IdToken(row.token, row.token_kind),
        place=Place(row.evse or None),
        connector_type=row.connector_type,
        group=None if row.group is None else IdToken(row.group, row.group_kind),
    )


async def _row(backend: Backend, reservation_id: int) -> Reservation:
    row = await backend.store.get(Reservation, reservation_id)
    if row is None:
        raise missing("reservation")
    return row


routes: list[Any] = [list_reservations, show_reservation, add_reservation, cancel_reservation]
router = Router("/", route_handlers=routes, tags=["Reservations"])
