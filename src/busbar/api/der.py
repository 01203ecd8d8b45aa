"""Routes of grid controls (OCPP 2.1, distributed energy resources): set, clear, ask, and what each station holds."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.problems import invalid
from busbar.api.queries import INT32, NO_NUL, Identity, Paging, StationFilter, Time, page_of, utc
from busbar.csms.records import der as records
from busbar.csms.services.der import improper, standing
from busbar.model import der
from busbar.model.der import Control, ControlType

ControlId = Annotated[str, Meta(min_length=1, max_length=36, pattern=NO_NUL)]


class ControlInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A control to set. `settings` is the object that OCPP has for its type, such as `curve`; without `id` it gets one.

    A default control has no start and no duration.
    """

    type: ControlType
    settings: dict[str, Any]
    default: bool = True
    id: ControlId | None = None


class ControlFilter(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which controls to ask for; without any of these, all."""

    default: bool | None = None
    type: ControlType | None = None
    id: ControlId | None = None


class ControlChoice(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which controls to clear: one, those of a type, or all of the default or of the scheduled ones."""

    default: bool
    type: ControlType | None = None
    id: ControlId | None = None


class Signal(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A signal of the frequency restoration reserve, and when it counts."""

    at: Time
    signal: Annotated[int, Meta(ge=-INT32, le=INT32)]


class HeldControl(models.View, kw_only=True):
    """A control that a station holds, or refused: then `held` is false and `status` is its word.

    `superseded_by` is the control that took its place, empty where the station did not say which.
    """

    id: str
    type: ControlType
    default: bool
    held: bool
    status: str
    at: datetime
    superseded_by: str | None
    running: bool | None
    settings: dict[str, Any]


class GridAlarm(models.View, kw_only=True):
    """A grid event that made a station deviate from what it was told, or its end."""

    id: int
    station: str
    control_type: str
    at: datetime
    received_at: datetime
    fault: str | None
    ended: bool
    info: str | None


@order_route("/stations/{identity:str}/commands/set-grid-control", "Set a grid control")
async def set_grid_control(
    backend: Here, identity: Identity, data: JSONBody[ControlInput], options: NamedDependency[Options]
) -> Answered:
    """Set a control (R04)."""
    control = Control(id=data.id or str(uuid4()), type=data.type, default=data.default, settings=data.settings)
    why = improper(control)
    if why is not None:
        raise invalid("settings", why)
    return await send(backend, identity, der.SetControl(control=control), options)


@order_route("/stations/{identity:str}/commands/ask-grid-controls", "Ask for grid controls")
async def ask_grid_controls(
    backend: Here, identity: Identity, data: JSONBody[ControlFilter], options: NamedDependency[Options]
) -> Answered:
    """Ask a station which controls it holds; its report comes later, and changes what is listed."""
    number = next(iter(await backend.store.take_ids("der-request", 1)))
    order = der.AskControls(request_id=number, default=data.default, type=data.type, id=data.id)
    return await send(backend, identity, order, options)


@order_route("/stations/{identity:str}/commands/clear-grid-controls", "Clear grid controls")
async def clear_grid_controls(
    backend: Here, identity: Identity, data: JSONBody[ControlChoice], options: NamedDependency[Options]
) -> Answered:
    """Take controls away."""
    order = der.ClearControls(default=data.default, type=data.type, id=data.id)
    return await send(backend, identity, order, options)


@order_route("/stations/{identity:str}/commands/reserve-signal", "Pass on a signal of the reserve")
async def send_reserve_signal(
    backend: Here, identity: Identity, data: JSONBody[Signal], options: NamedDependency[Options]
) -> Answered:
    """Pass on an aFRR signal (2.1)."""
    at = utc("at", data.at) or data.at
    return await send(backend, identity, der.SendSignal(at=at, signal=data.signal), options)


@get("/stations/{identity:str}/grid-controls", summary="List a station's grid controls")
async def list_grid_controls(backend: Here, identity: Identity) -> models.Page[HeldControl]:
    """List the controls that a station holds or refused, as far as is known: a thousand at most, on one page."""
    store, station = backend.store, await backend.directory.station(identity)
    rows = await store.find(records.DerControl, station_id=station.id)
    wipes = await store.find(records.DerWipe, station_id=station.id)
    supersessions = await store.find(records.DerSupersession, station_id=station.id)
    runs = await store.find(records.DerRun, station_id=station.id)
    items = [
        HeldControl(
            id=found.row.control_id,
            type=found.row.control.type,
            default=found.row.default,
            held=found.row.held,
            status=found.row.status,
            at=found.row.at,
            superseded_by=found.superseded_by,
            running=found.running,
            settings=found.row.control.settings,
        )
        for found in standing(rows, wipes, supersessions, runs, datetime.now(UTC))
    ]
    return models.Page(items=items)


@get("/grid-alarms", summary="List grid alarms")
async def list_grid_alarms(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None
) -> models.Page[GridAlarm]:
    """List grid alarms and their ends, newest first."""
    station_id = await backend.directory.filtered(station)
    page = await page_of(backend.store.look(records.GridAlarm, paging.search(newest=True, station_id=station_id)))
    names = await backend.directory.names(row.station_id for row in page.items)
    items = [models.record(GridAlarm, row, station=names[row.station_id].identity) for row in page.items]
    return models.Page(items=items, next=page.next)


routes: list[Any] = [
    set_grid_control,
    ask_grid_controls,
    clear_grid_controls,
    send_reserve_signal,
    list_grid_controls,
    list_grid_alarms,
]
router = Router("/", route_handlers=routes, tags=["Grid controls"])
