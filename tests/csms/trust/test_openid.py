import hashlib
import json
from base64 import b64decode, urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import pytest

from busbar.csms.services.oidc import Provider, Refused
from busbar.csms.trust.fetching import Unreachable
from busbar.csms.trust.openid import Relation, Tokens
from tests.fixtures.web import web_server


async def test_a_document_of_another_issuer_is_not_taken_and_userinfo_is_of_one_person() -> None:
    async with web_server() as web:
        document = {
            "issuer": web.url,
            "authorization_endpoint": web.url + "/auth",
            "token_endpoint": web.url + "/token",
            "jwks_uri": web.url + "/keys",
            "userinfo_endpoint": web.url + "/me",
        }
        me = {"sub": "7", "email": "a@example.com", "email_verified": True}
        web.answer = lambda _, path, __: (200, json.dumps(me if path == "/me" else document).encode())
        relation = Relation(Provider(name="x", issuer=web.url, client_id="c"))
        assert await relation.about(Tokens("", "t"), {"sub": "7"}) == me
        mixed = await relation.about(Tokens("", "t"), {"sub": "7", "email": "b@example.com"})
        assert (mixed["email"], mixed["email_verified"]) == ("b@example.com", False)
        with pytest.raises(Refused):
            await relation.about(Tokens("", "t"), {"sub": "8"})
        with pytest.raises(Unreachable):
            await Relation(Provider(name="x", issuer=web.url + "/", client_id="c")).document()


@pytest.mark.parametrize(
    ("secret", "methods", "authorization", "more"),
    [
        ("a b%:ü", ["client_secret_basic", "client_secret_post"], "c%3Ad:a%20b%25%3A%C3%BC", {}),
        ("a b%:ü", None, "c%3Ad:a%20b%25%3A%C3%BC", {}),
        ("a b%:ü", ["client_secret_post"], None, {"client_id": ["c:d"], "client_secret": ["a b%:ü"]}),
        (None, ["none"], None, {"client_id": ["c:d"]}),
    ],
)
async def test_a_client_shows_its_secret_in_the_way_that_the_provider_takes(
    secret, methods, authorization, more
) -> None:
    async with web_server() as web:
        document = dict.fromkeys(("issuer", "authorization_endpoint", "jwks_uri"), web.url)
        document |= {"token_endpoint": web.url + "/token?a=b"}
        if methods is not None:
            document |= {"token_endpoint_auth_methods_supported": methods}
        answers = {"/token?a=b": {"id_token": "t"}}
        web.answer = lambda _, path, __: (200, json.dumps(answers.get(path, document)).encode())
        relation = Relation(Provider(name="x", issuer=web.url, client_id="c:d"), secret)
        asked = parse_qs(
            urlsplit(await relation.authorization_url("https://b.example/back?x", "s", "n", "v" * 43)).query
        )
        challenge = urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).decode().rstrip("=")
        assert asked == {
            "response_type": ["code"],
            "client_id": ["c:d"],
            "redirect_uri": ["https://b.example/back?x"],
            "scope": ["openid email profile"],
            "state": ["s"],
            "nonce": ["n"],
            "code_challenge": [challenge],
            "code_challenge_method": ["S256"],
        }
        assert await relation.exchange("k&l=m", "https://b.example/back?x", "v" * 43) == Tokens("t")
        method, path, headers, body = web.asked[-1]
        assert (method, path, headers["content-type"]) == ("POST", "/token?a=b", "application/x-www-form-urlencoded")
        shown = headers.get("authorization", "").removeprefix("Basic ")
        assert (b64decode(shown).decode() or None) == authorization
        form = {"grant_type": ["authorization_code"], "code": ["k&l=m"], "redirect_uri": ["https://b.example/back?x"]}
        assert parse_qs(body.decode()) == form | {"code_verifier": ["v" * 43]} | more
