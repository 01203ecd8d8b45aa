"""One reader of a stream of events: what waits for it, and what it may see. Knows no event and no storage."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

from busbar.api.tail import Tail
from busbar.csms.tenancy import Scope

HEARTBEAT: Final = b": \n\n"
RELOAD: Final = b"event: reload\ndata: {}\n\n"
TOO_SLOW: Final = b"event: too-slow\ndata: {}\n\n"


class Reader:
    """One reader: frames that wait for it, up to a bound; beyond it all are dropped and it is told to reload.

    One that follows the log is cut instead, and goes on behind what it had last.

    Attributes:
        scope, logs: whose events it is told, and whose of those that only readers of logs are; None is all.
        tail: where it follows the log; None where it follows the bus.
        after: the number of the last event of the log that it had, or that it may not see.
        caught_up: it had all that was in the log, and gets what comes.
    """

    def __init__(
        self, backlog: int, station: str | None, scope: Scope | None = None, logs: Scope | None = None
    ) -> None:
        self.scope, self.logs = scope, logs
        self.station = station.casefold() if station else None
        self._backlog = backlog
        self._frames: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self.ended = False
        self.overflowed = 0
        self.entered = False
        self.tail: Tail | None = None
        self.after = 0
        self.caught_up = False

    def sees(self, owner: int, site_id: int | None, *, logged: bool = False) -> bool:
        """Tell whether this reader may know of an event, `logged` or not, of an organisation and a site."""
        scope = self.logs if logged else self.scope
        return scope is None or scope.sees(owner, site_id)

    def put(self, frame: bytes) -> None:
        """Let a frame wait."""
        if self.ended:
            return
        if len(self._frames) >= self._backlog:
            self._frames.clear()
            self.overflowed += 1
            self.ended = self.tail is not None
            frame = TOO_SLOW if self.ended else RELOAD
        self._frames.append(frame)
        self._wake.set()

    def end(self) -> None:
        """End the stream once what waits is read."""
        self.ended = True
        self._wake.set()

    @property
    def waiting(self) -> int:
        """How many frames wait."""
        return len(self._frames)

    async def take(self) -> bytes:
        """Wait for frames and return all that wait; empty at the end."""
        if not self._frames and not self.ended:
            self._wake.clear()
            await self._wake.wait()
        taken = b"".join(self._frames)
        self._frames.clear()
        return taken

    def follow(self, tail: Tail | None) -> None:
        """Begin; what came by the bus meanwhile is in the log too."""
        self.entered, self.tail = True, tail
        if tail is not None:
            self._frames.clear()

    def heartbeat(self) -> bytes:
        """Return a comment, with the number of the last event where the log is followed."""
        current = self.tail is not None and self.caught_up and not self._frames
        return HEARTBEAT if not current or self.tail is None else numbered(self.tail.generation, self.tail.position)


@dataclass(frozen=True, slots=True)
class Told:
    """A frame, and whom it is about: the station's casefolded identity, its organisation and its site.

    `logged`: it is for readers of logs.
    """

    frame: bytes
    station: str
    owner: int
    site_id: int | None
    logged: bool

    def suits(self, reader: Reader) -> bool:
        """Tell whether a reader follows the station and may know of it."""
        return reader.station in (None, self.station) and reader.sees(self.owner, self.site_id, logged=self.logged)


def numbered(generation: int, number: int) -> bytes:
    """Return what sets the last id of a reader without being an event to it."""
    return b": \nid: %d-%d\n\n" % (generation, number)
