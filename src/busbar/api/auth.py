"""Who is asking: API keys as bearer tokens, and browser sessions. Knows no route."""

import contextlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from busbar.api.access import Principal, admit, needs_of
from busbar.api.people import People
from busbar.api.problems import Kind, Problem
from busbar.api.trail import Trail
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

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
        door: Door = scope["litestar_app"].state.backend.door
        principal = None
        try:
            principal = await door.identify(ASGIConnection(scope))
            if principal is None:
                raise Problem(Kind.UNAUTHENTICATED, headers={"WWW-Authenticate": 'Bearer realm="busbar"'})
            within = admit(principal, needs)
        except Problem as problem:
            await door.trail.note(scope, principal, problem.kind.status)
            raise
        scope["user"], scope["auth"] = principal, None

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                await door.trail.note(scope, principal, message["status"])
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
