"""Which requests are followed, and under what name."""

from contextlib import contextmanager

import pytest
from litestar.testing import AsyncTestClient

from busbar.api.app import make_app, make_backend
from busbar.api.backend import Observed
from tests.api.conftest import KEY

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Recorder:
    """Remembers what it was asked to follow, and how it ended."""

    id = "0" * 32

    def __init__(self):
        self.requests = []
        self.ends = []

    @contextmanager
    def request(self, name, traceparent):
        self.requests.append((name, traceparent))
        yield self

    def end(self, result, *, failed=False):
        self.ends.append((result, failed))


@pytest.fixture
def tracer():
    return Recorder()


@pytest.fixture
async def client(world, tracer):
    app = make_app(make_backend(world.store, world.bus, world.dispatcher, KEY, observed=Observed(tracer=tracer)))
    async with AsyncTestClient(app) as made:
        _, text = await app.state.backend.keys.make("tests")
        made.headers["Authorization"] = f"Bearer {text}"
        yield made


async def test_a_request_is_followed_by_its_route_with_its_parent(client, tracer, world):
    await world.add_station()
    assert (await client.get("/api/v1/stations/CS1?a=secret", headers={"traceparent": PARENT})).status_code == 200
    assert (await client.get("/api/v1/stations/CS2")).status_code == 404
    assert tracer.requests == [
        ("GET /api/v1/stations/{identity}", PARENT),
        ("GET /api/v1/stations/{identity}", ""),
    ]
    assert tracer.ends == [("200", False), ("404", False)]


async def test_what_breaks_is_marked(client, tracer, world, monkeypatch):
    async def fail():
        raise RuntimeError

    monkeypatch.setattr(world.store, "totals", fail)
    assert (await client.get("/api/v1/totals")).status_code == 500
    assert tracer.ends == [("500", True)]


async def test_nobody_unknown_makes_traces(client, tracer):
    del client.headers["Authorization"]
    for path in ("/api/v1/totals", "/healthz", "/readyz", "/", "/api/v1/none"):
        await client.get(path, headers={"traceparent": PARENT})
    assert tracer.requests == []
