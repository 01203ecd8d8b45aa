"""Which organisation a station's rows belong to, kept in memory by a writer: it never changes, so nothing is forgotten.

What is written per message names its station only. It must not know any database.
"""

from collections.abc import Iterable
from typing import Final

from busbar.csms.tenancy import FIRST, PLATFORM

LIMIT: Final = 1_000_000
SELECT: Final = "SELECT id, organisation_id FROM stations WHERE id IN "


class Organisations:
    """Organisations by station number. A removed station's late rows are nobody's.

    Number 0, of what is about no station that is known, is the first organisation's.
    """

    __slots__ = ("known", "missing")

    def __init__(self, known: dict[int, int] | None = None) -> None:
        self.known = {0: FIRST} if known is None else known
        self.missing: set[int] = set()

    def of(self, station_id: int) -> int:
        """Return a station's organisation; one that is not known is `missing` and has to be learnt."""
        found = self.known.get(station_id)
        if found is None:
            self.missing.add(station_id)
            return PLATFORM
        return found

    def learn(self, found: Iterable[tuple[int, int]]) -> None:
        """Remember what was read of those that were missing."""
        if len(self.known) > LIMIT:
            self.known.clear()
            self.known[0] = FIRST
        self.known.update(dict(found))
        self.missing.clear()
