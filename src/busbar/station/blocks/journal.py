"""The security log (A04): what happened to the station's security, the last hundred entries, kept through power cuts.

It must not know who tells the CSMS of it, nor how the log is fetched.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from busbar.station.blocks.block import Block

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

LIMIT: Final = 100
_KEY: Final = "journal/security"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log: when, a security event's type, and what else is known."""

    at: datetime
    type: str
    info: str | None = None


class Journal(Block):
    """The security log of one station."""

    __slots__ = ("entries",)

    KEPT: ClassVar = "journal/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        self.entries: list[Entry] = fittings.cabinet.board.load(_KEY, list[Entry], [])

    def note(self, kind: str, info: str | None = None) -> None:
        """Write what happens now; of too many the oldest entry goes."""
        board = self.fittings.cabinet.board
        self.entries = [*self.entries, Entry(board.now, kind, info)][-LIMIT:]
        board.keep(_KEY, self.entries)
