"""Routes of the login by OpenID Connect: who offers it, its begin, its return, accounts to connect. Knows no token.

A login under way is kept in the browser alone, in a sealed cookie of ten minutes. Where it ends is not the browser's
to say: no address is taken from a request.
"""

import contextlib
import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody, PathParameter

from busbar.api.access import Principal
from busbar.api.accounts import Proof
from busbar.api.auth import LOGIN, PUBLIC, refuse_foreign_origin, session_cookie
from busbar.api.backend import Backend, Here
from busbar.api.models import Page, View
from busbar.api.problems import Kind, Problem, missing
from busbar.api.trail import address_of
from busbar.csms.ports import Conflict
from busbar.csms.records.access import Identity, User
from busbar.csms.services import oidc
from busbar.csms.services.oidc import Claims, Refused
from busbar.csms.tenancy import unscoped
from busbar.csms.trust.fetching import Unreachable
from busbar.csms.trust.openid import Relation

UNDER_WAY_S: Final = 600
MOST_COOKIE: Final = 3000
Name = Annotated[str, PathParameter(max_length=40, pattern="^[a-z0-9-]+$")]
log = logging.getLogger(__name__)


class ProviderView(View, kw_only=True):
    """A provider, and where a login by it begins."""

    name: str
    title: str
    path: str


class Beginning(View, kw_only=True):
    """Where the browser goes to prove an account that is to be connected."""

    url: str


class IdentityView(View, kw_only=True):
    """An account at a provider that lets me in."""

    provider: str
    issuer: str
    subject: str
    created_at: datetime


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A login under way. `user_id`: of whom connects an account; or, without state, who still owes a code."""

    provider: str
    ends: int
    state: str = ""
    nonce: str = ""
    verifier: str = ""
    user_id: int | None = None


Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """One request about a login, with what it works on."""

    backend: Backend
    request: Asked
    relation: Relation

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends the browser back to: from the settings, never from the request."""
        return f"{self.backend.settings.public_url}/login/oidc/{self.relation.provider.name}/callback"

    async def begin(self, user_id: int | None = None) -> tuple[str, Cookie]:
        """Return where the browser goes, and the cookie that its return needs. Raises Problem."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        try:
            url = await self.relation.authorization_url(self.redirect_uri, state, nonce, verifier)
        except Unreachable as error:
            log.warning("the OpenID provider %s cannot be used: %s", self.relation.provider.name, error)
            raise Problem(Kind.UNAVAILABLE, "the provider cannot be reached") from None
        ends = int(time.time()) + UNDER_WAY_S
        name = self.relation.provider.name
        flow = Flow(provider=name, ends=ends, state=state, nonce=nonce, verifier=verifier, user_id=user_id)
        return url, flow_cookie(self.backend, flow)

    async def proven(self, flow: Flow, query: Mapping[str, str]) -> Claims:
        """Return what the provider proves of who came back. Raises Refused, Unreachable."""
        if not flow.state or not secrets.compare_digest(query.get("state", "").encode(), flow.state.encode()):
            raise Refused("the state is of another login")
        document, issuer = await self.relation.document(), query.get("iss")
        if (issuer or document.authorization_response_iss_parameter_supported) and issuer != document.issuer:
            raise Refused("the answer is of another issuer")  # RFC 9207
        if "error" in query:
            raise Refused("the provider refused", "the provider did not let you in")
        code = query.get("code", "")
        if not 0 < len(code) <= 4000:
            raise Refused("there is no code")
        tokens = await self.relation.exchange(code, self.redirect_uri, flow.verifier)
        said = await self.relation.verified(tokens.id_token)
        oidc.check_token(said, self.relation.provider, flow.nonce, datetime.now(UTC))
        claims = oidc.read_claims(await self.relation.about(tokens, said), self.relation.provider)
        oidc.check_domain(self.relation.provider, claims)
        return claims

    async def person(self, claims: Claims) -> User:
        """Return whom a proven subject stands for; they are made where the provider may do that. Raises Refused."""
        store, provider = self.backend.store, self.relation.provider
        with unscoped():
            identity = await store.get(Identity, provider.issuer, claims.subject)
            user = None if identity is None else await store.get(User, identity.user_id)
            if identity is not None and user is None:  # the account was removed
                await store.remove(Identity, provider.issuer, claims.subject)
        if identity is None or user is None:
            return await self._provision(claims)
        if user.disabled:
            raise Refused("the account is disabled")
        if identity.provisioned and user.grants != (grants := oidc.check_grants(provider, claims)):
            with unscoped():
                await store.change(User, (user.id,), values={"grants": grants}, expected={})
            user.grants = grants
        return user

    async def _provision(self, claims: Claims) -> User:
        provider, people = self.relation.provider, self.backend.people
        taken = claims.email is not None and await people.by_email(claims.email) is not None
        email = oidc.check_provision(provider, claims, known=taken)
        grants = oidc.check_grants(provider, claims)
        at = datetime.now(UTC)
        row = User(email=email, name=claims.name, grants=grants, created_at=at)
        row.organisation_id = provider.organisation_id
        with unscoped():
            try:
                user = await self.backend.store.insert(row)
            except Conflict:
                raise Refused("the e-mail is another account's") from None
        try:
            await self.connect(user, claims, provisioned=True)
        except BaseException:  # an account that nobody can come into would keep its e-mail from everybody
            with unscoped():
                await self.backend.store.remove(User, user.id)
            raise
        return user

    async def connect(self, user: User, claims: Claims, *, provisioned: bool = False) -> None:
        """Let a subject be a person of ours from now on. Raises Refused where it is another's."""
        provider = self.relation.provider
        row = Identity(
            issuer=provider.issuer,
            subject=claims.subject,
            user_id=user.id or 0,
            provider=provider.name,
            provisioned=provisioned,
            created_at=datetime.now(UTC),
            organisation_id=user.organisation_id,
        )
        with unscoped():
            try:
                await self.backend.store.insert(row)
            except Conflict:
                known = await self.backend.store.get(Identity, provider.issuer, claims.subject)
                if known is None or known.user_id != user.id:
                    raise Refused("the subject is another account's", "this account is connected already") from None


