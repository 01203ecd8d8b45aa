"""`busbar serve` as a child process that tests kill and start again, and a client of its REST interface."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

import busbar
from tests.fixtures.processes import free_port

STARTS_WITHIN_S = 30.0
SOURCE = Path(busbar.__file__).resolve().parents[1]


class Server:
    """A CSMS in a process of its own, always on the same two ports.

    Attributes:
        up: set while it serves.
        log: the file that it logs to.
    """

    def __init__(self, folder: Path, database_url: str, *, api_key: str = "", **settings: str) -> None:
        self.ocpp_port, self.api_port = free_port(), free_port()
        self.up = asyncio.Event()
        self.log = folder / f"log-{self.ocpp_port}"
        self.api_key = api_key
        named = {
            "database_url": database_url,
            "secret_key_file": str(folder / "key"),
            "ocpp_port": str(self.ocpp_port),
            "api_port": str(self.api_port),
        }
        own = {f"BUSBAR_{name.upper()}": value for name, value in (named | settings).items()}
        path = os.pathsep.join([str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._environment = os.environ | {"PYTHONPATH": path} | own
        self._process: asyncio.subprocess.Process | None = None

    @property
    def ocpp_url(self) -> str:
        """Where stations connect, without the identity."""
        return f"ws://127.0.0.1:{self.ocpp_port}/ocpp"

    @property
    def api_url(self) -> str:
        """Where the REST interface is."""
        return f"http://127.0.0.1:{self.api_port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it and return once it serves."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "busbar.cli.main", "serve"),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=self._environment,
                cwd=self.log.parent,
            )
        await self._line("The pages and the REST interface")
        if not self.api_key:
            self.api_key = (await self._line("First start")).split()[-1]
        self.up.set()

    async def kill(self) -> None:
        """End it as a power cut would: no handler runs."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Ask it to end and return its exit status."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: int) -> int:
        assert self._process is not None
        self.up.clear()
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        return await asyncio.wait_for(self._process.wait(), STARTS_WITHIN_S)

    async def _line(self, beginning: str) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(STARTS_WITHIN_S):
            while line := (await self._process.stdout.readline()).decode():
                if line.startswith(beginning):
                    return line
        raise AssertionError(f"the server ended before it served: {self.log.read_text()[-2000:]}")


class Interface:
    """The REST interface with a key. Every method fails the test where the interface refuses."""

    def __init__(self, server: Server, api_key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {api_key or server.api_key}"}
        self.client = httpx2.AsyncClient(base_url=f"{server.api_url}/api/v1", headers=headers, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.client.aclose()

    async def get(self, path: str, **query: Any) -> Any:
        """Return one document."""
        return self._body(await self.client.get(path, params=query))

    async def every(self, path: str, **query: Any) -> list[Any]:
        """Return all items of a list."""
        found: list[Any] = []
        page: dict[str, Any] = {"next": ""}
        while page["next"] is not None:
            more = {"cursor": page["next"]} if page["next"] else {}
            page = await self.get(path, limit=1000, **query, **more)
            found += page["items"]
        return found

    async def post(self, path: str, body: Any = None, **query: Any) -> Any:
        """Make or order something."""
        return self._body(await self.client.post(path, json=body, params=query))

    async def patch(self, path: str, body: Any) -> Any:
        """Change something."""
        return self._body(await self.client.patch(path, json=body))

    async def add_station(self, identity: str) -> str:
        """Add a station and return its password."""
        return str((await self.post("/stations", {"identity": identity}))["password"])

    async def add_token(self, value: str, **fields: Any) -> None:
        """Add a token that may charge."""
        await self.post("/tokens", {"value": value, "kind": "ISO14443", **fields})

    @staticmethod
    def _body(response: httpx2.Response) -> Any:
        assert response.is_success, f"{response.request.url}: {response.status_code} {response.text}"
        return response.json()


@contextlib.asynccontextmanager
async def served(folder: Path, database_url: str, **settings: str) -> AsyncIterator[tuple[Server, Interface]]:
    """Run a new CSMS with a client of its interface."""
    async with Server(folder, database_url, **settings) as server, Interface(server) as interface:
        yield server, interface
