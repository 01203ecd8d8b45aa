"""Who gets in: keys, sessions, origins."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from busbar.api.auth import Keys, cookie_name
from busbar.csms.bus.local import LocalBus
from busbar.csms.storage.memory import MemoryStore

SESSION = "busbar"


@pytest.fixture
def keys(world):
    return world.app.state.backend.keys


async def test_a_key_opens_and_a_removed_key_does_not(api, world):
    assert (await api.get("/api/v1/totals")).status_code == 200
    (row,) = await world.store.api_keys()
    assert (await api.delete(f"/api/v1/api-keys/{row.id}")).status_code == 204
    assert (await api.get("/api/v1/totals")).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic eDp5", "Bearer bbk_aaaa_" + "a" * 43, "Bearer " + "x" * 5000],
)
async def test_a_wrong_header_is_refused(stranger, header):
    answer = await stranger.get("/api/v1/totals", headers={"Authorization": header})
    assert answer.status_code == 401


async def test_another_secret_with_a_known_id_is_refused(stranger, keys):
    _, text = await keys.make("a")
    wrong = text[:-1] + ("A" if text[-1] != "A" else "B")
    assert (await stranger.get("/api/v1/totals", headers={"Authorization": f"Bearer {wrong}"})).status_code == 401
    assert (await stranger.get("/api/v1/totals", headers={"Authorization": f"Bearer {text}"})).status_code == 200


async def test_an_expired_key_is_refused(keys):
    _, text = await keys.make("a", datetime.now(UTC) - timedelta(seconds=1))
    assert await keys.check(text) is None


async def test_the_store_keeps_no_key(keys, world):
    _, text = await keys.make("a")
    (row,) = await world.store.api_keys()
    secret = text.split("_", 2)[2]
    assert secret.encode() not in row.secret
    assert row.id == text.split("_")[1]


async def test_keys_are_read_once_while_they_are_fresh():
    clock = [0.0]
    store, bus = MemoryStore(), LocalBus()
    keys = Keys(store, bus, b"k" * 32, clock=lambda: clock[0])
    row, text = await keys.make("a")
    assert await keys.check(text) == row
    await store.remove_api_key(row.id)  # behind the cache's back, as another node does
    assert await keys.check(text) == row
    clock[0] = 31.0
    assert await keys.check(text) is None


async def test_a_key_that_another_node_removed_is_dead_when_the_bus_says_so(make_world):
    world = make_world()
    await world.bus.open()
    here = Keys(world.store, world.bus, b"k" * 32)
    there = Keys(world.store, world.bus, b"k" * 32)
    await here.open()
    row, text = await here.make("a")
    assert await here.check(text) is not None
    await there.remove(row.id)
    deadline = time.monotonic() + 5
    while await here.check(text) is not None:
        assert time.monotonic() < deadline
        await asyncio.sleep(0)
    await here.close()
    await world.bus.close()


async def test_a_session_ends_with_its_time_and_with_its_key(keys):
    row, _ = await keys.make("a")
    cookie = keys.session(row, ends=1000)
    assert await keys.check_session(cookie, now=999.0) == row
    assert await keys.check_session(cookie, now=1000.0) is None
    await keys.remove(row.id)
    assert await keys.check_session(cookie, now=999.0) is None


async def test_a_forged_session_is_refused(keys):
    row, _ = await keys.make("a")
    other, _ = await keys.make("b")
    cookie = keys.session(row, ends=1000)
    seal = cookie.split(".")[2]
    longer = f"{row.id}.9999.{seal}"
    for forged in (longer, f"{other.id}.1000.{seal}", f"{row.id}.1000.", "a.b", "", f"{row.id}.٣.{seal}", "é.1.é"):
        assert await keys.check_session(forged, now=0.0) is None


def test_over_https_the_cookie_is_bound_to_the_host():
    assert cookie_name(secure=True).startswith("__Host-")
    assert cookie_name(secure=False) == SESSION
