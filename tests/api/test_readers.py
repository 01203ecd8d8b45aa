"""A reader of events keeps a bound, and is told where it is."""

import asyncio
from datetime import UTC, datetime

from busbar.api.readers import HEARTBEAT, RELOAD, TOO_SLOW, Reader, Told
from busbar.api.tail import Tail
from busbar.csms.records.webhooks import EventLog
from busbar.csms.storage.memory import MemoryStore
from busbar.csms.tenancy import Scope


def tail(position: int) -> Tail:
    made = Tail(MemoryStore(), EventLog(generation=3, keep_hours=1, since=datetime.now(UTC)), lambda _: None)
    made.position = position
    return made


async def test_taking_waits_for_a_frame():
    reader = Reader(3, None)
    waiting = asyncio.ensure_future(reader.take())
    await asyncio.sleep(0)
    assert not waiting.done()
    reader.put(b"x")
    assert await waiting == b"x"


async def test_a_slow_reader_of_the_bus_is_told_to_reload_and_goes_on() -> None:
    reader = Reader(2, None)
    for frame in (b"1", b"2", b"3"):
        reader.put(frame)
    assert (await reader.take(), reader.ended) == (RELOAD, False)


async def test_a_slow_reader_of_the_log_is_told_and_cut() -> None:
    reader = Reader(2, None)
    reader.put(b"what came by the bus is in the log too")
    reader.follow(tail(5))
    for frame in (b"1", b"2", b"3", b"4"):
        reader.put(frame)
    assert (await reader.take(), reader.ended, await reader.take()) == (TOO_SLOW, True, b"")


def test_a_heartbeat_says_where_the_log_is_once_all_before_was_had() -> None:
    reader = Reader(2, None)
    assert reader.heartbeat() == HEARTBEAT
    reader.follow(tail(5))
    assert reader.heartbeat() == HEARTBEAT
    reader.caught_up = True
    assert reader.heartbeat() == b": \nid: 3-5\n\n"
    reader.put(b"waits")
    assert reader.heartbeat() == HEARTBEAT


def test_a_frame_suits_who_follows_its_station_and_may_see_it() -> None:
    told = Told(b"", "cs1", 1, 7, logged=False)
    scopes = [None, Scope(1, None), Scope(1, frozenset({7})), Scope(1, frozenset({8})), Scope(2, None)]
    assert [told.suits(Reader(1, None, scope)) for scope in scopes] == [True, True, True, False, False]
    assert [told.suits(Reader(1, station)) for station in ("CS1", "CS2")] == [True, False]


def test_what_is_logged_suits_who_may_read_logs_there() -> None:
    told = Told(b"", "cs1", 1, 7, logged=True)
    logs = [None, Scope(1, frozenset({7})), Scope(1, frozenset({8})), Scope(1, frozenset())]
    assert [told.suits(Reader(1, None, Scope(1), scope)) for scope in logs] == [True, True, False, False]
