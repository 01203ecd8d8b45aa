"""Routes of the reports that stations make in parts: asking for those of the device model, and how all stand."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from busbar.api import batches, models
from busbar.api.backend import Backend, Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.orders import Index, Word
from busbar.api.problems import invalid, missing
from busbar.api.queries import INT32, Identity, Paging, page_of
from busbar.csms.ports import Search, Test
from busbar.csms.records.reports import ReportProgress, ReportRequest, Subject
from busbar.csms.services import reports
from busbar.csms.services.reports import ReportState
from busbar.model import device
from busbar.model.device import Selection

RequestId = Annotated[int, PathParameter(ge=-INT32 - 1, le=INT32)]


class Base(StrEnum):
    """What a base report holds."""

    CONFIGURATION = "ConfigurationInventory"
    FULL = "FullInventory"
    SUMMARY = "SummaryInventory"


class Criterion(StrEnum):
    """Which components a report holds."""

    ACTIVE = "Active"
    AVAILABLE = "Available"
    ENABLED = "Enabled"
    PROBLEM = "Problem"


class ReportView(models.View, kw_only=True):
    """A report and how it stands. `missing` are numbers of parts that did not come, of many the first."""

    subject: Subject
    request_id: int
    kind: str | None
    state: ReportState
    status: str | None
    items: int
    parts: int
    missing: list[int]
    command: str | None
    asked_at: datetime | None
    last_at: datetime | None


class BaseReport(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Ask for a whole report."""

    base: Base = Base.FULL


class Selected(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A component, and one of its variables where that is given."""

    component: Word
    variable: Word | None = None
    variable_instance: Word | None = None
    component_instance: Word | None = None
    evse: Index | None = None
    connector: Index | None = None

    def selection(self) -> Selection:
        """Return it as orders have it."""
        return Selection(**{field: getattr(self, field) for field in self.__struct_fields__})


class Report(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Ask for a report of components: by criteria, by name, or both."""

    criteria: Annotated[list[Criterion], Meta(max_length=4)] = []
    selections: Annotated[list[Selected], Meta(max_length=100)] = []


async def next_request(backend: Backend) -> int:
    """Return an unused number for a report."""
    return next(iter(await backend.store.take_ids("report", 1)))


@order_route("/stations/{identity:str}/commands/get-base-report", "Ask for a base report")
async def get_base_report(
    backend: Here, identity: Identity, data: JSONBody[BaseReport], options: NamedDependency[Options]
) -> Answered:
    """Ask for a report of all variables, of those that can be set, or of a summary (B07)."""
    order = device.GetBaseReport(request_id=await next_request(backend), base=data.base.value)
    return await send(backend, identity, order, options)


@order_route("/stations/{identity:str}/commands/get-report", "Ask for a report")
async def get_report(
    backend: Here, identity: Identity, data: JSONBody[Report], options: NamedDependency[Options]
) -> Answered:
    """Ask for a report of some components and variables (B08)."""
    station = await backend.directory.station(identity)
    selections = [item.selection() for item in data.selections]
    await check_selections(backend, identity, len(selections))
    criteria = [item.value for item in data.criteria]
    number = await next_request(backend)
    order = device.GetReport(request_id=number, criteria=criteria, selections=selections)
    return await send(backend, station.identity, order, options)


async def check_selections(backend: Backend, identity: str, count: int) -> None:
    """Raise Problem where a report would name more than the station takes (B08.FR.06)."""
    station = await backend.directory.station(identity)
    most, _ = await batches.limits(backend, station, device.GetReport)
    if most.items is not None and count > most.items:
        raise invalid("selections", f"the station takes {most.items} at a time")


OfSubject = Annotated[Subject | None, QueryParameter(description="Only reports on this.")]


@get("/stations/{identity:str}/reports", summary="List reports")
async def list_reports(
    backend: Here, identity: Identity, paging: NamedDependency[Paging], subject: OfSubject = None
) -> models.Page[ReportView]:
    """List the reports that a station was asked for, by subject, each one's newest first."""
    station = await backend.directory.station(identity)
    tests = [Test("station_id", "=", station.id)]
    if subject is not None:
        tests.append(Test("subject", "=", subject))
    search = Search(tests=tuple(tests), limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(ReportRequest, search))
    numbers = tuple(row.request_id for row in page.items)
    found = await backend.store.find(ReportProgress, station_id=station.id, request_id=numbers) if numbers else []
    progress = {(row.subject, row.request_id): row for row in found}
    items = [_report(row, progress.get((row.subject, row.request_id))) for row in page.items]
    return models.Page(items=items, next=page.next)


@get("/stations/{identity:str}/reports/{subject:str}/{request_id:int}", summary="Show a report")
async def show_report(
    backend: Here, identity: Identity, subject: Annotated[Subject, PathParameter()], request_id: RequestId
) -> ReportView:
    """Show how a report stands, also one that was not asked for here."""
    station = await backend.directory.station(identity)
    request = await backend.store.get(ReportRequest, station.id, subject, request_id)
    progress = await backend.store.get(ReportProgress, station.id, subject, request_id)
    if request is None and progress is None:
        raise missing("report")
    return _report(request, progress)


def _report(request: ReportRequest | None, progress: ReportProgress | None) -> ReportView:
    either: Any = request or progress
    return ReportView(
        subject=either.subject,
        request_id=either.request_id,
        kind=request.kind if request else None,
        state=reports.state(request, progress),
        status=request.status if request else None,
        items=progress.items if progress else 0,
        parts=sum(last - first + 1 for first, last in progress.ranges) if progress else 0,
        missing=reports.missing(progress) if progress else [],
        command=request.command_id if request else None,
        asked_at=request.asked_at if request else None,
        last_at=progress.last_at if progress else None,
    )


routes: list[Any] = [get_base_report, get_report, list_reports, show_report]
router = Router("/", route_handlers=routes, tags=["Reports"])
