"""Routes of tariffs: versions that never change, where they apply, and what stations are given of them."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from msgspec import Meta
from msgspec.structs import asdict

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.problems import invalid, missing
from busbar.api.queries import INT32, NO_NUL, Identity, Number, Paging, StationFilter, page_of, utc
from busbar.api.sessions import transaction_row
from busbar.api.tokens import Value
from busbar.billing.soundness import flaw
from busbar.csms.ports import Query
from busbar.csms.records.tariffs import HeldTariff, TariffAssignment, TariffInventory, TariffVersion
from busbar.csms.services import rates
from busbar.csms.services.references import id_on_wire
from busbar.csms.services.tariffs import standing, wire_id
from busbar.model import tariffs
from busbar.model.tariffs import Part, Tariff

CHANGED: Final = "busbar.changed.tariffs"

Name = Annotated[str, Meta(max_length=100, pattern=NO_NUL)]
VersionNumber = Annotated[int, PathParameter(ge=1, le=INT32)]
Positive = Annotated[int, Meta(ge=1, le=INT32)]
Evse = Annotated[int, Meta(ge=0, le=INT32)]


class TariffInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A version of a tariff, in the shape of OCPP 2.1: prices without tax, the first one whose conditions hold counts.

    Energies are Wh, powers W, currents A, times s; times of day and dates are local to the site. Numbers may be given
    as text, which keeps them exactly.
    """

    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")]
    name: Name = ""
    description: Annotated[tuple[tariffs.Text, ...], Meta(max_length=10)] = ()
    valid_from: Annotated[datetime, Meta(tz=True)] | None = None
    energy: Part | None = None
    charging_time: Part | None = None
    idle_time: Part | None = None
    fixed_fee: Part | None = None
    reservation_time: Part | None = None
    reservation_fixed: Part | None = None
    min_cost: tariffs.Amount | None = None
    max_cost: tariffs.Amount | None = None


class TariffView(models.View, kw_only=True):
    """A version of a tariff; `content.id` is its name at stations."""

    id: int
    version: int
    name: str
    created_at: datetime
    content: Tariff


class AssignmentInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Where a tariff applies: exactly one of site, station (with or without an EVSE) and token.

    `show_running` puts the cost so far into answers, `update_every_s` sends it by itself (2.x); `send` gives an
    accepted token's tariff to its station (2.1). With `ad_hoc` it is for payments by card or on the web (tokens of kind
    `DirectPayment`, 2.1), which then may charge there without being entered.
    """

    tariff_id: Positive
    site_id: Positive | None = None
    station: Annotated[str, Meta(min_length=1, max_length=255, pattern=NO_NUL)] | None = None
    evse: Positive | None = None
    token: Value | None = None
    ad_hoc: bool = False
    show_running: bool = False
    update_every_s: Annotated[int, Meta(ge=10, le=86_400)] | None = None
    send: bool = False


class Assignment(models.View, kw_only=True):
    """Where a tariff applies."""

    id: int
    tariff_id: int
    site_id: int | None
    station: str | None
    evse: int | None
    token: str | None
    ad_hoc: bool
    show_running: bool
    update_every_s: int | None
    send: bool


class DefaultTariff(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A tariff that a station shall reckon with by itself, at an EVSE, or with 0 at all; the newest version."""

    tariff_id: Positive
    evse: Evse = 0


