"""What stands between processes in the tests: a TCP proxy that can fall silent, and a NATS server that can go away."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

from tests.fixtures.nats import nats_binary
from tests.fixtures.processes import free_port, wait_for_port


class Proxy:
    """One way to a server. Silenced, it keeps its sockets open and carries nothing: a half-open connection.

    Attributes:
        port: where to connect.
        server_left: set once the server closed a connection.
    """

    def __init__(self, target: int) -> None:
        self.port = 0
        self.server_left = asyncio.Event()
        self._target = target
        self._carries = asyncio.Event()
        self._carries.set()
        self._tasks: set[asyncio.Task[None]] = set()

    def silence(self) -> None:
        """Carry nothing any more, without telling anybody."""
        self._carries.clear()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        for work in (self._carry(reader, far_writer), self._carry(far_reader, writer, self.server_left)):
            task = asyncio.create_task(work)
            self._tasks.add(task)

    async def close(self) -> None:
        """Cut all."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, left: asyncio.Event | None = None
    ) -> None:
        try:
            while data := await reader.read(65_536):
                if self._carries.is_set():
                    writer.write(data)
        except OSError:
            pass
        finally:
            if left is not None:
                left.set()
            if self._carries.is_set():
                writer.close()
            else:
                writer.transport.abort()


@contextlib.asynccontextmanager
async def proxied(target: int) -> AsyncIterator[Proxy]:
    """Run a proxy to a port of this machine."""
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()


class Nats:
    """A NATS server of the test's own, always on the same port."""

    def __init__(self, folder: Path) -> None:
        self._port = free_port()
        self._log = folder / "nats.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"nats://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and return once it listens."""
        command = [nats_binary(), "-a", "127.0.0.1", "-p", str(self._port), "-l", str(self._log)]
        self._process = subprocess.Popen(command)
        wait_for_port(self._process, self._port)

    def stop(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None
