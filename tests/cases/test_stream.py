"""The stream of events over real sockets: one that is cut goes on behind what it had, and misses nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
import msgspec
import pytest
import pytest_asyncio

from busbar.api.tail import kept_log
from busbar.csms.jobs import event_log
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Search
from busbar.csms.records.webhooks import OutgoingEvent
from tests.cases.rig import Csms


@pytest_asyncio.fixture(loop_scope="session")
async def logged(csms: Csms) -> AsyncIterator[Csms]:
    """Log events, from now until the end of the test."""
    await csms.ask("PUT", "/event-log", {"keep_hours": 2})
    await asyncio.sleep(0.1)  # until the node has heard it
    yield csms
    await csms.ask("DELETE", "/event-log")


class Stream:
    """A client's end of a stream; `last` is the id that a browser would go on behind."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines
        self.last = ""

    async def begin(self) -> None:
        """Read what every stream begins with."""
        async for line in self._lines:
            if line.startswith("id: "):
                self.last = line.removeprefix("id: ")
            if line.startswith(": the stream begins"):
                return

    async def next(self, for_s: float = 5.0) -> tuple[str, Any]:
        """Return the next event as (name, data), as the standard of server-sent events reads it."""
        name, data = "", ""
        async with asyncio.timeout(for_s):
            async for line in self._lines:
                field, _, value = line.partition(": ")
                if field == "id":
                    self.last = value
                elif field == "event":
                    name = value
                elif field == "data":
                    data = value
                elif not line and data:
                    return name, msgspec.json.decode(data)
        raise EOFError("the stream has ended")

    async def end(self) -> None:
        """Read until the other side ends the stream."""
        with contextlib.suppress(EOFError):
            while True:
                await self.next()

    async def statuses(self, count: int) -> list[str]:
        """Return the statuses that the next changes of connectors tell."""
        found: list[str] = []
        while len(found) < count:
            name, data = await self.next()
            if name == "connector.changed":
                found.append(data["connector"]["status"])
        return found


@asynccontextmanager
async def stream(csms: Csms, last: str = "", **query: str) -> AsyncIterator[Stream]:
    """Open a stream, as a browser does that had `last`; it is cut at the end."""
    headers = dict(csms.api.headers) | ({"Last-Event-ID": last} if last else {})
    async with (
        httpx2.AsyncClient(base_url=str(csms.api.base_url), timeout=10) as client,  # a connection of its own
        client.stream("GET", "/events", headers=headers, params=query) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        opened = Stream(answer.aiter_lines())
        await opened.begin()
        yield opened


ORDER = ["Occupied", "Reserved", "Unavailable", "Faulted", "Available", "Occupied", "Reserved", "Unavailable"]


async def test_a_stream_that_is_cut_goes_on_behind_what_it_had(logged: Csms) -> None:
    async with logged.booted("2.0.1") as station:
        async with stream(logged, station=station.identity) as first:
            for status in ORDER[:3]:
                await station.status(1, status)
            assert await first.statuses(2) == ORDER[:2]
        for status in ORDER[3:6]:
            await station.status(1, status)
        async with stream(logged, first.last, station=station.identity) as second:
            for status in ORDER[6:]:
                await station.status(1, status)
            assert await second.statuses(6) == ORDER[2:]
        async with stream(logged, station=station.identity, after=second.last) as third:
            with pytest.raises(TimeoutError):
                await third.next(0.3)


async def test_many_cuts_lose_and_repeat_nothing(logged: Csms) -> None:
    wanted = [ORDER[place % 5] for place in range(300)]
    async with logged.booted("2.0.1") as station:

        async def tell() -> None:
            for status in wanted:
                await station.status(1, status)

        found: list[str] = []
        async with stream(logged, station=station.identity) as one:
            last = one.last
        telling = asyncio.create_task(tell())
        while len(found) < len(wanted):
            async with stream(logged, last, station=station.identity) as one:
                found += await one.statuses(min(23, len(wanted) - len(found)))
                last = one.last
        await telling
        assert found == wanted


async def test_a_stream_that_had_nothing_yet_goes_on_too(logged: Csms) -> None:
    async with logged.booted("2.0.1") as station:
        async with stream(logged, station=station.identity) as first:
            assert first.last
        await station.status(1, "Occupied")
        async with stream(logged, first.last, station=station.identity) as second:
            assert await second.statuses(1) == ["Occupied"]


async def test_what_is_no_longer_kept_is_said_to_be_lost(logged: Csms) -> None:
    running = logged.running
    async with logged.booted("2.0.1") as station:
        async with stream(logged, station=station.identity) as first:
            pass
        await station.status(1, "Occupied")
        old = (await running.store.look(OutgoingEvent, Search(limit=1, newest=True))).items[0]
        await running.store.change(OutgoingEvent, (old.id,), values={"at": old.at.replace(year=2020)}, expected={})
        await event_log.look(Desk(running.store, running.backend.bus, running.node, running.node.tell))
        kept = await kept_log(running.store)
        assert kept is not None
        assert kept.pruned_to == old.id
        async with stream(logged, first.last, station=station.identity) as second:
            assert await second.next() == ("reload", {})
            await station.status(1, "Faulted")
            assert await second.statuses(1) == ["Faulted"]


async def test_an_id_from_before_the_log_was_off_is_lost_and_open_streams_end(csms: Csms) -> None:
    await csms.ask("PUT", "/event-log", {"keep_hours": 2})
    async with stream(csms) as first:
        await csms.ask("DELETE", "/event-log")
        await first.end()
    async with stream(csms, first.last) as off:
        assert await off.next() == ("reload", {})
    await csms.ask("PUT", "/event-log", {"keep_hours": 2})
    try:
        async with stream(csms, first.last) as on:
            assert await on.next() == ("reload", {})
    finally:
        await csms.ask("DELETE", "/event-log")
    await csms.ask("GET", "/event-log", status=404)


async def test_an_id_that_is_none_is_refused(csms: Csms) -> None:
    for query in ({"after": "x"}, {"after": "1-"}, {"after": "9" * 41}):
        await csms.ask("GET", "/events", status=400, **query)


async def test_a_stream_sees_its_organisation_and_its_sites_alone(logged: Csms) -> None:
    site = (await logged.post("/sites", {"name": logged.name("Site")}))["id"]
    key = {"label": "site", "grants": [{"role": "read-only", "sites": [site]}]}
    text = (await logged.post("/api-keys", key))["key"]
    async with logged.booted("2.0.1") as other, logged.booted("2.0.1", site_id=site) as mine:
        client = httpx2.AsyncClient(base_url=logged.api.base_url, headers={"Authorization": f"Bearer {text}"})
        theirs = replace(logged, api=client)
        async with stream(theirs) as one:
            last = one.last
        await other.status(1, "Faulted")
        await mine.status(1, "Occupied")
        async with stream(theirs, last) as one:
            assert await one.statuses(1) == ["Occupied"]
            await other.status(1, "Faulted")
            await mine.status(1, "Reserved")
            assert await one.statuses(1) == ["Reserved"]
        await client.aclose()
