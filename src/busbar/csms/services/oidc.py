"""Rules of the login by OpenID Connect: what an ID token must say, and whom it lets in. Knows no network and no route.

A person is known by issuer and subject alone. An e-mail finds nobody: whoever may choose theirs at a provider would
otherwise come in as somebody else.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from authlib.oidc.core import CodeIDToken
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jwt import Token

from busbar.csms.grants import Grant, Role

ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
"""Signatures by a key that only the provider has: never `none`, never one made with a shared secret."""
LEEWAY_S: Final = 60
OLDEST_S: Final = 900
MOST_KEYS: Final = 30
MOST_TOKEN: Final = 32_768
MOST_VALUES: Final = 1000

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=300, pattern=r"^[^\s\0]+$(?!\n)")]


class Refused(Exception):
    """Somebody does not come in. The text is for the audit trail; `told` is for the person, where that may be."""

    def __init__(self, reason: str, told: str | None = None) -> None:
        super().__init__(reason)
        self.told = told


class RoleRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whoever has this value in the provider's claim has this role, everywhere or at these sites."""

    value: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    role: Role
    sites: tuple[Annotated[int, msgspec.Meta(ge=1)], ...] | None = None


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A provider that people may come from.

    Attributes:
        name: as it stands in addresses; title: as people read it.
        issuer: exactly as the provider writes it.
        client_secret_file: where it is kept; none for a public client, which PKCE alone protects.
        claim: where the values are that `roles` speak of; a dot leads into an object (`realm_access.roles`).
        email_domains: only people with a verified e-mail there come in; empty asks for none.
        provision: people not known yet get an account, if `roles` give them a role.
        organisation_id: where such an account is made.
        second_factor: the provider asks for one, so that ours is not asked for again.
    """

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$(?!\n)")]
    title: Annotated[str, msgspec.Meta(max_length=100)] = ""
    issuer: Text
    client_id: Text
    client_secret_file: str | None = None
    scopes: tuple[Text, ...] = ("openid", "email", "profile")
    claim: Annotated[str, msgspec.Meta(max_length=300)] = "groups"
    roles: Annotated[tuple[RoleRule, ...], msgspec.Meta(max_length=200)] = ()
    email_domains: Annotated[tuple[Text, ...], msgspec.Meta(max_length=200)] = ()
    provision: bool = False
    organisation_id: Annotated[int, msgspec.Meta(ge=1)] = 1
    second_factor: bool = False


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider proved about a person. `email` is None unless it is verified."""

    subject: str
    email: str | None
    name: str
    values: frozenset[str]


def sealing_key(key: bytes) -> bytes:
    """Return the key that a login under way is sealed with in its cookie."""
    return hashlib.blake2b(key[:64], digest_size=32, person=b"busbar-oidc").digest()


def verified(token: str, keys: Sequence[Mapping[str, Any]]) -> Token:
    """Return a token, which one of the provider's keys (as JWKs) signed. Raises Refused."""
    if len(token) > MOST_TOKEN:
        raise Refused("the ID token is too long")
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError):
        raise Refused("the ID token cannot be read") from None
    if header.get("alg") not in ALGORITHMS or "crit" in header:
        raise Refused("the ID token is signed in a way that is not taken")
    for jwk in keys[:MOST_KEYS]:
        if jwk.get("use", "sig") != "sig" or header.get("kid") not in (None, jwk.get("kid")):
            continue
        try:
            key = _public(jwk)
            if key is None:
                continue
            payload = jws.deserialize_compact(token, key, algorithms=sorted(ALGORITHMS)).payload
            return Token(header, msgspec.json.decode(payload, type=dict[str, Any]))
        except msgspec.MsgspecError:
            raise Refused("the ID token cannot be read") from None
        except (JoseError, ValueError, TypeError):
            continue
    raise Refused("the ID token is not signed by the provider")


