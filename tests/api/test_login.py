"""Sessions of browsers: how they begin, from where they may write, and how they end."""

import pytest

SESSION = "busbar"


@pytest.fixture
def keys(world):
    return world.app.state.backend.keys


async def login(client, text, **headers):
    return await client.post("/login", json={"key": text}, headers=headers)


async def test_a_login_gives_a_cookie_that_scripts_and_other_sites_cannot_use(stranger, keys):
    _, text = await keys.make("a")
    answer = await login(stranger, text)
    assert answer.status_code == 204
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert text not in cookie
    assert (await stranger.get("/api/v1/totals")).status_code == 200


async def test_a_login_with_a_wrong_key_is_refused(stranger):
    answer = await login(stranger, "bbk_wrong")
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


async def test_a_login_from_another_site_is_refused(stranger, keys):
    _, text = await keys.make("a")
    assert (await login(stranger, text, Origin="https://evil.example")).status_code == 403


async def test_a_session_writes_only_from_its_own_origin(stranger, keys):
    _, text = await keys.make("a")
    await login(stranger, text)
    own = str(stranger.base_url).rstrip("/")
    for origin, status in ((None, 403), ("https://evil.example", 403), ("null", 403), (own, 201)):
        headers = {"Origin": origin} if origin else {}
        answer = await stranger.post("/api/v1/sites", json={"name": "here"}, headers=headers)
        assert answer.status_code == status, origin


async def test_a_logout_ends_the_session_in_the_browser(stranger, keys):
    _, text = await keys.make("a")
    await login(stranger, text)
    await stranger.post("/logout")
    assert (await stranger.get("/api/v1/totals")).status_code == 401
