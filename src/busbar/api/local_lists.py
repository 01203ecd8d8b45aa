"""Routes of stations' local lists: how they stand, bringing one up to date, and whether that happens by itself."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.problems import missing
from busbar.api.queries import INT32, Identity, Number, Paging, page_of
from busbar.api.sites import site_row
from busbar.api.tokens import TokenPath, Value
from busbar.csms.jobs.local_lists import chosen, forget, known_version, synchronise
from busbar.csms.jobs.runner import Desk
from busbar.csms.policies import load_policy
from busbar.csms.ports import NeverConnected
from busbar.csms.records.local_list import ListAnswer, ListExclusion, ListSwitch, ListVersion, LocalList
from busbar.csms.services.local_list import Room, next_version
from busbar.csms.tenancy import everywhere, organisation
from busbar.model.local_list import GetLocalListVersion, SendLocalList


class SyncInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How to send it: whole or what changed, in parts of so many entries, and how many the station has room for.

    What a station has told of itself (1.6 SendLocalListMaxLength, LocalAuthListMaxLength; 2.x ItemsPerMessage, Entries)
    holds besides.
    """

    full: bool = False
    per_message: Annotated[int, Meta(ge=1, le=1000)] | None = None
    most: Annotated[int, Meta(ge=0, le=100_000)] | None = None


class SendInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to send: a whole list (an empty one empties it) or a difference, by the values of tokens.

    `tokens` are put into the list with what the CSMS says of them, `removed` leave it. Without `version` it is one more
    than the highest that the station was sent or said it has.
    """

    full: bool = False
    tokens: Annotated[list[Value], Meta(max_length=1000)] = []
    removed: Annotated[list[Value], Meta(max_length=1000)] = []
    version: Annotated[int, Meta(ge=1, le=INT32)] | None = None


class SyncResult(msgspec.Struct):
    """What came of it: messages, the station's last word (null: nothing had to be sent), entries without room."""

    messages: int
    status: str | None
    version: int
    left_out: int


class ListView(msgspec.Struct, kw_only=True):
    """How a station's list stands: what it was sent, what it answered last, and what it says it has."""

    station: str
    automatic: bool
    entries: int
    sent_version: int | None
    sent_at: datetime | None
    answered_version: int | None
    answer: str | None
    told_version: int | None
    in_step: bool


class Switch(msgspec.Struct, forbid_unknown_fields=True):
    """Whether the list is brought up to date by itself when tokens or rules change."""

    on: bool


class Exclusion(models.View, kw_only=True):
    """A token that is kept off a station's list, and since when."""

    token: str
    at: datetime


@get("/stations/{identity:str}/local-list", summary="Show how a local list stands")
async def show_list(backend: Here, identity: Identity) -> ListView:
    """Show a station's local list; `in_step`: the last version sent was accepted."""
    station = await backend.directory.station(identity)
    row = await backend.store.get(LocalList, station.id)
    answer = await backend.store.get(ListAnswer, station.id)
    told = await backend.store.get(ListVersion, station.id)
    scopes = (("station", station.id), ("site", station.site_id or 0))
    switches = [await backend.store.get(ListSwitch, organisation(), *scope) for scope in scopes]
    return ListView(
        station=station.identity,
        automatic=any(switch is not None for switch in switches),
        entries=0 if row is None else len(row.entries),
        sent_version=None if row is None else row.version,
        sent_at=None if row is None else row.sent_at,
        answered_version=None if answer is None else answer.version,
        answer=None if answer is None else answer.status,
        told_version=None if told is None else told.version,
        in_step=row is not None and not row.failed,
    )


@post("/stations/{identity:str}/local-list/synchronisation", status_code=200, summary="Bring a local list up to date")
async def synchronise_list(
    backend: Here, identity: Identity, data: JSONBody[SyncInput], options: NamedDependency[Options]
) -> SyncResult:
    """Send a station what its list lacks, or all of it."""
    station = await backend.directory.station(identity)
    desk = Desk(backend.store, backend.bus, backend.dispatcher, lambda *_: None)
    room = Room(data.per_message, data.most)
    with everywhere():
        policy = await load_policy(backend.store)
        done = await synchronise(desk, station, policy, full=data.full, by=options.requested_by, room=room)
    return SyncResult(done.sent, done.status, done.version, done.left_out)


