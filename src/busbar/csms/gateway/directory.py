"""The stations that may connect and how they prove it, in memory: an upgrade is judged without waiting for a look-up.

Complete after `load`; kept fresh by the bus, and, where a message was lost, by a look-up after each refused try. An
unknown station is therefore refused like a wrong password, and its next try succeeds once it was added.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import msgspec

from busbar.csms.ports import Query, Search, Store, StoreUnavailable
from busbar.csms.records.security import StationSecurity
from busbar.csms.rows import Station

PAGE: Final = 1000
MAX_LOOK_UPS: Final = 16
_FROM_OPERATOR: Final = ("identity", "site_id", "secret", "registration")

log = logging.getLogger(__name__)


class Directory:
    """Stations by casefolded identity. A row stays the same object, so that sessions see what operators change.

    `on_changed` hears the number of a station that was read again, or is gone.
    """

    def __init__(self, store: Store, on_changed: Callable[[int], None]) -> None:
        self._store = store
        self._tell = on_changed
        self._stations: dict[str, Station] = {}
        self._keys: dict[int, str] = {}
        self._security: dict[int, StationSecurity] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._reading = asyncio.Lock()  # one after the other, or an older answer could come last and stay

    def __len__(self) -> int:
        return len(self._stations)

    def find(self, identity: str) -> Station | None:
        """Return a station by identity, compared without case."""
        return self._stations.get(identity.casefold())

    def by_id(self, station_id: int) -> Station | None:
        """Return a station by its number."""
        key = self._keys.get(station_id)
        return None if key is None else self._stations[key]

    def security(self, station_id: int) -> StationSecurity | None:
        """Return how a station proves itself; None where that was never said."""
        return self._security.get(station_id)

    def identity(self, station_id: int) -> str:
        """Return a station's identity as it is spelled, or an empty text."""
        station = self.by_id(station_id)
        return "" if station is None else station.identity

    async def load(self) -> None:
        """Read all stations, and forget those that are gone. Raises StoreUnavailable."""
        async with self._reading:
            self._security = await self._all_security()
            gone, query = set(self._keys), Query(limit=PAGE)
            while True:
                page = await self._store.stations(query)
                for row in page.items:
                    self._put(row)
                    gone.discard(row.id)
                if page.next is None:
                    break
                query = msgspec.structs.replace(query, cursor=page.next)
            for station_id in gone:
                self._remove(station_id)
            for station_id in self._keys:
                self._tell(station_id)

    async def _all_security(self) -> dict[int, StationSecurity]:
        found: dict[int, StationSecurity] = {}
        search = Search(limit=PAGE)
        while True:
            page = await self._store.look(StationSecurity, search)
            found |= {row.station_id: row for row in page.items}
            if page.next is None:
                return found
            search = msgspec.structs.replace(search, cursor=page.next)

    async def on_changed(self, data: bytes) -> None:
        """Read a station again; `data` is its id (bus subject `busbar.changed.station.<id>`), all of them where not."""
        if data.isdigit():
            await self.read(int(data))
        else:
            await self.load()

    async def read(self, station_id: int) -> None:
        """Read a station again. Raises StoreUnavailable."""
        async with self._reading:
            page = await self._store.stations(Query(limit=1, station_id=station_id))
            if page.items:
                await self._read(page.items[0])
            else:
                self._remove(station_id)

    async def _read(self, row: Station) -> None:
        """Take in a row, and read how its station proves itself."""
        security = await self._store.get(StationSecurity, row.id)
        self._security.pop(row.id, None)
        if security is not None:
            self._security[row.id] = security
        self._put(row)
        self._tell(row.id)

    def _remove(self, station_id: int) -> None:
        key = self._keys.pop(station_id, None)
        self._security.pop(station_id, None)
        if key is not None:
            del self._stations[key]
            self._tell(station_id)

    def look_up_later(self, identity: str) -> None:
        """Read a station in the background; few at a time, the rest is left out."""
        key = identity.casefold()
        if key not in self._looking and len(self._looking) < MAX_LOOK_UPS:
            task = self._looking[key] = asyncio.create_task(self._look_up(key))
            task.add_done_callback(lambda _: self._looking.pop(key, None))

    async def close(self) -> None:
        """End the look-ups."""
        for task in list(self._looking.values()):
            task.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)

    async def _look_up(self, key: str) -> None:
        try:
            async with self._reading:
                row = await self._store.station(key)
                if row is not None:
                    await self._read(row)
        except StoreUnavailable as error:
            log.warning("cannot look up a station: %s", error)

    def _put(self, row: Station) -> None:
        key = row.identity.casefold()
        old = self._keys.get(row.id)
        known = self._stations.get(old) if old is not None else None
        holder = self._stations.get(key)
        if holder is not None and holder.id != row.id:  # it was removed, and its identity given to another one
            self._remove(holder.id)
        if known is None or old != key:
            self._stations.pop(old or "", None)
            self._stations[key] = row
            self._keys[row.id] = key
            return
        for name in _FROM_OPERATOR:
            setattr(known, name, getattr(row, name))