def _public(jwk: Mapping[str, Any]) -> RSAKey | ECKey | None:
    """Return the public part of a JWK; None where it is of no kind that signs for many to check."""
    if jwk.get("kty") == "RSA":
        return RSAKey.import_key({name: jwk[name] for name in ("kty", "n", "e") if name in jwk})
    if jwk.get("kty") == "EC":
        return ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y") if name in jwk})
    return None


def check_token(token: Token, provider: Provider, nonce: str, at: datetime, access_token: str = "") -> str:
    """Return the subject of an ID token that is for us, for this login (OpenID Connect Core, 3.1.3.7) and of just now.

    Raises Refused.
    """
    wanted = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    about = {"client_id": provider.client_id, "nonce": nonce, "access_token": access_token}
    now = int(at.timestamp())
    try:
        CodeIDToken(token.claims, token.header, wanted, about).validate(now, LEEWAY_S)
    except (JoseError, ValueError, TypeError) as error:
        raise Refused(f"the ID token is not for this login: {error}") from None
    if token.claims["iat"] < now - OLDEST_S:
        raise Refused("the ID token was not made just now")
    return subject_of(token.claims)


def subject_of(said: Mapping[str, Any]) -> str:
    """Return whom the provider speaks of. Raises Refused."""
    subject = said.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise Refused("the provider names no subject")
    return subject


def read_claims(said: Mapping[str, Any], provider: Provider) -> Claims:
    """Return what counts of what a provider says of a person. Raises Refused."""
    email, name = said.get("email"), said.get("name")
    proven = said.get("email_verified") is True and isinstance(email, str) and _is_email(email)
    return Claims(
        subject=subject_of(said),
        email=email.casefold() if proven and isinstance(email, str) else None,
        name=name.replace("\0", "")[:100] if isinstance(name, str) else "",
        values=_values(said, provider.claim),
    )


def _is_email(text: str) -> bool:
    name, at, domain = text.partition("@")
    return (
        bool(name and at and domain)
        and "@" not in domain
        and len(text) <= 254
        and text.isprintable()
        and " " not in text
    )


def _values(said: Mapping[str, Any], claim: str) -> frozenset[str]:
    """Return the texts in a claim. Its whole name counts first, since names may be URLs; then its way by dots."""
    found: Any = said.get(claim)
    if found is None:
        found = said
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    several = found if isinstance(found, list) else [found]
    return frozenset(one for one in several[:MOST_VALUES] if isinstance(one, str))


def grants_of(provider: Provider, claims: Claims) -> tuple[Grant, ...]:
    """Return what a provider's rules give to a person."""
    return tuple(dict.fromkeys(Grant(rule.role, rule.sites) for rule in provider.roles if rule.value in claims.values))


def check_domain(provider: Provider, claims: Claims) -> None:
    """Raise Refused where a person's verified e-mail is in no domain that may come in."""
    if not provider.email_domains:
        return
    if claims.email is None:
        raise Refused("the e-mail is not verified", "your e-mail is not verified")
    domain = claims.email.rpartition("@")[2]
    if domain not in {one.casefold() for one in provider.email_domains}:
        raise Refused("the e-mail's domain may not come in", "people of this e-mail domain may not come in")


def check_provision(provider: Provider, claims: Claims, *, known: bool) -> str:
    """Return the e-mail of an account to make. `known`: somebody has it already. Raises Refused."""
    if known:
        told = "an account with this e-mail exists; log in to it and connect it"
        raise Refused("the e-mail is another account's", told)
    if not provider.provision:
        raise Refused("nobody is known by this subject", "you have no account here yet")
    if claims.email is None:
        raise Refused("the e-mail is not verified", "your e-mail is not verified")
    return claims.email


def check_grants(provider: Provider, claims: Claims) -> tuple[Grant, ...]:
    """Return what a person whose rights the provider says may do. Raises Refused where that is nothing."""
    if not (grants := grants_of(provider, claims)):
        raise Refused("the provider gives no role", "you have no role here")
    return grants
