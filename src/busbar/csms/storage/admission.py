"""What a scope may write: its own rows, about stations and sites that it sees. The same for every database.

Reads, and writes of one statement, are narrowed where they are executed; changes of a commit go in as values, so they
are judged here, before they wait with those of others.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec.structs import replace

from busbar.csms.changes import Change, RowAdded, RowGone, RowPut, TokenPut
from busbar.csms.ports import Conflict, Page, Query
from busbar.csms.records import KINDS
from busbar.csms.records.kind import Record
from busbar.csms.rows import Station, Token
from busbar.csms.tenancy import Scope, current, organisation, unscoped


class Looks(Protocol):
    """What of a store is asked."""

    async def stations(self, query: Query) -> Page[Station]:
        """List stations."""

    async def token(self, key: str, organisation_id: int | None = None) -> Token | None:
        """Return a token."""

    async def get(self, kind: type[Any], /, *key: Any) -> Any:
        """Return a record."""


async def admitted(store: Looks, changes: Sequence[Change], scope: Scope) -> list[Change]:
    """Return the changes that a scope may make, made its own. Raises Conflict for what is not its to write."""
    found: list[Change] = []
    for change in changes:
        match change:
            case TokenPut(row):
                found.append(TokenPut(await own_token(store, row, scope)))
            case RowPut(row):
                await own(store, row, scope)
                await _check_replaced(store, row)
                found.append(change)
            case RowAdded(row):
                await own(store, row, scope)
                found.append(change)
            case RowGone(kind, key):
                if await store.get(kind, *key) is not None:
                    found.append(change)
            case _:
                await _check_station(store, getattr(change, "row", change))
                found.append(change)
    return found


async def own(store: Looks, row: Record, scope: Scope) -> None:
    """Make a record the scope's own. Raises Conflict where it is about what the scope does not see."""
    row.organisation_id = scope.organisation_id
    await _check_station(store, row)
    _check_site(getattr(row, "site_id", None), scope, "site_id" in row.__struct_fields__)


def new_token(row: Token) -> Token:
    """Return a new token as one of the scope that is in force. Raises Conflict for a site that is not its."""
    scope = current()
    if scope is not None:
        _check_site(row.site_id, scope, has_site=True)
    return replace(row, organisation_id=organisation())


async def own_token(store: Looks, row: Token, scope: Scope) -> Token:
    """Return a token as the scope's own. Raises Conflict for a site that is not its, or where others have the token."""
    _check_site(row.site_id, scope, has_site=True)
    if scope.sites is not None and await store.token(row.key) is None:
        with unscoped():
            taken = await store.token(row.key, scope.organisation_id)
        if taken is not None:
            raise Conflict("value", "this token exists")
    return replace(row, organisation_id=scope.organisation_id)


async def _check_station(store: Looks, row: Any) -> None:
    station_id = getattr(row, "station_id", None)
    if station_id and not (await store.stations(Query(station_id=station_id, limit=1))).items:
        raise Conflict("station_id", "no such station")


def _check_site(site_id: int | None, scope: Scope, has_site: bool) -> None:
    if has_site and scope.sites is not None and site_id not in scope.sites:
        raise Conflict("site_id", "not one of your sites")


async def _check_replaced(store: Looks, row: Record) -> None:
    key = tuple(getattr(row, name) for name in KINDS[type(row)].key)
    if await store.get(type(row), *key) is None:
        with unscoped():
            taken = await store.get(type(row), *key)
        if taken is not None:
            name = KINDS[type(row)].key[-1]
            raise Conflict(name, f"one with this {name} exists")
