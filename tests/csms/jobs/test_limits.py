"""A running session over its limit is ended once, where the limit says so."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.changes import ConnectionOpened, TransactionPut
from busbar.csms.jobs import limits
from busbar.csms.jobs.runner import Desk
from busbar.csms.records.authorization import Limit, Period
from busbar.csms.rows import Transaction
from busbar.csms.storage.memory import MemoryStore
from busbar.model.versions import Version

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def now() -> None:
    """Tests run long after they were read."""
    globals()["NOW"] = datetime.now(UTC)


async def _stopped(*made: Limit, wh: float = 5000.0) -> list[str]:
    store, sent = MemoryStore(), []
    await store.open()
    await store.add_station("CS-1", secret=None)
    began = NOW - timedelta(minutes=1)
    row = Transaction(
        id=1, station_id=1, transaction_id="tx", token="CARD", started_at=began, updated_at=NOW, energy_wh=wh
    )
    await store.commit([ConnectionOpened(1, 1, Version.V201, NOW, ""), TransactionPut(row)])
    for limit in made:
        await store.insert(limit)

    class Dispatcher:
        async def dispatch(self, _station, order, **options):
            sent.append(f"{order.transaction_id} {options['idempotency_key']}")

    await limits.look(Desk(store, None, Dispatcher(), lambda *_: None))
    return sent


async def test_a_session_over_its_limit_is_ended() -> None:
    limit = {"token": "card", "energy_wh": 5000.0, "stop": True}
    assert await _stopped(Limit(period=Period.SESSION, **limit)) == ["tx limit:1:1"]
    assert await _stopped(Limit(period=Period.MONTH, **limit)) == ["tx limit:1:1"]
    assert await _stopped(Limit(period=Period.SESSION, **limit), wh=4999.0) == []


async def test_time_counts_from_the_sessions_start() -> None:
    assert await _stopped(Limit(token="card", period=Period.SESSION, time_s=30, stop=True)) == ["tx limit:1:1"]
    assert await _stopped(Limit(token="card", period=Period.SESSION, time_s=300, stop=True)) == []


async def test_without_being_switched_on_and_for_others_nothing_is_sent() -> None:
    assert await _stopped(Limit(token="card", period=Period.DAY, energy_wh=1.0)) == []
    assert await _stopped(Limit(token="other", period=Period.DAY, energy_wh=1.0, stop=True)) == []


async def test_a_groups_limit_counts_its_members_and_no_session_without_a_token() -> None:
    group = Limit(group="fleet", period=Period.MONTH, energy_wh=1.0, stop=True)
    assert await _stopped(group) == []
