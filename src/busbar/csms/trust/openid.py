"""Asks providers of OpenID Connect: their document, their keys, what a code is worth. Bounded; judges no person."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from busbar.csms.services import oidc
from busbar.csms.services.oidc import Provider, Refused
from busbar.csms.trust.fetching import Fetcher, Unreachable

LARGEST: Final = 262_144
KEEP_S: Final = 3600.0
AGAIN_S: Final = 60.0
"""How soon keys are read again for a token that names one we do not know."""

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

    @property
    def _fetcher(self) -> Fetcher:
        # The operator named the issuer, so its host may be inside; hosts that its document names may not by itself.
        return Fetcher(self.hosts | {(urlsplit(self.provider.issuer).hostname or "").lower()})

    async def document(self) -> Document:
        """Return the provider's document. Raises Unreachable."""
        if self._document is None or self.clock() - self._document[0] > KEEP_S:
            url = self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
            found = _read(await self._fetcher.get(url, LARGEST), Document)
            if found.issuer != self.provider.issuer:
                raise Unreachable("the document is of another issuer")
            secure = self.provider.issuer.startswith("https:")
            used = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri, found.userinfo_endpoint or "")
            for url in used:
                if url and not url.startswith("https://" if secure else ("https://", "http://")):
                    raise Unreachable("the document names an address without TLS")
            self._document = (self.clock(), found)
        return self._document[1]

    async def authorization_url(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Return where the browser goes to log in. Raises Unreachable."""
        endpoint = (await self.document()).authorization_endpoint
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.provider.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": oidc.challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def exchange(self, code: str, redirect_uri: str, verifier: str) -> Tokens:
        """Return what a code is worth. Raises Unreachable, also where it is worth nothing."""
        document, client = await self.document(), self.provider.client_id
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        authorization = ""
        if self.secret is None:
            form["client_id"] = client
        elif "client_secret_basic" in document.token_endpoint_auth_methods_supported:
            pair = f"{quote(client, safe='')}:{quote(self.secret, safe='')}"
            authorization = "Basic " + b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": client, "client_secret": self.secret}
        body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        answer = await self._fetcher.post(document.token_endpoint, body, kind, LARGEST, authorization=authorization)
        return _read(answer, Tokens)

    async def verified(self, token: str) -> dict[str, Any]:
        """Return what an ID token says that the provider signed. Raises Refused, Unreachable."""
        named, known = oidc.key_id(token), await self._jwks(KEEP_S)
        if named is not None and all(key.get("kid") != named for key in known):
            known = await self._jwks(AGAIN_S)
        return oidc.verified(token, known)

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
