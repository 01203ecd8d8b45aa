"""Routes of the own account: who I am, my password, my second factor, my sessions. Knows nobody else's."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Router, delete, get, post
from litestar.params import JSONBody, PathParameter

from busbar.api.access import Principal
from busbar.api.backend import Backend, Here
from busbar.api.models import Page, View
from busbar.api.problems import Kind, Problem, missing
from busbar.csms.grants import Grant
from busbar.csms.records.access import User
from busbar.csms.services.rights import RIGHTS, Right

Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Code = Annotated[str, msgspec.Meta(min_length=6, max_length=20)]
Asked = Request[Principal, None, Any]


class Account(View, kw_only=True):
    """Who asks, in which organisation, with which rights. `user_id` is null for an API key."""

    id: str
    name: str
    organisation_id: int
    platform: bool
    user_id: int | None
    grants: list[Grant]
    rights: list[Right]
    second_factor: bool


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """The present password, and the new one."""

    old: Secret
    new: Secret


class Confirmation(msgspec.Struct, forbid_unknown_fields=True):
    """A code of the authenticator."""

    code: Code


class Proof(msgspec.Struct, forbid_unknown_fields=True):
    """The present password."""

    password: Secret


class Enrolment(View, kw_only=True):
    """What an authenticator needs; shown this once."""

    secret: str
    uri: str


class RecoveryCodes(View, kw_only=True):
    """Codes that stand in for a lost authenticator, each good once; shown this once."""

    codes: list[str]


class LoginView(View, kw_only=True):
    """A session of mine in some browser."""

    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
    method: str
    current: bool


@get("/account", summary="Show who I am")
async def show_account(request: Asked, backend: Here) -> Account:
    """Show who asks and what they may do."""
    asked = request.user
    user = None if asked.user_id is None else await backend.people.by_id(asked.user_id)
    return Account(
        id=asked.id,
        name=asked.name,
        organisation_id=asked.organisation_id,
        platform=asked.platform,
        user_id=asked.user_id,
        grants=list(asked.grants),
        rights=sorted({right for grant in asked.grants for right in RIGHTS[grant.role]}),
        second_factor=user is not None and user.totp is not None,
    )


@post("/account/password", status_code=204, summary="Change my password")
async def change_own_password(request: Asked, backend: Here, data: JSONBody[PasswordChange]) -> None:
    """Change the password; all sessions end."""
    user = await _proven(request, backend, data.old)
    await backend.people.set_password(user, data.new)


@post("/account/second-factor", status_code=200, summary="Begin a second factor")
async def enrol(request: Asked, backend: Here, data: JSONBody[Proof]) -> Enrolment:
    """Make a secret for an authenticator; it counts once a code confirmed it."""
    secret, uri = await backend.people.enrol(await _proven(request, backend, data.password))
    return Enrolment(secret=secret, uri=uri)


@post("/account/second-factor/confirm", status_code=200, summary="Confirm a second factor")
async def confirm(request: Asked, backend: Here, data: JSONBody[Confirmation]) -> RecoveryCodes:
    """Let the second factor count from now on."""
    return RecoveryCodes(codes=await backend.people.confirm(await me(request, backend), data.code))


@post("/account/second-factor/remove", status_code=204, summary="Remove my second factor")
async def remove_second_factor(request: Asked, backend: Here, data: JSONBody[Proof]) -> None:
    """Come in without a code from now on."""
    await backend.people.drop_second_factor(await _proven(request, backend, data.password))


@get("/account/logins", summary="List my sessions")
async def list_logins(request: Asked, backend: Here) -> Page[LoginView]:
    """List where I am logged in, newest first."""
    user = await me(request, backend)
    rows = await backend.people.logins(user.id or 0)
    items = [
        LoginView(
            id=row.id,
            created_at=row.created_at,
            seen_at=row.seen_at,
            expires_at=row.expires_at,
            address=row.address,
            agent=row.agent,
            method=row.method,
            current=row.id == request.user.login,
        )
        for row in rows
    ]
    return Page(items=items)


@delete("/account/logins/{login_id:str}", summary="End a session of mine")
async def end_login(
    request: Asked, backend: Here, login_id: Annotated[str, PathParameter(max_length=64, pattern="^[0-9a-f]+$")]
) -> None:
    """End a session; its cookie is worth nothing at once."""
    user = await me(request, backend)
    if not await backend.people.end_one(user.id or 0, login_id):
        raise missing("session")


async def me(request: Request[Principal, Any, Any], backend: Backend) -> User:
    """Return the person who asks. Raises Problem for an API key."""
    user = None if request.user.user_id is None else await backend.people.by_id(request.user.user_id)
    if user is None:
        raise Problem(Kind.FORBIDDEN, "an API key has no account")
    return user


async def _proven(request: Asked, backend: Backend, password: str) -> User:
    user = await me(request, backend)
    await backend.people.prove(user, password, request.client.host if request.client else "")
    return user


routes: list[Any] = [show_account, change_own_password, enrol, confirm, remove_second_factor, list_logins, end_login]
router = Router("/", route_handlers=routes, tags=["Access"])
