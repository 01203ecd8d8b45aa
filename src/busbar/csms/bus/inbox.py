"""Messages between a bus and one reader: bounded, the oldest lost first, and the losses counted. Knows no bus."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable

from busbar.csms.ports import Handler

log = logging.getLogger(__name__)


class Inbox:
    """A bounded queue whose writer never waits."""

    def __init__(self, limit: int) -> None:
        self.lost = 0
        self._waiting: deque[tuple[str, bytes]] = deque(maxlen=limit)
        self._changed = asyncio.Event()
        self._closed = False

    def put(self, subject: str, data: bytes) -> None:
        """Add a message; where the queue is full, the oldest makes room."""
        if len(self._waiting) == self._waiting.maxlen:
            self.lost += 1
        self._waiting.append((subject, data))
        self._changed.set()

    def close(self) -> None:
        """End the reader once it has read what waits."""
        self._closed = True
        self._changed.set()

    async def read(self, end: Callable[[], Awaitable[None]]) -> AsyncIterator[tuple[str, bytes]]:
        """Iterate until the inbox is closed; `end` is awaited when the reader is done with it."""
        try:
            while True:
                while self._waiting:
                    yield self._waiting.popleft()
                if self._closed:
                    return
                self._changed.clear()
                await self._changed.wait()
        finally:
            await end()

    async def feed(self, handler: Handler) -> None:
        """Call a handler for each message, one after the other; an error in it is logged and costs one message."""
        async for subject, data in self.read(_nothing):
            try:
                await handler(data)
            except Exception:
                log.exception("a handler failed on %s", subject)


async def _nothing() -> None:
    pass
