"""Routes that begin and end a browser's session."""

import time
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.params import JSONBody

from busbar.api.auth import LOGIN, MOST_COOKIE, PUBLIC, cookie_name, refuse_foreign_origin, session_cookie
from busbar.api.backend import Backend, Here
from busbar.api.problems import Kind, Problem
from busbar.api.queries import NO_NUL
from busbar.api.trail import address_of


class Credentials(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """An API key; or an e-mail and a password, with the code of a second factor where there is one."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=254, pattern=NO_NUL)] | None = None
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    code: Annotated[str, msgspec.Meta(min_length=6, max_length=20)] | None = None


class Redemption(msgspec.Struct, forbid_unknown_fields=True):
    """A ticket from an invitation or a reset, and the password to set."""

    ticket: Annotated[str, msgspec.Meta(min_length=20, max_length=100)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


@post("/login", status_code=204, opt={PUBLIC: True}, tags=["Access"], summary="Begin a browser session")
async def login(request: Request[Any, Any, Any], backend: Here, data: JSONBody[Credentials]) -> Response[None]:
    """Exchange an API key, or an e-mail and a password, for a session cookie that scripts cannot read."""
    refuse_foreign_origin(request, needed=False)
    trail, settings = backend.door.trail, backend.settings
    try:
        value = await _begun(request, data, backend)
    except Problem as problem:
        await trail.note(request.scope, None, problem.kind.status, detail=data.email or "")
        raise
    await trail.note(request.scope, None, 204, detail=data.email or "key")
    cookie = session_cookie(value, settings.session_s, secure=settings.secure_cookies)
    return Response(None, status_code=204, cookies=[cookie])


@post("/logout", status_code=204, opt={PUBLIC: True}, tags=["Access"], summary="End a browser session")
async def logout(request: Request[Any, Any, Any], backend: Here) -> Response[None]:
    """End the session and forget its cookie."""
    refuse_foreign_origin(request, needed=False)
    secure, people = backend.settings.secure_cookies, backend.people
    value = request.cookies.get(cookie_name(secure), "")
    if value.startswith(LOGIN) and (found := await people.of_login(value.removeprefix(LOGIN)[:MOST_COOKIE])):
        await people.end_one(found[1].user_id, found[1].id)
    return Response(None, status_code=204, cookies=[session_cookie("", 0, secure=secure)])


@post("/login/ticket", status_code=204, opt={PUBLIC: True}, tags=["Access"], summary="Set a password by ticket")
async def redeem(request: Request[Any, Any, Any], backend: Here, data: JSONBody[Redemption]) -> None:
    """Set a password with the ticket of an invitation or a reset; it is good once, and ends all sessions."""
    refuse_foreign_origin(request, needed=False)
    people, trail, address = backend.people, backend.door.trail, address_of(request.scope)
    tried = f"ticket {address}"
    people.tries.check(tried, address, time.monotonic())
    try:
        await people.redeem(data.ticket, data.password)
    except Problem as problem:
        if problem.kind is Kind.UNAUTHENTICATED:
            people.tries.failed(tried, address, time.monotonic())
        await trail.note(request.scope, None, problem.kind.status)
        raise
    await trail.note(request.scope, None, 204)


async def _begun(request: Request[Any, Any, Any], data: Credentials, backend: Backend) -> str:
    """Return the cookie of a new session. Raises Problem."""
    if data.key is not None and data.email is None and data.password is None:
        row = await backend.keys.check(data.key.strip())
        if row is None:
            raise Problem(Kind.UNAUTHENTICATED, "this key is not valid")
        return backend.keys.session(row, int(time.time()) + backend.settings.session_s)
    if data.key is not None or data.email is None or data.password is None:
        raise Problem(Kind.INVALID, "a key, or an e-mail and a password, is needed")
    address = address_of(request.scope)
    user = await backend.people.enter(data.email, data.password, data.code, address)
    return LOGIN + await backend.people.begin(user, "password", address, request.headers.get("user-agent", ""))


routes: Final[list[Any]] = [login, logout, redeem]
