"""Forgets what stations told of customers when its time is over."""

from datetime import UTC, datetime
from typing import Final

from busbar.csms.changes import RowGone
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Search, Test
from busbar.csms.records.customers import CustomerText

EVERY_S: Final = 3600.0
NAME: Final = "customer-texts"
PAGE: Final = 1000


async def look(desk: Desk) -> None:
    """Delete what has expired. Raises StoreUnavailable."""
    search = Search(tests=(Test("expires_at", "<=", datetime.now(UTC)),), limit=PAGE)
    while True:
        page = await desk.store.look(CustomerText, search)
        gone = [RowGone(CustomerText, (row.station_id, row.request_id, row.seq_no)) for row in page.items]
        if gone:
            await desk.store.commit(gone)
        if page.next is None:
            return
