"""Gives up remote starts that led to no session: the cable never came (F02.FR.11, 1.6 ConnectionTimeOut).

How long a station waits is what its device model says, where that is known.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from busbar.csms.happenings import RemoteStartChanged
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Query, Search, Store, Test
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.remote_starts import OPEN, RemoteStart, StartState
from busbar.csms.services.remote_starts import TIMEOUTS, waiting

PAGE: Final = 1000


async def look(desk: Desk) -> None:
    """Mark what waited too long. Raises StoreUnavailable."""
    now, cursor = datetime.now(UTC), None
    while True:
        search = Search(tests=(Test("state", "in", OPEN),), limit=PAGE, cursor=cursor)
        page = await desk.store.look(RemoteStart, search)
        times = await _times(desk.store, {row.station_id for row in page.items})
        for row in page.items:
            await _settle(desk, row, waiting(times.get(row.station_id, ())), now)
        cursor = page.next
        if cursor is None:
            return


async def _times(store: Store, station_ids: Collection[int]) -> dict[int, list[ModelValue]]:
    """Return what stations have told of how long they wait for a cable."""
    found: dict[int, list[ModelValue]] = {}
    if station_ids:
        for value in await store.find(ModelValue, station_id=tuple(station_ids), path=TIMEOUTS, attribute="Actual"):
            found.setdefault(value.station_id, []).append(value)
    return found


async def _settle(desk: Desk, row: RemoteStart, time: timedelta | None, now: datetime) -> None:
    until = row.waits_until if time is None else row.answered_at + time
    late = until <= now
    if not late and until == row.waits_until:
        return
    values: dict[str, Any] = {"waits_until": until} | ({"state": StartState.TIMED_OUT} if late else {})
    if await desk.store.change(RemoteStart, (row.id,), values=values, expected={"state": OPEN}) and late:
        await _tell(desk, replace(row, **values), now)


async def _tell(desk: Desk, row: RemoteStart, now: datetime) -> None:
    found = (await desk.store.stations(Query(station_id=row.station_id, limit=1))).items
    if found:
        desk.publish(row.station_id, [RemoteStartChanged(station=found[0].identity, at=now, remote_start=row)])
