"""Changes of a commit are judged before they wait: test_narrowing asks every backend; here is what is let through."""

from busbar.csms.changes import RowAdded, RowGone, RowPut, StationSeen, TokenPut
from busbar.csms.records.sessions import StatusReport
from busbar.csms.rows import Token
from busbar.csms.storage.admission import admitted
from busbar.csms.storage.memory import MemoryStore
from busbar.csms.tenancy import Scope, scoped
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
