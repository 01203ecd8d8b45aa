"""The servers that the gateway bench compares; each runs in a process of its own and prints its port.

    python -m bench.servers MODE FOLDER

MODE is echo, busbar-sqlite, busbar-postgres (database in BENCH_POSTGRES_DSN) or ocpp-library; FOLDER is for its files.
"""

import asyncio
import contextlib
import logging
import os
import resource
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import uvloop
import websockets
from ocpp.routing import on
from ocpp.v201 import ChargePoint, call_result
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

from bench.load import identity, password
from busbar.cli.bootstrap import running
from busbar.cli.settings import Settings, secret_key
from busbar.csms.rows import Token
from busbar.csms.services.credentials import hash_secret
from busbar.csms.storage.opening import make_store

TOKEN = "BENCH"
STATIONS = int(os.environ.get("BENCH_STATIONS", "200"))


class Echo(WSListener):
    """The limit: the same WebSocket library, and nothing else."""

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Send every message back."""
        if frame.msg_type in (WSMsgType.TEXT, WSMsgType.BINARY):
            transport.send(frame.msg_type, frame.get_payload_as_bytes())


@contextlib.asynccontextmanager
async def echo(_folder: Path) -> AsyncIterator[int]:
    """Serve the echo."""

    def listener(_request: WSUpgradeRequest) -> WSListener:
        return Echo()

    server = await ws_create_server(listener, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


class LibraryStation(ChargePoint):
    """The PyPI library's own way: validation on, nothing stored."""

    @on("MeterValues")
    def on_meter_values(self, **_payload: Any) -> call_result.MeterValues:
        """Acknowledge."""
        return call_result.MeterValues()

    @on("TransactionEvent")
    def on_transaction_event(self, **_payload: Any) -> call_result.TransactionEvent:
        """Acknowledge."""
        return call_result.TransactionEvent()


@contextlib.asynccontextmanager
async def ocpp_library(_folder: Path) -> AsyncIterator[int]:
    """Serve with the PyPI `ocpp` library on `websockets`, without compression."""
    logging.getLogger("ocpp").setLevel(logging.ERROR)

    async def serve(connection: Any) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            await LibraryStation("bench", connection).start()

    offered: Any = ["ocpp2.0.1"]
    async with websockets.serve(serve, "127.0.0.1", 0, subprotocols=offered, compression=None) as server:
        yield next(iter(server.sockets)).getsockname()[1]


@contextlib.asynccontextmanager
async def busbar(database_url: str, folder: Path) -> AsyncIterator[int]:
    """Serve as `busbar serve` does, with the bench's stations entered."""
    key_file = folder / "busbar.key"
    settings = Settings(database_url=database_url, secret_key_file=key_file, ocpp_port=0, api_port=0)
    store, key = make_store(database_url), secret_key(key_file)
    await store.open()
    for number in range(STATIONS):
        await store.add_station(identity(number), secret=hash_secret(key, password(number).encode()))
    await store.add_token(Token(key=TOKEN.casefold(), value=TOKEN, kind="ISO14443"))
    await store.close()
    async with running(settings) as server:
        yield server.node.port


def busbar_sqlite(folder: Path) -> contextlib.AbstractAsyncContextManager[int]:
    """Serve on SQLite."""
    return busbar(f"sqlite:///{folder / 'busbar.db'}", folder)


def busbar_postgres(folder: Path) -> contextlib.AbstractAsyncContextManager[int]:
    """Serve on PostgreSQL."""
    return busbar(os.environ["BENCH_POSTGRES_DSN"], folder)


def raise_file_limit() -> None:
    """Let this process hold as many sockets as the machine allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


MODES: dict[str, Callable[[Path], contextlib.AbstractAsyncContextManager[int]]] = {
    "echo": echo,
    "busbar-sqlite": busbar_sqlite,
    "busbar-postgres": busbar_postgres,
    "ocpp-library": ocpp_library,
}


async def serve(mode: str, folder: Path) -> None:
    """Serve until the process is terminated."""
    async with MODES[mode](folder) as port:
        print(port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    raise_file_limit()
    uvloop.run(serve(sys.argv[1], Path(sys.argv[2])))
