"""A connection that is opening is waited for, but not for long."""

import asyncio

from busbar.csms.gateway import arrivals as module
from busbar.csms.gateway.arrivals import Arrivals


async def test_nobody_waits_where_nothing_opens() -> None:
    arrivals = Arrivals()
    await asyncio.wait_for(arrivals.over(1), 0.5)
    arrivals.begin(1, "first")
    assert 1 in arrivals
    arrivals.end(1, "first")
    assert 1 not in arrivals
    await asyncio.wait_for(arrivals.over(1), 0.5)
    await asyncio.wait_for(arrivals.over(2), 0.5)


async def test_the_newest_connection_is_waited_for() -> None:
    arrivals = Arrivals()
    arrivals.begin(1, "first")
    waiting = asyncio.create_task(arrivals.over(1))
    await asyncio.sleep(0)
    arrivals.begin(1, "second")
    arrivals.end(1, "first")
    await asyncio.sleep(0.01)
    assert not waiting.done()
    arrivals.end(1, "second")
    await asyncio.wait_for(waiting, 0.5)


async def test_the_wait_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(module, "WAIT_S", 0.02)
    arrivals = Arrivals()
    arrivals.begin(1, "stuck")
    await asyncio.wait_for(arrivals.over(1), 0.5)
