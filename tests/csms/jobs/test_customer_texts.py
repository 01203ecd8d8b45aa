"""What is personal goes when its time is over, and not before."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from busbar.csms.bus.local import LocalBus
from busbar.csms.jobs import customer_texts
from busbar.csms.jobs.runner import Desk
from busbar.csms.records.customers import CustomerText
from busbar.csms.storage.memory import MemoryStore

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def text(seq_no: int, expires_at: datetime) -> CustomerText:
    return CustomerText(station_id=1, request_id=1, seq_no=seq_no, data="x", at=NOW, expires_at=expires_at)


async def test_only_what_has_expired_is_forgotten() -> None:
    store = MemoryStore()
    await store.open()
    for number in range(1500):
        await store.put(text(number, NOW - HOUR))
    await store.put(text(2000, NOW + HOUR))
    await customer_texts.look(Desk(store, LocalBus(), cast("Any", None), lambda *_: None))
    assert [row.seq_no for row in await store.find(CustomerText)] == [2000]
