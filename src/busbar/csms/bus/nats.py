"""The bus between processes, over NATS: transport, never truth. Knows no subject of ours and no row.

Where the server is away, messages are dropped and counted, requests find nobody, and subscriptions come back by
themselves. Nothing here blocks or fails a caller for that.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error

from busbar.csms.bus.inbox import Inbox
from busbar.csms.ports import Handler, NoResponder, Responder

HANDLER_LIMIT = 10_000
OUTBOX_LIMIT = 10_000
ANSWERS_LIMIT = 256
OPEN_WAIT_S = 3.0
RECONNECT_WAIT_S = 0.25

Receive = Callable[[Msg], Awaitable[None]]

log = logging.getLogger(__name__)


class _Interest:
    """A pattern that somebody listens to, through all connections; `begun` once it is being subscribed."""

    def __init__(self, pattern: str, receive: Receive, inbox: Inbox | None = None) -> None:
        self.pattern = pattern
        self.receive = receive
        self.inbox = inbox
        self.begun = False
        self.subscription: Subscription | None = None


class NatsBus:
    """Implements csms.ports.Bus over one connection to the servers of `url` (several with commas).

    Attributes:
        dropped: messages that were not sent, since the server was away or could not take them as fast.
    """

    def __init__(self, url: str) -> None:
        self.dropped = 0
        self._servers = [part.strip() for part in url.split(",")]
        self._client: Client | None = None
        self._outbox: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(OUTBOX_LIMIT)
        self._interests: list[_Interest] = []
        self._returns: list[Callable[[], Awaitable[None]]] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._answers: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether the server is there now."""
        return self._client is not None and self._client.is_connected

    async def open(self) -> None:
        """Connect; where the server is away, go on after a moment and keep trying behind the scenes."""
        connecting = self._start(self._connect())
        await asyncio.wait((connecting,), timeout=OPEN_WAIT_S)
        if not connecting.done():
            log.warning("NATS is away: commands across nodes and live views wait for it")
            return
        connecting.result()

    async def close(self) -> None:
        """Send what waits, as far as the server takes it, and disconnect; subscriptions and streams end."""
        if self.connected:
            try:
                await asyncio.wait_for(self._outbox.join(), OPEN_WAIT_S)
            except TimeoutError:
                self.dropped += self._outbox.qsize()
        for interest in self._interests:
            if interest.inbox is not None:
                interest.inbox.close()
        self._interests.clear()
        tasks = [*self._tasks, *self._answers]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.close()
            self._client = None

    def publish(self, subject: str, data: bytes) -> None:
        """Put a message into the outbox; without a server, or where the outbox is full, drop and count it."""
        if not self.connected or self._outbox.full():
            self.dropped += 1
        else:
            self._outbox.put_nowait((subject, data))

    def heard(self, subject: str) -> bool:  # noqa: ARG002 (other nodes may listen to anything)
        """Tell whether the server is there."""
        return self.connected

    async def subscribe(self, pattern: str, handler: Handler) -> Callable[[], Awaitable[None]]:
        """Call `handler` for each message, in order; returns the end."""
        inbox = Inbox(HANDLER_LIMIT)
        feeding = self._start(inbox.feed(handler))
        leave = await self._join(_Interest(pattern, _into(inbox), inbox))

        async def end() -> None:
            await leave()
            feeding.cancel()

        return end

    async def respond(self, subject: str, responder: Responder) -> Callable[[], Awaitable[None]]:
        """Answer requests on a subject, up to ANSWERS_LIMIT at a time; returns the end."""

        async def receive(message: Msg) -> None:
            if len(self._answers) >= ANSWERS_LIMIT:
                self.dropped += 1
                return
            task = asyncio.get_running_loop().create_task(_answer(responder, message))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

        return await self._join(_Interest(subject, receive))

    async def request(self, subject: str, data: bytes, *, timeout_s: float) -> bytes:
        """Ask and wait. Raises NoResponder, also where the server is away."""
        if self._client is None or not self._client.is_connected:
            raise NoResponder(subject)
        try:
            answer: Msg = await self._client.request(subject, data, timeout=timeout_s)
        except (Error, OSError, TimeoutError) as error:
            raise NoResponder(subject) from error
        return answer.data

    def on_return(self, handler: Callable[[], Awaitable[None]]) -> None:
        """Call `handler` each time the server is back."""
        self._returns.append(handler)

    def stream(self, pattern: str, *, limit: int = 1000) -> AsyncIterator[tuple[str, bytes]]:
        """Iterate over the messages from now on; a reader more than `limit` behind loses the oldest."""
        inbox = Inbox(limit)
        interest = _Interest(pattern, _into(inbox), inbox)
        self._interests.append(interest)
        self._start(self._listen(interest))

        async def leave() -> None:
            await self._leave(interest)

        return inbox.read(leave)

    async def _connect(self) -> None:
        self._client = await nats.connect(
            self._servers,
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_WAIT_S,
            error_cb=_failed,
            disconnected_cb=_left,
            reconnected_cb=self._back,
            pending_size=8 * 1024 * 1024,
        )
        for interest in list(self._interests):
            await self._listen(interest)
        self._start(self._send())
        self._catch_up()  # where it came late, what was said meanwhile was missed

    async def _back(self) -> None:
        log.info("NATS is back")
        self._catch_up()

    def _catch_up(self) -> None:
        for handler in self._returns:
            self._start(handler())

    async def _send(self) -> None:
        while True:
            subject, data = await self._outbox.get()
            try:
                if self._client is None or not self._client.is_connected:
                    self.dropped += 1
                else:
                    await self._client.publish(subject, data)
            except Exception:  # one message's trouble must not be the end of all others
                self.dropped += 1
            finally:
                self._outbox.task_done()

    async def _join(self, interest: _Interest) -> Callable[[], Awaitable[None]]:
        self._interests.append(interest)
        await self._listen(interest)

        async def leave() -> None:
            await self._leave(interest)

        return leave

    async def _listen(self, interest: _Interest) -> None:
        """Subscribe once; the client renews it at every reconnect by itself."""
        if self._client is None or interest.begun or interest not in self._interests:
            return
        interest.begun = True
        interest.subscription = await self._client.subscribe(interest.pattern, cb=interest.receive)
        if interest not in self._interests:
            await self._leave(interest)
        elif self._client.is_connected:
            with suppress(Error, OSError, TimeoutError):
                await self._client.flush()

    async def _leave(self, interest: _Interest) -> None:
        if interest in self._interests:
            self._interests.remove(interest)
        subscription, interest.subscription = interest.subscription, None
        if subscription is not None:
            with suppress(Error, OSError, ValueError):
                await subscription.unsubscribe()

    def _start(self, work: Any) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a part of the bus failed", exc_info=error)


def _into(inbox: Inbox) -> Receive:
    async def receive(message: Msg) -> None:
        inbox.put(message.subject, message.data)

    return receive


async def _answer(responder: Responder, message: Msg) -> None:
    try:
        await message.respond(await responder(message.data))
    except Exception:
        log.exception("a responder failed on %s", message.subject)


async def _failed(error: Exception) -> None:
    log.debug("NATS: %r", error)


async def _left() -> None:
    log.warning("NATS is away")
