"""Routes of my accounts at providers of OpenID Connect: connect, list, disconnect. Knows no protocol.

An account is connected by the session that began it and by no other: what the provider proved waits, sealed, in the
browser until a form of ours brings it together with the session's strict cookie. So neither a planted cookie nor a link
binds somebody's account to another person, and nothing is bound once the session has ended.
"""

from datetime import datetime
from typing import Any

from litestar import Request, Response, Router, delete, get, post
from litestar.params import JSONBody

from busbar.api.access import Principal
from busbar.api.accounts import Proof, me
from busbar.api.backend import Here
from busbar.api.flows import Step, ended
from busbar.api.models import Page, View
from busbar.api.oidc import ONWARD, Name, desk_of, page
from busbar.api.problems import Kind, Problem, missing
from busbar.api.trail import address_of
from busbar.csms.records.access import Identity
from busbar.csms.tenancy import unscoped

Asked = Request[Principal, Any, Any]


class Beginning(View, kw_only=True):
    """Where the browser goes to prove an account that is to be connected."""

    url: str


class IdentityView(View, kw_only=True):
    """An account at a provider that lets me in."""

    provider: str
    issuer: str
    subject: str
    created_at: datetime


@post("/account/identities/{name:str}", status_code=200, summary="Connect an account of a provider")
async def connect(request: Asked, backend: Here, name: Name, data: JSONBody[Proof]) -> Response[Beginning]:
    """Begin to connect an account at a provider with mine: the password proves that it is me, the provider the rest."""
    user = await me(request, backend)
    await backend.people.prove(user, data.password, address_of(request.scope))
    url, cookie = await desk_of(request, backend, name).begin(request.user.login)
    return Response(Beginning(url=url), status_code=200, cookies=[cookie])


@post("/account/identities/{name:str}/confirm", status_code=200, summary="Confirm an account of a provider")
async def confirm_identity(request: Asked, backend: Here, name: Name) -> Response[str]:
    """Let the account in that this session began to connect, and that its provider has proven."""
    user, desk = await me(request, backend), desk_of(request, backend, name)
    flow = desk.flow(Step.CONNECT)
    if flow is None or flow.login is None or flow.login != request.user.login:
        return page(403, "This was not begun in this session.", [ended(backend)])
    if not await desk.connect(user, flow.subject):
        return page(409, "This account is connected with another person.", [ended(backend)])
    return page(200, ONWARD, [ended(backend)])


@get("/account/identities", summary="List my accounts at providers")
async def list_identities(request: Asked, backend: Here) -> Page[IdentityView]:
    """List the accounts at providers that let me in."""
    user = await me(request, backend)
    with unscoped():
        rows = await backend.store.find(Identity, user_id=user.id)
    items = [
        IdentityView(provider=row.provider, issuer=row.issuer, subject=row.subject, created_at=row.created_at)
        for row in rows
    ]
    return Page(items=items)


@delete("/account/identities/{name:str}", summary="Disconnect my accounts at a provider")
async def disconnect(request: Asked, backend: Here, name: Name) -> None:
    """Let nobody in by my accounts at this provider any more; other sessions that began by them end."""
    user = await me(request, backend)
    with unscoped():
        known = await backend.store.find(Identity, user_id=user.id)
        rows = [row for row in known if row.provider == name]
        if not rows:
            raise missing("identity")
        if user.password is None and len(rows) == len(known):
            raise Problem(Kind.CONFLICT, "it is the only way in: set a password first")
        for row in rows:
            await backend.store.remove(Identity, row.issuer, row.subject)
    for login in await backend.people.logins(user.id or 0):
        if login.method == f"oidc {name}" and login.id != request.user.login:
            await backend.people.end_one(login.user_id, login.id)


router = Router("/", route_handlers=[connect, confirm_identity, list_identities, disconnect], tags=["Access"])
