"""Reads that many want at one moment: each under way once, whoever waits for it. Knows nothing of what is read."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable


class Flights:
    """What is being read, by name."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Future[object]] = {}

    async def share(self, name: Hashable, read: Callable[[], Awaitable[object]]) -> None:
        """Wait for the read of this name that is under way, or begin it. Raises what it raises."""
        await asyncio.shield(self.begin(name, read))

    def begin(self, name: Hashable, read: Callable[[], Awaitable[object]]) -> asyncio.Future[object]:
        """Return the read of this name that is under way, or begin it."""
        flight = self._under_way.get(name)
        if flight is None:
            flight = self._under_way[name] = asyncio.ensure_future(read())
            flight.add_done_callback(lambda done: self._land(name, done))
        return flight

    def _land(self, name: Hashable, done: asyncio.Future[object]) -> None:
        del self._under_way[name]
        if not done.cancelled():
            done.exception()  # whoever waits is told
