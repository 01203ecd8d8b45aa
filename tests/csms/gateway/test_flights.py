"""What many want at a moment is read once, for all of them."""

import asyncio

import pytest

from busbar.csms.gateway.flights import Flights


async def test_one_read_serves_all_that_wait_and_the_next_is_another() -> None:
    flights, reads = Flights(), []

    async def read() -> None:
        reads.append(1)
        await asyncio.sleep(0)

    await asyncio.gather(*(flights.share("a", read) for _ in range(50)), flights.share("b", read))
    assert len(reads) == 2
    await flights.share("a", read)
    assert len(reads) == 3


async def test_a_failed_read_fails_for_all_and_is_tried_again() -> None:
    flights, reads = Flights(), []

    async def read() -> None:
        reads.append(1)
        await asyncio.sleep(0)
        raise OSError("away")

    ends = await asyncio.gather(*(flights.share("a", read) for _ in range(3)), return_exceptions=True)
    assert [type(end) for end in ends] == [OSError] * 3
    assert len(reads) == 1
    with pytest.raises(OSError, match="away"):
        await flights.share("a", read)


async def test_who_goes_away_takes_the_read_from_nobody() -> None:
    flights, may = Flights(), asyncio.Event()
    first = asyncio.ensure_future(flights.share("a", may.wait))
    second = asyncio.ensure_future(flights.share("a", may.wait))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    may.set()
    await asyncio.wait_for(second, 1)
