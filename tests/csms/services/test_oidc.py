import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jwt import Token

from busbar.csms.grants import Role
from busbar.csms.services import oidc
from busbar.csms.services.oidc import Claims, Provider, Refused, RoleRule

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
T = int(NOON.timestamp())
RSA = RSAKey.generate_key(2048, {"kid": "a"})
OTHER = RSAKey.generate_key(2048, {"kid": "a"})
KEYS = [RSA.as_dict(private=False)]
IDP = Provider(name="idp", issuer="https://idp.example", client_id="busbar", roles=(RoleRule("ops", Role.OPERATOR),))
GOOD: dict[str, Any] = {"iss": IDP.issuer, "aud": "busbar", "sub": "7", "exp": T + 300, "iat": T, "nonce": "n"}


def signed(key: Any = RSA, alg: str = "RS256", **header: Any) -> str:
    made = jws.serialize_compact({"alg": alg, "kid": "a"} | header, json.dumps(GOOD), key, algorithms=[alg])
    return made if isinstance(made, str) else made.decode()


def test_a_token_that_the_provider_signed_is_read() -> None:
    assert oidc.verified(signed(), KEYS).claims == GOOD
    curve = ECKey.generate_key("P-256", {"kid": "a"})
    assert oidc.verified(signed(curve, "ES256"), [*KEYS, curve.as_dict(private=False)]).claims == GOOD


def test_a_signature_by_another_key_or_none_is_refused() -> None:
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")  # noqa: E731
    none = f"{part({'alg': 'none'})}.{part(GOOD)}."
    secret = OctKey.import_key(json.dumps(KEYS[0]) + "x" * 32)
    head, _, tail = signed().split(".")
    for bad in (
        signed(OTHER),
        none,
        signed(secret, "HS256"),
        f"{head}.{part(GOOD | {'sub': '8'})}.{tail}",
        "",
        "a.b.c",
        "ä",
    ):
        with pytest.raises(Refused):
            oidc.verified(bad, KEYS)
    with pytest.raises(Refused):
        oidc.verified(signed(), [{"kty": "oct", "kid": "a", "k": "AAAA"}])


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://idp.example/"},
        {"aud": "other"},
        {"aud": ["busbar", "other"]},
        {"aud": ["busbar", "other"], "azp": "other"},
        {"azp": "other"},
        {"aud": None},
        {"exp": T - 61},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": True},
        {"aud": "busbar-2"},
        {"aud": [["busbar"]]},
        {"aud": {"busbar": 1}},
        {"iss": ["https://idp.example"]},
        {"iat": None},
        {"iat": 10**400},
        {"nonce": ["n"]},
        {"auth_time": "now"},
        {"iat": T + 120},
        {"iat": T - 1000},
        {"nbf": T + 120},
        {"nonce": "m"},
        {"nonce": None},
        {"sub": ""},
        {"sub": 7},
    ],
)
def test_a_token_that_is_not_for_this_login_is_refused(wrong: dict[str, Any]) -> None:
    assert oidc.check_token(Token({"alg": "RS256"}, GOOD), IDP, "n", NOON) == "7"
    with pytest.raises(Refused):
        oidc.check_token(Token({"alg": "RS256"}, GOOD | wrong), IDP, "n", NOON)


def test_an_access_token_of_another_answer_is_refused() -> None:
    half = hashlib.sha256(b"right").digest()[:16]
    said = GOOD | {"at_hash": base64.urlsafe_b64encode(half).decode().rstrip("=")}
    assert oidc.check_token(Token({"alg": "RS256"}, said), IDP, "n", NOON, "right") == "7"
    for wrong in (said, said | {"at_hash": 7}, said | {"at_hash": ["ä"]}):
        with pytest.raises(Refused):
            oidc.check_token(Token({"alg": "RS256"}, wrong), IDP, "n", NOON, "left")


def test_an_email_counts_only_where_it_is_verified() -> None:
    said = {"sub": "7", "email": "Ada@Example.com"}
    assert oidc.read_claims(said, IDP).email is None
    assert oidc.read_claims(said | {"email_verified": "true"}, IDP).email is None
    assert oidc.read_claims(said | {"email_verified": True}, IDP).email == "ada@example.com"


def test_roles_follow_a_claim_by_its_way() -> None:
    nested = Provider(name="x", issuer="i", client_id="c", claim="realm.roles", roles=IDP.roles)
    claims = oidc.read_claims({"sub": "7", "realm": {"roles": ["ops", 3]}}, nested)
    assert [grant.role for grant in oidc.check_grants(nested, claims)] == [Role.OPERATOR]
    with pytest.raises(Refused):
        oidc.check_grants(nested, oidc.read_claims({"sub": "7"}, nested))


def test_domains_and_provisioning_are_asked_for() -> None:
    claims = Claims(subject="7", email="a@evil-example.com", name="", values=frozenset())
    only = Provider(name="x", issuer="i", client_id="c", email_domains=("Example.com",))
    for email in ("a@evil-example.com", "a@sub.example.com", None):
        with pytest.raises(Refused):
            oidc.check_domain(only, Claims(subject="7", email=email, name="", values=frozenset()))
    with pytest.raises(Refused):
        oidc.check_provision(IDP, claims, known=False)
    with pytest.raises(Refused, match="another"):
        oidc.check_provision(Provider(name="x", issuer="i", client_id="c", provision=True), claims, known=True)