@get("/login/oidc", opt={PUBLIC: True}, tags=["Access"], summary="List providers to log in by")
async def list_providers(backend: Here) -> Page[ProviderView]:
    """List the providers of OpenID Connect that people may come from."""
    found = [one.provider for one in backend.settings.providers]
    items = [ProviderView(name=one.name, title=one.title or one.name, path=f"/login/oidc/{one.name}") for one in found]
    return Page(items=items)


@get("/login/oidc/{name:str}", opt={PUBLIC: True}, tags=["Access"], summary="Begin a login by a provider")
async def begin(request: Asked, backend: Here, name: Name) -> Response[None]:
    """Send the browser to the provider."""
    url, cookie = await _desk(request, backend, name).begin()
    return Response(None, status_code=302, headers={"Location": url}, cookies=[cookie])


@get("/login/oidc/{name:str}/callback", opt={PUBLIC: True}, tags=["Access"], summary="Return from a provider")
async def come_back(request: Asked, backend: Here, name: Name) -> Response[str]:
    """End a login by a provider in a browser session, or ask for the code of a second factor."""
    desk, flow = _desk(request, backend, name), _flow(request, backend, name)
    address, about = address_of(request.scope), f"oidc {name}"
    backend.people.tries.check(about, address, time.monotonic())
    try:
        if flow is None:
            raise Refused("no login is under way in this browser")
        claims = await desk.proven(flow, request.query_params)
        user = await (desk.person(claims) if flow.user_id is None else _connected(desk, flow.user_id, claims))
    except (Refused, Unreachable) as error:
        told = error.told if isinstance(error, Refused) else None
        backend.people.tries.failed(f"{about} {address}", address, time.monotonic())
        await backend.door.trail.note(request.scope, None, 401, f"{about}: {error}")
        return _page(401, f"The login failed{': ' + told if told else ''}.", [_ended(backend)])
    if flow.user_id is None and user.totp is not None and not desk.relation.provider.second_factor:
        owed = Flow(provider=name, ends=int(time.time()) + UNDER_WAY_S, user_id=user.id)
        return _page(200, _CODE_FORM, [flow_cookie(backend, owed)])
    return await _entered(desk, user)


@post("/login/oidc/{name:str}/code", status_code=200, opt={PUBLIC: True}, tags=["Access"], summary="Give a code")
async def give_code(request: Asked, backend: Here, name: Name) -> Response[str]:
    """End a login by a provider with the code of a second factor, from the form that asked for it."""
    refuse_foreign_origin(request, needed=True)
    desk, flow = _desk(request, backend, name), _flow(request, backend, name)
    user = None if flow is None or flow.state or flow.user_id is None else await backend.people.by_id(flow.user_id)
    code = (await request.form()).get("code")
    address = address_of(request.scope)
    if user is None or user.disabled:
        await backend.door.trail.note(request.scope, None, 401, f"oidc {name}: no login is under way")
        return _page(401, "The login failed.", [_ended(backend)])
    backend.people.tries.check(user.email, address, time.monotonic())
    if not isinstance(code, str) or len(code) > 20 or not await backend.people.second_factor(user, code):
        backend.people.tries.failed(user.email, address, time.monotonic())
        await backend.door.trail.note(request.scope, None, 401, f"oidc {name}: wrong code of {user.email}")
        return _page(401, _CODE_FORM, [])
    return await _entered(desk, user)


@post("/account/identities/{name:str}", status_code=200, summary="Connect an account of a provider")
async def connect(
    request: Request[Principal, Any, Any], backend: Here, name: Name, data: JSONBody[Proof]
) -> Response[Beginning]:
    """Begin to connect an account at a provider with mine: the password proves that it is me, the provider the rest."""
    user = await _me(request, backend)
    await backend.people.prove(user, data.password, address_of(request.scope))
    url, cookie = await _desk(request, backend, name).begin(user.id)
    return Response(Beginning(url=url), status_code=200, cookies=[cookie])


