"""Routes of variable monitoring: monitors, base, level, reports, and the events that came. Knows no version."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from busbar.api import batches, models
from busbar.api.backend import Here
from busbar.api.batches import Batch
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.orders import Index, Word
from busbar.api.queries import INT32, Identity, Paging, page_of
from busbar.api.reports import Selected, next_request
from busbar.csms.ports import Search, Test
from busbar.csms.records.monitoring import Monitor, MonitoringChoice
from busbar.csms.rows import Command
from busbar.csms.services import batches as splitting
from busbar.csms.services.monitoring import BASE, LEVEL, stands
from busbar.model import monitoring
from busbar.model.monitoring import MonitorsCleared, MonitorsSet
from busbar.model.orders import Outcome, VariableName
from busbar.model.versions import Version
from busbar.protocol.codec import decode_request, decode_response
from busbar.protocol.translate import translator

MOST: int = 1000
Severity = Annotated[int, Meta(ge=0, le=9)]
MonitorId = Annotated[int, Meta(ge=0, le=INT32)]


class Kind(StrEnum):
    """When a monitor tells; the last two are 2.1's."""

    UPPER = "UpperThreshold"
    LOWER = "LowerThreshold"
    DELTA = "Delta"
    PERIODIC = "Periodic"
    ALIGNED = "PeriodicClockAligned"
    TARGET = "TargetDelta"
    TARGET_RELATIVE = "TargetDeltaRelative"


class Base(StrEnum):
    """Which monitors a station begins with."""

    ALL = "All"
    FACTORY = "FactoryDefault"
    HARD_WIRED = "HardWiredOnly"


class Criterion(StrEnum):
    """Which monitors a report holds."""

    THRESHOLD = "ThresholdMonitoring"
    DELTA = "DeltaMonitoring"
    PERIODIC = "PeriodicMonitoring"


class Rate(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How often a stream sends: every so many seconds, or after so many values, or both (2.1)."""

    interval_s: Index | None = None
    values: Index | None = None

    def rate(self) -> monitoring.StreamRate:
        """Return it as orders have it."""
        return monitoring.StreamRate(interval_s=self.interval_s, values=self.values)


class MonitorInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A monitor to set; `id` replaces the one with that id, `stream` sends its values as a stream (2.1)."""

    component: Word
    variable: Word
    variable_instance: Word | None = None
    component_instance: Word | None = None
    evse: Index | None = None
    connector: Index | None = None
    kind: Kind
    value: float
    severity: Severity
    id: MonitorId | None = None
    transaction: bool = False
    stream: Rate | None = None

    def setting(self) -> monitoring.MonitorSetting:
        """Return it as orders have it."""
        name = VariableName(
            variable=self.variable,
            component=self.component,
            variable_instance=self.variable_instance,
            component_instance=self.component_instance,
            evse=self.evse,
            connector=self.connector,
        )
        return monitoring.MonitorSetting(
            name=name,
            kind=self.kind.value,
            value=self.value,
            severity=self.severity,
            id=self.id,
            transaction=self.transaction,
            stream=None if self.stream is None else self.stream.rate(),
        )


class Monitors(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Monitors to set, in as many messages as that takes."""

    monitors: Annotated[list[MonitorInput], Meta(min_length=1, max_length=MOST)]


class MonitorIds(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Monitors to clear, in as many messages as that takes."""

    ids: Annotated[list[MonitorId], Meta(min_length=1, max_length=MOST)]


class MonitoringBase(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which monitors a station begins with anew."""

    base: Base


class MonitoringLevel(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The least grave severity that is told: 0 is danger, 9 is debugging. A station has the last word on it."""

    severity: MonitorId


class MonitoringReport(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Ask for a report of monitors: of all, by criteria, by name, or both."""

    criteria: Annotated[list[Criterion], Meta(max_length=3)] = []
    selections: Annotated[list[Selected], Meta(max_length=100)] = []


class MonitorResult(models.View, kw_only=True):
    """What a station said of one monitor. `id` is null where it was not taken."""

    id: int | None
    status: str
    component: str | None = None
    variable: str | None = None
    kind: str | None = None


class MonitorBatch(Batch, kw_only=True):
    """What a station said of each monitor."""

    results: list[MonitorResult]


class MonitorView(models.View, kw_only=True):
    """A monitor of a station. `active` is false where a monitoring base has taken it away since."""

    id: int
    component: str | None
    component_instance: str | None
    variable: str
    variable_instance: str | None
    evse: int | None
    connector: int | None
    kind: str
    value: float
    severity: int
    transaction: bool
    origin: str | None
    interval_s: int | None
    values: int | None
    known_at: datetime
    active: bool


class Choice(models.View, kw_only=True):
    """What a station took of monitoring as a whole; null where it was told nothing from here."""

    base: str | None
    base_at: datetime | None
    level: int | None
    level_at: datetime | None


@post("/stations/{identity:str}/monitors", status_code=200, summary="Set monitors in batches")
async def set_monitors(
    backend: Here, identity: Identity, data: JSONBody[Monitors], options: NamedDependency[Options]
) -> MonitorBatch:
    """Set monitors, as many in a message as the station says that it takes (N04)."""
    station = await backend.directory.station(identity)
    most, version = await batches.limits(backend, station, monitoring.SetMonitors)
    items = [item.setting() for item in data.monitors]

    def order(batch: list[monitoring.MonitorSetting]) -> monitoring.SetMonitors:
        return monitoring.SetMonitors(monitors=batch)

    orders = [order(batch) for batch in splitting.split(items, most, order=order, version=version)]
    rows = await batches.send_all(backend, station, orders, options)
    return MonitorBatch(
        complete=batches.complete(orders, rows),
        commands=batches.commands(station, rows),
        results=[result for row in rows for result in _results(row, version)],
    )


@post("/stations/{identity:str}/monitor-clearings", status_code=200, summary="Clear monitors in batches")
async def clear_monitors(
    backend: Here, identity: Identity, data: JSONBody[MonitorIds], options: NamedDependency[Options]
) -> MonitorBatch:
    """Clear monitors, as many in a message as the station says that it takes (N06)."""
    station = await backend.directory.station(identity)
    most, version = await batches.limits(backend, station, monitoring.ClearMonitors)

    def order(batch: list[int]) -> monitoring.ClearMonitors:
        return monitoring.ClearMonitors(ids=batch)

    orders = [order(batch) for batch in splitting.split(data.ids, most, order=order, version=version)]
    rows = await batches.send_all(backend, station, orders, options)
    return MonitorBatch(
        complete=batches.complete(orders, rows),
        commands=batches.commands(station, rows),
        results=[result for row in rows for result in _results(row, version)],
    )


def _results(row: Command, version: Version) -> list[MonitorResult]:
    """Read what a station said of each monitor; empty where it said nothing."""
    if row.answer is None:
        return []
    request = decode_request(version, row.action, row.payload)
    outcome: Outcome = translator(version).to_outcome(
        row.action, request, decode_response(version, row.action, row.answer)
    )
    match outcome:
        case MonitorsSet():
            return [
                MonitorResult(
                    id=item.id,
                    status=item.status,
                    component=item.name.component,
                    variable=item.name.variable,
                    kind=item.kind,
                )
                for item in outcome.monitors
            ]
        case MonitorsCleared():
            return [MonitorResult(id=item.id, status=item.status) for item in outcome.monitors]
    return []


@order_route("/stations/{identity:str}/commands/set-monitoring-base", "Set the monitoring base")
async def set_monitoring_base(
    backend: Here, identity: Identity, data: JSONBody[MonitoringBase], options: NamedDependency[Options]
) -> Answered:
    """Choose which monitors a station begins with anew (N03)."""
    return await send(backend, identity, monitoring.SetMonitoringBase(base=data.base.value), options)


@order_route("/stations/{identity:str}/commands/set-monitoring-level", "Set the monitoring level")
async def set_monitoring_level(
    backend: Here, identity: Identity, data: JSONBody[MonitoringLevel], options: NamedDependency[Options]
) -> Answered:
    """Choose of what severity events are told (N05)."""
    return await send(backend, identity, monitoring.SetMonitoringLevel(severity=data.severity), options)


@order_route("/stations/{identity:str}/commands/get-monitoring-report", "Ask for a report of monitors")
async def get_monitoring_report(
    backend: Here, identity: Identity, data: JSONBody[MonitoringReport], options: NamedDependency[Options]
) -> Answered:
    """Ask which monitors a station has (N02)."""
    order = monitoring.GetMonitoringReport(
        request_id=await next_request(backend),
        criteria=[item.value for item in data.criteria],
        selections=[item.selection() for item in data.selections],
    )
    return await send(backend, identity, order, options)


@get("/stations/{identity:str}/monitors", summary="List monitors")
async def list_monitors(backend: Here, identity: Identity, paging: NamedDependency[Paging]) -> models.Page[MonitorView]:
    """List the monitors that a station is known to have, by id."""
    station = await backend.directory.station(identity)
    search = Search(tests=(Test("station_id", "=", station.id),), limit=paging.limit, cursor=paging.cursor)
    page = await page_of(backend.store.look(Monitor, search))
    base = await backend.store.get(MonitoringChoice, station.id, BASE)
    fields = [name for name in MonitorView.__struct_fields__ if name != "active"]
    items = [
        MonitorView(active=stands(row, base), **{name: getattr(row, name) for name in fields}) for row in page.items
    ]
    return models.Page(items=items, next=page.next)


@get("/stations/{identity:str}/monitoring", summary="Show monitoring as a whole")
async def show_monitoring(backend: Here, identity: Identity) -> Choice:
    """Show the monitoring base and level that a station took from here."""
    station = await backend.directory.station(identity)
    found = {row.name: row for row in await backend.store.find(MonitoringChoice, station_id=station.id)}
    base, level = found.get(BASE), found.get(LEVEL)
    return Choice(
        base=base.value if base else None,
        base_at=base.at if base else None,
        level=int(level.value) if level else None,
        level_at=level.at if level else None,
    )


routes: list[Any] = [
    set_monitors,
    clear_monitors,
    set_monitoring_base,
    set_monitoring_level,
    get_monitoring_report,
    list_monitors,
    show_monitoring,
]
router = Router("/", route_handlers=routes, tags=["Monitoring"])
