"""Routes of sites. Knows no station and no rule."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.problems import invalid, missing
from busbar.api.queries import NO_NUL, Number, Paging, page_of
from busbar.csms import rows, tenancy
from busbar.csms.ports import Query, Store

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=NO_NUL)]
Timezone = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Address = Annotated[str, msgspec.Meta(max_length=300, pattern=NO_NUL)]


class SiteInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A site to add. `timezone` is an IANA name."""

    name: Name
    timezone: Timezone = "UTC"
    address: Address = ""


class SitePatch(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change of a site; what is left out stays."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    timezone: Timezone | msgspec.UnsetType = msgspec.UNSET
    address: Address | msgspec.UnsetType = msgspec.UNSET


@get("/", summary="List sites")
async def list_sites(backend: Here, paging: NamedDependency[Paging]) -> models.Page[models.Site]:
    """List sites by id."""
    page = await page_of(backend.store.sites(paging.query()))
    return models.Page(items=[models.site(row) for row in page.items], next=page.next)


@post("/", summary="Add a site")
async def add_site(backend: Here, data: JSONBody[SiteInput]) -> Response[models.Site]:
    """Add a site; names are unique."""
    _check_timezone(data.timezone)
    row = await backend.store.add_site(data.name, timezone=data.timezone, address=data.address)
    return Response(models.site(row), status_code=201, headers={"Location": f"/api/v1/sites/{row.id}"})


@get("/{site_id:int}", summary="Show a site")
async def show_site(backend: Here, site_id: Number) -> models.Site:
    """Show a site."""
    return models.site(await site_row(backend.store, site_id))


@patch("/{site_id:int}", summary="Change a site")
async def change_site(backend: Here, site_id: Number, data: JSONBody[SitePatch]) -> models.Site:
    """Change a site's name, time zone or address."""
    if isinstance(data.timezone, str):
        _check_timezone(data.timezone)
    row = await site_row(backend.store, site_id)
    changes = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not msgspec.UNSET}
    changed = msgspec.structs.replace(row, **changes)
    await backend.store.change_site(changed)
    return models.site(changed)


@delete("/{site_id:int}", summary="Remove a site")
async def remove_site(backend: Here, site_id: Number) -> None:
    """Remove a site that has no stations."""
    if not await backend.store.remove_site(site_id):
        raise missing("site")


async def site_row(store: Store, site_id: int) -> rows.Site:
    """Return a site by id. Raises Problem where there is none."""
    page = await store.sites(Query(site_id=site_id, limit=1))
    if not page.items:
        raise missing("site")
    return page.items[0]


async def check_site(store: Store, site_id: int | None) -> None:
    """Raise Problem for a site that the caller does not see; and for none where it may only be one of some sites."""
    scope = tenancy.current()
    if site_id is None and scope is not None and scope.sites is not None:
        raise invalid("site_id", "needs to be one of your sites")
    if site_id is not None and not (await store.sites(Query(site_id=site_id, limit=1))).items:
        raise invalid("site_id", "no such site")


def _check_timezone(name: str) -> None:
    if name == "UTC":
        return
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise invalid("timezone", "not an IANA time zone") from None


routes: list[Any] = [list_sites, add_site, show_site, change_site, remove_site]
router = Router("/sites", route_handlers=routes, tags=["Sites"])
