"""Health, readiness and totals."""

import asyncio
from datetime import UTC, datetime

import pytest
from litestar.testing import AsyncTestClient

from busbar.api import status
from busbar.api.app import make_app, make_backend
from busbar.api.backend import ApiSettings, Observed
from busbar.csms.ports import StoreUnavailable
from busbar.telemetry import health


@pytest.fixture(autouse=True)
def _nothing_is_remembered(monkeypatch):
    monkeypatch.setattr(health, "KEEP_S", 0.0)


async def test_health_asks_nothing(stranger, world, monkeypatch):
    async def fail(_):
        raise StoreUnavailable

    monkeypatch.setattr(world.store, "station", fail)
    assert (await stranger.get("/healthz")).json() == {"status": "ok", "loop_lag_s": 0.0}


async def test_a_loop_that_is_far_behind_is_not_healthy(stranger, monkeypatch):
    monkeypatch.setattr(status, "LAG_S", -1.0)
    answer = await stranger.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "late")


async def test_ready_names_each_part(stranger, world, monkeypatch):
    answer = await stranger.get("/readyz")
    assert answer.status_code == 200
    parts = {"store_reads": "ok", "store_writes": "ok", "store_keeps_up": "ok", "serving": "ok"}
    assert answer.json() == {"status": "ready", "parts": parts}

    async def fail(_):
        raise StoreUnavailable("postgresql://user:secret@host")

    monkeypatch.setattr(world.store, "station", fail)
    answer = await stranger.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "parts": parts | {"store_reads": "failed"}}
    assert "secret" not in answer.text


async def test_a_store_that_cannot_write_is_not_ready(stranger, world, monkeypatch):
    async def fail(*_):
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(world.store, "take_ids", fail)
    answer = await stranger.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["store_writes"]) == (503, "failed")


async def test_a_store_that_hangs_is_slow_and_does_not_hold_the_route_up(stranger, world, monkeypatch):
    async def hang(_):
        await asyncio.Event().wait()

    monkeypatch.setattr(status, "READY_S", 0.01)
    monkeypatch.setattr(world.store, "station", hang)
    answer = await asyncio.wait_for(stranger.get("/readyz"), 5)
    assert (answer.status_code, answer.json()["parts"]["store_reads"]) == (503, "slow")


async def test_a_store_that_is_full_is_not_ready(stranger, world, monkeypatch):
    monkeypatch.setattr(type(world.store), "full", True)
    assert (await stranger.get("/readyz")).json()["parts"]["store_keeps_up"] == "failed"


async def test_a_server_that_stops_is_not_ready(stranger, world):
    world.app.state.backend.readiness.stopping = True
    answer = await stranger.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["serving"]) == (503, "failed")


async def test_what_the_server_needs_besides_is_named(world):
    held = status.readiness(world.store, Observed(conditions={"bus": lambda: False}).conditions)
    assert (await held.parts())["bus"] == "failed"


async def test_totals_count_and_sum(api, world):
    row = await world.add_station()
    await world.add_station("CS2", version=None)
    await world.add_session(row.id, 1, energy_wh=1500.0)
    await world.add_session(row.id, 2, energy_wh=500.5, ended_at=datetime(2026, 5, 1, 13, tzinfo=UTC))
    totals = (await api.get("/api/v1/totals")).json()
    assert totals["stations"] == 2
    assert totals["online"] == 1
    assert totals["energy_wh"] == 2000.5
    assert (totals["sessions"], totals["active_sessions"]) == (2, 1)
    assert totals["messages"] == totals["errors"] == 0


async def test_where_stations_connect_is_shown(world):
    settings = ApiSettings(station_urls=("ws://0.0.0.0:9000/ocpp",))
    app = make_app(make_backend(world.store, world.bus, world.dispatcher, b"k" * 32, settings))
    async with AsyncTestClient(app) as client:
        _, key = await app.state.backend.keys.make("test")
        answer = await client.get("/api/v1/station-urls", headers={"Authorization": f"Bearer {key}"})
        assert answer.json() == {"urls": ["ws://0.0.0.0:9000/ocpp"]}