class ClearedTariffs(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which tariffs to take away, by their names at stations; none is all. `evse` narrows it."""

    tariffs: Annotated[list[Annotated[str, Meta(min_length=1, max_length=60)]], Meta(max_length=100)] = []
    evse: Evse | None = None


class TariffQuestion(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An EVSE whose tariffs to ask for; 0 is all of them."""

    evse: Evse = 0


class SessionTariff(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The tariff that a station shall reckon with from now on; the newest version."""

    tariff_id: Positive


class HeldTariffView(models.View, kw_only=True):
    """A tariff that a station holds, or refused: then `held` is false and `status` is its word."""

    tariff: str
    evse: int
    kind: str
    held: bool
    status: str
    valid_from: datetime | None
    tokens: list[str]
    at: datetime


@get("/tariffs", summary="List tariffs")
async def list_tariffs(backend: Here, paging: NamedDependency[Paging]) -> models.Page[TariffView]:
    """List all versions of all tariffs, in order."""
    page = await page_of(backend.store.look(TariffVersion, paging.search()))
    return models.Page(items=[_shown(row) for row in page.items], next=page.next)


@post("/tariffs", summary="Add a tariff")
async def add_tariff(backend: Here, data: JSONBody[TariffInput]) -> Response[TariffView]:
    """Add a tariff; it applies nowhere until it is assigned."""
    check(data)
    number = next(iter(await backend.store.take_ids("tariff", 1)))
    return await _added(backend, data, number, 1)


@post("/tariffs/{tariff_id:int}/versions", summary="Add a version of a tariff")
async def add_tariff_version(backend: Here, tariff_id: Number, data: JSONBody[TariffInput]) -> Response[TariffView]:
    """Add a version, which sessions that begin from now on have; those that run keep theirs."""
    check(data)
    newest = await _newest(backend, tariff_id)
    return await _added(backend, data, tariff_id, newest.version + 1)


@get("/tariffs/{tariff_id:int}", summary="Show a tariff")
async def show_tariff(backend: Here, tariff_id: Number) -> TariffView:
    """Show the newest version of a tariff."""
    return _shown(await _newest(backend, tariff_id))


@get("/tariffs/{tariff_id:int}/versions/{version:int}", summary="Show a version of a tariff")
async def show_tariff_version(backend: Here, tariff_id: Number, version: VersionNumber) -> TariffView:
    """Show one version of a tariff."""
    row = await backend.store.get(TariffVersion, tariff_id, version)
    if row is None:
        raise missing("tariff version")
    return _shown(row)


@get("/tariff-assignments", summary="List where tariffs apply")
async def list_assignments(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None
) -> models.Page[Assignment]:
    """List where tariffs apply."""
    station_id = await backend.directory.filtered(station)
    page = await page_of(backend.store.look(TariffAssignment, paging.search(station_id=station_id)))
    return models.Page(items=[await _assignment(backend, row) for row in page.items], next=page.next)


@post("/tariff-assignments", summary="Let a tariff apply")
async def add_assignment(backend: Here, data: JSONBody[AssignmentInput]) -> Response[Assignment]:
    """Let a tariff apply to sessions that begin from now on; the nearest counts: token, EVSE, station, site."""
    await _newest(backend, data.tariff_id, field="tariff_id")
    scope, station_id = await _scope(backend, data)
    if data.ad_hoc:
        if data.token is not None:
            raise invalid("ad_hoc", "ad hoc payments are taken at a place")
        scope = rates.ad_hoc(scope)
    row = await backend.store.insert(
        TariffAssignment(
            scope=scope,
            tariff_id=data.tariff_id,
            site_id=data.site_id,
            station_id=station_id,
            evse=data.evse,
            token=None if data.token is None else data.token.casefold(),
            ad_hoc=data.ad_hoc,
            show_running=data.show_running,
            update_every_s=data.update_every_s,
            send=data.send,
        )
    )
    backend.bus.publish(CHANGED, b"")
    where = {"Location": f"/api/v1/tariff-assignments/{row.id}"}
    return Response(await _assignment(backend, row), status_code=201, headers=where)


@delete("/tariff-assignments/{assignment_id:int}", summary="Let a tariff apply no more")
async def remove_assignment(backend: Here, assignment_id: Number) -> None:
    """Let a tariff apply no more; sessions that run keep it."""
    if not await backend.store.remove(TariffAssignment, assignment_id):
        raise missing("tariff assignment")
    backend.bus.publish(CHANGED, b"")


@order_route("/stations/{identity:str}/commands/set-default-tariff", "Give a station its default tariff")
async def set_default_tariff(
    backend: Here, identity: Identity, data: JSONBody[DefaultTariff], options: NamedDependency[Options]
) -> Answered:
    """Let a station reckon with a tariff by itself (2.1, I07)."""
    version = await _newest(backend, data.tariff_id, field="tariff_id")
    return await send(backend, identity, tariffs.SetDefaultTariff(evse=data.evse, tariff=version.content), options)


@order_route("/stations/{identity:str}/commands/clear-tariffs", "Take tariffs from a station")
async def clear_tariffs(
    backend: Here, identity: Identity, data: JSONBody[ClearedTariffs], options: NamedDependency[Options]
) -> Answered:
    """Take tariffs away (2.1, I10)."""
    return await send(backend, identity, tariffs.ClearTariffs(tariff_ids=data.tariffs, evse=data.evse), options)


@order_route("/stations/{identity:str}/commands/ask-tariffs", "Ask a station for its tariffs")
async def ask_tariffs(
    backend: Here, identity: Identity, data: JSONBody[TariffQuestion], options: NamedDependency[Options]
) -> Answered:
    """Ask which tariffs a station holds (2.1, I09)."""
    return await send(backend, identity, tariffs.GetTariffs(evse=data.evse), options)


@order_route("/sessions/{session_id:int}/change-tariff", "Change a session's tariff at its station")
async def change_session_tariff(
    backend: Here, session_id: Number, data: JSONBody[SessionTariff], options: NamedDependency[Options]
) -> Answered:
    """Let a station go on reckoning with another tariff (2.1, I11); what the CSMS reckons stays as it began."""
    row = await transaction_row(backend, session_id)
    version = await _newest(backend, data.tariff_id, field="tariff_id")
    name = await backend.directory.name(row.station_id)
    order = tariffs.ChangeTransactionTariff(transaction_id=id_on_wire(row.transaction_id), tariff=version.content)
    return await send(backend, name.identity, order, options)


@get("/stations/{identity:str}/tariffs", summary="List a station's tariffs")
async def list_held_tariffs(backend: Here, identity: Identity) -> models.Page[HeldTariffView]:
    """List the tariffs that a station holds or refused, as far as is known: a thousand at most, on one page."""
    station = await backend.directory.station(identity)
    rows = await backend.store.find(HeldTariff, station_id=station.id)
    inventories = await backend.store.find(TariffInventory, station_id=station.id)
    found = standing(rows, inventories, datetime.now(UTC))
    return models.Page(items=[models.record(HeldTariffView, row, tariff=row.tariff_id) for row in found])


def check(data: TariffInput) -> None:
    """Judge what a schema cannot. Raises Problem naming the part."""
    if (found := flaw(data)) is not None:
        raise invalid(*found)


async def _newest(backend: Backend, tariff_id: int, *, field: str | None = None) -> TariffVersion:
    rows = await backend.store.find(TariffVersion, tariff_id=tariff_id)
    if not rows:
        raise missing("tariff") if field is None else invalid(field, "no such tariff")
    return rows[-1]


async def _added(backend: Backend, data: TariffInput, number: int, version: int) -> Response[TariffView]:
    fields = asdict(data)
    name, valid_from = fields.pop("name"), utc("valid_from", fields.pop("valid_from"))
    content = Tariff(id=wire_id(number, version), valid_from=valid_from, **fields)
    row = TariffVersion(tariff_id=number, version=version, name=name, created_at=datetime.now(UTC), content=content)
    await backend.store.insert(row)
    backend.bus.publish(CHANGED, b"")
    where = {"Location": f"/api/v1/tariffs/{number}/versions/{version}"}
    return Response(_shown(row), status_code=201, headers=where)


async def _scope(backend: Backend, data: AssignmentInput) -> tuple[str, int | None]:
    """Return what an assignment is about, and its station. Raises Problem."""
    if [data.site_id, data.station, data.token].count(None) != 2:
        raise invalid("station", "exactly one of site_id, station and token")
    if data.evse is not None and data.station is None:
        raise invalid("evse", "an EVSE is of a station")
    if data.token is not None:
        return rates.token_scope(data.token.casefold()), None
    if data.site_id is not None:
        if not (await backend.store.sites(Query(site_id=data.site_id, limit=1))).items:
            raise invalid("site_id", "no such site")
        return rates.site_scope(data.site_id), None
    station_id = await backend.directory.filtered(data.station) or 0
    if data.evse is None:
        return rates.station_scope(station_id), station_id
    return rates.evse_scope(station_id, data.evse), station_id


async def _assignment(backend: Backend, row: TariffAssignment) -> Assignment:
    station = None if row.station_id is None else (await backend.directory.name(row.station_id)).identity
    return models.record(Assignment, row, station=station)


def _shown(row: TariffVersion) -> TariffView:
    return models.record(TariffView, row, id=row.tariff_id)


routes: list[Any] = [
    list_tariffs,
    add_tariff,
    add_tariff_version,
    show_tariff,
    show_tariff_version,
    list_assignments,
    add_assignment,
    remove_assignment,
    set_default_tariff,
    clear_tariffs,
    ask_tariffs,
    change_session_tariff,
    list_held_tariffs,
]
router = Router("/", route_handlers=routes, tags=["Tariffs"])
