"""Reads that many want at one moment: each under way once, whoever waits for it. Knows nothing of what is read."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable


class Flights:
    """What is being read, by name."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Task[None]] = {}

    async def share(self, name: Hashable, read: Callable[[], Awaitable[object]]) -> None:
        """Wait for the read of this name that is under way, or begin it. Raises what it raises."""
        task = self._under_way.get(name)
        if task is None:
            task = self._under_way[name] = asyncio.ensure_future(self._fly(read))
            task.add_done_callback(lambda done: self._land(name, done))
        await asyncio.shield(task)

    async def _fly(self, read: Callable[[], Awaitable[object]]) -> None:
        await read()

    def _land(self, name: Hashable, done: asyncio.Task[None]) -> None:
        del self._under_way[name]
        if not done.cancelled():
            done.exception()  # whoever waits is told
