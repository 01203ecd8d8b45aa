"""Which organisation a station's rows belong to, kept in memory by a writer: it never changes, so nothing is forgotten.

What is written per message names its station only. It must not know any database.
"""

from collections.abc import Iterable
from typing import Final

from busbar.csms.tenancy import FIRST, PLATFORM

LIMIT: Final = 1_000_000
SELECT: Final = "SELECT id, organisation_id FROM stations WHERE id IN "


class Organisations(dict[int, int]):
    """Organisations by station number. A removed station's late rows are nobody's.

    Number 0, of what is about no station that is known, is the first organisation's. It is a dict, since it is asked
    for every row; one that is not known is `missing` and has to be learnt.
    """

    __slots__ = ("missing",)

    def __init__(self) -> None:
        super().__init__({0: FIRST})
        self.missing: set[int] = set()

    def __missing__(self, station_id: int) -> int:
        self.missing.add(station_id)
        return PLATFORM

    def learn(self, found: Iterable[tuple[int, int]]) -> None:
        """Remember what was read of those that were missing."""
        if len(self) > LIMIT:
            self.clear()
            self[0] = FIRST
        self.update(found)
        self.missing.clear()
