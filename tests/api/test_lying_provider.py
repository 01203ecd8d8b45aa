"""The login against a provider that lies, is broken or is slow: each is refused, noted, and begins no session."""

import time
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import pytest
from joserfc.jwk import RSAKey
from litestar.testing import AsyncTestClient

from busbar.api.backend import ApiSettings
from busbar.csms.records.access import AuditEntry, Identity, Login, User
from busbar.csms.trust import openid
from busbar.csms.trust.openid import AGAIN_S, DOWN_S, LARGEST, Relation
from tests.fixtures.lying import KEY, OTHER, LyingProvider, hashed, lying_provider, signed, unsigned
from tests.fixtures.openid import HOME, known_as, started

NOW = time.time()


@pytest.fixture
def liar():
    with lying_provider() as found:
        yield found


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def world(liar, make_world, clock):
    made = make_world(ApiSettings(public_url=HOME, providers=(Relation(known_as(liar.url), "s3cret", clock=clock),)))
    await made.bus.open()
    yield made
    await made.bus.close()


async def refused(world: Any, answer: Any, reason: str) -> None:
    """Check that an answer ended a login without a session, and that the audit trail says why."""
    assert answer.status_code == 401, reason
    assert "The login failed" in answer.text
    assert "busbar=" not in answer.headers["set-cookie"]
    noted = await world.store.find(AuditEntry)
    assert (noted[-1].outcome, reason in noted[-1].detail) == ("refused", True), (reason, noted[-1].detail)
    assert await world.store.find(Login) == await world.store.find(User) == await world.store.find(Identity) == []


def of(change: dict[str, Any]) -> Any:
    """Return a maker of tokens with changed claims; None takes a claim out."""
    return lambda said: signed({name: value for name, value in (said | change).items() if value is not None})


LIES: dict[str, tuple[Any, str]] = {
    "another nonce": (of({"nonce": "n"}), "nonce"),
    "no nonce": (of({"nonce": None}), "nonce"),
    "a key that is not its": (lambda said: signed(said, OTHER), "not signed by the provider"),
    "a key nobody knows": (lambda said: signed(said, OTHER, kid="b"), "not signed by the provider"),
    "over": (of({"exp": NOW - 120, "iat": NOW - 420}), "exp"),
    "made long ago": (of({"iat": NOW - 3600}), "just now"),
    "signed with a public key": (partial(hashed, KEY.as_pem(private=False)), "signed in a way that is not taken"),
    "signed with the shared secret": (partial(hashed, b"s3cret"), "signed in a way that is not taken"),
    "no signature": (unsigned, "signed in a way that is not taken"),
    "for another client": (of({"aud": "other"}), "aud"),
    "for several, asked by another": (of({"aud": ["busbar", "other"], "azp": "other"}), "azp"),
    "of another issuer": (of({"iss": "https://idp.example"}), "iss"),
    "no subject": (of({"sub": None}), "sub"),
    "an empty subject": (of({"sub": ""}), "subject"),
    "of another access token": (of({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}), "at_hash"),
    "another person than its userinfo": (of({"sub": "8"}), "another subject"),
    "nonsense": (lambda _: "a.b.c", "cannot be read"),
    "endless": (lambda _: "a" * 40_000, "too long"),
}


async def test_a_lie_is_refused_noted_and_begins_no_session(world, liar: LyingProvider) -> None:
    async with AsyncTestClient(world.app) as client:
        for token, reason in LIES.values():
            liar.token = token
            await refused(world, await client.get(await liar.sent_back(client)), reason)
        assert (await client.get("/api/v1/account")).status_code == 401
        liar.token = signed
        assert (await client.get(await liar.sent_back(client))).status_code == 200, "the truth is taken"


async def test_who_is_not_proven_to_be_one_of_ours_stays_outside(world, liar) -> None:
    known = {"sub": "7", "email_verified": True, "email": "ada@example.com", "groups": ["charging"]}
    async with AsyncTestClient(world.app) as client:
        for change, reason in (
            ({"email_verified": None}, "not verified"),
            ({"email_verified": "true"}, "not verified"),
            ({"email": "ada@evil.example"}, "domain"),
            ({"groups": []}, "no role"),
        ):
            liar.about = known | change
            await refused(world, await client.get(await liar.sent_back(client)), reason)


