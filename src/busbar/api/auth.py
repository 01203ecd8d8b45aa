"""Who is asking: API keys as bearer tokens, and browser sessions made from a key. Knows no route but its own two."""

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, post
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import JSONBody

from busbar.api.problems import Kind, Problem
from busbar.csms.ports import Bus, Store
from busbar.csms.rows import ApiKey
from busbar.csms.services.credentials import find_api_key, hash_secret, make_api_key

CHANGED: Final = "busbar.changed.api-key"
PUBLIC: Final = "public"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_KEEP_S: Final = 30.0


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
            self._rows = {row.id: row for row in await self._store.api_keys()}
            self._read_at = now
        return self._rows

    async def check(self, text: str) -> ApiKey | None:
        """Return the row of a key as its holder writes it, `bbk_<id>_<secret>`; None where it is not valid."""
        return find_api_key(self._key, (await self.rows()).values(), text, datetime.now(UTC))

    async def make(self, label: str, expires_at: datetime | None = None) -> tuple[ApiKey, str]:
        """Add a key; return its row and its text, which is kept nowhere."""
        made = make_api_key(self._key, secrets.token_bytes(38), label, at=datetime.now(UTC), expires_at=expires_at)
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


class Authentication(AbstractAuthenticationMiddleware):
    """Let nobody in without a key; routes marked `public` are open."""

    def __init__(self, app: Any, keys: Keys, cookie: str) -> None:
        super().__init__(app, exclude_from_auth_key=PUBLIC)
        self._keys = keys
        self._cookie = cookie

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """Return the API key's row as the user."""
        row = await identify(connection, self._keys, self._cookie)
        if row is None:
            raise Problem(Kind.UNAUTHENTICATED, headers={"WWW-Authenticate": 'Bearer realm="busbar"'})
        return AuthenticationResult(user=row, auth=None)


async def identify(connection: ASGIConnection[Any, Any, Any, Any], keys: Keys, cookie: str) -> ApiKey | None:
    """Return the key that a request shows, in its header or else its session. Raises Problem for a foreign origin."""
    header = connection.headers.get("authorization")
    if header is not None:
        scheme, _, text = header.partition(" ")
        return await keys.check(text.strip()) if scheme.lower() == "bearer" else None
    session = connection.cookies.get(cookie)
    row = await keys.check_session(session, time.time()) if session else None
    if row is not None and connection.scope.get("method") not in _SAFE:
        refuse_foreign_origin(connection, needed=True)
    return row


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


class Login(msgspec.Struct, forbid_unknown_fields=True):
    """An API key, to be exchanged for a session."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


def session_routes(keys: Keys, *, secure: bool, session_s: int) -> list[Any]:
    """Return the two routes that begin and end a browser's session."""

    def cookie(value: str, max_age: int) -> Cookie:
        return Cookie(
            key=cookie_name(secure),
            value=value,
            max_age=max_age,
            path="/",
            secure=secure,
            httponly=True,
            samesite="strict",
        )

    @post("/login", status_code=204, opt={PUBLIC: True}, tags=["Access"], summary="Begin a browser session")
    async def login(request: Request[Any, Any, Any], data: JSONBody[Login]) -> Response[None]:
        """Exchange an API key for a session cookie that scripts cannot read."""
        refuse_foreign_origin(request, needed=False)
        row = await keys.check(data.key.strip())
        if row is None:
            raise Problem(Kind.UNAUTHENTICATED, "this key is not valid")
        value = keys.session(row, int(time.time()) + session_s)
        return Response(None, status_code=204, cookies=[cookie(value, session_s)])

    @post("/logout", status_code=204, opt={PUBLIC: True}, tags=["Access"], summary="End a browser session")
    async def logout(request: Request[Any, Any, Any]) -> Response[None]:
        """Forget the session cookie."""
        refuse_foreign_origin(request, needed=False)
        return Response(None, status_code=204, cookies=[cookie("", 0)])

    return [login, logout]
