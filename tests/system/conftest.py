"""A server for the modules that abuse it, and a station that is well behaved meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import count

import pytest
import pytest_asyncio

from tests.system.lines import Line, admitted, line
from tests.system.scripts import TAG, Told, script
from tests.system.servers import Interface, Server, served

TRACES = ("Traceback", 'File "', "msgspec", "sqlalchemy", "busbar/", ".py")


@dataclass
class Abused:
    """A CSMS that many stations abuse and one uses well.

    Attributes:
        healthy: what the well-behaved station told.
        answered: how many answers it got.
    """

    server: Server
    interface: Interface
    healthy: Told
    answered: int = 0
    _numbers: count = field(default_factory=lambda: count(1))  # type: ignore[type-arg]
    _answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def line(self, stack: contextlib.AsyncExitStack, version: str) -> Line:
        """Add a station and open its line."""
        return await stack.enter_async_context((await self.station(version))())

    async def station(self, version: str, identity: str = "") -> Callable[[], AbstractAsyncContextManager[Line]]:
        """Add a station; return how its line is opened, any number of times."""
        identity = identity or f"BAD-{next(self._numbers)}"
        password = await self.interface.add_station(identity)
        await admitted(lambda: line(self.server.ocpp_url, identity, password, version))
        return lambda: line(self.server.ocpp_url, identity, password, version)

    async def answers(self, more: int) -> None:
        """Wait until the well-behaved station got `more` answers."""
        wanted = self.answered + more
        while self.answered < wanted:
            self._answer.clear()
            await self._answer.wait()

    async def behave(self, opened: Line) -> None:
        """Tell the well-behaved station's script on one connection; raises where an answer does not come."""
        telling = script(self.healthy)
        step = next(telling)
        with contextlib.suppress(StopIteration):
            while True:
                step = telling.send(await opened.call(*step))
                self.answered += 1
                self._answer.set()
                await asyncio.sleep(0.01)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return where to store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('database')}/busbar.db"
    return str(request.getfixturevalue("postgres_dsn"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def abused(
    request: pytest.FixtureRequest, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Abused]:
    """Run a CSMS whose well-behaved station must get all its answers until the module ends, on one connection."""
    folder = tmp_path_factory.mktemp("abused")
    async with served(folder, database_url) as (server, interface):
        found = Abused(server, interface, Told("GOOD", "2.0.1"))
        await interface.add_token(TAG)
        async with (await found.station("2.0.1", "GOOD"))() as opened:
            behaving = asyncio.create_task(found.behave(opened))
            yield found
            found.healthy.over = True
            await asyncio.wait_for(behaving, 20)
        sessions = await interface.every("/sessions", station="GOOD")
        shown = sorted((s["transaction_id"], s["energy_wh"], s["complete"]) for s in sessions)
        assert shown == sorted((*told, True) for told in found.healthy.sessions)
        assert found.answered > 0
        count_before = len(await interface.every("/sessions"))
        assert await server.stop() == 0
        assert "Traceback" not in server.log.read_text(), "something was met that nobody had thought of"
        if getattr(request.module, "STARTS_AGAIN", False):
            await server.start()
            assert len(await interface.every("/sessions")) == count_before


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def undisturbed(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """After each abuse the well-behaved station still gets answers, on the connection it always had."""
    yield
    if "abused" in request.fixturenames:
        await asyncio.wait_for(request.getfixturevalue("abused").answers(2), 10)


def assert_no_trace(text: str) -> None:
    """Fail where an answer shows what is inside the server."""
    assert not [trace for trace in TRACES if trace in text], text
