"""Does the work that a station's core begins, each piece as a task of its own, and says what came of it.

It must not know any kind of work. A worker bounds its own time and size; what it raises becomes a Failed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from busbar.station.events import Done, Progressed
from busbar.station.installation import Install
from busbar.station.keys import MakeKey
from busbar.station.payment import Settle
from busbar.station.publishing import Discard, Offer
from busbar.station.transfers import Download, Upload
from busbar.station.work import Failed, Work
from busbar.station.workers.installation import install
from busbar.station.workers.keys import make_key
from busbar.station.workers.offering import discard, offer
from busbar.station.workers.terminal import settle
from busbar.station.workers.transfer import download, upload

Worker = Callable[[Any], Awaitable[object]]
Servant = Callable[[Any], AsyncIterator[object]]

WORKERS: Final[Mapping[type[Work], Worker]] = MappingProxyType(
    {
        Download: download,
        Upload: upload,
        Install: install,
        MakeKey: make_key,
        Settle: settle,
        Discard: discard,
    }
)
"""Who does a kind of work. A new kind is one line here."""

SERVANTS: Final[Mapping[type[Work], Servant]] = MappingProxyType({Offer: offer})
"""Who does work that goes on until it is dropped, and tells of it meanwhile."""

_LOG: Final = logging.getLogger("busbar.station")


class Desk:
    """The work under way of one station. `feed` hears each Done, and each Progressed before it."""

    __slots__ = ("_feed", "_tasks")

    def __init__(self, feed: Callable[[Done | Progressed], None]) -> None:
        self._feed = feed
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def begin(self, number: int, work: Work) -> None:
        """Begin a piece of work."""
        self._tasks[number] = asyncio.create_task(self._do(number, work))

    def drop(self, number: int) -> None:
        """End a piece of work that is not wanted any more; nothing is fed for it."""
        task = self._tasks.pop(number, None)
        if task is not None:
            task.cancel()

    def drop_all(self) -> None:
        """End all work, as a loss of power does."""
        for number in list(self._tasks):
            self.drop(number)

    async def _do(self, number: int, work: Work) -> None:
        worker = WORKERS.get(type(work))
        try:
            if (servant := SERVANTS.get(type(work))) is not None:
                async for told in servant(work):
                    self._feed(Progressed(number, told))
            result = Failed("nobody can do this here") if worker is None else await worker(work)
        except (OSError, TimeoutError, ValueError) as error:
            result = Failed(str(error) or type(error).__name__)
        except Exception as error:
            _LOG.exception("work failed: %s", type(work).__name__)
            result = Failed(type(error).__name__)
        if self._tasks.pop(number, None) is not None:
            self._feed(Done(number, result))
