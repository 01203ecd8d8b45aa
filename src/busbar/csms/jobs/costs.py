"""Finishes the cost of sessions that ended without their station: closed in the records, by an operator or a job."""

from datetime import UTC, datetime, timedelta
from typing import Final

from busbar.csms.changes import RowPut
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Query, Search, Test
from busbar.csms.records.costs import SessionCost
from busbar.csms.services import costs

PAGE: Final = 500
SETTLED: Final = timedelta(minutes=5)
"""How long a session must have been over: until then its own events are on their way."""


async def finish(desk: Desk) -> None:
    """Look through the costs that are not final yet. Raises StoreUnavailable."""
    search: Search | None = Search(tests=(Test("final", "=", False),), limit=PAGE)
    while search is not None:
        page = await desk.store.look(SessionCost, search)
        for row in page.items:
            await _see_to(desk, row)
        search = None if page.next is None else Search(tests=search.tests, limit=PAGE, cursor=page.next)


async def _see_to(desk: Desk, row: SessionCost) -> None:
    now = datetime.now(UTC)
    session = await desk.store.transaction_by_number(row.transaction)
    if session is None or session.ended_at is None or session.updated_at > now - SETTLED:
        return
    costs.settle(row, session, session.ended_at, now)
    await desk.store.commit([RowPut(row)])
    stations = (await desk.store.stations(Query(station_id=row.station_id, limit=1))).items
    if stations:
        desk.publish(row.station_id, [costs.changed(row, stations[0].identity, now)])
