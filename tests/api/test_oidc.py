from datetime import UTC, datetime
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
import pytest
from litestar.testing import AsyncTestClient

from busbar.api.backend import ApiSettings
from busbar.csms.grants import Role
from busbar.csms.records.access import Identity, User
from busbar.csms.services.oidc import Provider, RoleRule
from busbar.csms.trust.openid import Relation
from tests.fixtures.openid import openid_provider

HOME = "http://127.0.0.1:1"
BACK = f"{HOME}/login/oidc/idp/callback"


@pytest.fixture(scope="module")
def issuer():
    with openid_provider(BACK) as found:
        yield found


@pytest.fixture
async def world(issuer, make_world):
    provider = Provider(
        name="idp",
        issuer=issuer,
        client_id="busbar",
        roles=(RoleRule("charging", Role.SUPPORT),),
        email_domains=("example.com",),
        provision=True,
    )
    made = make_world(ApiSettings(public_url=HOME, providers=(Relation(provider, "s3cret"),)))
    await made.bus.open()
    yield made
    await made.bus.close()


async def through(url: str, login: str) -> str:
    """Log in at the provider's own forms; return the query that it sends the browser back with."""
    async with httpx2.AsyncClient(trust_env=False) as browser:
        for _ in range(12):
            if url.startswith(BACK):
                return urlsplit(url).query
            answer = await browser.get(url)
            if answer.status_code == 200:
                prompt = "login" if 'name="login"' in answer.text else "consent"
                form = {"prompt": prompt, "login": login, "password": "x"}
                answer = await browser.post(url, data=form)
            url = urljoin(url, answer.headers["location"])
    raise AssertionError("the provider leads nowhere")


async def started(client) -> str:
    answer = await client.get("/login/oidc/idp?next=//evil.example", follow_redirects=False)
    assert answer.status_code == 302
    return answer.headers["location"]


async def test_a_person_of_the_provider_gets_an_account_and_a_session(world) -> None:
    async with AsyncTestClient(world.app) as client:
        url = await started(client)
        asked = parse_qs(urlsplit(url).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["redirect_uri"] == [BACK]  # from the settings, whatever the request says
        query = await through(url, "ada")
        answer = await client.get(f"/login/oidc/idp/callback?{query}")
        assert answer.status_code == 200, answer.text
        assert "evil" not in answer.text
        account = (await client.get("/api/v1/account")).json()
        assert (account["name"], account["grants"]) == ("ada@example.com", [{"role": "support", "sites": None}])
        assert len(await world.store.find(Identity)) == 1


async def test_a_code_is_good_once_and_a_state_for_its_browser(world) -> None:
    async with AsyncTestClient(world.app) as client:
        query = await through(await started(client), "ada")
        kept = client.cookies["busbar-oidc"]
        async with AsyncTestClient(world.app) as other:
            assert (await other.get(f"/login/oidc/idp/callback?{query}")).status_code == 401
            await started(other)
            assert (await other.get(f"/login/oidc/idp/callback?{query}")).status_code == 401
        wrong = query.replace("iss=http", "iss=https")
        assert wrong != query
        assert (await client.get(f"/login/oidc/idp/callback?{wrong}")).status_code == 401
        client.cookies.set("busbar-oidc", kept)
        assert (await client.get(f"/login/oidc/idp/callback?{query}")).status_code == 200
        client.cookies.clear()
        client.cookies.set("busbar-oidc", kept)
        assert (await client.get(f"/login/oidc/idp/callback?{query}")).status_code == 401
        assert (await client.get("/api/v1/account")).status_code == 401


@pytest.mark.parametrize("login", ["ada.unverified", "nobody"])
async def test_who_has_no_proven_email_or_no_role_stays_outside(world, login: str) -> None:
    async with AsyncTestClient(world.app) as client:
        query = await through(await started(client), login)
        assert (await client.get(f"/login/oidc/idp/callback?{query}")).status_code == 401
        assert await world.store.find(User) == []


async def test_an_email_alone_takes_over_no_account(world) -> None:
    await world.store.insert(User(email="ada@example.com", name="", created_at=datetime.now(UTC)))
    async with AsyncTestClient(world.app) as client:
        query = await through(await started(client), "ada")
        answer = await client.get(f"/login/oidc/idp/callback?{query}")
        assert answer.status_code == 401
        assert "connect it" in answer.text
        assert await world.store.find(Identity) == []


async def enter(client, login: str = "ada") -> int:
    """Log in by the provider; return the status that ends it."""
    query = await through(await started(client), login)
    return (await client.get(f"/login/oidc/idp/callback?{query}")).status_code


async def test_who_has_no_other_way_in_cannot_disconnect(world) -> None:
    async with AsyncTestClient(world.app) as client:
        assert await enter(client) == 200
        headers = {"Origin": "http://testserver.local"}
        answer = await client.delete("/api/v1/account/identities/idp", headers=headers)
        assert (answer.status_code, "only way in" in answer.text) == (409, True), answer.text
        [person] = await world.store.find(User)
        await world.store.change(User, (person.id,), values={"password": b"hash"}, expected={})
        assert (await client.delete("/api/v1/account/identities/other", headers=headers)).status_code == 404
        assert (await client.delete("/api/v1/account/identities/idp", headers=headers)).status_code == 204
        assert await world.store.find(Identity) == []


async def test_a_disabled_account_is_refused(world) -> None:
    async with AsyncTestClient(world.app) as client:
        assert await enter(client) == 200
        [person] = await world.store.find(User)
        await world.store.change(User, (person.id,), values={"disabled": True}, expected={})
    async with AsyncTestClient(world.app) as client:
        assert await enter(client) == 401


async def test_another_subject_with_the_same_email_is_refused(world, issuer) -> None:
    async with AsyncTestClient(world.app) as client:
        assert await enter(client) == 200
        [identity] = await world.store.find(Identity)
        await world.store.remove(Identity, issuer, identity.subject)
        identity.subject = "somebody else"
        await world.store.put(identity)
    async with AsyncTestClient(world.app) as client:
        assert await enter(client) == 401
        assert len(await world.store.find(User)) == 1


async def test_an_account_that_could_not_be_bound_does_not_stay(world, monkeypatch) -> None:
    insert = world.store.insert

    async def refuse(row):
        if isinstance(row, Identity):
            raise RuntimeError("gone")
        return await insert(row)

    monkeypatch.setattr(world.store, "insert", refuse)
    async with AsyncTestClient(world.app) as client:
        assert await enter(client) == 500
        assert await world.store.find(User) == []
        monkeypatch.undo()
        assert await enter(client) == 200
