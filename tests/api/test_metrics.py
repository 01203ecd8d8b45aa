"""Who gets the page of metrics."""

from litestar.testing import AsyncTestClient

from busbar.api.app import make_app, make_backend
from busbar.api.backend import Observed
from busbar.api.metrics import metrics_app
from tests.api.conftest import KEY


async def page(accept: str) -> tuple[bytes, str]:
    return f"for {accept}".encode(), "text/plain; version=1.0.0"


async def test_there_is_no_page_unless_it_is_on(stranger):
    assert (await stranger.get("/metrics")).status_code == 404


async def test_the_token_of_metrics_opens_the_page_and_nothing_else(world):
    observed = Observed(page=page, metrics_token="right")
    app = make_app(make_backend(world.store, world.bus, world.dispatcher, KEY, observed=observed))
    async with AsyncTestClient(app) as client:
        for wrong in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer \xe4"},
        ):
            answer = await client.get("/metrics", headers={k: v.encode("latin-1") for k, v in wrong.items()})
            assert answer.status_code == 401
            assert "right" not in answer.text
        right = {"Authorization": "Bearer right", "Accept": "text/plain"}
        answer = await client.get("/metrics", headers=right)
        assert (answer.status_code, answer.text) == (200, "for text/plain")
        assert answer.headers["content-type"] == "text/plain; version=1.0.0"
        assert (await client.get("/api/v1/totals", headers=right)).status_code == 401


async def test_a_port_of_its_own_has_this_page_alone():
    async with AsyncTestClient(metrics_app(Observed(page=page))) as client:
        assert (await client.get("/metrics")).status_code == 200
        for path in ("/api/v1/totals", "/healthz", "/", "/openapi.json"):
            assert (await client.get(path)).status_code == 404
