"""The route of the audit trail. It is only read here; trail.py adds to it."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from busbar.api.backend import Here
from busbar.api.models import Page, View
from busbar.api.queries import NO_NUL, Paging, Span, page_of
from busbar.csms.ports import Search, Test
from busbar.csms.records.access import AuditEntry


class AuditView(View, kw_only=True):
    """An entry of the audit trail. `actor` is `key:ID` or `user:ID`; `outcome` is done, refused or failed."""

    id: int
    at: datetime
    actor: str
    actor_name: str
    route: str
    path: str
    object: str
    status: int
    outcome: str
    detail: str
    address: str


Word = Annotated[str | None, QueryParameter(min_length=1, max_length=100, pattern=NO_NUL)]


@get("/audit-entries", summary="List the audit trail")
async def list_entries(
    backend: Here,
    span: NamedDependency[Span],
    paging: NamedDependency[Paging],
    actor: Word = None,
    outcome: Word = None,
    object_: Annotated[str | None, QueryParameter(name="object", min_length=1, max_length=200, pattern=NO_NUL)] = None,
) -> Page[AuditView]:
    """List what was done and what was refused, newest first."""
    equal = {"actor": actor, "outcome": outcome, "object": object_}
    tests = [Test(field, "=", value) for field, value in equal.items() if value is not None]
    tests += [Test("at", ">=", span.since)] if span.since else []
    tests += [Test("at", "<", span.until)] if span.until else []
    search = Search(tests=tuple(tests), limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(AuditEntry, search))
    return Page(items=[msgspec.convert(row, AuditView, from_attributes=True) for row in page.items], next=page.next)


routes: list[Any] = [list_entries]
router = Router("/", route_handlers=routes, tags=["Access"])
