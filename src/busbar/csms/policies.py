"""From the store to memory: access rules, groups and limits, all of them, and what they are about. Decides nothing."""

from datetime import UTC, datetime, tzinfo
from typing import TypeVar

from msgspec.structs import replace

from busbar.csms.ports import Query, Search, Store
from busbar.csms.records.authorization import AccessDefault, AccessRule, Limit, TokenGroup, TokenProfile
from busbar.csms.records.device_model import ModelValue, ModelVariable
from busbar.csms.records.kind import Record
from busbar.csms.rows import Use
from busbar.csms.services.access_rules import Policy, zone
from busbar.csms.services.device_model import ACTUAL
from busbar.csms.services.limits import MONTH
from busbar.csms.services.plugs import PHASES, TYPE, Plug, note
from busbar.csms.services.view import UseNeed
from busbar.csms.turns import take_turn
from busbar.model.orders import VariableName

PAGE = 1000
MOST = 200_000

R = TypeVar("R", bound=Record)


async def load_policy(store: Store) -> Policy:
    """Read what is known of access. Raises StoreUnavailable."""
    return Policy(
        rules=tuple(await all_of(store, AccessRule)),
        defaults={row.site_id: row.effect for row in await all_of(store, AccessDefault)},
        zones=await _zones(store),
        groups={row.key: row for row in await all_of(store, TokenGroup)},
        profiles={row.key: row for row in await all_of(store, TokenProfile)},
        limits=tuple(await all_of(store, Limit)),
    )


async def uses_of(store: Store, need: UseNeed, holder: str = "") -> list[Use]:
    """Read the sessions of a token or its group, in `holder`'s turn where one is asked for. Raises StoreUnavailable."""
    if need.turn is not None:
        await take_turn(store, need.turn, holder)
    return await store.uses(need.key, need.group, datetime.now(UTC) - MONTH if need.spent else None)


async def load_plugs(store: Store, station_id: int) -> dict[tuple[int, int], Plug]:
    """Read what a station's device model tells of its EVSEs and connectors. Raises StoreUnavailable."""
    told = await store.find(ModelVariable, station_id=station_id, variable_key=(PHASES, TYPE))
    if not told:
        return {}
    paths = tuple(row.path for row in told)
    values = await store.find(ModelValue, station_id=station_id, path=paths, attribute=ACTUAL)
    known = {row.path: row.value for row in values}
    plugs: dict[tuple[int, int], Plug] = {}
    for row in told:
        name = VariableName(variable=row.variable, component=row.component, evse=row.evse, connector=row.connector)
        note(plugs, name, known.get(row.path))
    return plugs


async def all_of(store: Store, kind: type[R]) -> list[R]:
    """Return all records of a kind. Raises StoreUnavailable."""
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