@get("/account/identities", summary="List my accounts at providers")
async def list_identities(request: Request[Principal, Any, Any], backend: Here) -> Page[IdentityView]:
    """List the accounts at providers that let me in."""
    user = await _me(request, backend)
    with unscoped():
        rows = await backend.store.find(Identity, user_id=user.id)
    items = [
        IdentityView(provider=row.provider, issuer=row.issuer, subject=row.subject, created_at=row.created_at)
        for row in rows
    ]
    return Page(items=items)


@delete("/account/identities/{name:str}", summary="Disconnect my accounts at a provider")
async def disconnect(request: Request[Principal, Any, Any], backend: Here, name: Name) -> None:
    """Let nobody in by my accounts at this provider any more."""
    user = await _me(request, backend)
    with unscoped():
        known = await backend.store.find(Identity, user_id=user.id)
        rows = [row for row in known if row.provider == name]
        if not rows:
            raise missing("identity")
        if user.password is None and len(rows) == len(known):
            raise Problem(Kind.CONFLICT, "it is the only way in: set a password first")
        for row in rows:
            await backend.store.remove(Identity, row.issuer, row.subject)


async def _me(request: Request[Principal, Any, Any], backend: Backend) -> User:
    user = None if request.user.user_id is None else await backend.people.by_id(request.user.user_id)
    if user is None:
        raise Problem(Kind.FORBIDDEN, "an API key has no account")
    return user


async def _connected(desk: Desk, user_id: int, claims: Claims) -> User:
    user = await desk.backend.people.by_id(user_id)
    if user is None or user.disabled:
        raise Refused("the account is disabled")
    await desk.connect(user, claims)
    return user


async def _entered(desk: Desk, user: User) -> Response[str]:
    """Begin the session. The page then goes on by itself: a strict cookie is not sent on a way begun elsewhere."""
    backend, request, name = desk.backend, desk.request, desk.relation.provider.name
    agent = request.headers.get("user-agent", "")
    token = await backend.people.begin(user, f"oidc {name}", address_of(request.scope), agent)
    await backend.door.trail.note(request.scope, None, 200, f"oidc {name}: {user.email}", always=True)
    settings = backend.settings
    session = session_cookie(LOGIN + token, settings.session_s, secure=settings.secure_cookies)
    onward = '<meta http-equiv="refresh" content="0;url=/"><a href="/">Go on</a>'
    return _page(200, onward, [session, _ended(backend)])


def _desk(request: Asked, backend: Backend, name: str) -> Desk:
    for relation in backend.settings.providers:
        if relation.provider.name == name:
            return Desk(backend, request, relation)
    raise missing("provider")


def _cookie_name(backend: Backend) -> str:
    return "__Host-busbar-oidc" if backend.settings.secure_cookies else "busbar-oidc"


def flow_cookie(backend: Backend, flow: Flow) -> Cookie:
    """Return a login under way as a sealed cookie. It is lax, since the way back from a provider begins elsewhere."""
    nonce = secrets.token_bytes(12)
    sealed = nonce + AESGCM(oidc.sealing_key(backend.key)).encrypt(nonce, msgspec.json.encode(flow), None)
    return _cookie(backend, sealed.hex(), UNDER_WAY_S)


def _ended(backend: Backend) -> Cookie:
    return _cookie(backend, "", 0)


def _cookie(backend: Backend, value: str, max_age: int) -> Cookie:
    return Cookie(
        key=_cookie_name(backend),
        value=value,
        max_age=max_age,
        path="/",
        secure=backend.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def _flow(request: Asked, backend: Backend, name: str) -> Flow | None:
    """Return the login under way in a browser by a provider; None where there is none, or it is over."""
    text = request.cookies.get(_cookie_name(backend), "")
    if not 0 < len(text) <= MOST_COOKIE:
        return None
    with contextlib.suppress(ValueError, InvalidTag, msgspec.MsgspecError):
        sealed = bytes.fromhex(text)
        opened = AESGCM(oidc.sealing_key(backend.key)).decrypt(sealed[:12], sealed[12:], None)
        flow = msgspec.json.decode(opened, type=Flow)
        if flow.provider == name and flow.ends > time.time():
            return flow
    return None


_CODE_FORM: Final = (
    '<form method="post" action="code"><label>Code of your second factor '
    '<input name="code" autocomplete="one-time-code" required maxlength="20"></label> <button>Log in</button></form>'
)
_CSP: Final = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def _page(status: int, content: str, cookies: list[Cookie]) -> Response[str]:
    """Return a page. `content` is ours: nothing of a request or a provider stands in it."""
    text = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Busbar</title>{content}</html>'
    headers = {"Content-Security-Policy": _CSP}
    return Response(text, status_code=status, media_type="text/html", headers=headers, cookies=cookies)


routes: list[Any] = [list_providers, begin, come_back, give_code]
router = Router("/", route_handlers=[connect, list_identities, disconnect], tags=["Access"])
