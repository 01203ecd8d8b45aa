"""What every bus promises, on each of them."""

import asyncio
from uuid import uuid4

import pytest

from busbar.csms.ports import Bus, NoResponder


@pytest.fixture
def word() -> str:
    """A subject that no other test uses."""
    return f"test-{uuid4().hex}"


async def soon(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def test_it_has_the_ports_methods(bus) -> None:
    for name in ("open", "close", "publish", "subscribe", "respond", "request", "stream"):
        assert callable(getattr(bus, name))
        assert hasattr(Bus, name)


async def test_a_subscriber_gets_what_its_pattern_takes_in_order(bus, word) -> None:
    got = []

    async def handler(data: bytes) -> None:
        got.append(data)

    await bus.subscribe(f"{word}.*.x", handler)
    bus.publish(f"{word}.a.y", b"not")
    bus.publish(f"{word}.x", b"not")
    for number in range(50):
        bus.publish(f"{word}.a.x", b"%d" % number)
    await soon(lambda: len(got) == 50)
    assert got == [b"%d" % number for number in range(50)]


async def test_a_last_wildcard_takes_the_rest(bus, word) -> None:
    got = []

    async def handler(data: bytes) -> None:
        got.append(data)

    await bus.subscribe(f"{word}.>", handler)
    bus.publish(word, b"not")
    bus.publish(f"{word}.a", b"1")
    bus.publish(f"{word}.a.b.c", b"2")
    await soon(lambda: len(got) == 2)
    assert got == [b"1", b"2"]


async def test_every_subscriber_gets_it(bus, word) -> None:
    got = []

    async def handler(data: bytes) -> None:
        got.append(data)

    for _ in range(3):
        await bus.subscribe(word, handler)
    bus.publish(word, b"m")
    await soon(lambda: len(got) == 3)


async def test_a_handler_that_fails_gets_the_next_message(bus, word) -> None:
    got = []

    async def handler(data: bytes) -> None:
        if data == b"bad":
            raise ValueError("no")
        got.append(data)

    await bus.subscribe(word, handler)
    bus.publish(word, b"bad")
    bus.publish(word, b"good")
    await soon(lambda: got == [b"good"])


async def test_after_its_end_a_subscription_gets_nothing(bus, word) -> None:
    ended, going = [], []

    async def first(data: bytes) -> None:
        ended.append(data)

    async def second(data: bytes) -> None:
        going.append(data)

    end = await bus.subscribe(word, first)
    await bus.subscribe(word, second)
    await end()
    await end()
    bus.publish(word, b"m")
    await soon(lambda: going)
    assert not ended


async def test_a_request_is_answered(bus, word) -> None:
    async def responder(data: bytes) -> bytes:
        return data.upper()

    await bus.respond(word, responder)
    assert await bus.request(word, b"hello", timeout_s=5) == b"HELLO"


async def test_requests_do_not_wait_for_each_other(bus, word) -> None:
    both = asyncio.Event()
    asked = []

    async def responder(data: bytes) -> bytes:
        asked.append(data)
        if len(asked) == 2:
            both.set()
        await both.wait()
        return data

    await bus.respond(word, responder)
    async with asyncio.timeout(10):
        answers = await asyncio.gather(*(bus.request(word, d, timeout_s=8) for d in (b"1", b"2")))
    assert answers == [b"1", b"2"]


async def test_where_nobody_answers_there_is_no_responder(bus, word) -> None:
    with pytest.raises(NoResponder):
        await bus.request(word, b"", timeout_s=5)


async def test_where_the_answer_is_late_there_is_no_responder_and_the_work_goes_on(bus, word) -> None:
    go, done = asyncio.Event(), asyncio.Event()

    async def responder(_: bytes) -> bytes:
        await go.wait()
        done.set()
        return b"late"

    await bus.respond(word, responder)
    with pytest.raises(NoResponder):
        await bus.request(word, b"", timeout_s=0.05)
    go.set()
    await asyncio.wait_for(done.wait(), 5)


async def test_a_responder_that_fails_does_not_answer_and_stays(bus, word) -> None:
    async def responder(data: bytes) -> bytes:
        if data == b"bad":
            raise ValueError("no")
        return data

    await bus.respond(word, responder)
    with pytest.raises(NoResponder):
        await bus.request(word, b"bad", timeout_s=0.2)
    assert await bus.request(word, b"good", timeout_s=5) == b"good"


async def test_after_its_end_a_responder_is_gone(bus, word) -> None:
    async def responder(data: bytes) -> bytes:
        return data

    end = await bus.respond(word, responder)
    await end()
    with pytest.raises(NoResponder):
        await bus.request(word, b"", timeout_s=5)


async def test_a_stream_gives_subjects_and_data(bus, word) -> None:
    stream = bus.stream(f"{word}.*")
    await asyncio.sleep(0)
    bus.publish(f"{word}.a", b"1")
    bus.publish(f"{word}.b", b"2")
    async with asyncio.timeout(10):
        got = [await anext(stream), await anext(stream)]
    assert got == [(f"{word}.a", b"1"), (f"{word}.b", b"2")]
    await stream.aclose()


async def test_a_slow_reader_loses_the_oldest(bus, word) -> None:
    seen = []

    async def handler(data: bytes) -> None:
        seen.append(data)

    stream = bus.stream(word, limit=3)
    await asyncio.sleep(0)
    await bus.subscribe(word, handler)
    for number in range(10):
        bus.publish(word, b"%d" % number)
    await soon(lambda: len(seen) == 10)
    async with asyncio.timeout(10):
        assert [(await anext(stream))[1] for _ in range(3)] == [b"7", b"8", b"9"]
    await stream.aclose()


async def test_a_reader_that_leaves_leaves_nothing_behind(bus, word) -> None:
    before = len(bus._inboxes if hasattr(bus, "_inboxes") else bus._interests)
    stream = bus.stream(word)
    await asyncio.sleep(0)
    bus.publish(word, b"1")
    async with asyncio.timeout(10):
        await anext(stream)
    await stream.aclose()
    assert len(bus._inboxes if hasattr(bus, "_inboxes") else bus._interests) == before


async def test_closing_ends_the_streams_and_later_calls_do_no_harm(bus, word) -> None:
    stream = bus.stream(word)

    async def read() -> list:
        return [message async for message in stream]

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.01)
    await bus.close()
    assert await asyncio.wait_for(reading, 5) == []
    bus.publish(word, b"nobody")
    with pytest.raises(NoResponder):
        await bus.request(word, b"", timeout_s=0.1)
