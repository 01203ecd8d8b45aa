"""Keeps a node's knowledge of tariffs as the store has it: read at the start, and again when it is told of a change."""

from typing import TypeVar

from busbar.csms.ports import Query, Search, Store
from busbar.csms.records.tariffs import TariffAssignment, TariffVersion
from busbar.csms.services.rates import Rates

R = TypeVar("R", TariffAssignment, TariffVersion)
PAGE = 1000
CHANGED = "busbar.changed.tariffs"


class TariffDesk:
    """Fills one `Rates`, in place: decisions hold on to it."""

    def __init__(self, store: Store, rates: Rates) -> None:
        self._store = store
        self._rates = rates

    async def on_changed(self, _data: bytes = b"") -> None:
        """Read all anew. Raises StoreUnavailable."""
        await self.load()

    async def load(self) -> None:
        """Read assignments, the newest version of each tariff, and time zones. Raises StoreUnavailable."""
        assignments = {(row.organisation_id, row.scope): row for row in await self._all(TariffAssignment)}
        newest: dict[int, TariffVersion] = {}
        if assignments:
            wanted = {row.tariff_id for row in assignments.values()}
            newest = {row.tariff_id: row for row in await self._all(TariffVersion) if row.tariff_id in wanted}
        zones = await self._zones() if assignments else {}
        rates = self._rates
        rates.assignments, rates.newest, rates.zones = assignments, newest, zones

    async def _all(self, kind: type[R]) -> list[R]:
        found: list[R] = []
        search: Search | None = Search(limit=PAGE)
        while search is not None:
            page = await self._store.look(kind, search)
            found += page.items
            search = None if page.next is None else Search(limit=PAGE, cursor=page.next)
        return found

    async def _zones(self) -> dict[int, str]:
        zones: dict[int, str] = {}
        query: Query | None = Query(limit=PAGE)
        while query is not None:
            page = await self._store.sites(query)
            zones |= {row.id: row.timezone for row in page.items}
            query = None if page.next is None else Query(limit=PAGE, cursor=page.next)
        return zones
