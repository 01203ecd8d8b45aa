import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from busbar.csms.bus.local import LocalBus
from busbar.csms.jobs.runner import Desk, Job, Runner
from busbar.csms.records.leases import Lease
from busbar.csms.storage.memory import MemoryStore


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    bus = LocalBus()
    await bus.open()
    yield Desk(MemoryStore(), bus, cast("Any", None), lambda *_: None)
    await bus.close()


class Looks:
    """Counts looks, and can be waited for."""

    def __init__(self, fails: int = 0) -> None:
        self.count = 0
        self._fails = fails
        self._came = asyncio.Event()

    async def __call__(self, _: Desk) -> None:
        self.count += 1
        self._came.set()
        if self.count <= self._fails:
            raise RuntimeError("a job broke")

    async def reach(self, count: int) -> None:
        while self.count < count:
            self._came.clear()
            await asyncio.wait_for(self._came.wait(), 10)


async def test_a_job_runs_at_the_start_and_again_and_again(desk: Desk) -> None:
    looks = Looks()
    runner = Runner(desk, [Job("one", 0.01, looks)], "here")
    await runner.start()
    await looks.reach(3)
    await runner.stop()


async def test_a_job_runs_at_once_when_it_is_asked_for(desk: Desk) -> None:
    looks = Looks()
    runner = Runner(desk, [Job("one", 3600, looks)], "here")
    await runner.start()
    await looks.reach(1)
    desk.bus.publish("busbar.job.one", b"")
    await looks.reach(2)
    await runner.stop()


async def test_a_failure_does_not_end_a_job(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    looks = Looks(fails=1)
    runner = Runner(desk, [Job("one", 0.01, looks)], "here")
    await runner.start()
    await looks.reach(2)
    await runner.stop()
    assert "the job one failed" in caplog.text


async def test_only_the_holder_of_the_lease_looks(desk: Desk) -> None:
    here, there = Looks(), Looks()
    first, second = Runner(desk, [Job("one", 0.01, here)], "a"), Runner(desk, [Job("one", 0.01, there)], "b")
    await first.start()
    await here.reach(1)
    await second.start()
    await here.reach(20)
    assert there.count == 0
    await first.stop()
    await second.stop()


async def test_another_node_takes_over_when_a_lease_is_over(desk: Desk) -> None:
    looks = Looks()
    past = datetime.now(UTC) - timedelta(seconds=1)
    await desk.store.put(Lease(name="one", holder="dead", until=past))
    runner = Runner(desk, [Job("one", 0.01, looks)], "here")
    await runner.start()
    await looks.reach(1)
    await runner.stop()
    lease = await desk.store.get(Lease, "one")
    assert lease is not None
    assert lease.holder == "here"
    assert lease.until > datetime.now(UTC)


async def test_a_happening_wakes_a_job_that_listens(desk: Desk) -> None:
    looks = Looks()
    runner = Runner(desk, [Job("one", 60.0, looks, wakes=("busbar.event.certificate.requested.*",))], "here")
    await runner.start()
    await looks.reach(1)
    desk.bus.publish("busbar.event.certificate.requested.7", b"")
    await looks.reach(2)
    await runner.stop()


async def test_looks_are_counted_with_their_failures(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    looks = Looks(fails=1)
    runner = Runner(desk, [Job("one", 0.01, looks)], "here")
    await runner.start()
    await looks.reach(1)
    assert runner.looks["one"].succeeded_at is None
    await looks.reach(3)
    await runner.stop()
    counted = runner.looks["one"]
    assert (counted.runs, counted.failures) == (looks.count, 1)
    assert counted.took_total_s >= counted.took_s > 0
    assert counted.succeeded_at is not None
