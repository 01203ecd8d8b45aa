"""Two nodes on one PostgreSQL and one NATS are one CSMS; and what still works while NATS is away."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from websockets import ConnectionClosed, InvalidStatus

from tests.system.lines import Line, admitted, line
from tests.system.proxies import Nats, Proxy, proxied
from tests.system.scripts import event
from tests.system.servers import Interface, Server

DEADLINE_S = 40.0
SOON_S = 10.0
DONE = (200, {"status": "Unlocked"})
NUMBERS = count(1)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Nodes:
    """Two nodes and their interfaces."""

    a: Server
    b: Server
    at_a: Interface
    at_b: Interface
    nats: Nats
    database_url: str


@dataclass
class Station:
    """A station and a token that may charge, both known to both nodes."""

    identity: str
    password: str
    token: str

    def line(self, node: Server, proxy: Proxy | None = None) -> Any:
        """Open a line to a node, through a proxy where one is given."""
        url = node.ocpp_url if proxy is None else f"ws://127.0.0.1:{proxy.port}/ocpp"
        return line(url, self.identity, self.password, orders=unlock)

    async def command(self, interface: Interface, wait_s: int = 8) -> tuple[int, Any]:
        """Order an unlock; return the HTTP status, and the station's answer or else the document."""
        path = f"/stations/{self.identity}/calls/UnlockConnector"
        body = {"evseId": 1, "connectorId": 1}
        response = await interface.client.post(path, json=body, params={"wait_s": wait_s})
        document = response.json()
        return response.status_code, document.get("answer") or document

    async def commanded(self, interface: Interface) -> bool:
        """Whether a command reaches the station now; one that was lost on the way is soon tried again."""
        return await self.command(interface, wait_s=2) == DONE

    async def verdict(self, opened: Line) -> str:
        """Present the token."""
        answer = await opened.call("Authorize", {"idToken": {"idToken": self.token, "type": "ISO14443"}})
        return str(answer["idTokenInfo"]["status"])


def unlock(action: str, _payload: dict[str, Any]) -> dict[str, Any]:
    """Do what the CSMS wants."""
    return {"status": "Unlocked" if action == "UnlockConnector" else "Accepted"}


async def boot(opened: Line) -> None:
    """Introduce the station; once it is answered the node holds its session."""
    who = {"model": "M", "vendorName": "V"}
    answer = await opened.call("BootNotification", {"reason": "PowerUp", "chargingStation": who})
    assert answer["status"] == "Accepted"


async def within(seconds: float, tried: Callable[[], Awaitable[bool]]) -> None:
    """Try until it comes true."""
    async with asyncio.timeout(seconds):
        while not await tried():
            await asyncio.sleep(0.02)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def nodes(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Nodes]:
    folder = tmp_path_factory.mktemp("nodes")
    nats = Nats(folder)
    nats.start()
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(nats.stop)
        a = await stack.enter_async_context(Server(folder, postgres_dsn, nats_url=nats.url))
        b = await stack.enter_async_context(Server(folder, postgres_dsn, api_key=a.api_key, nats_url=nats.url))
        at_a = await stack.enter_async_context(Interface(a))
        at_b = await stack.enter_async_context(Interface(b))
        yield Nodes(a, b, at_a, at_b, nats, postgres_dsn)


@pytest_asyncio.fixture(loop_scope="module")
async def station(nodes: Nodes) -> Station:
    identity = f"CS-{next(NUMBERS)}"
    made = Station(identity, await nodes.at_a.add_station(identity), f"TOKEN-{identity}")
    await nodes.at_b.add_token(made.token)
    for node in (nodes.a, nodes.b):
        await admitted(partial(made.line, node))
    return made


async def follow(interface: Interface, station: str, wanted: str, begun: asyncio.Event) -> dict[str, Any]:
    """Read a station's event stream until an event of the wanted name comes, and return its data."""
    async with interface.client.stream("GET", "/events", params={"station": station}) as response:
        name = ""
        async for text in response.aiter_lines():
            begun.set()
            if text.startswith("event: "):
                name = text.removeprefix("event: ")
            elif text.startswith("data: ") and name == wanted:
                found: dict[str, Any] = json.loads(text.removeprefix("data: "))
                return found
    raise AssertionError("the stream ended")


