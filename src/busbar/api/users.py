"""Routes of users: who is invited, what they may do, whether they may come in. Knows no password."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from busbar.api.access import Principal
from busbar.api.backend import Backend, Here
from busbar.api.models import Page, View
from busbar.api.problems import Kind, Problem, invalid, missing
from busbar.api.queries import INT32, NO_NUL, Number, Paging, page_of
from busbar.csms.grants import Grant, Role
from busbar.csms.ports import Query, Search, Test
from busbar.csms.records.access import Identity, User
from busbar.csms.services.rights import covers

Email = Annotated[str, msgspec.Meta(min_length=3, max_length=254, pattern=r"^[^@\s\0]+@[^@\s\0]+$(?!\n)")]
Name = Annotated[str, msgspec.Meta(max_length=100, pattern=NO_NUL)]
Site = Annotated[int, msgspec.Meta(ge=1, le=INT32)]
Asked = Request[Principal, None, Any]


class GrantInput(msgspec.Struct, forbid_unknown_fields=True):
    """A role, in the whole organisation or at some of its sites."""

    role: Role
    sites: Annotated[list[Site], msgspec.Meta(min_length=1, max_length=1000)] | None = None


Grants = Annotated[list[GrantInput], msgspec.Meta(max_length=50)]


class UserInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A person to invite."""

    email: Email
    name: Name = ""
    grants: Grants = []


class UserPatch(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change of a person; what is left out stays."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    grants: Grants | msgspec.UnsetType = msgspec.UNSET
    disabled: bool | msgspec.UnsetType = msgspec.UNSET


class UserView(View, kw_only=True):
    """A person who may come in. `second_factor`: they need a code, too."""

    id: int
    email: str
    name: str
    grants: list[Grant]
    disabled: bool
    has_password: bool
    second_factor: bool
    created_at: datetime
    last_login_at: datetime | None


class Invitation(View, kw_only=True):
    """A ticket with which a person sets a password, once, at `/login/ticket`. It is shown this once."""

    user: UserView
    ticket: str
    expires_at: datetime


def shown(row: User) -> UserView:
    """Show a person."""
    return UserView(
        id=row.id or 0,
        email=row.email,
        name=row.name,
        grants=list(row.grants),
        disabled=row.disabled,
        has_password=row.password is not None,
        second_factor=row.totp is not None,
        created_at=row.created_at,
        last_login_at=row.last_login_at,
    )


async def granted(request: Asked, backend: Backend, wanted: list[GrantInput]) -> tuple[Grant, ...]:
    """Return grants that somebody may give. Raises Problem where they have less, or a site is not there."""
    grants = tuple(Grant(grant.role, None if grant.sites is None else tuple(grant.sites)) for grant in wanted)
    if not covers(request.user.grants, grants):
        raise Problem(Kind.FORBIDDEN, "nobody gives more than they have")
    for site_id in {site_id for grant in grants for site_id in grant.sites or ()}:
        if not (await backend.store.sites(Query(site_id=site_id, limit=1))).items:
            raise invalid("grants", f"there is no site {site_id}")
    return grants


@get("/users", summary="List users")
async def list_users(backend: Here, paging: NamedDependency[Paging]) -> Page[UserView]:
    """List the people of the organisation."""
    page = await page_of(backend.store.look(User, Search(limit=paging.limit, cursor=paging.cursor)))
    return Page(items=[shown(row) for row in page.items], next=page.next)


@post("/users", summary="Invite a user")
async def add_user(request: Asked, backend: Here, data: JSONBody[UserInput]) -> Response[Invitation]:
    """Add a person. The ticket in this answer lets them set a password."""
    grants = await granted(request, backend, data.grants)
    row = User(email=data.email.casefold(), name=data.name, grants=grants, created_at=datetime.now(UTC))
    made = await backend.store.insert(row)
    ticket, ends = await backend.people.ticket(made, "invitation")
    answer = Invitation(user=shown(made), ticket=ticket, expires_at=ends)
    return Response(answer, status_code=201, headers={"Location": f"/api/v1/users/{made.id}"})


@get("/users/{user_id:int}", summary="Show a user")
async def show_user(backend: Here, user_id: Number) -> UserView:
    """Show a person."""
    return shown(await _row(backend, user_id))


@patch("/users/{user_id:int}", summary="Change a user")
async def change_user(request: Asked, backend: Here, user_id: Number, data: JSONBody[UserPatch]) -> UserView:
    """Change what a person may do, or whether they may come in; who is disabled is out at once."""
    row = await _row(backend, user_id)
    _check_not_above(request, row)
    values: dict[str, Any] = {}
    if data.name is not msgspec.UNSET:
        values["name"] = data.name
    if data.grants is not msgspec.UNSET:
        values["grants"] = await granted(request, backend, data.grants)
    if data.disabled is not msgspec.UNSET:
        values["disabled"] = data.disabled
    if values:
        await backend.store.change(User, (user_id,), values=values, expected={})
    if data.disabled is True:
        await backend.people.end(user_id)
    return shown(await _row(backend, user_id))


@post("/users/{user_id:int}/reset", status_code=200, summary="Let a user set a new password")
async def reset_user(request: Asked, backend: Here, user_id: Number) -> Invitation:
    """Make a ticket with which the person sets a new password, and take the second factor off."""
    row = await _row(backend, user_id)
    _check_not_above(request, row)
    await backend.people.drop_second_factor(row)
    ticket, ends = await backend.people.ticket(row, "reset")
    return Invitation(user=shown(await _row(backend, user_id)), ticket=ticket, expires_at=ends)


@delete("/users/{user_id:int}", summary="Remove a user")
async def remove_user(request: Asked, backend: Here, user_id: Number) -> None:
    """Remove a person; they are out at once."""
    row = await _row(backend, user_id)
    _check_not_above(request, row)
    await backend.store.remove(User, user_id)
    await backend.store.discard(Identity, Test("user_id", "=", user_id))
    await backend.people.end(user_id)


def _check_not_above(request: Asked, row: User) -> None:
    if not covers(request.user.grants, row.grants):
        raise Problem(Kind.FORBIDDEN, "this person may do more than you")


async def _row(backend: Backend, user_id: int) -> User:
    row = await backend.store.get(User, user_id)
    if row is None:
        raise missing("user")
    return row


routes: list[Any] = [list_users, add_user, show_user, change_user, reset_user, remove_user]
router = Router("/", route_handlers=routes, tags=["Access"])
