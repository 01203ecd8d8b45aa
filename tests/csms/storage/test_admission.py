"""Changes of a commit are judged before they wait: test_narrowing asks every backend; here is what is let through."""

import asyncio

from busbar.csms.changes import RowAdded, RowGone, RowPut, StationSeen, TokenPut
from busbar.csms.ports import Store
from busbar.csms.records.sessions import StatusReport
from busbar.csms.rows import Token
from busbar.csms.storage.admission import admitted
from busbar.csms.storage.memory import MemoryStore
from busbar.csms.tenancy import Scope, current, scoped
from tests.fixtures.rows import NOON


async def test_changes_are_made_the_scopes_own_and_foreign_deletions_dropped() -> None:
    store = MemoryStore()
    with scoped(2):
        station = await store.add_station("CS", secret=None)
        row = StatusReport(station_id=station.id, transaction_id="t", at=NOON, ongoing=None, messages_in_queue=False)
        token = Token(key="a", value="a")
        gone = RowGone(StatusReport, (station.id, "other"))
        changes = [TokenPut(token), RowPut(row), RowAdded(row), gone, StationSeen(station.id, NOON)]
        found = await admitted(store, changes, Scope(2))
    assert [type(change) for change in found] == [TokenPut, RowPut, RowAdded, StationSeen]
    assert row.organisation_id == 2
    assert isinstance(found[0], TokenPut)
    assert (found[0].row.organisation_id, token.organisation_id) == (2, 1)


async def test_who_waits_is_told_outside_the_scope_of_whoever_came_first(store: Store) -> None:
    told: list[Scope | None] = []
    with scoped(2):
        first = asyncio.ensure_future(store.commit([TokenPut(Token(key="a", value="a"))]))
    await asyncio.sleep(0)
    for _ in range(2):  # what comes while a commit runs goes into the next one
        store.submit([StationSeen(1, NOON)], lambda _: told.append(current()))
        await first
    while len(told) < 2:
        await asyncio.sleep(0.01)
    assert told == [None, None]
