"""Routes of organisations, for the platform's people. Knows nothing of what is in them."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from busbar.api.backend import Backend, Here
from busbar.api.models import Page, View
from busbar.api.problems import missing
from busbar.api.queries import NO_NUL, Number, Paging, page_of
from busbar.csms.changes import RowAdded
from busbar.csms.ports import Search
from busbar.csms.records.access import Organisation
from busbar.csms.tenancy import FIRST, unscoped

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=NO_NUL)]


class OrganisationInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A tenant's name, unique."""

    name: Name


class OrganisationView(View, kw_only=True):
    """A tenant. Its number goes into the header `Busbar-Organisation` of requests that are about it."""

    id: int
    name: str
    created_at: datetime


def shown(row: Organisation) -> OrganisationView:
    """Show an organisation."""
    return OrganisationView(id=row.id, name=row.name, created_at=row.created_at)


async def ensure_first(backend: Backend) -> None:
    """Make the organisation that is always there, where it has no row yet."""
    with unscoped():
        row = Organisation(id=FIRST, name="Default", created_at=datetime.now(UTC))
        await backend.store.commit([RowAdded(row)])


@get("/organisations", summary="List organisations")
async def list_organisations(backend: Here, paging: NamedDependency[Paging]) -> Page[OrganisationView]:
    """List the tenants by number."""
    await ensure_first(backend)
    with unscoped():
        search = Search(limit=paging.limit, cursor=paging.cursor)
        page = await page_of(backend.store.look(Organisation, search))
    return Page(items=[shown(row) for row in page.items], next=page.next)


@post("/organisations", summary="Add an organisation")
async def add_organisation(backend: Here, data: JSONBody[OrganisationInput]) -> Response[OrganisationView]:
    """Add a tenant."""
    await ensure_first(backend)
    with unscoped():
        number = 0
        while number <= FIRST:
            number = (await backend.store.take_ids("organisation", 1))[0]
        row = Organisation(id=number, name=data.name, created_at=datetime.now(UTC))
        await backend.store.insert(row)
    return Response(shown(row), status_code=201, headers={"Location": f"/api/v1/organisations/{row.id}"})


@get("/organisations/{organisation_id:int}", summary="Show an organisation")
async def show_organisation(backend: Here, organisation_id: Number) -> OrganisationView:
    """Show a tenant."""
    return shown(await _row(backend, organisation_id))


@patch("/organisations/{organisation_id:int}", summary="Rename an organisation")
async def rename_organisation(
    backend: Here, organisation_id: Number, data: JSONBody[OrganisationInput]
) -> OrganisationView:
    """Give a tenant another name."""
    await _row(backend, organisation_id)
    with unscoped():
        await backend.store.change(Organisation, (organisation_id,), values={"name": data.name}, expected={})
    return shown(await _row(backend, organisation_id))


async def _row(backend: Backend, organisation_id: int) -> Organisation:
    await ensure_first(backend)
    with unscoped():
        row = await backend.store.get(Organisation, organisation_id)
    if row is None:
        raise missing("organisation")
    return row


routes: list[Any] = [list_organisations, add_organisation, show_organisation, rename_organisation]
router = Router("/", route_handlers=routes, tags=["Access"])
