"""Logged events are forgotten in time, and it is known up to which."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.changes import RowAdded
from busbar.csms.jobs import event_log
from busbar.csms.jobs.runner import Desk
from busbar.csms.records.webhooks import ONLY_LOG, EventLog, OutgoingEvent, Webhook
from busbar.csms.storage.memory import MemoryStore


@pytest.mark.parametrize(("webhook", "left"), [(False, [3]), (True, [1, 2, 3])])
async def test_what_is_too_old_is_forgotten_unless_a_webhook_may_want_it(webhook: bool, left: list[int]) -> None:
    store, now = MemoryStore(), datetime.now(UTC)
    await store.open()
    ages = [timedelta(hours=3), timedelta(hours=2, minutes=1), timedelta(hours=1)]
    rows = [OutgoingEvent(station_id=0, at=now - age, name="n", happening=b"{}") for age in ages]
    await store.commit([RowAdded(row) for row in rows])
    if webhook:
        await store.insert(Webhook(name="w", url="https://x", events=["*"], secret=b"s", created_at=now))
    desk = Desk(store, None, None, lambda *_: None)
    await event_log.look(desk)
    assert len(await store.find(OutgoingEvent)) == 3, "there is no log"
    await store.insert(EventLog(generation=1, keep_hours=2, since=now))
    await event_log.look(desk)
    kept = await store.get(EventLog, ONLY_LOG)
    assert kept is not None
    assert (kept.pruned_to, [row.id for row in await store.find(OutgoingEvent)]) == (2, left)
