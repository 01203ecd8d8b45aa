import json

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
