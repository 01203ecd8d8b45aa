"""Routes of sessions and meter values, as JSON and as CSV. Knows no rule; energies are the store's, in Wh."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec.structs import replace

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.problems import Kind, Problem, missing
from busbar.api.queries import (
    MOST,
    Identity,
    Number,
    Paging,
    SiteFilter,
    Span,
    StationFilter,
    page_of,
)
from busbar.csms.amendments import CloseSession
from busbar.csms.ports import Query
from busbar.csms.records.sessions import StationLimit, StatusReport
from busbar.csms.rows import Transaction
from busbar.csms.services.references import id_on_wire
from busbar.model.sessions import GetTransactionStatus

CSV_ROWS: Final = 1_000_000
COLUMNS: Final = (
    "at",
    "station",
    "session",
    "evse",
    "connector",
    "measurand",
    "value",
    "unit",
    "phase",
    "location",
    "context",
)
Active = Annotated[bool | None, QueryParameter(description="Only running sessions, or only ended ones.")]


@get("/sessions", summary="List sessions")
async def list_sessions(
    backend: Here,
    span: NamedDependency[Span],
    paging: NamedDependency[Paging],
    station: StationFilter = None,
    site_id: SiteFilter = None,
    active: Active = None,
) -> models.Page[models.Session]:
    """List sessions, newest first; the times are those of their start."""
    query = paging.query(
        station_id=await backend.directory.filtered(station),
        site_id=site_id,
        active=active,
        since=span.since,
        until=span.until,
    )
    page = await page_of(backend.store.transactions(query))
    names = await backend.directory.names(row.station_id for row in page.items)
    return models.Page(items=[models.session(row, names[row.station_id]) for row in page.items], next=page.next)


class SessionLimit(msgspec.Struct, kw_only=True):
    """How far a station lets a session go (2.1), as it said last; null is without limit.

    Money is in whole units of the currency; the CSMS's own limit comes back in it once the station took it.
    """

    at: datetime
    max_cost: float | None
    max_energy_wh: float | None
    max_time_s: int | None
    max_soc_pct: int | None


class ShownSession(models.Session, kw_only=True):
    """A charging session with what is kept beside it; `station_limit` null where the station said none."""

    station_limit: SessionLimit | None


@get("/sessions/{session_id:int}", summary="Show a session")
async def show_session(backend: Here, session_id: Number) -> ShownSession:
    """Show a session."""
    row = await transaction_row(backend, session_id)
    shown = models.session(row, await backend.directory.name(row.station_id))
    limit = await backend.store.get(StationLimit, row.station_id, row.transaction_id)
    said = None if limit is None else msgspec.convert(limit, SessionLimit, from_attributes=True)
    return ShownSession(**msgspec.structs.asdict(shown), station_limit=said)


@get("/sessions/{session_id:int}/meter-values", summary="List the meter values of a session")
async def session_meter_values(
    backend: Here,
    session_id: Number,
    span: NamedDependency[Span],
    paging: NamedDependency[Paging],
) -> models.Page[models.MeterValue]:
    """List the meter values of a session in the order of time."""
    await transaction_row(backend, session_id)
    return await _page(backend, paging.query(transaction=session_id, since=span.since, until=span.until))


@get("/sessions/{session_id:int}/meter-values.csv", summary="Export the meter values of a session as CSV")
async def session_csv(backend: Here, session_id: Number, span: NamedDependency[Span]) -> Stream:
    """Export all meter values of a session, one line per sample."""
    await transaction_row(backend, session_id)
    query = Query(limit=MOST, transaction=session_id, since=span.since, until=span.until)
    return _export(backend, query, f"session-{session_id}.csv")


@get("/stations/{identity:str}/meter-values", summary="List the meter values of a station")
async def station_meter_values(
    backend: Here,
    identity: Identity,
    span: NamedDependency[Span],
    paging: NamedDependency[Paging],
) -> models.Page[models.MeterValue]:
    """List the meter values of a station, inside sessions and outside, in the order of time."""
    row = await backend.directory.station(identity)
    return await _page(backend, paging.query(station_id=row.id, since=span.since, until=span.until))


@get("/stations/{identity:str}/meter-values.csv", summary="Export the meter values of a station as CSV")
async def station_csv(backend: Here, identity: Identity, span: NamedDependency[Span]) -> Stream:
    """Export the meter values of a station, one line per sample."""
    row = await backend.directory.station(identity)
    query = Query(limit=MOST, station_id=row.id, since=span.since, until=span.until)
    return _export(backend, query, f"station-{row.id}.csv")


class SessionStatus(msgspec.Struct, kw_only=True):
    """A station's last word on a session that it was asked about (2.x); `ongoing` null where it did not say."""

    asked_at: datetime
    ongoing: bool | None
    messages_in_queue: bool


