"""Gives up remote starts that led to no session: the cable never came (F02.FR.11, 1.6 ConnectionTimeOut)."""

from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from busbar.csms.happenings import RemoteStartChanged
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Query, Search, Test
from busbar.csms.records.remote_starts import OPEN, RemoteStart, StartState

PAGE: Final = 1000


async def look(desk: Desk) -> None:
    """Mark what waited too long. Raises StoreUnavailable."""
    now = datetime.now(UTC)
    tests = (Test("state", "in", OPEN), Test("waits_until", "<=", now))
    for row in (await desk.store.look(RemoteStart, Search(tests=tests, limit=PAGE))).items:
        values = {"state": StartState.TIMED_OUT}
        if await desk.store.change(RemoteStart, (row.id,), values=values, expected={"state": OPEN}):
            await _tell(desk, replace(row, state=StartState.TIMED_OUT), now)


async def _tell(desk: Desk, row: RemoteStart, now: datetime) -> None:
    found = (await desk.store.stations(Query(station_id=row.station_id, limit=1))).items
    if found:
        desk.publish(row.station_id, [RemoteStartChanged(station=found[0].identity, at=now, remote_start=row)])
