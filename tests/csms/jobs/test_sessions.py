from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from msgspec.structs import replace

from busbar.csms.amendments import Amended, CloseSession, DoubtSession
from busbar.csms.bus.local import LocalBus
from busbar.csms.changes import ConnectionOpened, TransactionPut
from busbar.csms.jobs.runner import Desk
from busbar.csms.jobs.sessions import StaleSessions
from busbar.csms.ports import NeverConnected
from busbar.csms.records.sessions import StatusReport
from busbar.csms.storage.memory import MemoryStore
from busbar.model.sessions import GetTransactionStatus
from busbar.model.versions import Version
from tests.fixtures.rows import transaction

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
QUIET, ASKING = StaleSessions(2 * HOUR, ask=False), StaleSessions(2 * HOUR, ask=True)


@dataclass
class Notes:
    """A dispatcher that notes what it is asked."""

    amended: list[Any] = field(default_factory=list)
    sent: list[Any] = field(default_factory=list)
    error: Exception | None = None

    async def amend(self, _station: Any, amendment: Any) -> Amended:
        self.amended.append(amendment)
        return Amended(True, "")

    async def dispatch(self, _station: Any, order: Any, **_: Any) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(order)


@pytest.fixture
async def notes() -> Notes:
    return Notes()


@pytest.fixture
async def desk(notes: Notes) -> Desk:
    store = MemoryStore()
    station = await store.add_station("CS1", secret=None)
    await store.commit([ConnectionOpened(station.id, 1, Version.V201, NOW, "")])
    return Desk(store, LocalBus(), cast("Any", notes), lambda *_: None)


async def put(desk: Desk, age: timedelta, **fields: Any) -> None:
    row = replace(transaction(1, **fields), updated_at=NOW - age)
    await desk.store.commit([TransactionPut(row)])


async def test_a_session_is_marked_when_nothing_was_heard_of_it_for_long(desk: Desk, notes: Notes) -> None:
    await put(desk, 3 * HOUR)
    await QUIET.look(desk)
    assert (notes.amended, notes.sent) == ([DoubtSession(1)], [])


@pytest.mark.parametrize(("age", "fields"), [(HOUR, {}), (3 * HOUR, {"ended_at": NOW}), (3 * HOUR, {"flags": "stale"})])
async def test_what_is_fresh_ended_or_marked_is_left_alone(
    desk: Desk, notes: Notes, age: timedelta, fields: dict[str, Any]
) -> None:
    await put(desk, age, **fields)
    await QUIET.look(desk)
    assert (notes.amended, notes.sent) == ([], [])


async def test_the_station_is_asked_where_that_is_switched_on(desk: Desk, notes: Notes) -> None:
    await put(desk, 3 * HOUR, flags="stale")
    await ASKING.look(desk)
    assert (notes.amended, notes.sent) == ([], [GetTransactionStatus(transaction_id="t1")])


async def test_a_session_that_its_station_knows_to_be_over_is_closed(desk: Desk, notes: Notes) -> None:
    await put(desk, 3 * HOUR, flags="stale")
    report = StatusReport(station_id=1, transaction_id="t1", at=NOW, ongoing=False, messages_in_queue=False)
    await desk.store.put(report)
    await ASKING.look(desk)
    assert (notes.amended, notes.sent) == ([CloseSession(1)], [])


@pytest.mark.parametrize("change", [{"ongoing": True}, {"messages_in_queue": True}, {"at": NOW - 4 * HOUR}])
async def test_a_session_of_which_more_may_come_is_not_closed(desk: Desk, notes: Notes, change: dict[str, Any]) -> None:
    await put(desk, 3 * HOUR, flags="stale")
    report = StatusReport(station_id=1, transaction_id="t1", at=NOW, ongoing=False, messages_in_queue=False)
    await desk.store.put(replace(report, **change))
    await ASKING.look(desk)
    assert notes.amended == []
    assert len(notes.sent) == 1


async def test_a_station_that_cannot_be_asked_keeps_no_other_from_it(desk: Desk, notes: Notes) -> None:
    await put(desk, 3 * HOUR, flags="stale")
    notes.error = NeverConnected("CS1")
    await ASKING.look(desk)
    assert notes.amended == []
