"""The event stream over a real server and a real socket."""

import asyncio
import re
import socket
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
import msgspec
import pytest
import uvicorn

from busbar.api.backend import ApiSettings
from busbar.csms.grants import Grant, Role
from busbar.csms.happenings import CommandChanged, StationDisconnected
from busbar.csms.services.outgoing import Wanted
from tests.fixtures.rows import command

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def publish(world, station="CS1", station_id=1, reason="gone"):
    happening = StationDisconnected(station=station, at=NOON, epoch=1, reason=reason)
    world.bus.publish(f"busbar.event.station.disconnected.{station_id}", msgspec.json.encode(happening))


@asynccontextmanager
async def serving(world):
    """Serve the application on a free port; yield its address and a key."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(world.app, log_level="critical", timeout_graceful_shutdown=5))
    task = asyncio.create_task(server.serve([listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        _, text = await world.app.state.backend.keys.make("tests")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", {"Authorization": f"Bearer {text}"}
    finally:
        await world.app.state.backend.live.close()
        server.should_exit = True
        await asyncio.wait_for(task, 10)
        listener.close()


async def next_event(lines):
    """Return the next event of a stream as (name, data)."""
    name = None
    async for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            return name, msgspec.json.decode(line.removeprefix("data: "))
    return None


@pytest.fixture
async def served(world):
    async with serving(world) as (url, headers), httpx2.AsyncClient(base_url=url, timeout=10) as client:
        yield world, client, headers


async def test_a_happening_arrives_while_the_stream_is_open(served):
    world, client, headers = served
    await world.add_station()
    async with client.stream("GET", "/api/v1/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        lines = answer.aiter_lines()
        await anext(lines)
        publish(world)
        name, data = await next_event(lines)
        assert name == "station.disconnected"
        assert data["station"] == "CS1"
        assert data["reason"] == "gone"
        publish(world, reason="again")
        assert (await next_event(lines))[1]["reason"] == "again"


async def test_a_reader_without_the_right_to_logs_hears_of_no_command(served):
    world, client, _ = served
    await world.add_station()
    for role, first in ((Role.READ_ONLY, "station.disconnected"), (Role.SUPPORT, "command.changed")):
        _, text = await world.app.state.backend.keys.make(role, grants=(Grant(role),), organisation_id=1)
        async with client.stream("GET", "/api/v1/events", headers={"Authorization": f"Bearer {text}"}) as answer:
            lines = answer.aiter_lines()
            await anext(lines)
            told = CommandChanged(station="CS1", at=NOON, command=command("c-1"))
            world.bus.publish("busbar.event.command.changed.1", msgspec.json.encode(told))
            publish(world)
            assert (await next_event(lines))[0] == first


async def test_a_stream_needs_a_key(served):
    _, client, _ = served
    answer = await client.get("/api/v1/events")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_browsers_session_opens_a_stream(served):
    _, client, headers = served
    await client.post("/login", json={"key": headers["Authorization"].removeprefix("Bearer ")})
    async with client.stream("GET", "/api/v1/events") as answer:
        assert answer.status_code == 200


async def test_a_stream_of_an_unknown_station_is_refused(served):
    _, client, headers = served
    answer = await client.get("/api/v1/events?station=nobody", headers=headers)
    assert answer.json()["errors"][0]["field"] == "station"


async def test_a_reader_that_leaves_is_forgotten(served):
    world, client, headers = served
    live = world.app.state.backend.live
    async with client.stream("GET", "/api/v1/events", headers=headers) as answer:
        await anext(answer.aiter_lines())
        assert live.readers == 1
    async with asyncio.timeout(5):
        while live.readers:
            await asyncio.sleep(0.01)


async def test_a_reader_that_does_not_read_costs_a_bound_and_disturbs_nobody(make_world):
    world = make_world(ApiSettings(live_backlog=16))
    await world.bus.open()
    async with serving(world) as (url, headers), httpx2.AsyncClient(base_url=url, timeout=10) as client:
        await world.add_station()
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        request = f"GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: {headers['Authorization']}\r\n\r\n"
        writer.write(request.encode())
        await reader.readuntil(b"stream begins")
        live = world.app.state.backend.live
        (slow,) = live._readers
        for _ in range(400):
            publish(world, reason="x" * 40_000)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert slow.waiting <= 16
        assert slow.overflowed > 0
        assert (await client.get("/healthz")).status_code == 200
        writer.close()
    await world.bus.close()


async def test_a_removed_key_ends_its_stream(make_world):
    world = make_world(ApiSettings(live_heartbeat_s=0.05))
    await world.bus.open()
    async with (
        serving(world) as (url, headers),
        httpx2.AsyncClient(base_url=url, timeout=10) as client,
        client.stream("GET", "/api/v1/events", headers=headers) as answer,
    ):
        lines = answer.aiter_lines()
        await anext(lines)
        await world.app.state.backend.keys.remove(headers["Authorization"].split("_")[1])
        assert await next_event(lines) is None
    await world.bus.close()


async def test_a_reader_of_the_log_that_does_not_read_is_told_and_cut_and_goes_on(make_world):
    world = make_world(ApiSettings(live_backlog=16))
    await world.bus.open()
    async with serving(world) as (url, headers), httpx2.AsyncClient(base_url=url, timeout=10) as client:
        await world.add_station()
        assert (await client.put("/api/v1/event-log", json={"keep_hours": 1}, headers=headers)).status_code == 200
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
        request = f"GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: {headers['Authorization']}\r\n"
        request += "Connection: close\r\n\r\n"
        writer.write(request.encode())
        begin = (await reader.readuntil(b"stream begins")).decode()
        last = begin.split("id: ")[1].split("\n")[0]
        live, wanted = world.app.state.backend.live, Wanted()
        (slow,) = live._readers
        wanted.logged = True
        for number in range(500):
            told = StationDisconnected(station="CS1", at=NOON, epoch=number, reason=f"{number} " + "x" * 80_000)
            await world.store.commit(wanted.rows(1, 1, [told]))
            publish(world)
            await asyncio.sleep(0)
            assert slow.waiting <= 16
        async with asyncio.timeout(10):
            while not slow.ended:
                await asyncio.sleep(0.01)
        rest = b""
        while data := await asyncio.wait_for(reader.read(1 << 20), 10):
            rest += data
        assert b"event: too-slow" in rest
        had = re.findall(rb"id: (\d+-\d+)\n", rest)
        seen = [int(each) for each in re.findall(rb'"reason":"(\d+) ', rest)]
        after = (had[-1] if had else last.encode()).decode()
        async with client.stream("GET", f"/api/v1/events?after={after}", headers=headers) as answer:
            lines = answer.aiter_lines()
            while len(seen) < 500:
                seen.append(int((await next_event(lines))[1]["reason"].split()[0]))
        assert seen == list(range(500))
        writer.close()
    await world.bus.close()
