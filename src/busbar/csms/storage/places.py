"""Where a station's rows are in tables that grow by time: blocks of the message log, slots of readings.

It remembers what it has already given out, so that a place is written about once, not once per row.
"""

from collections.abc import Sequence

from busbar.csms.storage.batch import Values
from busbar.csms.storage.schema import BLOCK_BITS, SLOT_US

LIMIT = 200_000
STATION, TRANSACTION = 0, 1


class Places:
    """The places known to be written. `clear` after a transaction that was undone."""

    def __init__(self) -> None:
        self._block: dict[int, int] = {}
        self._slot: dict[tuple[int, int], int] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._block.clear()
        self._slot.clear()

    def blocks(self, exchanges: Sequence[Values], first: int) -> list[Values]:
        """Return the new (station, block) of log rows that get the numbers from `first` on."""
        known, found = self._block, []
        if len(known) > LIMIT:
            known.clear()
        begin, last = first >> BLOCK_BITS, (first + len(exchanges) - 1) >> BLOCK_BITS
        for place, row in enumerate(exchanges):
            block = begin if begin == last else (first + place) >> BLOCK_BITS
            station = row[0]
            if known.get(station) != block:
                known[station] = block
                found.append((station, block))
        return found

    def slots(self, readings: Sequence[Values]) -> list[Values]:
        """Return the new (scope, station or transaction, slot) of readings."""
        known, found = self._slot, []
        if len(known) > LIMIT:
            known.clear()
        for row in readings:
            slot = row[0] // SLOT_US
            for owner in ((STATION, row[1]), (TRANSACTION, row[4])):
                if known.get(owner) != slot:
                    known[owner] = slot
                    found.append((*owner, slot))
        return found
