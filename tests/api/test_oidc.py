"""The login against a provider that is not ours, with the flow as a browser goes through it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from litestar.testing import AsyncTestClient

from busbar.api.backend import ApiSettings
from busbar.api.oidc import Desk
from busbar.csms.records.access import AuditEntry, Identity, Login, User
from busbar.csms.trust.openid import Relation
from tests.fixtures.openid import BACK, HOME, SECRET, entered, known_as, openid_provider, started, through

ORIGIN = {"Origin": "http://testserver.local"}


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


async def test_a_disabled_account_is_refused(world) -> None:
    async with AsyncTestClient(world.app) as client:
        assert (await entered(client)).status_code == 200
        [person] = await world.store.find(User)
        await world.store.change(User, (person.id,), values={"disabled": True}, expected={})
    async with AsyncTestClient(world.app) as client:
        assert (await entered(client)).status_code == 401


async def test_another_subject_with_the_same_email_is_refused(world, issuer) -> None:
    async with AsyncTestClient(world.app) as client:
        assert (await entered(client)).status_code == 200
        [identity] = await world.store.find(Identity)
        await world.store.remove(Identity, issuer, identity.subject)
        identity.subject = "somebody else"
        await world.store.put(identity)
    async with AsyncTestClient(world.app) as client:
        assert (await entered(client)).status_code == 401
        assert len(await world.store.find(User)) == 1


async def test_an_account_that_could_not_be_bound_does_not_stay(world, monkeypatch) -> None:
    def fail(*_):
        raise RuntimeError("gone")

    monkeypatch.setattr(Desk, "_identity", fail)
    async with AsyncTestClient(world.app) as client:
        assert (await entered(client)).status_code == 500
        assert await world.store.find(User) == []
        monkeypatch.undo()
        assert (await entered(client)).status_code == 200


async def test_a_second_factor_is_asked_for_and_counts_once(world) -> None:
    people = world.app.state.backend.people
    async with AsyncTestClient(world.app) as client:
        assert (await entered(client)).status_code == 200
    [user] = await world.store.find(User)
    secret, _ = await people.enrol(user)
    [user], at = await world.store.find(User), datetime.now(UTC)
    await people.confirm(user, pyotp.TOTP(secret).at(at))
    right = pyotp.TOTP(secret).at(at + timedelta(seconds=30))
    wrong = f"{(int(right) + 500_000) % 1_000_000:06d}"
    async with AsyncTestClient(world.app) as client:
        answer = await entered(client)
        assert (answer.status_code, 'name="code"' in answer.text) == (200, True)
        assert (await client.get("/api/v1/account")).status_code == 401
        path = "/login/oidc/idp/code"
        assert (await client.post(path, data={"code": right})).status_code == 403, "from no page of ours"
        answer = await client.post(path, data={"code": wrong}, headers=ORIGIN)
        assert (answer.status_code, 'name="code"' in answer.text) == (401, True)
        assert (await client.get("/api/v1/account")).status_code == 401
        assert any("wrong code" in entry.detail for entry in await world.store.find(AuditEntry))
        kept = client.cookies["busbar-oidc"]
        assert (await client.post(path, data={"code": right}, headers=ORIGIN)).status_code == 200
        assert (await client.get("/api/v1/account")).json()["second_factor"] is True
    async with AsyncTestClient(world.app) as thief:
        assert (await thief.post(path, data={"code": right}, headers=ORIGIN)).status_code == 401
        thief.cookies.set("busbar-oidc", kept)
        assert (await thief.post(path, data={"code": right}, headers=ORIGIN)).status_code == 401
        # What owes a code proves nothing where the provider's answer belongs.
        assert (await thief.get("/login/oidc/idp/callback?state=&code=x")).status_code == 401
        assert (await thief.get("/api/v1/account")).status_code == 401


async def test_wrong_codes_of_a_second_factor_are_bounded(world) -> None:
    people = world.app.state.backend.people
    async with AsyncTestClient(world.app) as client:
        assert (await entered(client)).status_code == 200
        [user] = await world.store.find(User)
        await world.store.change(User, (user.id,), values={"totp": people.sealed("A" * 32)}, expected={})
        await entered(client)
        statuses = [
            (await client.post("/login/oidc/idp/code", data={"code": "x"}, headers=ORIGIN)).status_code
            for _ in range(6)
        ]
        assert statuses == [401] * 5 + [429]


async def test_the_second_factor_of_a_provider_is_enough_where_it_is_told_so(issuer, make_world) -> None:
    relation = Relation(known_as(issuer, second_factor=True), SECRET)
    world = make_world(ApiSettings(public_url=HOME, providers=(relation,)))
    async with AsyncTestClient(world.app) as client:
        assert (await entered(client)).status_code == 200
        [user] = await world.store.find(User)
        await world.store.change(User, (user.id,), values={"totp": b"sealed"}, expected={})
    async with AsyncTestClient(world.app) as client:
        assert (await entered(client)).status_code == 200
        assert (await client.get("/api/v1/account")).status_code == 200


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(issuer, make_world) -> None:
    relation = Relation(known_as(issuer), SECRET)
    settings = ApiSettings(public_url=HOME, providers=(relation,), secure_cookies=True)
    async with AsyncTestClient(make_world(settings).app, base_url="https://testserver.local") as client:
        begun = await client.get("/login/oidc/idp", follow_redirects=False)
        for part in ("__Host-busbar-oidc=", "HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=600"):
            assert part in begun.headers["set-cookie"]
        query = await through(begun.headers["location"], "ada")
        ended = await client.get(f"/login/oidc/idp/callback?{query}")
        session, flow = ended.headers.get_list("set-cookie")
        for part in ("__Host-busbar=", "HttpOnly", "Secure", "Path=/", "SameSite=strict"):
            assert part in session
        assert 'busbar-oidc=""' in flow or "busbar-oidc=;" in flow
        assert "Max-Age=0" in flow
        assert ended.headers["cache-control"] == "no-store"
        assert ended.headers["referrer-policy"] == "same-origin"


async def test_a_provider_that_takes_the_secret_in_the_form_gets_it_there(make_world) -> None:
    with openid_provider("client_secret_post") as issuer:
        for secret, status in ((SECRET, 200), ("wrong", 401)):
            world = make_world(ApiSettings(public_url=HOME, providers=(Relation(known_as(issuer), secret),)))
            async with AsyncTestClient(world.app) as client:
                assert (await entered(client)).status_code == status
                assert len(await world.store.find(Login)) == (status == 200)
