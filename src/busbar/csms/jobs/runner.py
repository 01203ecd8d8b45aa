"""Runs jobs: each now and then, on one node at a time, and at once when it is asked for. Knows no job in particular.

A job is a look at what is stored and what follows from it, so one that was missed is made up for by the next, and two
at once would do no harm but double work. The lease keeps that rare; it is no lock.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
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


@dataclass(slots=True)
class Looks:
    """How the looks of one job went on this node.

    Attributes:
        took_s: how long the last one took; `took_total_s` is the sum.
        succeeded_at: when one last succeeded; None where none has.
    """

    runs: int = 0
    failures: int = 0
    took_s: float = 0.0
    took_total_s: float = 0.0
    succeeded_at: datetime | None = None


class Runner:
    """The jobs of one node; `holder` names the node.

    Attributes:
        looks: how each job went, by its name.
    """

    def __init__(self, desk: Desk, jobs: Sequence[Job], holder: str) -> None:
        self._desk = desk
        self._jobs = jobs
        self._holder = holder
        self.looks = {job.name: Looks() for job in jobs}
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
                    await self._look(job)
            except StoreUnavailable as error:
                log.warning("the job %s cannot run now: %s", job.name, error)
            except Exception:
                log.exception("the job %s failed", job.name)
            try:
                await asyncio.wait_for(asked.wait(), job.every_s)
            except TimeoutError:
                continue
            asked.clear()

    async def _look(self, job: Job) -> None:
        looks, began = self.looks[job.name], monotonic()
        looks.runs += 1
        try:
            await job.look(self._desk)
        except Exception:
            looks.failures += 1
            raise
        else:
            looks.succeeded_at = datetime.now(UTC)
        finally:
            looks.took_s = monotonic() - began
            looks.took_total_s += looks.took_s

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
