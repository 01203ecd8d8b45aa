"""Accounts at providers: connected by the session that began it alone, listed, disconnected."""

from datetime import UTC, datetime

import pytest
from litestar.testing import AsyncTestClient

from busbar.api.backend import ApiSettings
from busbar.csms.records.access import AuditEntry, Identity, Login, User
from busbar.csms.trust.openid import Relation
from tests.fixtures.lying import lying_provider, signed
from tests.fixtures.openid import HOME, SECRET, entered, known_as, openid_provider, through

ORIGIN = {"Origin": "http://testserver.local"}
MINE = "/api/v1/account/identities"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def issuer():
    with openid_provider() as found:
        yield found


@pytest.fixture
async def world(issuer, make_world):
    made = make_world(ApiSettings(public_url=HOME, providers=(Relation(known_as(issuer), SECRET),)))
    await made.bus.open()
    yield made
    await made.bus.close()


async def logged_in(world, client, email: str) -> None:
    """Make a person with a password, and log them in."""
    people = world.app.state.backend.people
    row = User(email=email, name="", password=await people.hashed(PASSWORD), created_at=datetime.now(UTC))
    await world.store.insert(row)
    assert (await client.post("/login", json={"email": email, "password": PASSWORD})).status_code == 204


async def proven(client, login: str):
    """Begin to connect, and come back from the provider; return the answer."""
    begun = await client.post(f"{MINE}/idp", json={"password": PASSWORD}, headers=ORIGIN)
    assert begun.status_code == 200, begun.text
    return await client.get(f"/login/oidc/idp/callback?{await through(begun.json()['url'], login)}")


async def confirmed(client) -> int:
    return (await client.post(f"{MINE}/idp/confirm", headers=ORIGIN)).status_code


async def test_a_person_connects_an_account_and_comes_in_by_it(world) -> None:
    async with AsyncTestClient(world.app) as client:
        await logged_in(world, client, "bob@example.com")
        wrong = await client.post(f"{MINE}/idp", json={"password": "wrong"}, headers=ORIGIN)
        assert wrong.status_code == 403
        answer = await proven(client, "ada")
        assert (answer.status_code, f"{MINE}/idp/confirm" in answer.text) == (200, True)
        assert "<b>ada@example.com</b>" in answer.text, "whose account it is"
        assert await world.store.find(Identity) == []
        assert await confirmed(client) == 200
        assert await confirmed(client) == 403, "what was confirmed is over"
        [mine] = (await client.get(MINE)).json()["items"]
        assert (mine["provider"], mine["subject"]) == ("idp", "ada")
        assert any(
            entry.route.endswith("/confirm") and entry.status == 200 for entry in await world.store.find(AuditEntry)
        )
    async with AsyncTestClient(world.app) as client:
        assert (await entered(client)).status_code == 200
        assert (await client.get("/api/v1/account")).json()["name"] == "bob@example.com"
        assert len(await world.store.find(User)) == 1


async def test_a_victim_binds_no_account_of_an_attacker_nor_theirs_to_an_attacker(world) -> None:
    async with AsyncTestClient(world.app) as attacker, AsyncTestClient(world.app) as victim:
        await logged_in(world, attacker, "eve@example.com")
        await logged_in(world, victim, "bob@example.com")
        begun = await attacker.post(f"{MINE}/idp", json={"password": PASSWORD}, headers=ORIGIN)
        query = await through(begun.json()["url"], "eve")
        # A link alone, with the attacker's code and state: nothing was begun in the victim's browser.
        assert (await victim.get(f"/login/oidc/idp/callback?{query}")).status_code == 401
        assert await confirmed(victim) == 403
        # The attacker's cookie was planted, too: what it says was begun in another session.
        victim.cookies.set("busbar-oidc", attacker.cookies["busbar-oidc"], domain="testserver.local")
        before = victim.cookies["busbar"]
        assert (await victim.get(f"/login/oidc/idp/callback?{query}")).status_code == 200
        assert victim.cookies["busbar"] == before, "the victim is still who they were"
        assert await confirmed(victim) == 403
        assert await world.store.find(Identity) == []


async def test_nothing_is_bound_once_the_session_that_began_it_has_ended(world) -> None:
    async with AsyncTestClient(world.app) as client:
        await logged_in(world, client, "bob@example.com")
        assert (await proven(client, "eve")).status_code == 200
        kept = client.cookies["busbar-oidc"]
        assert (await client.post("/logout", headers=ORIGIN)).status_code == 204
        assert await confirmed(client) == 401
        await client.post("/login", json={"email": "bob@example.com", "password": PASSWORD})
        client.cookies.set("busbar-oidc", kept, domain="testserver.local")
        assert await confirmed(client) == 403
        assert await world.store.find(Identity) == []


async def test_a_confirmation_comes_from_a_page_of_ours(world) -> None:
    async with AsyncTestClient(world.app) as client:
        await logged_in(world, client, "bob@example.com")
        assert (await proven(client, "ada")).status_code == 200
        for headers in ({}, {"Origin": "https://evil.example"}):
            assert (await client.post(f"{MINE}/idp/confirm", headers=headers)).status_code == 403
        assert await world.store.find(Identity) == []


async def test_an_account_of_somebody_else_is_not_taken_over(world) -> None:
    async with AsyncTestClient(world.app) as client, AsyncTestClient(world.app) as ada:
        assert (await entered(ada, "ada")).status_code == 200
        await logged_in(world, client, "bob@example.com")
        assert (await proven(client, "ada")).status_code == 200
        assert await confirmed(client) == 409
        assert len(await world.store.find(Identity)) == 1


async def test_who_has_no_other_way_in_cannot_disconnect_and_what_is_disconnected_lets_nobody_in(world) -> None:
    async with AsyncTestClient(world.app) as client, AsyncTestClient(world.app) as elsewhere:
        assert (await entered(client)).status_code == 200
        assert (await entered(elsewhere)).status_code == 200
        answer = await client.delete(f"{MINE}/idp", headers=ORIGIN)
        assert (answer.status_code, "only way in" in answer.text) == (409, True), answer.text
        [person] = await world.store.find(User)
        await world.store.change(User, (person.id,), values={"password": b"hash"}, expected={})
        assert (await client.delete(f"{MINE}/other", headers=ORIGIN)).status_code == 404
        assert (await client.delete(f"{MINE}/idp", headers=ORIGIN)).status_code == 204
        assert await world.store.find(Identity) == []
        assert (await elsewhere.get("/api/v1/account")).status_code == 401
        assert (await client.get("/api/v1/account")).status_code == 200
        assert len(await world.store.find(Login)) == 1


async def test_what_a_provider_says_is_no_markup(make_world) -> None:
    with lying_provider() as liar:
        world = make_world(ApiSettings(public_url=HOME, providers=(Relation(known_as(liar.url, email_domains=())),)))
        liar.token, liar.about = lambda said: signed(said | {"sub": "<script>"}), {"sub": "<script>"}
        async with AsyncTestClient(world.app) as client:
            await logged_in(world, client, "bob@example.com")
            begun = await client.post(f"{MINE}/idp", json={"password": PASSWORD}, headers=ORIGIN)
            answer = await client.get(liar.back(begun.json()["url"]))
            assert (answer.status_code, "<script>" in answer.text, "&lt;script&gt;" in answer.text) == (
                200,
                False,
                True,
            )


async def test_a_key_has_no_account_to_connect(api) -> None:
    assert (await api.post(f"{MINE}/idp/confirm")).status_code == 403
    assert (await api.post(f"{MINE}/idp", json={"password": "x"})).status_code == 403
    assert (await api.get(MINE)).status_code == 403
