"""A remote start without a session is given up after its time."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.jobs import remote_starts
from busbar.csms.jobs.runner import Desk
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.remote_starts import RemoteStart, StartState
from busbar.csms.services.device_model import path
from busbar.csms.storage.memory import MemoryStore
from busbar.model.orders import VariableName


def start(name: str, answered_at: datetime, waits_until: datetime, station_id: int = 1) -> RemoteStart:
    return RemoteStart(
        id=name,
        station_id=station_id,
        remote_start_id=1,
        token="A",
        evse=None,
        requested_by="me",
        created_at=answered_at,
        answered_at=answered_at,
        waits_until=waits_until,
        state=StartState.ACCEPTED,
        status="Accepted",
    )


@pytest.mark.parametrize(
    ("name", "value", "states"),
    [
        (VariableName(component="TxCtrlr", variable="EVConnectionTimeOut"), "60", ("timed-out", "accepted")),
        (VariableName(variable="ConnectionTimeOut"), "60", ("timed-out", "accepted")),
        (VariableName(component="TxCtrlr", variable="EVConnectionTimeOut"), "600", ("accepted", "accepted")),
        (VariableName(variable="ConnectionTimeOut"), "never", ("timed-out", "accepted")),
    ],
)
async def test_a_cable_is_awaited_as_long_as_the_station_says__F02_FR_11(name, value, states) -> None:
    store, now = MemoryStore(), datetime.now(UTC)
    await store.open()
    await store.add_station("CS-1", secret=None)
    known = ModelValue(station_id=1, path=path(name), attribute="Actual", value=value, at=now, source="report")
    await store.put(known)
    before = now - timedelta(seconds=200)
    await store.insert(start("old", before, before + timedelta(seconds=180)))
    await store.insert(start("new", now, now + timedelta(seconds=180)))
    await remote_starts.look(Desk(store, None, None, lambda _, __: None))
    rows = {row.id: row for row in await store.find(RemoteStart)}
    assert (rows["old"].state, rows["new"].state) == states
    if value.isdigit():
        assert rows["new"].waits_until == now + timedelta(seconds=int(value) + 15)


async def test_only_what_waited_too_long_is_given_up__F02_FR_11() -> None:
    store, told, now = MemoryStore(), [], datetime.now(UTC)
    await store.open()
    await store.add_station("CS-1", secret=None)
    for name, minutes in (("late", -1), ("new", 5)):
        row = start(name, now, now + timedelta(minutes=minutes))
        await store.insert(row)
    await remote_starts.look(Desk(store, None, None, lambda _, happenings: told.extend(happenings)))
    states = {row.id: row.state for row in await store.find(RemoteStart)}
    assert states == {"late": StartState.TIMED_OUT, "new": StartState.ACCEPTED}
    assert [happening.remote_start.id for happening in told] == ["late"]
