"""Ends running sessions that are over a limit, where the limit says so. Without such a limit it reads limits only."""

from datetime import UTC, datetime
from typing import Final

from busbar.csms.jobs.runner import Desk
from busbar.csms.policies import uses_of
from busbar.csms.ports import NeverConnected, Query, Search, Test
from busbar.csms.records.authorization import Limit, Period
from busbar.csms.rows import Use
from busbar.csms.services.limits import left, used
from busbar.csms.services.references import id_on_wire
from busbar.csms.services.view import UseNeed
from busbar.csms.tenancy import scoped
from busbar.model.orders import StopTransaction
from busbar.protocol.errors import ProtocolViolation

PAGE: Final = 1000


async def look(desk: Desk) -> None:
    """End what is over its limit. Raises StoreUnavailable."""
    now = datetime.now(UTC)
    for limit in (await desk.store.look(Limit, Search(tests=(Test("stop", "=", True),), limit=PAGE))).items:
        need = UseNeed(limit.token or "", limit.group, spent=True)
        with scoped(limit.organisation_id):
            rows = await uses_of(desk.store, need)
        for row in over(limit, rows, now):
            await _stop(desk, row, limit)


def over(limit: Limit, rows: list[Use], now: datetime) -> list[Use]:
    """Return the running sessions that are over a limit: each by itself, or all where the period's use is."""
    running = [row for row in rows if row.ended_at is None]
    if limit.period is Period.SESSION:
        return [row for row in running if row.started_at and 0 in left(limit, used([row], limit, row.started_at, now))]
    return running if 0 in left(limit, used(rows, limit, now)) else []


async def _stop(desk: Desk, row: Use, limit: Limit) -> None:
    found = (await desk.store.stations(Query(station_id=row.station_id, limit=1))).items
    if not found or not found[0].online:
        return
    order = StopTransaction(transaction_id=id_on_wire(row.transaction_id))
    key = f"limit:{limit.id}:{row.transaction}"  # once, whatever the station says
    try:
        await desk.dispatcher.dispatch(found[0], order, wait_s=0, requested_by="busbar", idempotency_key=key)
    except (ProtocolViolation, NeverConnected):
        return
