"""Ends reservations whose time is over or whose cancellation a station took. Calls no station."""

from datetime import UTC, datetime
from typing import Final

from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Search, Store, Test
from busbar.csms.records.reservations import OPEN, Cancellation, Reservation, ReservationState

PAGE: Final = 1000


async def look(desk: Desk) -> None:
    """End what is over at every station. Raises StoreUnavailable."""
    now = datetime.now(UTC)
    tests = (Test("state", "in", OPEN), Test("expires_at", "<=", now))
    for row in (await desk.store.look(Reservation, Search(tests=tests, limit=PAGE))).items:
        await end(desk.store, row, ReservationState.EXPIRED, now)
    for said in (await desk.store.look(Cancellation, Search(limit=PAGE))).items:
        meant = await desk.store.get(Reservation, said.reservation_id)
        if meant is not None:
            await end(desk.store, meant, ReservationState.CANCELLED, now)
        await desk.store.remove(Cancellation, said.reservation_id)


async def settle(store: Store, station_id: int, now: datetime) -> None:
    """End what is over at one station, so that its places can be had again."""
    for row in await store.find(Reservation, station_id=station_id, state=OPEN):
        said = await store.get(Cancellation, row.id)
        if said is not None and said.done:
            await end(store, row, ReservationState.CANCELLED, now)
        elif row.expires_at <= now:
            await end(store, row, ReservationState.EXPIRED, now)


async def end(store: Store, row: Reservation, state: ReservationState, now: datetime) -> bool:
    """End a reservation that is still open; False where another was faster."""
    values = {"state": state, "holds": False, "changed_at": now}
    return await store.change(Reservation, (row.id,), values=values, expected={"state": OPEN})
