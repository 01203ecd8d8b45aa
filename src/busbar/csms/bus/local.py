"""The bus inside one process: the embedded default. Knows no network."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from busbar.csms.bus.inbox import Inbox
from busbar.csms.bus.subjects import takes
from busbar.csms.ports import Handler, NoResponder, Responder

HANDLER_LIMIT = 10_000

log = logging.getLogger(__name__)


class LocalBus:
    """Implements csms.ports.Bus with queues."""

    def __init__(self) -> None:
        self._inboxes: list[tuple[str, Inbox]] = []
        self._beginnings: tuple[str, ...] = ()
        self._responders: list[tuple[str, Responder]] = []
        self._tasks: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        """Nothing to connect."""

    async def close(self) -> None:
        """End subscriptions, streams and requests under way."""
        for _, inbox in self._inboxes:
            inbox.close()
        self._inboxes.clear()
        self._notice()
        self._responders.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def publish(self, subject: str, data: bytes) -> None:
        """Hand a message to the inboxes that take it."""
        for pattern, inbox in self._inboxes:
            if takes(pattern, subject):
                inbox.put(subject, data)

    def heard(self, subject: str) -> bool:
        """Compare the subject with what the patterns begin with: cheap, and never wrong where it says no."""
        return subject.startswith(self._beginnings)

    async def subscribe(self, pattern: str, handler: Handler) -> Callable[[], Awaitable[None]]:
        """Call `handler` for each message, in order; returns the end."""
        inbox, leave = self._join(pattern, HANDLER_LIMIT)
        task = self._start(inbox.feed(handler))

        async def end() -> None:
            await leave()
            task.cancel()

        return end

    async def respond(self, subject: str, responder: Responder) -> Callable[[], Awaitable[None]]:
        """Answer requests on a subject; the newest responder answers. Returns the end."""
        entry = (subject, responder)
        self._responders.append(entry)

        async def end() -> None:
            if entry in self._responders:
                self._responders.remove(entry)

        return end

    async def request(self, subject: str, data: bytes, *, timeout_s: float) -> bytes:
        """Ask and wait; the responder goes on where the wait ends first. Raises NoResponder."""
        responder = next((known for name, known in reversed(self._responders) if name == subject), None)
        if responder is None:
            raise NoResponder(subject)
        task = self._start(_answer(responder, data))
        await asyncio.wait((task,), timeout=timeout_s)
        if not task.done() or task.cancelled() or task.exception() is not None:
            raise NoResponder(subject)
        answer: bytes = task.result()
        return answer

    def on_return(self, handler: Callable[[], Awaitable[None]]) -> None:
        """Do nothing: it is never away."""

    def stream(self, pattern: str, *, limit: int = 1000) -> AsyncIterator[tuple[str, bytes]]:
        """Iterate over the messages from now on; a reader more than `limit` behind loses the oldest."""
        inbox, leave = self._join(pattern, limit)
        return inbox.read(leave)

    def _join(self, pattern: str, limit: int) -> tuple[Inbox, Callable[[], Awaitable[None]]]:
        inbox = Inbox(limit)
        entry = (pattern, inbox)
        self._inboxes.append(entry)
        self._notice()

        async def leave() -> None:
            if entry in self._inboxes:
                self._inboxes.remove(entry)
                self._notice()

        return inbox, leave

    def _notice(self) -> None:
        self._beginnings = tuple({pattern.partition("*")[0].partition(">")[0] for pattern, _ in self._inboxes})

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a responder failed", exc_info=error)


async def _answer(responder: Responder, data: bytes) -> bytes:
    return await responder(data)
