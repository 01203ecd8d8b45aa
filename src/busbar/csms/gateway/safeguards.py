"""What is known of certificates and of whose messages are mended, in memory: no message waits for a look-up."""

import logging
from typing import Final, TypeVar

from msgspec.structs import replace

from busbar.csms.gateway.signatures import Key, signing_key
from busbar.csms.ports import Search, Store
from busbar.csms.records.kind import Record
from busbar.csms.records.security import RevokedCertificate, SigningCertificate
from busbar.csms.records.tolerances import Tolerance

PAGE: Final = 1000

R = TypeVar("R", bound=Record)
log = logging.getLogger(__name__)


class Safeguards:
    """What a node knows beside its stations; complete after `load`, kept fresh by the bus.

    Attributes:
        revoked: organisations and thumbprints: what one revokes lets the stations of others be.
        tolerances: whose messages are mended.
    """

    def __init__(self, store: Store) -> None:
        self.revoked: frozenset[tuple[int, str]] = frozenset()
        self.tolerances: tuple[Tolerance, ...] = ()
        self._store = store
        self._keys: dict[int, dict[str, Key]] = {}

    def keys(self, station_id: int) -> dict[str, Key]:
        """Return the keys with which a station signs, by thumbprint."""
        return self._keys.get(station_id, {})

    async def load(self) -> None:
        """Read everything. Raises StoreUnavailable."""
        await self.read_revoked()
        await self.read_tolerances()
        self._keys = {}
        for row in await self._all(SigningCertificate):
            self._take(row)

    async def read_revoked(self) -> None:
        """Read again what is revoked. Raises StoreUnavailable."""
        self.revoked = frozenset((row.organisation_id, row.thumbprint) for row in await self._all(RevokedCertificate))

    async def read_tolerances(self) -> None:
        """Read again whose messages are mended. Raises StoreUnavailable."""
        self.tolerances = tuple(await self._all(Tolerance))

    async def read(self, station_id: int) -> None:
        """Read again with what a station signs. Raises StoreUnavailable."""
        rows = await self._store.find(SigningCertificate, station_id=station_id)
        self._keys.pop(station_id, None)
        for row in rows:
            self._take(row)

    def _take(self, row: SigningCertificate) -> None:
        try:
            key = signing_key(row.certificate)
        except ValueError as error:
            log.warning("a signing certificate of station %d is left out: %s", row.station_id, error)
            return
        self._keys.setdefault(row.station_id, {})[row.thumbprint] = key

    async def _all(self, kind: type[R]) -> list[R]:
        found: list[R] = []
        search = Search(limit=PAGE)
        while True:
            page = await self._store.look(kind, search)
            found += page.items
            if page.next is None:
                return found
            search = replace(search, cursor=page.next)
