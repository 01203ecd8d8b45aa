"""Work is done beside the station, and what came of it is told once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from busbar.station.events import Done, Progressed
from busbar.station.work import Failed, Work
from busbar.station.workers import desk as module
from busbar.station.workers.desk import Desk


@dataclass(frozen=True, slots=True)
class Task(Work):
    outcome: Any = "made"


async def work(task: Task) -> object:
    await asyncio.sleep(0)
    if isinstance(task.outcome, Exception):
        raise task.outcome
    return task.outcome


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Done]:
    monkeypatch.setattr(module, "WORKERS", {Task: work})
    return []


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_result_is_told_with_the_number(told: list[Done]) -> None:
    Desk(told.append).begin(3, Task())
    await settle()
    assert told == [Done(3, "made")]


async def test_what_a_worker_raises_is_a_failure(told: list[Done]) -> None:
    one = Desk(told.append)
    one.begin(1, Task(TimeoutError("too slow")))
    one.begin(2, Task(RuntimeError("secret")))
    await settle()
    assert told == [Done(1, Failed("too slow")), Done(2, Failed("RuntimeError"))]


async def test_work_that_goes_on_tells_meanwhile_and_ends_when_it_is_dropped(
    told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[bool] = []

    async def serve(_: Task) -> AsyncIterator[str]:
        try:
            yield "first"
            yield "second"
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    monkeypatch.setattr(module, "SERVANTS", {Task: serve})
    one = Desk(told.append)
    one.begin(1, Task())
    await settle()
    assert told == [Progressed(1, "first"), Progressed(1, "second")]
    one.drop(1)
    await settle()
    assert (len(told), ended) == (2, [True])


async def test_work_that_nobody_can_do_fails(told: list[Done]) -> None:
    Desk(told.append).begin(1, Work())
    await settle()
    assert isinstance(told[0].result, Failed)


async def test_dropped_work_tells_nothing(told: list[Done]) -> None:
    one = Desk(told.append)
    one.begin(1, Task())
    one.begin(2, Task())
    one.drop(1)
    one.drop_all()
    one.drop(7)
    await settle()
    assert told == []
