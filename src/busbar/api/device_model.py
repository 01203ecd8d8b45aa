"""Routes of the device model: what is known of it, reports of it, and its variables in batches. Knows no version."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from busbar.api import batches, models
from busbar.api.backend import Backend, Here
from busbar.api.batches import VariableBatch
from busbar.api.commands import Options
from busbar.api.orders import VariableKey, VariableValue
from busbar.api.queries import INT32, NO_NUL, Identity, Paging, page_of
from busbar.csms.ports import Search, Test
from busbar.csms.records.device_model import ModelValue, ModelVariable, PendingValue
from busbar.csms.services import batches as splitting
from busbar.model import device
from busbar.model.orders import GetVariables, SetVariables

MOST: int = 1000
Name = Annotated[str | None, QueryParameter(min_length=1, max_length=50, pattern=NO_NUL)]


class AttributeView(models.View, kw_only=True):
    """An attribute of a variable: how it may be used, and its last known value.

    `value` is null where it is not known or is a secret; `pending` waits for a reboot. What a report did not tell of
    `mutability`, `persistent` and `constant` is null.
    """

    attribute: str
    mutability: str | None = None
    persistent: bool | None = None
    constant: bool | None = None
    value: str | None = None
    at: datetime | None = None
    source: str | None = None
    pending: str | None = None


class VariableView(models.View, kw_only=True):
    """A variable of the device model, or a 1.6 configuration key (without a component)."""

    component: str | None
    component_instance: str | None
    variable: str
    variable_instance: str | None
    evse: int | None
    connector: int | None
    attributes: list[AttributeView]
    characteristics: device.Characteristics | None
    reported_at: datetime | None


class Reading(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Variables to read, in as many messages as that takes; none means all configuration keys (1.6)."""

    variables: Annotated[list[VariableKey], Meta(max_length=MOST)] = []


class Writing(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Variables to write, in as many messages as that takes."""

    variables: Annotated[list[VariableValue], Meta(min_length=1, max_length=MOST)]


@get("/stations/{identity:str}/variables", summary="List a station's variables")
async def list_variables(
    backend: Here,
    identity: Identity,
    paging: NamedDependency[Paging],
    component: Name = None,
    variable: Name = None,
    evse: Annotated[int | None, QueryParameter(ge=1, le=INT32)] = None,
) -> models.Page[VariableView]:
    """List what is known of a station's device model, by component."""
    station = await backend.directory.station(identity)
    given = (
        ("station_id", station.id),
        ("component_key", component and component.casefold()),
        ("variable_key", variable and variable.casefold()),
        ("evse", evse),
    )
    tests = tuple(Test(field, "=", value) for field, value in given if value is not None)
    search = Search(tests=tests, limit=min(paging.limit, MOST // 4), cursor=paging.cursor)  # 4 values each are found
    page = await page_of(backend.store.look(ModelVariable, search))
    return models.Page(items=await _with_values(backend, station.id, page.items), next=page.next)


async def _with_values(backend: Backend, station_id: int, rows: list[ModelVariable]) -> list[VariableView]:
    if not rows:
        return []
    paths = tuple(row.path for row in rows)
    values = await backend.store.find(ModelValue, station_id=station_id, path=paths)
    pending = await backend.store.find(PendingValue, station_id=station_id, path=paths)
    known = {(value.path, value.attribute): value for value in values}
    waiting = {(value.path, value.attribute): value.value for value in pending}
    return [_variable(row, known, waiting) for row in rows]


def _variable(
    row: ModelVariable, known: dict[tuple[str, str], ModelValue], waiting: dict[tuple[str, str], str | None]
) -> VariableView:
    forms = {form.kind: form for form in row.attributes}
    told = [attribute for path, attribute in (*known, *waiting) if path == row.path]
    attributes = []
    for kind in dict.fromkeys([*forms, *told]):
        form, value = forms.get(kind), known.get((row.path, kind))
        attributes.append(
            AttributeView(
                attribute=kind,
                mutability=form.mutability if form else None,
                persistent=form.persistent if form else None,
                constant=form.constant if form else None,
                value=value.value if value else None,
                at=value.at if value else None,
                source=value.source if value else None,
                pending=waiting.get((row.path, kind)),
            )
        )
    same = {name: getattr(row, name) for name in VariableView.__struct_fields__ if name != "attributes"}
    return VariableView(attributes=attributes, **same)


@post("/stations/{identity:str}/variable-readings", status_code=200, summary="Read variables in batches")
async def read_variables(
    backend: Here, identity: Identity, data: JSONBody[Reading], options: NamedDependency[Options]
) -> VariableBatch:
    """Read variables, as many in a message as the station says that it takes (B06)."""
    station = await backend.directory.station(identity)
    most, version = await batches.limits(backend, station, GetVariables)
    orders = splitting.reads([item.name() for item in data.variables], most, version)
    return batches.shown(station, orders, await batches.send_all(backend, station, orders, options))


@post("/stations/{identity:str}/variable-writings", status_code=200, summary="Write variables in batches")
async def write_variables(
    backend: Here, identity: Identity, data: JSONBody[Writing], options: NamedDependency[Options]
) -> VariableBatch:
    """Write variables, as many in a message as the station says that it takes (B05)."""
    station = await backend.directory.station(identity)
    await batches.check_slots(backend, station, [item.name() for item in data.variables])
    most, version = await batches.limits(backend, station, SetVariables)
    orders = splitting.writes([(item.name(), item.value) for item in data.variables], most, version)
    return batches.shown(station, orders, await batches.send_all(backend, station, orders, options))


routes: list[Any] = [
    list_variables,
    read_variables,
    write_variables,
]
router = Router("/", route_handlers=routes, tags=["Device model"])
