"""Routes of limits: how much tokens and groups may use. Knows no rule."""

from typing import Annotated, Any

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.problems import invalid, missing
from busbar.api.queries import INT32, Number, Paging, page_of
from busbar.api.tokens import Label, Value
from busbar.csms.ports import Search
from busbar.csms.records.authorization import Limit, Period

Whole = Annotated[int, Meta(ge=1, le=INT32)]


class LimitInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A limit of a token, or of all tokens of a group together; `stop`: a running session over it is ended.

    `cost_minor` is in minor units of `currency`; days and months are UTC's.
    """

    token: Value | None = None
    group: Value | None = None
    period: Period
    energy_wh: Annotated[float, Meta(gt=0, le=1e12)] | None = None
    cost_minor: Whole | None = None
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")] | None = None
    sessions: Whole | None = None
    time_s: Whole | None = None
    stop: bool = False
    label: Label = ""


@get("/usage-limits", summary="List limits")
async def list_usage_limits(backend: Here, paging: NamedDependency[Paging]) -> models.Page[Limit]:
    """List limits by number."""
    page = await page_of(backend.store.look(Limit, Search(limit=paging.limit, cursor=paging.cursor)))
    return models.Page(items=page.items, next=page.next)


@post("/usage-limits", summary="Add a limit")
async def add_usage_limit(backend: Here, data: JSONBody[LimitInput]) -> Response[Limit]:
    """Add a limit; it holds at once on every node."""
    if (data.token is None) == (data.group is None):
        raise invalid("token", "a limit is about a token or about a group")
    if (data.cost_minor is None) != (data.currency is None):
        raise invalid("currency", "money needs its currency")
    fields = msgspec.structs.asdict(data)
    keys = {name: None if fields[name] is None else fields[name].casefold() for name in ("token", "group")}
    row = await backend.store.insert(Limit(**(fields | keys)))
    backend.bus.publish("busbar.changed.access", b"")
    return Response(row, status_code=201, headers={"Location": f"/api/v1/usage-limits/{row.id}"})


@delete("/usage-limits/{limit_id:int}", summary="Remove a limit")
async def remove_usage_limit(backend: Here, limit_id: Number) -> None:
    """Remove a limit."""
    if not await backend.store.remove(Limit, limit_id):
        raise missing("limit")
    backend.bus.publish("busbar.changed.access", b"")


routes: list[Any] = [list_usage_limits, add_usage_limit, remove_usage_limit]
router = Router("/", route_handlers=routes, tags=["Access"])
