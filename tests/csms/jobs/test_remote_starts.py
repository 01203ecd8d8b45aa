"""A remote start without a session is given up after its time."""

from datetime import UTC, datetime, timedelta

from busbar.csms.jobs import remote_starts
from busbar.csms.jobs.runner import Desk
from busbar.csms.records.remote_starts import RemoteStart, StartState
from busbar.csms.storage.memory import MemoryStore


async def test_only_what_waited_too_long_is_given_up__F02_FR_11() -> None:
    store, told, now = MemoryStore(), [], datetime.now(UTC)
    await store.open()
    await store.add_station("CS-1", secret=None)
    for name, minutes in (("late", -1), ("new", 5)):
        row = RemoteStart(
            id=name,
            station_id=1,
            remote_start_id=1,
            token="A",
            evse=None,
            requested_by="me",
            created_at=now,
            answered_at=now,
            waits_until=now + timedelta(minutes=minutes),
            state=StartState.ACCEPTED,
            status="Accepted",
        )
        await store.insert(row)
    await remote_starts.look(Desk(store, None, None, lambda _, happenings: told.extend(happenings)))
    states = {row.id: row.state for row in await store.find(RemoteStart)}
    assert states == {"late": StartState.TIMED_OUT, "new": StartState.ACCEPTED}
    assert [happening.remote_start.id for happening in told] == ["late"]
