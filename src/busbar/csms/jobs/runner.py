"""Runs jobs: each now and then, on one node at a time, and at once when it is asked for. Knows no job in particular.

A job is a look at what is stored and what follows from it, so one that was missed is made up for by the next, and two
at once would do no harm but double work. The lease keeps that rare; it is no lock.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from busbar.csms.happenings import AnyHappening
from busbar.csms.ports import Bus, Conflict, Dispatcher, Store, StoreUnavailable
from busbar.csms.records.leases import Lease

LEASE_LOOKS: Final = 3
"""How many looks a holder may miss before another node takes over."""
LEAST_LEASE: Final = timedelta(seconds=30)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """What jobs work with. `publish` tells listeners of something at a station, after it was stored."""

    store: Store
    bus: Bus
    dispatcher: Dispatcher
    publish: Callable[[int, Sequence[AnyHappening]], None]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to look after every `every_s` seconds, and when `busbar.job.<name>` is published.

    `wakes` are further subjects, such as those of happenings, on which it looks at once.
    """

    name: str
    every_s: float
    look: Callable[[Desk], Awaitable[None]]
    wakes: tuple[str, ...] = ()


class Runner:
    """The jobs of one node; `holder` names the node."""

    def __init__(self, desk: Desk, jobs: Sequence[Job], holder: str) -> None:
        self._desk = desk
        self._jobs = jobs
        self._holder = holder
        self._tasks: list[asyncio.Task[None]] = []
        self._ends: list[Callable[[], Awaitable[None]]] = []

    async def start(self) -> None:
        """Begin to look."""
        for job in self._jobs:
            asked = asyncio.Event()
            for subject in (f"busbar.job.{job.name}", *job.wakes):
                self._ends.append(await self._desk.bus.subscribe(subject, _setter(asked)))
            self._tasks.append(asyncio.create_task(self._keep(job, asked)))

    async def stop(self) -> None:
        """End the looks under way, and let other nodes have the jobs."""
        for end in self._ends:
            await end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self._ends.clear()

    async def _keep(self, job: Job, asked: asyncio.Event) -> None:
        while True:
            try:
                if await self._holds(job):
                    await job.look(self._desk)
            except StoreUnavailable as error:
                log.warning("the job %s cannot run now: %s", job.name, error)
            except Exception:
                log.exception("the job %s failed", job.name)
            try:
                await asyncio.wait_for(asked.wait(), job.every_s)
            except TimeoutError:
                continue
            asked.clear()

    async def _holds(self, job: Job) -> bool:
        """Take or keep the lease of a job; False where another node has it."""
        store, now = self._desk.store, datetime.now(UTC)
        until = now + max(LEAST_LEASE, timedelta(seconds=LEASE_LOOKS * job.every_s))
        lease = await store.get(Lease, job.name)
        if lease is None:
            try:
                await store.insert(Lease(name=job.name, holder=self._holder, until=until))
            except Conflict:
                return False
            return True
        if lease.holder != self._holder and lease.until > now:
            return False
        before = {"holder": lease.holder, "until": lease.until}
        return await store.change(Lease, (job.name,), values={"holder": self._holder, "until": until}, expected=before)


def _setter(event: asyncio.Event) -> Callable[[bytes], Awaitable[None]]:
    async def take(_: bytes) -> None:
        event.set()

    return take
