"""Readiness: bounded, asked once at a time, and false first when stopping."""

import asyncio
import logging

import pytest

from busbar.telemetry import health
from busbar.telemetry.health import Probe, Readiness


async def nothing() -> None:
    pass


async def test_each_part_is_named() -> None:
    async def fail() -> None:
        raise OSError("postgresql://user:secret@host")

    readiness = Readiness({"reads": nothing, "writes": fail}, {"bus": lambda: True, "listening": lambda: False})
    assert await readiness.parts() == {
        "reads": "ok",
        "writes": "failed",
        "bus": "ok",
        "listening": "failed",
        "serving": "ok",
    }


async def test_a_question_without_an_answer_is_slow_and_asked_once() -> None:
    asked = []
    gate = asyncio.Event()

    async def hang() -> None:
        asked.append(1)
        await gate.wait()

    readiness = Readiness({"store": hang}, {})
    began = asyncio.get_running_loop().time()
    told = await asyncio.gather(*(readiness.parts(0.05) for _ in range(20)))
    assert {parts["store"] for parts in told} == {"slow"}
    assert asyncio.get_running_loop().time() - began < 1
    assert (await readiness.parts(0.01))["store"] == "slow"
    assert len(asked) == 1
    gate.set()
    assert (await readiness.parts(1))["store"] == "ok"
    readiness.close()


async def test_an_answer_counts_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def ask() -> None:
        asked.append(1)

    probe = Probe(ask)
    for _ in range(10):
        assert await probe.look(1) == "ok"
    assert len(asked) == 1
    monkeypatch.setattr(health, "KEEP_S", 0.0)
    await probe.look(1)
    assert len(asked) == 2


async def test_a_failure_is_logged_once(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail() -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(health, "KEEP_S", 0.0)
    probe = Probe(fail)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert await probe.look(1) == "failed"
    assert len(caplog.records) == 1


async def test_who_stops_is_not_ready() -> None:
    readiness = Readiness({}, {})
    assert await readiness.parts() == {"serving": "ok"}
    readiness.stopping = True
    assert await readiness.parts() == {"serving": "failed"}


async def test_what_is_asked_ends_with_the_server() -> None:
    readiness = Readiness({"store": asyncio.Event().wait}, {})
    await readiness.parts(0.01)
    readiness.close()
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 1
