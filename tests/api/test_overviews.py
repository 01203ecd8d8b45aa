"""What was counted a moment ago serves all who ask meanwhile, each in their own scope."""

import asyncio
from datetime import UTC, datetime

import pytest

from busbar.api.overviews import FAULTS, Overviews
from busbar.csms.ports import StoreUnavailable
from busbar.csms.tenancy import current, scoped

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Counting:
    """A store that says how often it was asked, and in which scope."""

    def __init__(self) -> None:
        self.asked = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error = None

    async def overview(self, since, faults):
        self.asked.append((since, faults, current()))
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return len(self.asked)


async def test_one_count_serves_all_who_ask_meanwhile_and_is_forgotten_soon():
    store, now = Counting(), [0.0]
    overviews = Overviews(store, clock=lambda: now[0])
    store.gate.clear()
    waiting = [asyncio.create_task(overviews.since(NOON)) for _ in range(3)]
    await asyncio.sleep(0)
    now[0] = 60.0
    late = asyncio.create_task(overviews.since(NOON))
    await asyncio.sleep(0)
    waiting[0].cancel()
    store.gate.set()
    assert await asyncio.gather(*waiting[1:], late) == [1, 1, 1]
    assert await overviews.since(NOON) == 2
    now[0] = 61.9
    assert await overviews.since(NOON) == 2
    now[0] = 62.1
    assert await overviews.since(NOON) == 3
    assert store.asked[0] == (NOON, FAULTS, None)


async def test_each_scope_and_time_has_its_own_up_to_a_bound():
    store = Counting()
    overviews = Overviews(store, limit=2, clock=lambda: 0.0)
    with scoped(2, frozenset({1})):
        assert await overviews.since(NOON) == 1
    with scoped(2, frozenset({2})):
        assert await overviews.since(NOON) == 2
        assert await overviews.since(None) == 3
        assert await overviews.since(NOON) == 2
    with scoped(2, frozenset({1})):
        assert await overviews.since(NOON) == 4
    assert store.asked[1][2].sites == frozenset({2})


async def test_a_failure_is_not_kept():
    store = Counting()
    overviews = Overviews(store, clock=lambda: 0.0)
    store.error = StoreUnavailable("gone")
    with pytest.raises(StoreUnavailable):
        await overviews.since(NOON)
    store.error = None
    assert await overviews.since(NOON) == 2
