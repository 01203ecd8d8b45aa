"""Routes of configuration templates: what they say, applying one, and where stations differ. No rules here."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from busbar.api import batches, models
from busbar.api.backend import Backend, Here
from busbar.api.batches import VariableBatch
from busbar.api.commands import Options
from busbar.api.orders import VariableValue
from busbar.api.problems import invalid, missing
from busbar.api.queries import INT32, Identity, Number, Paging, StationFilter, page_of
from busbar.api.sites import check_site
from busbar.csms.jobs.drift import NAME as DRIFT_JOB
from busbar.csms.ports import Search, Test
from busbar.csms.records.device_model import ModelValue, PendingValue
from busbar.csms.records.templates import Drift, Template, Wanted
from busbar.csms.rows import Station
from busbar.csms.services import batches as splitting
from busbar.csms.services import templates
from busbar.csms.services.device_model import path, secret
from busbar.csms.services.templates import Known
from busbar.model.orders import SetVariables
from busbar.model.versions import Version

Label = Annotated[str, Meta(min_length=1, max_length=100)]


class TemplateInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Variables that stations of a kind shall have; what is null of the kind is any.

    `on_boot`: differing values are set after each boot. `watched`: drift is looked for and told. `refreshed`: a watched
    station is asked for its values now and then.
    """

    name: Label
    vendor: Label | None = None
    model: Label | None = None
    version: Version | None = None
    site_id: Annotated[int, Meta(ge=1, le=INT32)] | None = None
    values: Annotated[list[VariableValue], Meta(min_length=1, max_length=200)]
    on_boot: bool = False
    watched: bool = False
    refreshed: bool = False

    def row(self, template_id: int | None, at: datetime) -> Template:
        """Return the row. Raises Problem for a variable that is named twice, or a secret: those are one station's."""
        values = [Wanted(item.name(), item.value) for item in self.values]
        names = [(path(item.name), item.name.attribute) for item in values]
        if len(set(names)) < len(names):
            raise invalid("values", "a variable is named twice")
        if any(secret(item.name.variable) for item in values):
            raise invalid("values", "passwords and keys have no place in a template")
        same = {name: getattr(self, name) for name in TemplateInput.__struct_fields__ if name != "values"}
        return Template(id=template_id, values=values, changed_at=at, **same)


class TemplateView(models.View, kw_only=True):
    """A configuration template."""

    id: int
    name: str
    vendor: str | None
    model: str | None
    version: Version | None
    site_id: int | None
    values: list[VariableValue]
    on_boot: bool
    watched: bool
    refreshed: bool
    changed_at: datetime


class DriftView(models.View, kw_only=True):
    """Where a station differs from a watched template, and since when that is known."""

    template_id: int
    station: str
    variables: list[str]
    since: datetime


class Difference(models.View, kw_only=True):
    """A variable that is not as a template says; `known` is false where its value is not known."""

    variable: str
    component: str | None
    variable_instance: str | None
    component_instance: str | None
    evse: int | None
    connector: int | None
    attribute: str
    wanted: str
    known: bool
    value: str | None


@get("/templates", summary="List configuration templates")
async def list_templates(backend: Here, paging: NamedDependency[Paging]) -> models.Page[TemplateView]:
    """List templates by number."""
    page = await page_of(backend.store.look(Template, Search(limit=paging.limit, cursor=paging.cursor)))
    return models.Page(items=[_shown(row) for row in page.items], next=page.next)


@post("/templates", summary="Add a configuration template")
async def add_template(backend: Here, data: JSONBody[TemplateInput]) -> Response[TemplateView]:
    """Add a template; it does nothing by itself unless it says so."""
    await check_site(backend.store, data.site_id)
    row = await backend.store.insert(data.row(None, datetime.now(UTC)))
    return Response(_shown(row), status_code=201, headers={"Location": f"/api/v1/templates/{row.id}"})


@get("/templates/{number:int}", summary="Show a configuration template")
async def show_template(backend: Here, number: Number) -> TemplateView:
    """Show a template."""
    return _shown(await _template(backend, number))


