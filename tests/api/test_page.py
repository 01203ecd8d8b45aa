"""The browser's applications as they are served: lasting assets, one page for all views, a strict policy."""

import pytest
from litestar.testing import AsyncTestClient

from busbar.api import page
from busbar.api.app import make_app, make_backend
from busbar.api.backend import ApiSettings
from busbar.web.bundle import File

SCRIPT = File(b"1;" * 40, {"gzip": b"packed"}, "text/javascript", '"s"', lasting=True)
PAGE = File(b"<!doctype html>", {}, "text/html", '"p"', lasting=False)


@pytest.fixture(autouse=True)
def files(monkeypatch):
    built = {"index.html": PAGE, "assets/app-1a2b.js": SCRIPT}
    monkeypatch.setattr(page, "bundle", lambda name: built if name == "console" else {})
    return built


async def test_the_entrance_leads_to_the_console(stranger):
    answer = await stranger.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, "/console/")


@pytest.mark.parametrize("path", ["/console", "/console/", "/console/stations/CS.1", "/console/stations/a%2Fb"])
async def test_every_view_gets_the_page_with_a_strict_policy(stranger, path):
    answer = await stranger.get(path)
    assert (answer.status_code, answer.content) == (200, PAGE.content)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_asset_lasts_and_is_sent_packed_to_those_who_take_it(stranger):
    packed = await stranger.get("/console/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert (packed.content, packed.headers.get("content-encoding")) == (SCRIPT.content, None)
    assert "immutable" in packed.headers["cache-control"]
    async with stranger.stream("GET", "/console/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert b"".join([part async for part in answer.aiter_raw()]) == b"packed"


@pytest.mark.parametrize("name", ["nothing.js", "..%2findex.html", "%2e%2e%2fbundle.py"])
async def test_an_asset_that_is_not_there_is_not_a_page(stranger, name):
    assert (await stranger.get(f"/console/assets/{name}")).status_code == 404


async def test_an_unchanged_file_is_not_sent_again(stranger):
    again = await stranger.get("/console/", headers={"If-None-Match": PAGE.tag})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_server_without_built_pages_says_how_to_get_them(stranger, files):
    files.clear()
    answer = await stranger.get("/console/")
    assert answer.status_code == 200
    assert "make ui" in answer.text


async def test_https_is_asked_for_where_browsers_come_by_it(world):
    settings = ApiSettings(secure_cookies=True)
    app = make_app(make_backend(world.store, world.bus, world.dispatcher, b"k" * 32, settings))
    async with AsyncTestClient(app) as client:
        assert "max-age" in (await client.get("/console/")).headers["strict-transport-security"]
