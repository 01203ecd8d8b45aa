"""Deliveries to real sockets: made once per event and webhook, tried until taken, signed, and given up in the end."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import aiomqtt
import pytest

from busbar.csms.bus.local import LocalBus
from busbar.csms.changes import RowAdded
from busbar.csms.jobs.runner import Desk
from busbar.csms.jobs.webhooks import KEEP, Webhooks
from busbar.csms.ports import Store
from busbar.csms.records.webhooks import Delivery, DeliveryState, OutgoingEvent, Webhook
from busbar.csms.services.outgoing import GAP, MOST_ATTEMPTS
from busbar.csms.storage.memory import MemoryStore

NOW = datetime.now(UTC)


@dataclass
class Listener:
    """An HTTP server that notes what it is told, and answers as the script says."""

    port: int = 0
    status: int = 204
    told: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.told.append((headers, body))
        writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    yield listener
    server.close()


@pytest.fixture
async def desk() -> Desk:
    return Desk(cast("Store", MemoryStore()), LocalBus(), cast("Any", None), lambda *_: None)


async def echo(happening: bytes) -> bytes:
    return happening


def hooks(*hosts: str) -> Webhooks:
    return Webhooks(echo, frozenset(hosts or ("127.0.0.1",)))


async def add(desk: Desk, url: str, *events: str, **fields: Any) -> Webhook:
    values = {"name": "x", "secret": b"key", "created_at": NOW} | fields
    return await desk.store.insert(Webhook(url=url, events=list(events or ("*",)), **values))


async def happen(desk: Desk, name: str = "session.changed", **fields: Any) -> None:
    values = {"station_id": 1, "at": NOW, "happening": b'{"a":1}'} | fields
    await desk.store.commit([RowAdded(OutgoingEvent(name=name, **values))])


async def rows(desk: Desk) -> list[Delivery]:
    return await desk.store.find(Delivery)


async def test_an_event_is_told_once_signed_and_with_its_id(desk: Desk, listener: Listener) -> None:
    await add(desk, f"http://127.0.0.1:{listener.port}/hook")
    await happen(desk)
    for _ in range(2):
        await hooks().look(desk)
    [(headers, body)] = listener.told
    assert json.loads(body) == {
        "id": "evt_1",
        "type": "session.changed",
        "timestamp": NOW.isoformat().replace("+00:00", "Z"),
        "data": {"a": 1},
    }
    content = f"evt_1.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(b"key", content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["content-type"] == "application/json"
    [row] = await rows(desk)
    assert (row.state, row.attempts, row.answer) == (DeliveryState.DELIVERED, 1, "taken")


async def test_only_what_is_wanted_by_an_active_webhook_of_the_same_organisation_is_told(
    desk: Desk, listener: Listener
) -> None:
    url = f"http://127.0.0.1:{listener.port}/"
    await add(desk, url, "station.*")
    await add(desk, url, "*", active=False)
    await add(desk, url, "*", organisation_id=2)
    await happen(desk, "session.changed")
    await happen(desk, "station.booted")
    await hooks().look(desk)
    assert [json.loads(body)["type"] for _, body in listener.told] == ["station.booted"]


async def test_a_refusal_is_tried_again_later_and_not_before(desk: Desk, listener: Listener) -> None:
    await add(desk, f"http://127.0.0.1:{listener.port}/")
    await happen(desk)
    listener.status = 500
    for _ in range(2):
        await hooks().look(desk)
    [row] = await rows(desk)
    assert len(listener.told) == 1
    assert (row.state, row.attempts, row.answer) == (DeliveryState.PENDING, 1, "status 500")
    assert row.next_at > NOW + timedelta(seconds=5)
    await desk.store.change(Delivery, (row.id,), values={"next_at": NOW}, expected={})
    listener.status = 200
    again = hooks()
    await again.look(desk)
    [row] = await rows(desk)
    assert (row.state, row.attempts) == (DeliveryState.DELIVERED, 2)
    assert again.tried == {DeliveryState.DELIVERED: 1}


async def test_a_listener_that_never_takes_it_is_given_up(desk: Desk, listener: Listener) -> None:
    await add(desk, f"http://127.0.0.1:{listener.port}/")
    await happen(desk)
    listener.status = 500
    await hooks().look(desk)
    [row] = await rows(desk)
    values = {"next_at": NOW, "attempts": MOST_ATTEMPTS - 1}
    await desk.store.change(Delivery, (row.id,), values=values, expected={})
    again = hooks()
    await again.look(desk)
    [row] = await rows(desk)
    assert (row.state, row.attempts) == (DeliveryState.FAILED, MOST_ATTEMPTS)
    assert again.tried == {DeliveryState.FAILED: 1}
    assert row.finished_at is not None


async def test_a_host_inside_a_private_network_is_told_only_where_it_is_allowed(desk: Desk, listener: Listener) -> None:
    await add(desk, f"http://127.0.0.1:{listener.port}/")
    await happen(desk)
    await hooks("elsewhere").look(desk)
    [row] = await rows(desk)
    assert listener.told == []
    assert "private network" in row.answer


async def test_what_was_removed_meanwhile_is_not_told(desk: Desk, listener: Listener) -> None:
    hook = await add(desk, f"http://127.0.0.1:{listener.port}/")
    await happen(desk)
    listener.status = 500
    await hooks().look(desk)
    [row] = await rows(desk)
    await desk.store.remove(Webhook, hook.id)
    await desk.store.change(Delivery, (row.id,), values={"next_at": NOW}, expected={})
    await hooks().look(desk)
    [row] = await rows(desk)
    assert (row.state, len(listener.told)) == (DeliveryState.FAILED, 1)


async def test_more_events_than_a_page_are_all_told_and_old_ones_forgotten(desk: Desk, listener: Listener) -> None:
    await add(desk, f"http://127.0.0.1:{listener.port}/", "none.*")
    for number in range(450):
        await happen(desk, at=NOW - 2 * KEEP if number < 400 else NOW)
    await hooks().look(desk)
    hook = await desk.store.get(Webhook, 1)
    assert hook is not None
    assert hook.cursor == 450
    assert len(await desk.store.find(OutgoingEvent)) == 50


async def told_events(desk: Desk) -> list[int]:
    return sorted(row.event_id for row in await rows(desk))


async def test_an_event_committed_after_one_with_a_later_number_is_told_too(desk: Desk, listener: Listener) -> None:
    hook = await add(desk, f"http://127.0.0.1:{listener.port}/")
    await happen(desk)
    await happen(desk, id=3, at=datetime.now(UTC), organisation_id=2)
    await happen(desk, id=4, at=datetime.now(UTC))
    await hooks().look(desk)
    assert await told_events(desk) == [1]
    await happen(desk, id=2)
    await hooks().look(desk)
    assert await told_events(desk) == [1, 2, 4]
    assert (await desk.store.get(Webhook, hook.id)).cursor == 4  # type: ignore[union-attr]


async def test_a_number_that_was_never_committed_is_not_waited_for_long(desk: Desk, listener: Listener) -> None:
    await add(desk, f"http://127.0.0.1:{listener.port}/")
    await happen(desk)
    await happen(desk, id=3, at=datetime.now(UTC) - 2 * GAP)
    await hooks().look(desk)
    assert await told_events(desk) == [1, 3]


async def test_webhooks_that_had_more_and_less_are_all_told_the_rest_once(desk: Desk, listener: Listener) -> None:
    url = f"http://127.0.0.1:{listener.port}/"
    made = [await add(desk, url, cursor=cursor) for cursor in (0, 150, 250, 150)]
    for _ in range(260):
        await happen(desk, "session.changed")
    await hooks().look(desk)
    for hook, count in zip(made, (260, 110, 10, 110), strict=True):
        assert [row.event_id for row in await desk.store.find(Delivery, webhook_id=hook.id)] == list(
            range(261 - count, 261)
        )


async def test_what_is_changed_while_it_is_told_stays_changed(desk: Desk, listener: Listener) -> None:
    hook = await add(desk, f"http://127.0.0.1:{listener.port}/")
    await happen(desk)
    job = hooks()

    async def meanwhile(happening: bytes) -> bytes:
        await desk.store.change(Webhook, (hook.id,), values={"name": "other", "active": False}, expected={})
        values = {"next_at": NOW + timedelta(seconds=1), "attempts": 0, "state": DeliveryState.PENDING}
        await desk.store.change(Delivery, (1,), values=values, expected={})
        return happening

    job.render = meanwhile
    commit = desk.store.commit

    async def patched(changes: Any) -> None:
        await commit(changes)
        await desk.store.change(Webhook, (hook.id,), values={"url": "http://127.0.0.1:1/"}, expected={})

    desk.store.commit = patched  # type: ignore[method-assign]
    await job.look(desk)
    found = await desk.store.get(Webhook, hook.id)
    assert found is not None
    assert (found.name, found.active, found.url, found.cursor) == ("other", False, "http://127.0.0.1:1/", 1)
    [row] = await rows(desk)
    assert (row.state, row.next_at, row.attempts) == (DeliveryState.PENDING, NOW + timedelta(seconds=1), 0)


async def test_an_event_is_published_to_a_broker(desk: Desk, mqtt_url: str) -> None:
    host, _, port = mqtt_url.removeprefix("mqtt://").partition(":")
    async with aiomqtt.Client(host, int(port)) as listener:
        await listener.subscribe("hooked/#", qos=1)
        await add(desk, f"{mqtt_url}/hooked")
        await happen(desk)
        await hooks().look(desk)
        async with asyncio.timeout(10):
            async for message in listener.messages:
                assert str(message.topic) == "hooked/session/changed"
                assert json.loads(cast("bytes", message.payload))["id"] == "evt_1"
                break
    [row] = await rows(desk)
    assert row.state is DeliveryState.DELIVERED
