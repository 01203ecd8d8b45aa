"""The route of how all is now. Knows no rule, and leaves counting to the store."""

from datetime import datetime
from typing import Annotated, Any

from litestar import get
from litestar.params import QueryParameter

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.queries import take_span
from busbar.model.values import ConnectorStatus, RegistrationStatus


class FaultView(models.View, kw_only=True):
    """A connector that is out of order; evse 0 is the station as a whole (1.6)."""

    station: str
    evse: int
    connector: int
    error: str | None
    changed_at: datetime


class OverviewView(models.View, kw_only=True):
    """How all is now. `connectors` counts by status where the station is connected; `stale` are those of all others.

    `pending` stations wait to be taken in; `begun` and `energy_wh` are of sessions that began since the asked time.
    """

    stations: int
    online: int
    pending: int
    connectors: dict[ConnectorStatus, int]
    stale: int
    active_sessions: int
    power_w: float
    begun: int
    energy_wh: float
    faults: list[FaultView]


@get("/api/v1/overview", tags=["Status"], summary="Show how all is now")
async def overview(
    backend: Here,
    since: Annotated[
        datetime | None, QueryParameter(description="Since when sessions count as begun (RFC 3339); a day ago.")
    ] = None,
) -> OverviewView:
    """Count stations and connectors by state, running sessions with their power, and what began since a time."""
    span = await take_span(since)
    found = await backend.overviews.since(span.since)
    names = await backend.directory.names(fault.station_id for fault in found.faults)
    return OverviewView(
        stations=sum(found.stations.values()),
        online=sum(count for (online, _), count in found.stations.items() if online),
        pending=sum(n for (_, word), n in found.stations.items() if word is RegistrationStatus.PENDING),
        connectors=found.connectors,
        stale=found.stale,
        active_sessions=found.active,
        power_w=found.power_w,
        begun=found.begun,
        energy_wh=found.energy_wh,
        faults=[
            FaultView(
                station=names[fault.station_id].identity,
                evse=fault.evse,
                connector=fault.connector,
                error=fault.error,
                changed_at=fault.changed_at,
            )
            for fault in found.faults
        ],
    )


routes: list[Any] = [overview]
