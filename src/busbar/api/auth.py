"""Who is asking: API keys as bearer tokens, and browser sessions made from a key. Knows no route but its own two."""

import contextlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, post
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.params import JSONBody
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from busbar.api.access import Principal, admit, needs_of
from busbar.api.people import People
from busbar.api.problems import Kind, Problem
from busbar.api.queries import NO_NUL
from busbar.api.trail import Trail, address_of
from busbar.csms.grants import EVERYTHING, Grant
from busbar.csms.ports import Bus, Store, StoreUnavailable
from busbar.csms.records.access import Organisation
from busbar.csms.rows import ApiKey
from busbar.csms.services.credentials import find_api_key, hash_secret, make_api_key
from busbar.csms.services.rights import Right
from busbar.csms.tenancy import FIRST, PLATFORM, scoped, unscoped

CHANGED: Final = "busbar.changed.api-key"
PUBLIC: Final = "public"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_KEEP_S: Final = 30.0
ORGANISATION: Final = "busbar-organisation"
"""The header in which the platform's people name the organisation that a request is about."""
LOGIN: Final = "bbs_"
"""How the cookie of a person's session begins; one made from an API key begins with the key's id."""
MOST_COOKIE: Final = 200
USED_EVERY: Final = timedelta(minutes=5)


class Keys:
    """All API keys, kept in memory for half a minute and dropped when another node says that they changed."""

    def __init__(self, store: Store, bus: Bus, key: bytes, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._bus = bus
        self._key = key
        self._clock = clock
        self._rows: dict[str, ApiKey] = {}
        self._read_at: float | None = None
        self._end: Callable[[], Any] | None = None

    async def open(self) -> None:
        """Listen for changes made elsewhere."""
        self._end = await self._bus.subscribe(CHANGED, self._forget)
        self._bus.on_return(partial(self._forget, b""))

    async def close(self) -> None:
        """Stop listening."""
        if self._end is not None:
            await self._end()

    async def _forget(self, _: bytes) -> None:
        self._read_at = None

    async def rows(self) -> dict[str, ApiKey]:
        """Return all keys by id."""
        now = self._clock()
        if self._read_at is None or now - self._read_at > _KEEP_S:
            with unscoped():  # the keys of all, whoever happens to ask first
                self._rows = {row.id: row for row in await self._store.api_keys()}
            self._read_at = now
        return self._rows

    async def check(self, text: str) -> ApiKey | None:
        """Return the row of a key as its holder writes it, `bbk_<id>_<secret>`; None where it is not valid."""
        return find_api_key(self._key, (await self.rows()).values(), text, datetime.now(UTC))

    async def used(self, row: ApiKey) -> None:
        """Remember, coarsely, that a key was used."""
        at = datetime.now(UTC)
        if row.last_used_at is not None and at - row.last_used_at < USED_EVERY:
            return
        row.last_used_at = at
        with unscoped(), contextlib.suppress(StoreUnavailable):
            await self._store.use_api_key(row.id, at)

    async def make(
        self,
        label: str,
        expires_at: datetime | None = None,
        *,
        grants: tuple[Grant, ...] = EVERYTHING,
        organisation_id: int = PLATFORM,
    ) -> tuple[ApiKey, str]:
        """Add a key, the platform's with all rights unless said; return its row and its text, which is kept nowhere."""
        made = make_api_key(self._key, secrets.token_bytes(38), label, at=datetime.now(UTC), expires_at=expires_at)
        made.row.grants, made.row.organisation_id = grants, organisation_id
        with unscoped():
            await self._store.add_api_key(made.row)
        self._changed()
        return made.row, made.text

    async def remove(self, key_id: str) -> bool:
        """Remove a key; False where there was none. It is dead here at once, and elsewhere when told of it."""
        removed = await self._store.remove_api_key(key_id)
        self._changed()
        return removed

    def _changed(self) -> None:
        self._read_at = None
        self._bus.publish(CHANGED, b"")

    async def check_session(self, cookie: str, now: float) -> ApiKey | None:
        """Return the key behind a browser's session; None where it is forged, over, or the key is gone."""
        parts = cookie.split(".")
        if len(parts) != 3 or not parts[1].isascii() or not parts[1].isdigit() or len(parts[1]) > 12:
            return None
        key_id, ends, _ = parts
        row = (await self.rows()).get(key_id)
        if row is None or int(ends) <= now or (row.expires_at is not None and row.expires_at.timestamp() <= now):
            return None
        return row if hmac.compare_digest(self._sealed(row, int(ends)).encode(), cookie.encode()) else None

    def session(self, row: ApiKey, ends: int) -> str:
        """Return the cookie of a browser's session that ends at `ends` (Unix seconds)."""
        return self._sealed(row, ends)

    def _sealed(self, row: ApiKey, ends: int) -> str:
        # The stored hash is inside, so a session dies with its key even where the id comes again.
        seal = hash_secret(self._key, b"session\0%b\0%d\0%b" % (row.id.encode(), ends, row.secret))
        return f"{row.id}.{ends}.{urlsafe_b64encode(seal).decode().rstrip('=')}"


class Authentication:
    """Let nobody run a route who may not, and have each run in the scope of who asked. The audit trail hears of it."""

    def __init__(self, app: ASGIApp, door: "Door") -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find out who asks and what that route needs; then let it run. Raises Problem."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        handler, method = scope["route_handler"], str(scope.get("method", ""))
        needs = needs_of(method, scope["path_template"], handler.opt)
        if handler.opt.get(PUBLIC) or method == "OPTIONS" or (needs and needs.right is Right.PUBLIC):
            scope["user"], scope["auth"] = None, None
            await self._app(scope, receive, send)
            return
        principal = None
        try:
            principal = await self._door.identify(ASGIConnection(scope))
            if principal is None:
                raise Problem(Kind.UNAUTHENTICATED, headers={"WWW-Authenticate": 'Bearer realm="busbar"'})
            within = admit(principal, needs)
        except Problem as problem:
            await self._door.trail.note(scope, principal, problem.kind.status)
            raise
        scope["user"], scope["auth"] = principal, None

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._door.trail.note(scope, principal, message["status"])
            await send(message)

        with scoped(within.organisation_id, within.sites):
            await self._app(scope, receive, noted)


class Door:
    """Who comes with which request."""

    def __init__(self, store: Store, keys: Keys, people: People, trail: Trail, cookie: str) -> None:
        self._store = store
        self._keys = keys
        self._people = people
        self._cookie = cookie
        self.trail = trail

    async def identify(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Principal | None:
        """Return who a request comes from, by its header or else its session. Raises Problem for a foreign origin."""
        header = connection.headers.get("authorization")
        if header is not None:
            scheme, _, text = header.partition(" ")
            row = await self._keys.check(text.strip()) if scheme.lower() == "bearer" else None
            return None if row is None else await self._key(connection, row)
        cookie = connection.cookies.get(self._cookie)
        if not cookie or len(cookie) > MOST_COOKIE:
            return None
        found = await self._of_cookie(connection, cookie)
        if found is not None and connection.scope.get("method") not in _SAFE:
            refuse_foreign_origin(connection, needed=True)
        return found

    async def _of_cookie(self, connection: ASGIConnection[Any, Any, Any, Any], cookie: str) -> Principal | None:
        if not cookie.startswith(LOGIN):
            row = await self._keys.check_session(cookie, time.time())
            return None if row is None else await self._key(connection, row)
        found = await self._people.of_login(cookie.removeprefix(LOGIN))
        if found is None:
            return None
        user, login = found
        return Principal(
            id=f"user-{user.id}",
            name=user.email,
            organisation_id=await self._acting(connection, user.organisation_id),
            platform=user.organisation_id == PLATFORM,
            grants=user.grants,
            user_id=user.id,
            login=login.id,
        )

    async def _key(self, connection: ASGIConnection[Any, Any, Any, Any], row: ApiKey) -> Principal:
        await self._keys.used(row)
        return Principal(
            id=row.id,
            name=row.label,
            organisation_id=await self._acting(connection, row.organisation_id),
            platform=row.organisation_id == PLATFORM,
            grants=row.grants,
        )

    async def _acting(self, connection: ASGIConnection[Any, Any, Any, Any], own: int) -> int:
        """Return the organisation that a request is about: the own one, or what the platform's people name."""
        if own != PLATFORM:
            return own
        named = connection.headers.get(ORGANISATION)
        if named is None:
            return FIRST
        if not (named.isascii() and named.isdigit() and len(named) < 10):
            raise Problem(Kind.INVALID, f"{ORGANISATION} takes the number of an organisation")
        with unscoped():
            known = int(named) == FIRST or await self._store.get(Organisation, int(named)) is not None
        if not known or int(named) == PLATFORM:
            raise Problem(Kind.NOT_FOUND, "no such organisation")
        return int(named)


def refuse_foreign_origin(connection: ASGIConnection[Any, Any, Any, Any], *, needed: bool) -> None:
    """Raise Problem where the page that sent a request is not ours (CSRF); `needed` refuses silence too."""
    origin = connection.headers.get("origin")
    if origin is None and not needed:
        return
    if origin is None or urlsplit(origin).netloc.lower() != connection.headers.get("host", "").lower():
        raise Problem(Kind.FOREIGN_ORIGIN)


def cookie_name(secure: bool) -> str:
    """Return the session cookie's name; the prefix makes browsers refuse it from other hosts and over http."""
    return "__Host-busbar" if secure else "busbar"


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


def session_routes(keys: Keys, people: People, trail: Trail, *, secure: bool, session_s: int) -> list[Any]:
    """Return the routes that begin and end a browser's session."""

    @post("/login", status_code=204, opt={PUBLIC: True}, tags=["Access"], summary="Begin a browser session")
    async def login(request: Request[Any, Any, Any], data: JSONBody[Credentials]) -> Response[None]:
        """Exchange an API key, or an e-mail and a password, for a session cookie that scripts cannot read."""
        refuse_foreign_origin(request, needed=False)
        try:
            value = await _begun(request, data, keys, people, session_s)
        except Problem as problem:
            await trail.note(request.scope, None, problem.kind.status, detail=data.email or "")
            raise
        await trail.note(request.scope, None, 204, detail=data.email or "key")
        return Response(None, status_code=204, cookies=[session_cookie(value, session_s, secure=secure)])

    @post("/logout", status_code=204, opt={PUBLIC: True}, tags=["Access"], summary="End a browser session")
    async def logout(request: Request[Any, Any, Any]) -> Response[None]:
        """End the session and forget its cookie."""
        refuse_foreign_origin(request, needed=False)
        value = request.cookies.get(cookie_name(secure), "")
        if value.startswith(LOGIN) and (found := await people.of_login(value.removeprefix(LOGIN)[:MOST_COOKIE])):
            await people.end_one(found[1].user_id, found[1].id)
        return Response(None, status_code=204, cookies=[session_cookie("", 0, secure=secure)])

    @post("/login/ticket", status_code=204, opt={PUBLIC: True}, tags=["Access"], summary="Set a password by ticket")
    async def redeem(request: Request[Any, Any, Any], data: JSONBody[Redemption]) -> None:
        """Set a password with the ticket of an invitation or a reset; it is good once, and ends all sessions."""
        refuse_foreign_origin(request, needed=False)
        address = address_of(request.scope)
        people.tries.check("ticket", address, time.monotonic())
        try:
            await people.redeem(data.ticket, data.password)
        except Problem as problem:
            if problem.kind is Kind.UNAUTHENTICATED:
                people.tries.failed(f"ticket {address}", address, time.monotonic())
            await trail.note(request.scope, None, problem.kind.status)
            raise
        await trail.note(request.scope, None, 204)

    return [login, logout, redeem]


async def _begun(request: Request[Any, Any, Any], data: Credentials, keys: Keys, people: People, session_s: int) -> str:
    """Return the cookie of a new session. Raises Problem."""
    if data.key is not None and data.email is None and data.password is None:
        row = await keys.check(data.key.strip())
        if row is None:
            raise Problem(Kind.UNAUTHENTICATED, "this key is not valid")
        return keys.session(row, int(time.time()) + session_s)
    if data.key is not None or data.email is None or data.password is None:
        raise Problem(Kind.INVALID, "a key, or an e-mail and a password, is needed")
    address = address_of(request.scope)
    user = await people.enter(data.email, data.password, data.code, address)
    return LOGIN + await people.begin(user, "password", address, request.headers.get("user-agent", ""))


def session_cookie(value: str, max_age: int, *, secure: bool) -> Cookie:
    """Return the cookie of a session; empty and of no age, it ends one."""
    return Cookie(
        key=cookie_name(secure),
        value=value,
        max_age=max_age,
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )
