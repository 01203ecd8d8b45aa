"""Routes of what sessions cost: as the CSMS reckons, and as their stations told. Amounts are exact text."""

from datetime import datetime
from typing import Any, TypeVar

from litestar import Router, get
from litestar.di import NamedDependency

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.problems import missing
from busbar.api.queries import Number, Paging, StationFilter, page_of
from busbar.api.sessions import transaction_row
from busbar.billing.costs import Cost
from busbar.csms.records.costs import ReportedCost, ReportedTariff, SessionCost
from busbar.csms.services.references import id_on_wire
from busbar.model.tariffs import Tariff, UpdateCost


class CostSummary(models.View, kw_only=True):
    """What a session costs, so far or at the end, by the version of a tariff that it began with."""

    session: int
    station: str
    tariff_id: int
    version: int
    currency: str
    excl_tax: str
    incl_tax: str
    final: bool
    updated_at: datetime


class CostDetail(CostSummary, kw_only=True):
    """A cost with its lines, its periods and the tariff; and what the station said of it (2.1, by OCPP's names)."""

    cost: Cost
    tariff: Tariff
    reported_tariff: str | None
    reported: dict[str, Any] | None


V = TypeVar("V", bound=CostSummary)


class StationCost(models.View, kw_only=True):
    """What a station said of a session's cost (2.1, by OCPP's names), and the tariff that it reckons with."""

    session: int
    tariff: str | None
    details: dict[str, Any] | None


@get("/costs", summary="List costs")
async def list_costs(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None
) -> models.Page[CostSummary]:
    """List what sessions cost, newest session first."""
    station_id = await backend.directory.filtered(station)
    page = await page_of(backend.store.look(SessionCost, paging.search(newest=True, station_id=station_id)))
    names = await backend.directory.names(row.station_id for row in page.items)
    items = [_shown(CostSummary, row, names[row.station_id].identity) for row in page.items]
    return models.Page(items=items, next=page.next)


@get("/sessions/{session_id:int}/cost", summary="Show a session's cost")
async def show_cost(backend: Here, session_id: Number) -> CostDetail:
    """Show what a session costs. A session without a tariff has no cost here, but may have one of its station."""
    row = await backend.store.get(SessionCost, session_id)
    if row is None:
        raise missing("cost")
    name = await backend.directory.name(row.station_id)
    tariff = await backend.store.get(ReportedTariff, session_id)
    told = await backend.store.get(ReportedCost, session_id)
    return _shown(
        CostDetail,
        row,
        name.identity,
        reported_tariff=None if tariff is None else tariff.tariff_id,
        reported=None if told is None else told.details,
    )


@get("/sessions/{session_id:int}/station-cost", summary="Show what the station reckoned")
async def show_station_cost(backend: Here, session_id: Number) -> StationCost:
    """Show what a station said of a session's cost and tariff (2.1, I12)."""
    tariff = await backend.store.get(ReportedTariff, session_id)
    told = await backend.store.get(ReportedCost, session_id)
    if tariff is None and told is None:
        raise missing("cost")
    name, details = (None if tariff is None else tariff.tariff_id), (None if told is None else told.details)
    return StationCost(session=session_id, tariff=name, details=details)


@order_route("/sessions/{session_id:int}/show-cost", "Show a driver the cost so far")
async def tell_cost(backend: Here, session_id: Number, options: NamedDependency[Options]) -> Answered:
    """Send a running session's cost to its station (2.x CostUpdated, I02)."""
    session = await transaction_row(backend, session_id)
    row = await backend.store.get(SessionCost, session_id)
    if row is None:
        raise missing("cost")
    name = await backend.directory.name(row.station_id)
    return await send(
        backend,
        name.identity,
        UpdateCost(transaction_id=id_on_wire(session.transaction_id), total=row.incl_tax),
        options,
    )


def _shown(view: type[V], row: SessionCost, station: str, **more: Any) -> V:
    amounts = {"excl_tax": str(row.excl_tax), "incl_tax": str(row.incl_tax)}
    return models.record(view, row, session=row.transaction, station=station, **amounts, **more)


router = Router("/", route_handlers=[list_costs, show_cost, show_station_cost, tell_cost], tags=["Costs"])
