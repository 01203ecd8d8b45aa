"""Routes of the login by OpenID Connect: who offers it, its begin, its return, a second factor. Knows no token.

A login under way is kept in the browser alone, in a sealed cookie of ten minutes. Where it ends is not the browser's
to say: no address is taken from a request.
"""

import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import PathParameter

from busbar.api.auth import LOGIN, PUBLIC, refuse_foreign_origin, session_cookie
from busbar.api.backend import Backend, Here
from busbar.api.flows import Flow, Step, ended, opened, sealed
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

Name = Annotated[str, PathParameter(max_length=40, pattern="^[a-z0-9-]+$")]
log = logging.getLogger(__name__)


class ProviderView(View, kw_only=True):
    """A provider, and where a login by it begins."""

    name: str
    title: str
    path: str


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

    @property
    def method(self) -> str:
        """How sessions and the audit trail call this way in."""
        return f"oidc {self.relation.provider.name}"

    async def begin(self, login: str | None = None) -> tuple[str, Cookie]:
        """Return where the browser goes, and the cookie that its return needs. Raises Problem.

        `login` is the session in which an account is to be connected.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        try:
            url = await self.relation.authorization_url(self.redirect_uri, state, nonce, verifier)
        except Unreachable as error:
            log.warning("the OpenID provider %s cannot be used: %s", self.relation.provider.name, error)
            raise Problem(Kind.UNAVAILABLE, "the provider cannot be reached") from None
        return url, self.step(Step.ANSWER, state=state, nonce=nonce, verifier=verifier, login=login)

    def step(self, step: Step, **fields: Any) -> Cookie:
        """Return the cookie of a login under way, which lives on for its time."""
        return sealed(self.backend, Flow(provider=self.relation.provider.name, step=step, **fields))

    def flow(self, step: Step) -> Flow | None:
        """Return the login under way in this browser; None where there is none at this step, or it is over."""
        return opened(self.request, self.backend, self.relation.provider.name, step)

    async def note(self, status: int, text: str, *, always: bool = False) -> None:
        """Add what became of this login to the audit trail."""
        detail = f"{self.method}: {text}"
        await self.backend.door.trail.note(self.request.scope, None, status, detail, always=always)

    async def check_tries(self, who: str) -> None:
        """Raise Problem where too many have failed, and note it."""
        try:
            self.backend.people.tries.check(who, address_of(self.request.scope), time.monotonic())
        except Problem as problem:
            await self.note(problem.kind.status, "too many failed")
            raise

    def failed(self, who: str) -> None:
        """Count a failure."""
        self.backend.people.tries.failed(who, address_of(self.request.scope), time.monotonic())

    async def proven(self, flow: Flow, query: Mapping[str, str]) -> Claims:
        """Return what the provider proves of who came back. Raises Refused, Unreachable."""
        if not secrets.compare_digest(query.get("state", "").encode(), flow.state.encode()):
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
        token = await self.relation.verified(tokens.id_token)
        oidc.check_token(token, self.relation.provider, flow.nonce, datetime.now(UTC), tokens.access_token)
        return oidc.read_claims(await self.relation.about(tokens, token.claims), self.relation.provider)

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
        row = User(email=email, name=claims.name, grants=grants, created_at=datetime.now(UTC))
        row.organisation_id = provider.organisation_id
        with unscoped():
            try:
                return await self.backend.store.insert(row, lambda user: self._identity(user, claims.subject, True))
            except Conflict:
                raise Refused("the e-mail is another account's") from None

    def _identity(self, user: User, subject: str, provisioned: bool) -> Identity:
        return Identity(
            issuer=self.relation.provider.issuer,
            subject=subject,
            user_id=user.id or 0,
            provider=self.relation.provider.name,
            provisioned=provisioned,
            created_at=datetime.now(UTC),
            organisation_id=user.organisation_id,
        )

    async def connect(self, user: User, subject: str) -> bool:
        """Let a subject be a person of ours from now on; False where it is another's."""
        row, store = self._identity(user, subject, False), self.backend.store
        with unscoped():
            try:
                await store.insert(row)
            except Conflict:
                known = await store.get(Identity, row.issuer, subject)
                return known is not None and known.user_id == user.id
        return True


@get("/login/oidc", opt={PUBLIC: True}, tags=["Access"], summary="List providers to log in by")
async def list_providers(backend: Here) -> Page[ProviderView]:
    """List the providers of OpenID Connect that people may come from."""
    found = [one.provider for one in backend.settings.providers]
    items = [ProviderView(name=one.name, title=one.title or one.name, path=f"/login/oidc/{one.name}") for one in found]
    return Page(items=items)


