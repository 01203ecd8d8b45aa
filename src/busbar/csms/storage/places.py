"""Where a station's rows are in tables that grow by time: blocks of the message log, slots of readings.

It remembers what it has already given out, so that a place is written about once, not once per row.
"""

from collections.abc import Sequence

from busbar.csms.storage.schema import BLOCK_BITS, SLOT_US

LIMIT = 200_000
STATION, TRANSACTION = 0, 1


class Places:
    """The places known to be written. `clear` after a transaction that was undone."""

    def __init__(self) -> None:
        self._block: dict[int, int] = {}
        self._slots: tuple[dict[int, int], dict[int, int]] = ({}, {})

    def clear(self) -> None:
        """Forget everything."""
        self._block.clear()
        for known in self._slots:
            known.clear()

    def blocks(self, stations: Sequence[int], first: int) -> list[int]:
        """Return the new (station, block), flat, of log rows of stations that get the numbers from `first` on."""
        known: dict[int, int] = self._block
        found: list[int] = []
        if len(known) > LIMIT:
            known.clear()
        begin, last = first >> BLOCK_BITS, (first + len(stations) - 1) >> BLOCK_BITS
        for place, station in enumerate(stations):
            block = begin if begin == last else (first + place) >> BLOCK_BITS
            if known.get(station) != block:
                known[station] = block
                found += (station, block)
        return found

    def slots(self, times: Sequence[int], stations: Sequence[int], transactions: Sequence[int]) -> list[int]:
        """Return the new (scope, station or transaction, slot), flat, of readings given by columns."""
        found: list[int] = []
        slots = [at // SLOT_US for at in times]
        for scope, owners in ((STATION, stations), (TRANSACTION, transactions)):
            known = self._slots[scope]
            if len(known) > LIMIT:
                known.clear()
            for owner, slot in zip(owners, slots, strict=True):
                if known.get(owner) != slot:
                    known[owner] = slot
                    found += (scope, owner, slot)
        return found