async def test_a_command_to_one_node_reaches_the_station_at_the_other(nodes: Nodes, station: Station) -> None:
    async with asyncio.timeout(DEADLINE_S), station.line(nodes.a) as opened:
        await boot(opened)
        reset = await nodes.at_b.post(f"/stations/{station.identity}/commands/reset", {"kind": "OnIdle"})
        assert (reset["state"], reset["status"]) == ("accepted", "Accepted")
        assert opened.heard == [("Reset", {"type": "OnIdle"})]
        seen = await nodes.at_a.get(f"/commands/{reset['id']}")
        assert seen["answer"] == {"status": "Accepted"}


async def test_an_event_stream_at_one_node_shows_a_session_at_the_other(nodes: Nodes, station: Station) -> None:
    async with asyncio.timeout(DEADLINE_S), station.line(nodes.a) as opened:
        begun = asyncio.Event()
        following = asyncio.create_task(follow(nodes.at_b, station.identity, "session.changed", begun))
        await begun.wait()
        await opened.call("TransactionEvent", event("Started", "t-1", 0, datetime.now(UTC), 1000))
        told = await asyncio.wait_for(following, SOON_S)
        assert (told["session"]["transaction_id"], told["session"]["active"]) == ("t-1", True)
        [session] = await nodes.at_b.every("/sessions", station=station.identity)
        assert session["transaction_id"] == "t-1"


async def test_a_token_changed_at_one_node_is_seen_by_the_other(nodes: Nodes, station: Station) -> None:
    async with asyncio.timeout(DEADLINE_S), station.line(nodes.a) as opened:
        assert await station.verdict(opened) == "Accepted"

        async def blocked() -> bool:
            return await station.verdict(opened) == "Blocked"

        await nodes.at_b.patch(f"/tokens/{station.token}", {"status": "Blocked"})
        await within(2.0, blocked)


async def test_the_newest_connection_wins_over_a_half_open_one(nodes: Nodes, station: Station) -> None:
    async with asyncio.timeout(DEADLINE_S), proxied(nodes.a.ocpp_port) as proxy, station.line(nodes.a, proxy) as old:
        await boot(old)
        proxy.silence()
        async with station.line(nodes.b) as new:
            await boot(new)
            assert await station.commanded(nodes.at_b)
            await asyncio.wait_for(proxy.server_left.wait(), SOON_S)
            for interface in (nodes.at_a, nodes.at_b, nodes.at_a):
                assert await station.command(interface) == DONE
            assert (len(old.heard), len(new.heard)) == (0, 4)
            for interface in (nodes.at_a, nodes.at_b):
                assert (await interface.get(f"/stations/{station.identity}"))["online"]


async def test_no_command_goes_into_the_half_open_connection(nodes: Nodes, station: Station) -> None:
    async with asyncio.timeout(DEADLINE_S), proxied(nodes.a.ocpp_port) as proxy, station.line(nodes.a, proxy) as old:
        await boot(old)
        proxy.silence()
        async with station.line(nodes.b) as new:
            await boot(new)
            assert await station.command(nodes.at_a) == DONE
            assert len(new.heard) == 1


async def test_a_connection_replaced_at_its_own_node_takes_no_command(nodes: Nodes, station: Station) -> None:
    async with asyncio.timeout(DEADLINE_S), proxied(nodes.a.ocpp_port) as proxy, station.line(nodes.a, proxy) as old:
        await boot(old)
        proxy.silence()
        async with station.line(nodes.a) as new:
            await boot(new)
            assert await station.command(nodes.at_b) == DONE
            await asyncio.wait_for(proxy.server_left.wait(), SOON_S)
            for _ in range(4):
                assert await station.command(nodes.at_b) == DONE
            assert len(new.heard) == 5


async def test_without_nats_events_are_stored_and_with_it_commands_work_again(nodes: Nodes, station: Station) -> None:
    at = datetime.now(UTC)
    async with asyncio.timeout(DEADLINE_S), station.line(nodes.a) as opened:
        await boot(opened)
        assert await station.command(nodes.at_b) == DONE
        await opened.call("TransactionEvent", event("Started", "t-1", 0, at, 1000))
        nodes.nats.stop()
        try:
            await opened.call("TransactionEvent", event("Updated", "t-1", 1, at + timedelta(seconds=1), 1500))
            assert await station.command(nodes.at_a) == DONE, "the station's own node needs no NATS"
            status, document = await station.command(nodes.at_b)
            assert (status, document["type"]) == (409, "urn:problem-type:busbar:station-offline")
            await opened.call("TransactionEvent", event("Ended", "t-1", 2, at + timedelta(seconds=2), 2000))
        finally:
            nodes.nats.start()
        [session] = await nodes.at_b.every("/sessions", station=station.identity)
        assert (session["energy_wh"], session["complete"], session["active"]) == (1000, True, False)
        await within(SOON_S, lambda: station.commanded(nodes.at_b))


