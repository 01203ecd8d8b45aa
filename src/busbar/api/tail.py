"""Follows the log of events for all streams of one process, so that a stream which was cut goes on where it was.

What is in the log comes in the order of its numbers, which the database gives. Two nodes may commit out of that order:
a number that is missing is waited for, until the events after it are old enough that it can only be one that was never
committed. Knows no reader and no rule.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from busbar.csms.ports import Search, Store, StoreUnavailable, Test
from busbar.csms.records.webhooks import ONLY_LOG, EventLog, OutgoingEvent
from busbar.csms.services.outgoing import settled
from busbar.csms.tenancy import unscoped

CHANGED: Final = "busbar.changed.webhook"
"""Where it is told that a webhook, or whether there is a log, was changed."""
PAGE: Final = 200
POLL_S: Final = 1.0
GATHER_S: Final = 0.03
"""How long what comes close together is gathered for one read."""

Tell = Callable[[OutgoingEvent], Awaitable[Callable[[], None]]]
"""Makes of an event what hands it to all readers at once, without waiting."""

log = logging.getLogger(__name__)


async def kept_log(store: Store) -> EventLog | None:
    """Return the log of events; None where none is kept. Raises StoreUnavailable."""
    with unscoped():
        return await store.get(EventLog, ONLY_LOG)


class Tail:
    """Where the log is read; `position` is the number of the last event that was handed on."""

    def __init__(self, store: Store, kept: EventLog, tell: Tell) -> None:
        self.generation = kept.generation
        self.position = kept.pruned_to
        self._store = store
        self._tell = tell
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin behind the newest event. Raises StoreUnavailable."""
        with unscoped():
            newest = (await self._store.look(OutgoingEvent, Search(limit=1, newest=True))).items
            self.position = max(self.position, *(row.id or 0 for row in newest), 0)
            self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """Look at once: something was committed."""
        self._woken.set()

    async def page(self, after: int) -> list[OutgoingEvent]:
        """Return events after a number that were handed on already, at most PAGE. Raises StoreUnavailable."""
        tests = (Test("id", ">", after), Test("id", "<=", self.position))
        with unscoped():
            return (await self._store.look(OutgoingEvent, Search(tests=tests, limit=PAGE))).items

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):  # wait_for of Python 3.11 can lose the end of the task
                    await self._woken.wait()
                await asyncio.sleep(GATHER_S)
            self._woken.clear()
            try:
                await self._hand_on()
            except StoreUnavailable as error:
                log.warning("the log of events cannot be read now: %s", error)
            except Exception:
                log.exception("the log of events cannot be followed")

    async def _hand_on(self) -> None:
        while True:
            search = Search(tests=(Test("id", ">", self.position),), limit=PAGE)
            rows = (await self._store.look(OutgoingEvent, search)).items
            certain = settled(rows, self.position, datetime.now(UTC))
            for row in certain:
                hand = await self._tell(row)
                self.position = row.id or 0  # nothing is awaited between this and the readers: who joins misses nothing
                hand()
            if len(certain) < PAGE:
                return