@get("/sessions/{session_id:int}/status", summary="Show what the station says of a session")
async def show_status(backend: Here, session_id: Number) -> SessionStatus:
    """Show the station's last answer to whether the session runs and whether more is to come."""
    row = await transaction_row(backend, session_id)
    report = await backend.store.get(StatusReport, row.station_id, id_on_wire(row.transaction_id))
    if report is None:
        raise missing("status")
    return SessionStatus(asked_at=report.at, ongoing=report.ongoing, messages_in_queue=report.messages_in_queue)


@order_route("/sessions/{session_id:int}/status", "Ask the station for a session's status")
async def ask_status(backend: Here, session_id: Number, options: NamedDependency[Options]) -> Answered:
    """Ask whether the session runs and whether the station has more to tell, as before a final bill (2.x)."""
    row = await transaction_row(backend, session_id)
    name = await backend.directory.name(row.station_id)
    return await send(
        backend, name.identity, GetTransactionStatus(transaction_id=id_on_wire(row.transaction_id)), options
    )


@post("/sessions/{session_id:int}/close", status_code=200, summary="Close a session in the records")
async def close_session(backend: Here, session_id: Number) -> models.Session:
    """End a running session in the records at its last sign of life; its station is not told.

    What the station says of it later counts more: a session that goes on is open again.
    """
    row = await transaction_row(backend, session_id)
    name = await backend.directory.name(row.station_id)
    station = await backend.directory.station(name.identity)
    amended = await backend.dispatcher.amend(station, CloseSession(session_id))
    if not amended.done:
        raise Problem(Kind.CONFLICT, f"the session is {amended.result}")
    return await show_session.fn(backend, session_id)  # type: ignore[no-any-return]


async def transaction_row(backend: Backend, number: int) -> Transaction:
    """Return a session's row. Raises Problem where there is none."""
    row = await backend.store.transaction_by_number(number)
    if row is None:
        raise missing("session")
    return row


async def _page(backend: Backend, query: Query) -> models.Page[models.MeterValue]:
    page = await page_of(backend.store.readings(query))
    names = await backend.directory.names(row.station_id for row in page.items)
    items = [models.meter_value(row, names[row.station_id]) for row in page.items]
    return models.Page(items=items, next=page.next)


def _export(backend: Backend, query: Query, name: str) -> Stream:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(_lines(backend, query), media_type="text/csv", headers=headers)


async def _lines(backend: Backend, query: Query) -> AsyncIterator[str]:
    """Yield the table page by page, so that its length costs no memory; CSV_ROWS readings at most."""
    yield _written([COLUMNS])
    for _ in range(CSV_ROWS // MOST):
        page = await _page(backend, query)
        if page.items:
            yield _written(line for value in page.items for line in _samples(value))
        if page.next is None:
            return
        query = replace(query, cursor=page.next)


def _samples(value: models.MeterValue) -> list[tuple[Any, ...]]:
    at = _rfc3339(value.at)
    return [
        (
            at,
            guarded(value.station),
            value.session,
            value.evse,
            value.connector,
            guarded(sample.measurand),
            sample.value,
            guarded(sample.unit),
            guarded(sample.phase),
            guarded(sample.location),
            guarded(sample.context),
        )
        for sample in value.samples
    ]


def _rfc3339(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def guarded(text: str | None) -> str | None:
    """Return a text that no spreadsheet takes for a formula: a quote goes before the characters that begin one."""
    if text and (text[0] in "\t\r\n" or text.lstrip()[:1] in ("=", "+", "-", "@")):
        return f"'{text}"
    return text


def _written(lines: Any) -> str:
    table = io.StringIO()
    csv.writer(table).writerows(lines)
    return table.getvalue()


routes: list[Any] = [
    list_sessions,
    show_session,
    show_status,
    ask_status,
    close_session,
    session_meter_values,
    session_csv,
    station_meter_values,
    station_csv,
]
router = Router("/", route_handlers=routes, tags=["Sessions"])
