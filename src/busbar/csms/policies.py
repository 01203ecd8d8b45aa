"""From the store to memory: access rules, groups and limits, all of them. Decides nothing."""

from datetime import UTC, datetime, tzinfo
from typing import TypeVar

from msgspec.structs import replace

from busbar.csms.ports import Query, Search, Store
from busbar.csms.records.authorization import AccessDefault, AccessRule, Limit, TokenGroup, TokenProfile
from busbar.csms.records.kind import Record
from busbar.csms.rows import Transaction
from busbar.csms.services.access_rules import Policy, zone
from busbar.csms.services.limits import MONTH
from busbar.csms.services.view import UseNeed

PAGE = 1000
MOST = 200_000

R = TypeVar("R", bound=Record)


async def load_policy(store: Store) -> Policy:
    """Read what is known of access. Raises StoreUnavailable."""
    return Policy(
        rules=tuple(await _all(store, AccessRule)),
        defaults={row.site_id: row.effect for row in await _all(store, AccessDefault)},
        zones=await _zones(store),
        groups={row.key: row for row in await _all(store, TokenGroup)},
        profiles={row.key: row for row in await _all(store, TokenProfile)},
        limits=tuple(await _all(store, Limit)),
    )


async def sessions_of(store: Store, need: UseNeed) -> list[Transaction]:
    """Read the sessions of a token and its group. Raises StoreUnavailable.

    All that run, and all of a month where it is asked for, are gone through: it is asked for limited tokens only.
    """
    keys = {need.key}
    if need.group is not None and need.spent:
        keys |= await _members(store, need.group)
    found: dict[int, Transaction] = {}
    since = datetime.now(UTC) - MONTH
    queries = [Query(limit=PAGE, active=True), *([Query(limit=PAGE, since=since)] if need.spent else [])]
    for first in queries:
        query: Query | None = first
        while query is not None:
            page = await store.transactions(query)
            found.update({row.id: row for row in page.items if row.token is not None and row.token.casefold() in keys})
            query = None if page.next is None else replace(query, cursor=page.next)
    return list(found.values())


async def _members(store: Store, group: str) -> set[str]:
    keys: set[str] = set()
    query: Query | None = Query(limit=PAGE)
    while query is not None:
        page = await store.tokens(query)
        keys |= {row.key for row in page.items if (row.group or "").casefold() == group}
        query = None if page.next is None else replace(query, cursor=page.next)
    return keys


async def _all(store: Store, kind: type[R]) -> list[R]:
    rows: list[R] = []
    search: Search | None = Search(limit=PAGE)
    while search is not None and len(rows) < MOST:
        page = await store.look(kind, search)
        rows += page.items
        search = None if page.next is None else replace(search, cursor=page.next)
    return rows


async def _zones(store: Store) -> dict[int, tzinfo]:
    zones = {}
    query: Query | None = Query(limit=PAGE)
    while query is not None:
        page = await store.sites(query)
        zones.update({site.id: zone(site.timezone) for site in page.items})
        query = None if page.next is None else replace(query, cursor=page.next)
    return zones