async def test_without_nats_an_older_connection_at_another_node_overwrites_nothing(
    nodes: Nodes, station: Station
) -> None:
    at = datetime.now(UTC)
    async with asyncio.timeout(DEADLINE_S), station.line(nodes.a) as old:
        await boot(old)
        await old.call("TransactionEvent", event("Started", "t-1", 0, at, 1000))
        nodes.nats.stop()
        try:
            async with station.line(nodes.b) as new:
                await boot(new)
                await new.call("TransactionEvent", event("Updated", "t-1", 1, at + timedelta(seconds=1), 1500))
                await new.call("TransactionEvent", event("Ended", "t-1", 2, at + timedelta(seconds=2), 2000))
                with pytest.raises(ConnectionClosed, match="1008"):
                    await old.call("TransactionEvent", event("Updated", "t-1", 1, at + timedelta(seconds=1), 1500))
                await new.call("Heartbeat", {})
        finally:
            nodes.nats.start()
        [session] = await nodes.at_a.every("/sessions", station=station.identity)
        assert (session["energy_wh"], session["complete"], session["active"]) == (1000, True, False)


async def test_a_token_changed_while_nats_is_away_is_seen_once_it_is_back(nodes: Nodes, station: Station) -> None:
    async with asyncio.timeout(DEADLINE_S), station.line(nodes.a) as opened:
        await boot(opened)
        assert await station.verdict(opened) == "Accepted"
        nodes.nats.stop()
        try:
            await nodes.at_b.patch(f"/tokens/{station.token}", {"status": "Blocked"})
        finally:
            nodes.nats.start()
        await within(SOON_S, lambda: station.commanded(nodes.at_b))

        async def blocked() -> bool:
            return await station.verdict(opened) == "Blocked"

        await within(SOON_S, blocked)


async def test_the_stations_of_a_node_that_is_killed_are_offline(nodes: Nodes, station: Station) -> None:
    async with asyncio.timeout(DEADLINE_S), station.line(nodes.a) as here:
        await boot(here)
        lone = Station("CS-LONE", await nodes.at_a.add_station("CS-LONE"), "")
        folder, url = nodes.a.log.parent, nodes.nats.url
        async with Server(folder, nodes.database_url, api_key=nodes.a.api_key, nats_url=url) as third:
            await admitted(partial(lone.line, third))
            async with lone.line(third) as there:
                await boot(there)
                assert (await nodes.at_a.get("/stations/CS-LONE"))["online"]
                begun = asyncio.Event()
                told = asyncio.create_task(follow(nodes.at_b, "CS-LONE", "station.disconnected", begun))
                await begun.wait()
                await third.kill()
                assert (await told)["reason"] == "its node was lost"
        assert not (await nodes.at_b.get("/stations/CS-LONE"))["online"]
        assert (await nodes.at_b.get(f"/stations/{station.identity}"))["online"]


async def test_a_connection_that_ends_while_it_opens_does_not_displace_the_next(nodes: Nodes, station: Station) -> None:
    async with asyncio.timeout(DEADLINE_S):
        for _ in range(40):
            async with station.line(nodes.a) as brief:
                brief.socket.transport.abort()
            async with station.line(nodes.a) as opened:
                for _ in range(3):
                    await boot(opened)


async def test_a_password_changed_while_nats_is_away_counts_once_it_is_back(nodes: Nodes, station: Station) -> None:
    async with asyncio.timeout(DEADLINE_S):
        nodes.nats.stop()
        try:
            await nodes.at_b.post(f"/stations/{station.identity}/password", {})
        finally:
            nodes.nats.start()

        async def shut() -> bool:
            try:
                async with station.line(nodes.a):
                    return False
            except InvalidStatus:
                return True

        await within(3.0, shut)
