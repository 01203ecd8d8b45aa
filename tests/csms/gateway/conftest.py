"""A node on a free port over an in-memory store, and stations that connect to it by foreign WebSocket code."""

import asyncio
import itertools
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import pytest
import websockets

from busbar.csms.bus.local import LocalBus
from busbar.csms.gateway.limits import Rate
from busbar.csms.gateway.node import Node
from busbar.csms.gateway.settings import NodeSettings
from busbar.csms.gateway.tls import TlsFiles
from busbar.csms.ports import Query
from busbar.csms.records.security import SecurityEvent, StationSecurity
from busbar.csms.rows import Exchange, Station
from busbar.csms.services.credentials import hash_secret
from busbar.csms.storage.memory import MemoryStore
from busbar.telemetry.ports import UNWATCHED, Watch
from tests.fixtures.certificates import Authority, Issued, client_context

KEY = b"k" * 32
BOOT = {
    "ocpp1.6": {"chargePointVendor": "V", "chargePointModel": "M"},
    "ocpp2.0.1": {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}},
    "ocpp2.1": {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}},
}


class GatedStore(MemoryStore):
    """A store whose commits wait while `held` is a list, and fail while `failure` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Any] | None = None
        self.failure: BaseException | None = None

    def submit(self, changes, done) -> None:
        if self.failure is not None:
            asyncio.get_running_loop().call_soon(done, self.failure)
        elif self.held is not None:
            self.held.append((changes, done))
        else:
            super().submit(changes, done)

    async def commit(self, changes) -> None:
        future = asyncio.get_running_loop().create_future()
        self.submit(changes, lambda error: future.set_exception(error) if error else future.set_result(None))
        await future

    def release(self) -> None:
        held, self.held = self.held or [], None
        for changes, done in held:
            super().submit(changes, done)


@dataclass
class Client:
    """A station at the other end of a real socket."""

    ws: Any
    ids: Any = field(default_factory=lambda: itertools.count(1))

    async def call(self, action: str, payload: Any) -> list[Any]:
        await self.ws.send(json.dumps([2, str(next(self.ids)), action, payload]))
        return await self.read()

    async def boot(self) -> list[Any]:
        return await self.call("BootNotification", BOOT[self.ws.subprotocol])

    async def read(self) -> list[Any]:
        return json.loads(await asyncio.wait_for(self.ws.recv(), 5))

    async def answer(self, payload: Any, *, code: str | None = None) -> str:
        """Read a call, answer it by a payload or an error, and return its action."""
        _, message_id, action, _ = await self.read()
        frame = [3, message_id, payload] if code is None else [4, message_id, code, "no", {}]
        await self.ws.send(json.dumps(frame))
        return action

    async def closed(self) -> int:
        """Wait for the end, and return its code."""
        await asyncio.wait_for(self.ws.wait_closed(), 5)
        return self.ws.close_code


@dataclass
class Rig:
    """A node and all around it."""

    store: GatedStore
    bus: LocalBus
    node: Node
    clients: list[Any] = field(default_factory=list)

    async def add(self, identity: str = "CS1", password: bytes = b"secret") -> Station:
        station = await self.store.add_station(identity, secret=hash_secret(KEY, password))
        await self.node.directory.on_changed(str(station.id).encode())
        return station

    def url(self, identity: str = "CS1") -> str:
        return f"ws://127.0.0.1:{self.node.port}/ocpp/{identity}"

    async def connect(
        self, identity: str = "CS1", password: str = "secret", subprotocols: Any = ("ocpp1.6",), **options: Any
    ) -> Client:
        headers = {"Authorization": "Basic " + b64encode(f"{identity}:{password}".encode()).decode()}
        headers |= options.pop("headers", {})
        options.setdefault("compression", None)
        ws = await websockets.connect(
            self.url(identity), subprotocols=subprotocols, additional_headers=headers, close_timeout=1, **options
        )
        self.clients.append(ws)
        return Client(ws)

    async def refusal(self, *arguments: Any, **options: Any) -> int:
        with pytest.raises(websockets.InvalidStatus) as refused:
            await self.connect(*arguments, **options)
        return refused.value.response.status_code

    async def raw(self, identity: str = "CS1", password: str = "secret") -> tuple[Any, Any]:
        """Open a socket of bytes, past the upgrade."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.node.port)
        basic = b64encode(f"{identity}:{password}".encode()).decode()
        writer.write(
            f"GET /ocpp/{identity} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"Sec-WebSocket-Protocol: ocpp1.6\r\nAuthorization: Basic {basic}\r\n\r\n".encode()
        )
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        assert head.startswith(b"HTTP/1.1 101")
        self.clients.append(writer)
        return reader, writer

    async def exchanges(self, **filters: Any) -> list[Exchange]:
        return (await self.store.exchanges(Query(**filters))).items

    async def station(self, identity: str = "CS1") -> Station:
        station = await self.store.station(identity)
        assert station is not None
        return station

    async def until(self, condition: Callable[[], Any | Awaitable[Any]]) -> Any:
        """Wait for something to be true, for seconds at most."""
        for _ in range(1000):
            found = condition()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.005)
        raise AssertionError("it did not happen")


