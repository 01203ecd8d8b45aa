"""Asks providers of OpenID Connect: their document, their keys, what a code is worth. Bounded; judges no person."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
from authlib.oauth2 import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwt import Token

from busbar.csms.services import oidc
from busbar.csms.services.oidc import Provider, Refused
from busbar.csms.trust.fetching import Fetcher, Unreachable

LARGEST: Final = 262_144
KEEP_S: Final = 3600.0
AGAIN_S: Final = 60.0
"""How soon keys are read again for a token that those we know did not sign."""
DOWN_S: Final = 5.0
"""How long a provider that gave no document is not asked for it again, however many want to log in."""

Read = TypeVar("Read")


class Document(msgspec.Struct, frozen=True):
    """What we need of a provider's discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class KeySet(msgspec.Struct, frozen=True):
    """A provider's keys."""

    keys: list[dict[str, Any]]


class Tokens(msgspec.Struct, frozen=True):
    """What a code is worth."""

    id_token: str
    access_token: str = ""


@dataclass(slots=True)
class Relation:
    """One provider, with what it said of late."""

    provider: Provider
    secret: str | None = field(default=None, repr=False)
    hosts: frozenset[str] = frozenset()
    clock: Callable[[], float] = monotonic
    _document: tuple[float, Document] | None = None
    _keys: tuple[float, list[dict[str, Any]]] | None = None
    _down: tuple[float, str] | None = None
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def _fetcher(self) -> Fetcher:
        # The operator named the issuer, so its host may be inside; hosts that its document names may not by itself.
        return Fetcher(self.hosts | {(urlsplit(self.provider.issuer).hostname or "").lower()})

    async def document(self) -> Document:
        """Return the provider's document. Raises Unreachable."""
        async with self._asking:
            if self._document is None or self.clock() - self._document[0] > KEEP_S:
                if self._down is not None and self.clock() - self._down[0] < DOWN_S:
                    raise Unreachable(self._down[1])
                try:
                    self._document = (self.clock(), await self._read_document())
                except Unreachable as error:
                    self._down = (self.clock(), str(error))
                    raise
            return self._document[1]

    async def _read_document(self) -> Document:
        url = self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = _read(await self._fetcher.get(url, LARGEST), Document)
        if found.issuer != self.provider.issuer:
            raise Unreachable("the document is of another issuer")
        secure = self.provider.issuer.startswith("https:")
        used = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint or "")
        for url in filter(None, used):
            if not url.startswith("https://" if secure else ("https://", "http://")):
                raise Unreachable("the document names an address without TLS")
            if not url.isascii() or not url.isprintable() or " " in url:
                raise Unreachable("the document names no address")
        return found

    async def authorization_url(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Return where the browser goes to log in. Raises Unreachable."""
        url: str = prepare_grant_uri(
            (await self.document()).authorization_endpoint,
            self.provider.client_id,
            "code",
            redirect_uri=redirect_uri,
            scope=self.provider.scopes,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return url

    async def exchange(self, code: str, redirect_uri: str, verifier: str) -> Tokens:
        """Return what a code is worth. Raises Unreachable, also where it is worth nothing."""
        document = await self.document()
        client, secret, method = self.provider.client_id, self.secret, "none"
        if secret is not None and "client_secret_basic" in document.token_endpoint_auth_methods_supported:
            client, secret, method = quote(client, safe=""), quote(secret, safe=""), "client_secret_basic"
        elif secret is not None:
            method = "client_secret_post"
        form = prepare_token_request("authorization_code", redirect_uri=redirect_uri, code=code, code_verifier=verifier)
        kind = "application/x-www-form-urlencoded"
        url, headers, body = ClientAuth(client, secret, method).prepare("POST", document.token_endpoint, {}, form)
        authorization = headers.get("Authorization", "")
        return _read(await self._fetcher.post(url, body.encode(), kind, LARGEST, authorization=authorization), Tokens)

    async def verified(self, token: str) -> Token:
        """Return what an ID token says that the provider signed. Raises Refused, Unreachable.

        A provider may change its keys, and may call the new one as the old one was called.
        """
        try:
            return oidc.verified(token, await self._jwks(KEEP_S))
        except Refused:
            return oidc.verified(token, await self._jwks(AGAIN_S))

    async def _jwks(self, keep_s: float) -> list[dict[str, Any]]:
        if self._keys is None or self.clock() - self._keys[0] > keep_s:
            url = (await self.document()).jwks_uri
            self._keys = (self.clock(), _read(await self._fetcher.get(url, LARGEST), KeySet).keys)
        return self._keys[1]

    async def about(self, tokens: Tokens, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the provider says of a person: in the ID token, and at its userinfo where it has one.

        Raises Refused where the two speak of different people, and Unreachable.
        """
        endpoint = (await self.document()).userinfo_endpoint
        if endpoint is None or not tokens.access_token.isascii() or not tokens.access_token.isprintable():
            return said
        if not tokens.access_token or ("email" in said and self.provider.claim in said):
            return said
        answer = await self._fetcher.get(endpoint, LARGEST, authorization=f"Bearer {tokens.access_token}")
        more = _read(answer, dict[str, Any])
        if more.get("sub") != said.get("sub"):
            raise Refused("the userinfo is of another subject")
        # An e-mail and whether it is verified come from one place: never one's address with the other's proof.
        if "email" in said:
            return {**more, "email_verified": False, **said}
        return {**more, **{name: value for name, value in said.items() if name != "email_verified"}}


def _read(data: bytes, kind: type[Read]) -> Read:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Unreachable("the answer cannot be read") from None
