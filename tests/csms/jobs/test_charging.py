from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from msgspec.structs import replace

from busbar.csms.bus.local import LocalBus
from busbar.csms.changes import TransactionPut
from busbar.csms.jobs.charging import look
from busbar.csms.jobs.runner import Desk
from busbar.csms.records.charging import Clearing, HeldProfile, HeldState, ProfileQuestion, ProfileReport
from busbar.csms.storage.memory import MemoryStore
from busbar.model.charging import ProfilePurpose
from tests.fixtures.rows import transaction

NOW = datetime.now(UTC)
MINUTE = timedelta(minutes=1)
DEFAULT = ProfilePurpose.TX_DEFAULT


@pytest.fixture
async def desk() -> Desk:
    store = MemoryStore()
    await store.add_station("CS1", secret=None)
    return Desk(store, LocalBus(), cast("Any", None), lambda *_: None)


async def hold(desk: Desk, number: int, **fields: Any) -> None:
    row = HeldProfile(
        station_id=1, profile_id=number, evse=1, purpose=DEFAULT, stack_level=0, changed_at=NOW, profile={}
    )
    await desk.store.put(replace(row, **fields))


async def states(desk: Desk) -> dict[int, str]:
    await look(desk)
    await look(desk)
    return {row.profile_id: row.state.value for row in await desk.store.find(HeldProfile, station_id=1)}


@pytest.mark.parametrize(
    ("criteria", "cleared"),
    [
        ({"profile_ids": [1]}, {1}),
        ({"purpose": DEFAULT, "stack_level": 0, "evse": 1}, {1}),
        ({"evse": 0}, {2}),
        ({}, {1, 2}),
    ],
)
async def test_what_was_cleared_is_no_longer_held__K10_FR_03_K10_FR_04_K10_FR_06(
    desk: Desk, criteria: dict[str, Any], cleared: set[int]
) -> None:
    await hold(desk, 1)
    await hold(desk, 2, evse=0, stack_level=1)
    await hold(desk, 3, purpose=ProfilePurpose.EXTERNAL)
    await hold(desk, 4, changed_at=NOW + 2 * MINUTE)
    await desk.store.put(Clearing(command_id="c", station_id=1, at=NOW + MINUTE, **criteria))
    found = await states(desk)
    assert {number for number, state in found.items() if state == HeldState.CLEARED} == cleared
    assert await desk.store.find(Clearing, settled=False) == []


async def test_what_a_complete_report_does_not_name_is_missing__K09(desk: Desk) -> None:
    await hold(desk, 1)
    await hold(desk, 2)
    await hold(desk, 3, source="EMS")
    question = ProfileQuestion(station_id=1, request_id=9, at=NOW + MINUTE, sources=["CSO"])
    await desk.store.put(question)
    report = ProfileReport(station_id=1, request_id=9, at=NOW, complete=False, profile_ids=[2])
    await desk.store.put(report)
    assert await states(desk) == {1: "held", 2: "held", 3: "held"}
    await desk.store.put(replace(report, complete=True))
    assert await states(desk) == {1: "missing", 2: "held", 3: "held"}


async def test_a_station_that_holds_none_needs_no_report__K09(desk: Desk) -> None:
    await hold(desk, 1)
    await hold(desk, 2, changed_at=NOW + 2 * MINUTE)
    await desk.store.put(ProfileQuestion(station_id=1, request_id=9, at=NOW + MINUTE, empty=True))
    assert await states(desk) == {1: "missing", 2: "held"}


async def test_a_profile_dies_with_its_transaction(desk: Desk) -> None:
    tx = {"purpose": ProfilePurpose.TX, "changed_at": NOW - 9 * MINUTE}
    await hold(desk, 1, transaction_id="t1", **tx)
    await hold(desk, 2, transaction_id="t2", **tx)
    await hold(desk, 3, transaction_id="never", **tx)
    await hold(desk, 4, **tx)
    await hold(desk, 5, evse=2, **tx)
    rows = (transaction(1, evse=1, ended_at=NOW), transaction(2, evse=2))
    await desk.store.commit([TransactionPut(replace(row, updated_at=NOW)) for row in rows])
    assert await states(desk) == {1: "ended", 2: "held", 3: "held", 4: "ended", 5: "held"}


async def test_a_profile_expires(desk: Desk) -> None:
    await hold(desk, 1, valid_to=NOW - MINUTE)
    await hold(desk, 2, valid_to=NOW + 600 * MINUTE)
    assert await states(desk) == {1: "expired", 2: "held"}
