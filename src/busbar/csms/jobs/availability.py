"""Makes orders of availability again where a station came back and says something else; only where it is asked for."""

from datetime import UTC, datetime, timedelta
from typing import Final

from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import NeverConnected, Query, Search, Test
from busbar.csms.records.availability import AvailabilityIntent
from busbar.csms.services.availability import RESTORE, contradicts
from busbar.model.orders import ChangeAvailability
from busbar.model.values import Place
from busbar.protocol.errors import ProtocolViolation

PAGE: Final = 1000
PAUSE: Final = timedelta(minutes=2)
"""How long a station has to make an order true before it is made again."""


async def look(desk: Desk) -> None:
    """Make again what stations contradict. Raises StoreUnavailable."""
    now = datetime.now(UTC)
    search = Search(tests=(Test("restore", "=", True),), limit=PAGE)
    for intent in (await desk.store.look(AvailabilityIntent, search)).items:
        if intent.answered_at is not None and now - intent.answered_at < PAUSE:
            continue
        found = (await desk.store.stations(Query(station_id=intent.station_id, limit=1))).items
        if not found or not found[0].online:
            continue
        if contradicts(intent, await desk.store.connectors(intent.station_id)):
            order = ChangeAvailability(
                operative=intent.operative, place=Place(intent.evse or None, intent.connector or None)
            )
            try:
                await desk.dispatcher.dispatch(
                    found[0],
                    order,
                    wait_s=0,
                    requested_by=intent.requested_by or "busbar",
                    idempotency_key=f"{RESTORE}{intent.evse}.{intent.connector}.{now.isoformat()}",
                )
            except (ProtocolViolation, NeverConnected):
                continue
