"""Which network profile is tried next (B10.FR.03, .04, .08): sans-IO, one per station. Knows slots by number only."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Rotation:
    """Goes through the slots in turn, so many attempts each, and round again."""

    _place: int = 0
    _tries: int = 0

    def slot(self, order: Sequence[int]) -> int:
        """Return the slot to try now."""
        return order[self._place % len(order)]

    def failed(self, attempts: int) -> None:
        """Count an attempt that did not come to a connection."""
        self._tries += 1
        if self._tries >= attempts:
            self._place, self._tries = self._place + 1, 0

    def connected(self) -> None:
        """Stay with the slot that worked, also after the connection was lost."""
        self._tries = 0
