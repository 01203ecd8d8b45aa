"""The log of events is followed in its order, and a number that may still come is waited for."""

import asyncio
from datetime import UTC, datetime

from busbar.api.tail import Tail, kept_log
from busbar.csms.changes import RowAdded
from busbar.csms.records.webhooks import EventLog, OutgoingEvent
from busbar.csms.storage.memory import MemoryStore
from busbar.csms.tenancy import scoped

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def event(number: int | None = None, at: datetime = NOW) -> OutgoingEvent:
    return OutgoingEvent(id=number, station_id=0, at=at, name="n", happening=b"{}")


async def test_what_was_committed_is_handed_on_once_and_in_order() -> None:
    store, handed = MemoryStore(), []
    await store.open()
    await store.commit([RowAdded(event())])

    async def tell(row: OutgoingEvent):
        await asyncio.sleep(0)
        return lambda: handed.append((row.id, tail.position))

    tail = Tail(store, EventLog(generation=1, keep_hours=1, since=NOW), tell)
    await tail.start()
    assert tail.position == 1
    await store.commit([RowAdded(event()) for _ in range(450)])
    tail.wake()
    async with asyncio.timeout(5):
        while len(handed) < 450:
            await asyncio.sleep(0.01)
    assert handed == [(number, number) for number in range(2, 452)]
    assert [row.id for row in await tail.page(440)] == list(range(441, 452))
    await tail.stop()


async def test_the_log_is_the_same_whoever_asks() -> None:
    store = MemoryStore()
    await store.open()
    await store.insert(EventLog(generation=1, keep_hours=1, since=NOW))
    with scoped(2):
        assert (await kept_log(store)) is not None


async def test_it_ends_whatever_it_was_woken_for_at_that_moment() -> None:
    store = MemoryStore()
    await store.open()

    async def tell(_: OutgoingEvent):
        return lambda: None

    for _ in range(50):
        tail = Tail(store, EventLog(generation=1, keep_hours=1, since=NOW), tell)
        await tail.start()
        await asyncio.sleep(0)
        tail.wake()
        await asyncio.wait_for(tail.stop(), 2)
