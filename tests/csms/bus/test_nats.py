"""NATS away, NATS back, and too much for it: nobody is blocked, what is lost is counted."""

import asyncio

import pytest

from busbar.csms.bus import nats
from busbar.csms.bus.nats import NatsBus
from busbar.csms.ports import NoResponder


async def soon(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def echo(data: bytes) -> bytes:
    return data


async def test_messages_go_from_one_process_to_another(nats_server_url) -> None:
    here, there = NatsBus(nats_server_url), NatsBus(nats_server_url)
    await here.open()
    await there.open()
    got = []

    async def handler(data: bytes) -> None:
        got.append(data)

    await there.subscribe("two.>", handler)
    await there.respond("two.command.7", echo)
    here.publish("two.event", b"m")
    await soon(lambda: got == [b"m"])
    assert await here.request("two.command.7", b"x", timeout_s=5) == b"x"
    await here.close()
    await there.close()


async def test_what_is_published_before_the_close_arrives(nats_server_url) -> None:
    here, there = NatsBus(nats_server_url), NatsBus(nats_server_url)
    await here.open()
    await there.open()
    got = []

    async def handler(data: bytes) -> None:
        got.append(data)

    await there.subscribe("last.words", handler)
    for _ in range(1000):
        here.publish("last.words", b"m")
    await here.close()
    await soon(lambda: len(got) == 1000)
    await there.close()


async def test_an_outage_drops_and_counts_and_everything_comes_back(own_nats_server) -> None:
    own_nats_server.start()
    bus = NatsBus(own_nats_server.url)
    await bus.open()
    got = []

    async def handler(data: bytes) -> None:
        got.append(data)

    await bus.subscribe("a", handler)
    await bus.respond("r", echo)
    own_nats_server.stop()
    await soon(lambda: not bus.connected)
    for _ in range(5):
        bus.publish("a", b"lost")
    assert bus.dropped == 5
    with pytest.raises(NoResponder):
        await bus.request("r", b"", timeout_s=5)
    own_nats_server.start()
    await soon(lambda: bus.connected)
    bus.publish("a", b"back")
    await soon(lambda: got == [b"back"])
    assert await bus.request("r", b"x", timeout_s=5) == b"x"
    await bus.close()


async def test_it_opens_without_a_server_and_finds_it_later(own_nats_server, monkeypatch) -> None:
    monkeypatch.setattr(nats, "OPEN_WAIT_S", 0.05)
    bus = NatsBus(own_nats_server.url)
    await bus.open()
    got = []

    async def handler(data: bytes) -> None:
        got.append(data)

    await bus.subscribe("a", handler)
    returned = []

    async def caught_up() -> None:
        returned.append(True)

    bus.on_return(caught_up)
    stream = bus.stream("a")
    bus.publish("a", b"lost")
    with pytest.raises(NoResponder):
        await bus.request("r", b"", timeout_s=5)
    assert bus.dropped == 1
    own_nats_server.start()
    await soon(lambda: bus.connected and all(i.subscription for i in bus._interests))
    bus.publish("a", b"found")
    await soon(lambda: got == [b"found"])
    async with asyncio.timeout(10):
        assert await anext(stream) == ("a", b"found")
    assert returned == [True]
    await bus.close()


async def test_it_closes_while_it_still_looks_for_a_server(own_nats_server, monkeypatch) -> None:
    monkeypatch.setattr(nats, "OPEN_WAIT_S", 0.05)
    bus = NatsBus(own_nats_server.url)
    await bus.open()
    await asyncio.wait_for(bus.close(), 5)
    assert not bus.connected


async def test_a_full_outbox_and_a_message_too_large_are_counted(nats_server_url, monkeypatch) -> None:
    monkeypatch.setattr(nats, "OUTBOX_LIMIT", 10)
    bus = NatsBus(nats_server_url)
    await bus.open()
    for _ in range(15):
        bus.publish("full", b"m")
    assert bus.dropped == 5
    await soon(lambda: not bus._outbox.qsize())
    bus.publish("full", bytes(2 * 1024 * 1024))
    await soon(lambda: bus.dropped == 6)
    bus.publish("not a subject", b"m")
    await soon(lambda: bus.dropped == 7)
    await bus.close()


async def test_a_message_that_breaks_the_client_costs_only_itself(nats_server_url, monkeypatch) -> None:
    bus = NatsBus(nats_server_url)
    await bus.open()
    assert bus._client is not None
    publish = bus._client.publish

    async def breaking(subject: str, data: bytes) -> None:
        if data == b"bad":
            raise AssertionError(subject)
        await publish(subject, data)

    monkeypatch.setattr(bus._client, "publish", breaking)
    got = []

    async def handler(data: bytes) -> None:
        got.append(data)

    await bus.subscribe("breaking", handler)
    bus.publish("breaking", b"bad")
    bus.publish("breaking", b"good")
    await soon(lambda: got == [b"good"])
    assert bus.dropped == 1
    await bus.close()


async def test_answers_under_way_are_bounded(nats_server_url, monkeypatch) -> None:
    monkeypatch.setattr(nats, "ANSWERS_LIMIT", 1)
    bus = NatsBus(nats_server_url)
    await bus.open()
    asked, go = asyncio.Event(), asyncio.Event()

    async def responder(data: bytes) -> bytes:
        asked.set()
        await go.wait()
        return data

    await bus.respond("bounded", responder)
    first = asyncio.create_task(bus.request("bounded", b"1", timeout_s=10))
    await asyncio.wait_for(asked.wait(), 5)
    with pytest.raises(NoResponder):
        await bus.request("bounded", b"2", timeout_s=0.1)
    go.set()
    assert await first == b"1"
    assert bus.dropped == 1
    await bus.close()
