"""Looks after sessions of which nothing is heard: marks them, and asks their station where that is switched on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from busbar.csms.amendments import CloseSession, DoubtSession
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import NeverConnected, Query
from busbar.csms.records.sessions import StatusReport
from busbar.csms.rows import Station, Transaction
from busbar.csms.services.references import id_on_wire
from busbar.csms.services.registers import STALE
from busbar.model.sessions import GetTransactionStatus
from busbar.protocol.errors import ProtocolViolation

PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class StaleSessions:
    """What is done with running sessions of which nothing was heard for `after`.

    Attributes:
        ask: the station is asked (2.x), and a session that it knows to be over is closed in the records.
    """

    after: timedelta
    ask: bool

    async def look(self, desk: Desk) -> None:
        """Mark what is stale, go on asking about what was marked before. Raises StoreUnavailable."""
        before = datetime.now(UTC) - self.after
        query: Query | None = Query(active=True, limit=PAGE)
        while query is not None:
            page = await desk.store.transactions(query)
            for row in page.items:
                if row.updated_at < before:
                    await self._see_to(desk, row)
            query = None if page.next is None else replace(query, cursor=page.next)

    async def _see_to(self, desk: Desk, row: Transaction) -> None:
        found = (await desk.store.stations(Query(station_id=row.station_id, limit=1))).items
        if not found:
            return
        if STALE not in row.flags:
            await desk.dispatcher.amend(found[0], DoubtSession(row.id))
        if self.ask:
            await self._ask(desk, found[0], row)

    async def _ask(self, desk: Desk, station: Station, row: Transaction) -> None:
        report = await desk.store.get(StatusReport, station.id, id_on_wire(row.transaction_id))
        if report is not None and report.at > row.updated_at and report.over:
            await desk.dispatcher.amend(station, CloseSession(row.id))
        elif station.online:
            order = GetTransactionStatus(transaction_id=id_on_wire(row.transaction_id))
            try:
                await desk.dispatcher.dispatch(station, order, wait_s=0, requested_by="busbar")
            except (ProtocolViolation, NeverConnected):  # 1.6 has no such question
                return
