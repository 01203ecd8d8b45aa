"""A bad line."""

import asyncio

from busbar.station.line import Line, Weather


async def carried(line: Line, *texts: bytes, wait_s: float = 0.2) -> list[bytes]:
    arrived: list[bytes] = []
    for text in texts:
        line.carry(text, arrived.append, outwards=True)
    await asyncio.sleep(wait_s)
    return arrived


async def test_a_clear_line_delivers_at_once() -> None:
    arrived: list[bytes] = []
    Line(Weather(), lambda: 0.0).carry(b"1", arrived.append, outwards=True)
    assert arrived == [b"1"]


async def test_nothing_passes_a_silent_line() -> None:
    assert await carried(Line(Weather(silent=True), lambda: 0.0), b"1") == []


async def test_a_slow_line_keeps_the_order_also_when_it_becomes_fast() -> None:
    line = Line(Weather(slow_s=0.1), lambda: 0.5)
    arrived: list[bytes] = []
    for text in (b"1", b"2", b"3"):
        line.carry(text, arrived.append, outwards=True)
    assert arrived == []
    line.weather = Weather()
    line.carry(b"4", arrived.append, outwards=True)
    line.carry(b"other way", arrived.append, outwards=False)
    await asyncio.sleep(0.25)
    assert arrived == [b"other way", b"1", b"2", b"3", b"4"]


async def test_a_late_message_is_passed_by_others() -> None:
    draws = iter((0.0, 0.9))
    line = Line(Weather(late=0.5, late_s=0.05), lambda: next(draws))
    assert await carried(line, b"late", b"early") == [b"early", b"late"]


async def test_a_message_arrives_twice() -> None:
    assert await carried(Line(Weather(twice=1.0), lambda: 0.5), b"1") == [b"1", b"1"]