Start = Callable[..., Awaitable[Rig]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start nodes with settings; each ends with the test."""
    rigs: list[Rig] = []

    async def begin(store: Any = None, bus: Any = None, watch: Watch = UNWATCHED, **settings: Any) -> Rig:
        store, bus = store or GatedStore(), bus or LocalBus()
        await store.open()
        rig = Rig(store, bus, Node(store, bus, NodeSettings(key=KEY, **settings), watch=watch))
        await rig.node.start()
        rigs.append(rig)
        return rig

    yield begin
    for rig in rigs:
        rig.store.failure = None
        rig.store.release()
        for client in rig.clients:
            transport = client.transport
            transport.abort()
        await rig.node.stop()
        await rig.bus.close()


@pytest.fixture
async def rig(start: Start) -> Rig:
    """A node with one station, CS1."""
    rig = await start()
    await rig.add()
    return rig


CERTIFIED = {"certificate_name": "SN1", "certificate_organisation": "Operator"}


class Site:
    """A node with both ports, a station CS1 with its certificate, and the ways to knock."""

    def __init__(self, rig: Rig, authority: Authority, station_id: int) -> None:
        self.rig = rig
        self.authority = authority
        self.station_id = station_id
        self.certificate = authority.issue("SN1")

    async def put(self, profile: int, **fields) -> None:
        row = StationSecurity(station_id=self.station_id, profile=profile, **CERTIFIED | fields)
        await self.rig.store.put(row)
        await self.rig.node.station_changed(self.station_id)

    async def row(self) -> StationSecurity:
        return await self.rig.store.get(StationSecurity, self.station_id)

    async def knock(
        self,
        profile: int,
        password: str = "secret",
        *,
        identity: str = "CS1",
        shown: Issued | None = None,
        version: str = "ocpp1.6",
    ) -> Client:
        """Connect as a station of a profile does."""
        headers, context = {}, None
        if profile in (1, 2):
            headers["Authorization"] = "Basic " + b64encode(f"{identity}:{password}".encode()).decode()
        if profile == 2:
            context = client_context(self.authority)
        if profile == 3:
            context = (shown or self.certificate).client(self.authority)
        port = self.rig.node.tls_port if context else self.rig.node.port
        ws = await websockets.connect(
            f"{'wss' if context else 'ws'}://localhost:{port}/ocpp/{identity}",
            subprotocols=[version],
            additional_headers=headers,
            ssl=context,
            compression=None,
            close_timeout=1,
        )
        self.rig.clients.append(ws)
        return Client(ws)

    async def admitted(self, *arguments, **options) -> bool:
        """Tell whether somebody is let in, and boots; it leaves at once."""
        try:
            client = await self.knock(*arguments, **options)
        except websockets.InvalidStatus as refused:
            return refused.response.status_code != HTTPStatus.UNAUTHORIZED
        assert (await client.boot())[2]["status"] == "Accepted"
        await client.ws.close()
        return True

    async def noticed(self, kind: str) -> SecurityEvent:
        await self.rig.node.journal.flush(final=True)
        return (await self.rig.store.find(SecurityEvent, type=kind))[-1]


@pytest.fixture
async def site(start: Start, tmp_path) -> Site:
    authority = Authority(tmp_path)
    server = authority.server()
    files = TlsFiles(chains=((server.chain, server.key),), client_authorities=authority.path)
    rig = await start(host="localhost", tls=files, tls_port=0, displacements=Rate(1000, 1000))
    station = await rig.add()
    return Site(rig, authority, station.id)