async def test_a_new_key_counts_at_once_under_a_new_name_and_under_the_old_one(world, liar, clock) -> None:
    async with AsyncTestClient(world.app) as client:
        assert (await client.get(await liar.sent_back(client))).status_code == 200
        assert liar.asked.count("/keys") == 1
        for kid in ("a", "b"):
            fresh = RSAKey.generate_key(2048, {"kid": kid})
            liar.keys, liar.token = [fresh], partial(signed, key=fresh, kid=kid)
            clock.now += AGAIN_S + 1
            before = liar.asked.count("/keys")
            assert (await client.get(await liar.sent_back(client))).status_code == 200
            assert liar.asked.count("/keys") == before + 1


async def test_keys_are_not_read_again_for_each_token_that_is_wrong(world, liar) -> None:
    liar.token = partial(signed, key=OTHER, kid="b")
    async with AsyncTestClient(world.app) as client:
        for _ in range(3):
            assert (await client.get(await liar.sent_back(client))).status_code == 401
    assert liar.asked.count("/keys") == 1


async def test_nothing_inside_our_network_is_asked_on_a_providers_word(world, liar) -> None:
    inside = liar.url.replace("127.0.0.1", "localhost")
    liar.document |= {"token_endpoint": inside + "/token"}
    async with AsyncTestClient(world.app) as client:
        await refused(world, await client.get(await liar.sent_back(client)), "private network")
    assert "/token" not in liar.asked


async def test_a_document_that_cannot_be_right_sends_nobody_anywhere(world, liar, clock) -> None:
    good = liar.document
    async with AsyncTestClient(world.app) as client:
        for change in (
            {"issuer": "https://idp.example"},
            {"authorization_endpoint": "javascript:alert(1)"},
            {"authorization_endpoint": "https://idp.example/\r\nSet-Cookie: a=b"},
            {"token_endpoint": None},
            {"padding": "x" * LARGEST},
        ):
            liar.document = good | change
            clock.now += DOWN_S
            answer = await client.get("/login/oidc/idp", follow_redirects=False)
            assert answer.status_code == 503, change
            assert "location" not in answer.headers
            assert "set-cookie" not in answer.headers
        assert len(liar.asked) == 5


async def test_a_provider_that_is_down_is_not_asked_by_everybody(world, liar, clock) -> None:
    good, liar.document = liar.document, {}
    async with AsyncTestClient(world.app) as client:
        for _ in range(3):
            assert (await client.get("/login/oidc/idp", follow_redirects=False)).status_code == 503
        assert len(liar.asked) == 1
        liar.document = good
        clock.now += DOWN_S
        await started(client)


async def test_a_provider_that_is_slow_or_says_too_much_ends_a_login(world, liar, monkeypatch) -> None:
    monkeypatch.setattr(openid, "Fetcher", partial(openid.Fetcher, timeout_s=0.3))
    async with AsyncTestClient(world.app) as client:
        liar.token = lambda _: "x" * LARGEST
        await refused(world, await client.get(await liar.sent_back(client)), "too long")
        back = await liar.sent_back(client)
        liar.web.pause_s = 3.0
        began = time.monotonic()
        await refused(world, await client.get(back), "in time")
        assert time.monotonic() - began < 2.0


async def test_an_answer_that_proves_nothing_is_tried_a_few_times_and_others_come_in(world, liar) -> None:
    async with AsyncTestClient(world.app) as client, AsyncTestClient(world.app) as other:
        back = await liar.sent_back(client)
        kept, statuses = client.cookies["busbar-oidc"], []
        for _ in range(6):
            client.cookies.set("busbar-oidc", kept)
            statuses.append((await client.get(back.replace("code=c", "code="))).status_code)
        assert statuses == [401] * 5 + [429]
        client.cookies.set("busbar-oidc", kept)
        assert (await client.get(back)).status_code == 429
        assert [entry.status for entry in await world.store.find(AuditEntry)] == [401] * 5 + [429] * 2
        assert (await other.get(await liar.sent_back(other))).status_code == 200


