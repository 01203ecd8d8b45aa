"""Health, readiness and totals."""

import asyncio
from datetime import UTC, datetime

from busbar.api import status
from busbar.csms.ports import StoreUnavailable


async def test_health_asks_nothing(stranger, world, monkeypatch):
    async def fail(_):
        raise StoreUnavailable

    monkeypatch.setattr(world.store, "station", fail)
    assert (await stranger.get("/healthz")).json() == {"status": "ok"}


async def test_ready_means_that_the_store_answers(stranger, world, monkeypatch):
    assert (await stranger.get("/readyz")).status_code == 200

    async def fail(_):
        raise StoreUnavailable("postgresql://user:secret@host")

    monkeypatch.setattr(world.store, "station", fail)
    answer = await stranger.get("/readyz")
    assert answer.status_code == 503
    assert "secret" not in answer.text


async def test_a_store_that_hangs_is_not_ready(stranger, world, monkeypatch):
    async def hang(_):
        await asyncio.Event().wait()

    monkeypatch.setattr(status, "READY_S", 0.01)
    monkeypatch.setattr(world.store, "station", hang)
    assert (await stranger.get("/readyz")).status_code == 503


async def test_a_store_that_is_full_is_not_ready(stranger, world, monkeypatch):
    monkeypatch.setattr(type(world.store), "full", True)
    assert (await stranger.get("/readyz")).status_code == 503


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