@get("/login/oidc/{name:str}", opt={PUBLIC: True}, tags=["Access"], summary="Begin a login by a provider")
async def begin(request: Asked, backend: Here, name: Name) -> Response[None]:
    """Send the browser to the provider."""
    url, cookie = await desk_of(request, backend, name).begin()
    return Response(None, status_code=302, headers={"Location": url}, cookies=[cookie])


@get("/login/oidc/{name:str}/callback", opt={PUBLIC: True}, tags=["Access"], summary="Return from a provider")
async def come_back(request: Asked, backend: Here, name: Name) -> Response[str]:
    """End a login by a provider in a browser session, or ask for what it still needs."""
    desk = desk_of(request, backend, name)
    try:
        flow = desk.flow(Step.ANSWER)
        if flow is None:
            raise Refused("no login is under way in this browser")
        claims = await _tried(desk, flow)
        oidc.check_domain(desk.relation.provider, claims)
        if flow.login is not None:
            form = _CONNECT_FORM.format(escape(claims.email or claims.subject), name)
            return page(200, form, [desk.step(Step.CONNECT, login=flow.login, subject=claims.subject)])
        user = await desk.person(claims)
    except (Refused, Unreachable) as error:
        told = error.told if isinstance(error, Refused) else None
        await desk.note(401, str(error))
        return page(401, f"The login failed{': ' + told if told else ''}.", [ended(backend)])
    if user.totp is not None and not desk.relation.provider.second_factor:
        return page(200, _CODE_FORM, [desk.step(Step.CODE, user_id=user.id)])
    return await _entered(desk, user)


async def _tried(desk: Desk, flow: Flow) -> Claims:
    """Return what is proven of who came back. Answers that prove nothing are bounded per login and per address.

    Raises Refused, Unreachable, and Problem for too many.
    """
    login = f"oidc {flow.state}"
    await desk.check_tries(login)
    try:
        return await desk.proven(flow, desk.request.query_params)
    except (Refused, Unreachable):
        desk.failed(login)
        raise


@post("/login/oidc/{name:str}/code", status_code=200, opt={PUBLIC: True}, tags=["Access"], summary="Give a code")
async def give_code(request: Asked, backend: Here, name: Name) -> Response[str]:
    """End a login by a provider with the code of a second factor, from the form that asked for it."""
    refuse_foreign_origin(request, needed=True)
    desk, people = desk_of(request, backend, name), backend.people
    flow = desk.flow(Step.CODE)
    user = None if flow is None else await people.by_id(flow.user_id)
    code = (await request.form()).get("code")
    if user is None or user.disabled:
        await desk.note(401, "no login is under way")
        return page(401, "The login failed.", [ended(backend)])
    await desk.check_tries(user.email)
    if not isinstance(code, str) or len(code) > 20 or not await people.second_factor(user, code):
        desk.failed(user.email)
        await desk.note(401, f"wrong code of {user.email}")
        return page(401, f"The code is wrong. {_CODE_FORM}", [])
    people.tries.succeeded(user.email, address_of(request.scope))
    return await _entered(desk, user)


async def _entered(desk: Desk, user: User) -> Response[str]:
    """Begin the session. The page then goes on by itself: a strict cookie is not sent on a way begun elsewhere."""
    backend, request, settings = desk.backend, desk.request, desk.backend.settings
    agent = request.headers.get("user-agent", "")
    token = await backend.people.begin(user, desk.method, address_of(request.scope), agent)
    await desk.note(200, user.email, always=True)
    session = session_cookie(LOGIN + token, settings.session_s, secure=settings.secure_cookies)
    return page(200, ONWARD, [session, ended(backend)])


def desk_of(request: Asked, backend: Backend, name: str) -> Desk:
    """Return the desk of a provider. Raises Problem where there is none."""
    for relation in backend.settings.providers:
        if relation.provider.name == name:
            return Desk(backend, request, relation)
    raise missing("provider")


_CODE_FORM: Final = (
    '<form method="post" action="code"><label>Code of your second factor '
    '<input name="code" autocomplete="one-time-code" required maxlength="20"></label> <button>Log in</button></form>'
)
_CONNECT_FORM: Final = (
    "<p>From now on <b>{}</b> at the provider comes in as you. If that is not your account, leave this page.</p>"
    '<form method="post" action="/api/v1/account/identities/{}/confirm"><button>Connect</button></form>'
)
ONWARD: Final = '<meta http-equiv="refresh" content="0;url=/"><a href="/">Go on</a>'
_CSP: Final = "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def page(status: int, content: str, cookies: list[Cookie]) -> Response[str]:
    """Return a page. `content` is markup: what a provider says stands in it escaped, what a request says not at all."""
    text = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Busbar</title>{content}</html>'
    headers = {"Content-Security-Policy": _CSP}
    return Response(text, status_code=status, media_type="text/html", headers=headers, cookies=cookies)


routes: list[Any] = [list_providers, begin, come_back, give_code]