async def test_all_answers_of_an_address_that_prove_nothing_are_bounded(world, liar) -> None:
    async with AsyncTestClient(world.app) as client:
        statuses = []
        for _ in range(31):
            await started(client)
            statuses.append((await client.get("/login/oidc/idp/callback?state=x&code=c")).status_code)
        assert statuses == [401] * 30 + [429]
        assert "/token" not in liar.asked


async def test_who_is_proven_and_may_not_come_in_or_never_began_shuts_nobody_out(world, liar) -> None:
    good, liar.about = liar.about, {"sub": "7"}
    async with AsyncTestClient(world.app) as client:
        for _ in range(31):
            assert (await client.get("/login/oidc/idp/callback?state=x&code=c")).status_code == 401
            assert (await client.get(await liar.sent_back(client))).status_code == 401
        liar.about = good
        assert (await client.get(await liar.sent_back(client))).status_code == 200


async def test_an_answer_of_one_provider_is_not_taken_as_anothers(liar, make_world) -> None:
    with lying_provider() as evil:
        relations = (Relation(known_as(liar.url)), Relation(known_as(evil.url, name="evil")))
        world = make_world(ApiSettings(public_url=HOME, providers=relations))
        async with AsyncTestClient(world.app) as client:
            back = await liar.sent_back(client)
            answer = await client.get(back.replace("/idp/", "/evil/"))
            await refused(world, answer, "no login is under way")
            assert "/token" not in evil.asked
            back = await liar.sent_back(client)
            await refused(world, await client.get(f"{back}&iss={evil.url}"), "another issuer")
            # A token that one provider made is worth nothing from another.
            evil.token = lambda said: signed(said | {"iss": liar.url})
            await refused(world, await client.get(await evil.sent_back(client, "evil")), "iss")


async def test_an_issuer_that_is_promised_has_to_be_in_the_answer__RFC9207(world, liar) -> None:
    liar.document["authorization_response_iss_parameter_supported"] = True
    async with AsyncTestClient(world.app) as client:
        await refused(world, await client.get(await liar.sent_back(client)), "another issuer")
        assert (await client.get(f"{await liar.sent_back(client)}&iss={liar.url}")).status_code == 200


async def test_a_refusal_of_the_provider_shows_nothing_of_what_it_wrote(world, liar) -> None:
    async with AsyncTestClient(world.app) as client:
        back = await liar.sent_back(client)
        answer = await client.get(f"{back}&error=<script>&error_description=<script>alert(1)</script>")
        await refused(world, answer, "the provider refused")
        assert "script" not in answer.text


async def test_odd_requests_are_refused_like_wrong_ones(world, liar) -> None:
    async with AsyncTestClient(world.app) as client:
        for query in ("", "?state=%ff%ed%a0%80", "?state=%00&code=%00", "?state=" + "x" * 9000, "?state=a&state=b"):
            await started(client)
            assert (await client.get(f"/login/oidc/idp/callback{query}")).status_code == 401, query
        for cookie in ("x", "00", "ab" * 40, "f" * 5000):
            client.cookies.set("busbar-oidc", cookie)
            assert (await client.get("/login/oidc/idp/callback?state=x&code=c")).status_code == 401, cookie
        client.cookies.clear()
        back = await liar.sent_back(client)
        assert (await client.get(back.replace("code=c", "code=%ed%a0%80%00%26x%3Dy"))).status_code == 200
        sent = parse_qs(liar.web.asked[[*liar.asked].index("/token")][3].decode(), strict_parsing=True)
        assert set(sent) == {"grant_type", "redirect_uri", "code", "code_verifier"}
    for name in ("nobody", "idp%0a", "..%2fidp"):
        async with AsyncTestClient(world.app) as client:
            assert (await client.get(f"/login/oidc/{name}", follow_redirects=False)).status_code in (400, 404), name
