"""Reservations end in time, and of many at once one is made, on every backend that is a database."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from busbar.csms.jobs import reservations
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Conflict, Store
from busbar.csms.records.reservations import Cancellation, Reservation, ReservationState
from busbar.csms.storage.memory import MemoryStore
from busbar.csms.storage.opening import make_store

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def now() -> None:
    """Tests run long after they were read."""
    globals()["NOW"] = datetime.now(UTC)


def reservation(number: int, evse: int = 1, minutes: float = 5) -> Reservation:
    until = NOW + timedelta(minutes=minutes)
    return Reservation(
        id=number, station_id=1, evse=evse, token="CARD", created_at=NOW, expires_at=until, changed_at=NOW, holds=True
    )


async def test_what_is_over_or_cancelled_ends_and_the_rest_stands() -> None:
    store = MemoryStore()
    await store.open()
    for row in (reservation(1, 1, -1), reservation(2, 2), reservation(3, 3)):
        await store.insert(row)
    await store.put(Cancellation(reservation_id=2, station_id=1, at=NOW, status="Accepted", done=True))
    await reservations.look(Desk(store, None, None, lambda *_: None))
    states = [row.state for row in await store.find(Reservation, station_id=1)]
    assert states == [ReservationState.EXPIRED, ReservationState.CANCELLED, ReservationState.PENDING]
    await store.insert(reservation(4, 1))


async def _race(store: Store) -> None:
    async def take(number: int) -> bool:
        try:
            await store.insert(reservation(number))
        except Conflict:
            return False
        return True

    assert sum(await asyncio.gather(*map(take, range(1, 21)))) == 1
    (row,) = await store.find(Reservation, station_id=1, holds=True)
    ended = await asyncio.gather(*(reservations.end(store, row, ReservationState.CANCELLED, NOW) for _ in range(5)))
    assert sum(ended) == 1
    assert sum(await asyncio.gather(*map(take, range(21, 41)))) == 1


async def test_an_evse_is_held_once_on_sqlite__H01_FR_11(tmp_path: Path) -> None:
    store = make_store(f"sqlite:///{tmp_path}/busbar.db")
    await store.open()
    try:
        await _race(store)
    finally:
        await store.close()


async def test_an_evse_is_held_once_on_postgresql__H01_FR_11(postgres_dsn: str) -> None:
    store = make_store(postgres_dsn)
    await store.open()
    try:
        await _race(store)
    finally:
        await store.close()
