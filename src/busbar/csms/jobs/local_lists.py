"""Brings stations' local lists up to date: what each should have, sent in parts, one after the other.

By itself it does so only for the stations and sites that are switched on.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from busbar.csms.jobs.runner import Desk
from busbar.csms.policies import load_policy
from busbar.csms.ports import Dispatcher, NeverConnected, Query, Store
from busbar.csms.records.device_model import ModelValue, ModelVariable
from busbar.csms.records.local_list import ListExclusion, ListSwitch, ListVersion, LocalList
from busbar.csms.rows import CommandState, Station, Token
from busbar.csms.services.access_rules import Place, Policy
from busbar.csms.services.authorization import Occasion, judge
from busbar.csms.services.local_list import (
    BYTES,
    ENTRIES,
    ENTRIES_16,
    ITEMS,
    MISMATCH,
    Plan,
    Room,
    fitting,
    plan,
)
from busbar.csms.services.view import Tokens
from busbar.csms.tenancy import scoped, unscoped
from busbar.model.local_list import ListEntry, SendLocalList
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.protocol.errors import ProtocolViolation
from busbar.protocol.translate import Untranslatable, translator
from busbar.protocol.versions import RULES

PAGE: Final = 1000
MOST: Final = 100_000
WAIT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Sync:
    """What came of it: `sent` messages, the station's last `status`, entries without room."""

    sent: int
    status: str | None
    version: int
    left_out: int = 0


async def look(desk: Desk) -> None:
    """Bring the lists that are switched on up to date. Raises StoreUnavailable."""
    switches = await desk.store.find(ListSwitch)
    for organisation_id in sorted({row.organisation_id for row in switches}):
        with scoped(organisation_id):
            await _look(desk, {(row.scope, row.number) for row in switches if row.organisation_id == organisation_id})


async def _look(desk: Desk, switches: set[tuple[str, int]]) -> None:
    policy = await load_policy(desk.store)
    query: Query | None = Query(active=True, limit=PAGE)
    while query is not None:
        page = await desk.store.stations(query)
        for station in page.items:
            if ("station", station.id) in switches or ("site", station.site_id) in switches:
                await synchronise(desk, station, policy, full=False, by="busbar")
        query = None if page.next is None else replace(query, cursor=page.next)


async def wanted(store: Store, station: Station, policy: Policy, at: datetime) -> list[ListEntry]:
    """Return the entries that a station should have: what it may be told of each token by its version."""
    entries: list[ListEntry] = []
    query: Query | None = Query(limit=PAGE)
    while query is not None and len(entries) < MOST:
        page = await store.tokens(query)
        keys = tuple(row.key for row in page.items)
        found = await store.find(ListExclusion, station_id=station.id, token=keys) if keys else []
        excluded = {row.token for row in found}
        for row in page.items:
            if row.key in excluded:
                continue
            entry = _entry(row, station, policy, at)
            timed = entry.verdict is not None and entry.verdict.status is AuthorizationStatus.NOT_AT_THIS_TIME
            if not timed and _sayable(entry, station):  # a list knows no hours: else the station has to ask
                entries.append(entry)
        query = None if page.next is None else replace(query, cursor=page.next)
    return entries


def _short(station: Station) -> bool:
    return station.version is not None and not RULES[station.version].token_types


def _sayable(entry: ListEntry, station: Station) -> bool:
    """Tell whether a station's version has such a token: one too long or of another kind would spoil the whole list."""
    if station.version is None:
        return True
    try:
        translator(station.version).from_order(SendLocalList(version=1, full=False, entries=[entry]))
    except Untranslatable:
        return False
    return True


def _entry(row: Token, station: Station, policy: Policy, at: datetime) -> ListEntry:
    """Return a token with what a station may be told of it."""
    token = IdToken(row.value, None if _short(station) else row.kind)
    tokens = Tokens(policy=policy)
    tokens.put(row.key, row)
    verdict = judge(token, tokens, at, Occasion(Place(station.id, station.site_id))).answer
    verdict.expires_at = row.expires_at
    return ListEntry(token=token, verdict=verdict)


async def chosen(
    store: Store, station: Station, policy: Policy, values: list[str], removed: list[str], at: datetime
) -> list[ListEntry]:
    """Return the entries of tokens that an operator names: those to have, and those to leave the list.

    A token that nobody entered is told as unknown.
    """
    entries = []
    for value in (*removed, *values):
        row = await store.token(value.casefold()) or Token(
            key=value.casefold(), value=value, status=AuthorizationStatus.UNKNOWN
        )
        entry = _entry(row, station, policy, at)
        entries.append(entry)
    for entry in entries[: len(removed)]:
        entry.verdict = None
    return entries


async def known_version(store: Store, station_id: int) -> int:
    """Return the highest version that a station was sent or said it has."""
    sent = await store.get(LocalList, station_id)
    told = await store.get(ListVersion, station_id)
    return max(0 if sent is None else sent.version, 0 if told is None else told.version)


async def forget(store: Store, station: Station, version: int) -> None:
    """Note that a station was sent something else than what it should have, so that the next list is a whole one."""
    await store.put(
        LocalList(station_id=station.id, version=version, entries={}, sent_at=datetime.now(UTC), failed=True)
    )


async def synchronise(
    desk: Desk, station: Station, policy: Policy, *, full: bool, by: str, room: Room | None = None
) -> Sync:
    """Send what a station lacks; where the versions differ or a part fails, the whole list once more (D01.FR.05)."""
    store, dispatcher = desk.store, desk.dispatcher
    fits = await _room(store, station, room or Room())
    entries = await wanted(store, station, policy, datetime.now(UTC))
    sent = await store.get(LocalList, station.id)
    told = await store.get(ListVersion, station.id)
    made = plan(entries, sent, full=full, room=fits, told=told, version=station.version)
    result = await _send(store, dispatcher, station, made, by)
    if result.status in (MISMATCH, "Failed") and not made.messages[0].full:
        sent = await store.get(LocalList, station.id)
        again = plan(entries, sent, full=True, room=fits, version=station.version)
        result = await _send(store, dispatcher, station, again, by)
    return result


async def _room(store: Store, station: Station, asked: Room) -> Room:
    """Look up what a station has told of its room."""
    values = await store.find(ModelValue, station_id=station.id, path=(*ITEMS, *BYTES, ENTRIES_16), attribute="Actual")
    return fitting(asked, values, await store.find(ModelVariable, station_id=station.id, path=ENTRIES))


async def _send(store: Store, dispatcher: Dispatcher, station: Station, made: Plan, by: str) -> Sync:
    status, sent = None, 0
    for message in made.messages:
        try:
            with unscoped():  # the station's conversation is no part of this look
                command = await dispatcher.dispatch(
                    station, message, wait_s=WAIT_S, requested_by=by, idempotency_key=None, ttl_s=WAIT_S
                )
        except (ProtocolViolation, NeverConnected):
            return Sync(sent, "NotSupported", message.version, made.left_out)
        sent, status = sent + 1, command.status or command.state.value
        if command.state is not CommandState.ACCEPTED:
            await _keep(store, station, made, message.version, failed=True)
            return Sync(sent, status, message.version, made.left_out)
    if made.messages:
        await _keep(store, station, made, made.version, failed=False)
    return Sync(sent, status, made.version, made.left_out)


async def _keep(store: Store, station: Station, made: Plan, version: int, *, failed: bool) -> None:
    row = LocalList(
        station_id=station.id,
        version=version,
        entries={} if failed else made.entries,
        sent_at=datetime.now(UTC),
        failed=failed,
    )
    await store.put(row)