@put("/templates/{number:int}", summary="Replace a configuration template")
async def replace_template(backend: Here, number: Number, data: JSONBody[TemplateInput]) -> TemplateView:
    """Replace what a template says."""
    before = await _template(backend, number)
    await check_site(backend.store, data.site_id)
    row = data.row(number, datetime.now(UTC))
    row.organisation_id = before.organisation_id
    await backend.store.put(row)
    backend.bus.publish(f"busbar.job.{DRIFT_JOB}", b"")
    return _shown(row)


@delete("/templates/{number:int}", summary="Remove a configuration template")
async def remove_template(backend: Here, number: Number) -> None:
    """Remove a template; stations stay as they are."""
    if not await backend.store.remove(Template, number):
        raise missing("template")
    backend.bus.publish(f"busbar.job.{DRIFT_JOB}", b"")


@get("/templates/{number:int}/differences/{identity:str}", summary="Compare a station with a template")
async def show_differences(backend: Here, number: Number, identity: Identity) -> list[Difference]:
    """List where a station differs from a template, whether or not the template is for it; at most 200."""
    template, station = await _template(backend, number), await backend.directory.station(identity)
    known = await _known(backend, template, station)
    return [_difference(wanted, known) for wanted in templates.differing(template, known)]


@post("/templates/{number:int}/applications/{identity:str}", status_code=200, summary="Apply a template to a station")
async def apply_template(
    backend: Here, number: Number, identity: Identity, options: NamedDependency[Options]
) -> VariableBatch:
    """Set the variables in which a station differs, in as many messages as that takes."""
    template, station = await _template(backend, number), await backend.directory.station(identity)
    differing = templates.differing(template, await _known(backend, template, station))
    await batches.check_slots(backend, station, [item.name for item in differing])
    most, version = await batches.limits(backend, station, SetVariables)
    orders = splitting.writes([(item.name, item.value) for item in differing], most, version)
    return batches.shown(station, orders, await batches.send_all(backend, station, orders, options))


@get("/drifts", summary="List where stations differ from templates")
async def list_drifts(
    backend: Here,
    paging: NamedDependency[Paging],
    station: StationFilter = None,
    template_id: Annotated[int | None, QueryParameter(ge=1, le=INT32, description="Only from this template.")] = None,
) -> models.Page[DriftView]:
    """List what the last look at the watched templates found, by template."""
    station_id = await backend.directory.filtered(station)
    given = (("station_id", station_id), ("template_id", template_id))
    tests = tuple(Test(field, "=", value) for field, value in given if value is not None)
    page = await page_of(backend.store.look(Drift, Search(tests=tests, limit=paging.limit, cursor=paging.cursor)))
    names = await backend.directory.names(row.station_id for row in page.items)
    items = [
        DriftView(
            template_id=row.template_id,
            station=names[row.station_id].identity,
            variables=row.paths,
            since=row.since,
        )
        for row in page.items
    ]
    return models.Page(items=items, next=page.next)


async def _template(backend: Backend, number: int) -> Template:
    row = await backend.store.get(Template, number)
    if row is None:
        raise missing("template")
    return row


async def _known(backend: Backend, template: Template, station: Station) -> Known:
    paths = templates.paths(template)
    values = await backend.store.find(ModelValue, station_id=station.id, path=paths)
    pending = await backend.store.find(PendingValue, station_id=station.id, path=paths)
    return templates.known(values, pending)


def _difference(wanted: Wanted, known: Known) -> Difference:
    key = (path(wanted.name), wanted.name.attribute)
    return Difference(**asdict(wanted.name), wanted=wanted.value, known=key in known, value=known.get(key))


def _shown(row: Template) -> TemplateView:
    values = [VariableValue(**asdict(item.name), value=item.value) for item in row.values]
    same = {name: getattr(row, name) for name in TemplateView.__struct_fields__ if name != "values"}
    return TemplateView(values=values, **same)


routes: list[Any] = [
    list_templates,
    add_template,
    show_template,
    replace_template,
    remove_template,
    show_differences,
    apply_template,
    list_drifts,
]
router = Router("/", route_handlers=routes, tags=["Configuration templates"])