@order_route("/stations/{identity:str}/commands/send-local-list", "Send a local list, or a difference to it")
async def send_list(
    backend: Here, identity: Identity, data: JSONBody[SendInput], options: NamedDependency[Options]
) -> Answered:
    """Send exactly what is said, in one message (D01). What the station should have is not looked at.

    The next synchronisation sends the whole list, since the station then has another one than it was brought to.
    """
    station = await backend.directory.station(identity)
    if station.version is None:
        raise NeverConnected(identity)
    with everywhere():
        policy = await load_policy(backend.store)
        entries = await chosen(backend.store, station, policy, data.tokens, data.removed, datetime.now(UTC))
    known = await known_version(backend.store, station.id)
    version = next_version(known) if data.version is None else data.version
    await forget(backend.store, station, max(known, version))
    return await send(backend, identity, SendLocalList(version=version, full=data.full, entries=entries), options)


@order_route("/stations/{identity:str}/local-list/version", "Ask for the version of a local list")
async def ask_version(backend: Here, identity: Identity, options: NamedDependency[Options]) -> Answered:
    """Ask a station which version of the list it has."""
    return await send(backend, identity, GetLocalListVersion(), options)


@put("/stations/{identity:str}/local-list/automatic", summary="Keep a station's list up to date by itself, or not")
async def switch_station(backend: Here, identity: Identity, data: JSONBody[Switch]) -> Switch:
    """Switch it for a station."""
    station = await backend.directory.station(identity)
    return await _switch(backend, ListSwitch(scope="station", number=station.id), data)


@put("/sites/{site_id:int}/local-lists/automatic", summary="Keep the lists of a site's stations up to date, or not")
async def switch_site(backend: Here, site_id: Number, data: JSONBody[Switch]) -> Switch:
    """Switch it for a site."""
    await site_row(backend.store, site_id)
    return await _switch(backend, ListSwitch(scope="site", number=site_id), data)


@get("/stations/{identity:str}/local-list/exclusions", summary="List tokens that are kept off a local list")
async def list_exclusions(backend: Here, identity: Identity, paging: NamedDependency[Paging]) -> models.Page[Exclusion]:
    """List the tokens that a station's list must not hold: clearing a customer there adds the customer's."""
    station = await backend.directory.station(identity)
    page = await page_of(backend.store.look(ListExclusion, paging.search(station_id=station.id)))
    return models.Page(items=[_exclusion(row) for row in page.items], next=page.next)


@put("/stations/{identity:str}/local-list/exclusions/{value:str}", summary="Keep a token off a local list")
async def exclude(backend: Here, identity: Identity, value: TokenPath) -> Exclusion:
    """Keep a token off a station's list, from the next time on that it is brought up to date."""
    station = await backend.directory.station(identity)
    row = ListExclusion(station_id=station.id, token=value.casefold(), at=datetime.now(UTC))
    await backend.store.put(row)
    return _exclusion(row)


@delete("/stations/{identity:str}/local-list/exclusions/{value:str}", summary="Let a token on a local list again")
async def readmit(backend: Here, identity: Identity, value: TokenPath) -> None:
    """Let a token on a station's list again, from the next time on that it is brought up to date."""
    station = await backend.directory.station(identity)
    if not await backend.store.remove(ListExclusion, station.id, value.casefold()):
        raise missing("token among those that are kept off")


def _exclusion(row: ListExclusion) -> Exclusion:
    return Exclusion(token=row.token, at=row.at)


async def _switch(backend: Backend, row: ListSwitch, data: Switch) -> Switch:
    if data.on:
        await backend.store.put(row)
        backend.bus.publish("busbar.job.local-lists", b"")
    else:
        await backend.store.remove(ListSwitch, organisation(), row.scope, row.number)
    return data


routes: list[Any] = [
    show_list,
    synchronise_list,
    send_list,
    ask_version,
    switch_station,
    switch_site,
    list_exclusions,
    exclude,
    readmit,
]
router = Router("/", route_handlers=routes, tags=["Local lists"])
