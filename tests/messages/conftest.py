"""A CSMS on a real socket and a real database, and a foreign WebSocket client in the place of a station."""

import asyncio
import itertools
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import websockets

from busbar.cli.bootstrap import ASKERS
from busbar.cli.settings import Settings
from busbar.csms.bus.local import LocalBus
from busbar.csms.gateway.node import Node, NodeSettings
from busbar.csms.ports import Query, Store
from busbar.csms.rows import Exchange, Station
from busbar.csms.services.credentials import hash_secret
from busbar.csms.storage.opening import make_store
from busbar.model.versions import Version
from busbar.protocol.versions import RULES

KEY = b"k" * 32
LATE_S = 10


@dataclass
class Link:
    """A station's end of a connection."""

    ws: Any
    ids: Any = field(default_factory=lambda: itertools.count(1))

    async def call(self, action: str, payload: Any) -> list[Any]:
        """Call and return the answer."""
        return await self.exchange(json.dumps([2, str(next(self.ids)), action, payload]))

    async def exchange(self, text: str | bytes) -> list[Any]:
        """Send a frame and return the next one that comes."""
        await self.ws.send(text)
        return await self.read()

    async def read(self) -> list[Any]:
        """Return the next frame."""
        frame: list[Any] = json.loads(await asyncio.wait_for(self.ws.recv(), LATE_S))
        return frame


@dataclass
class World:
    """A node, its store, and the way in."""

    node: Node
    store: Store
    links: list[Any] = field(default_factory=list)

    async def station(self, version: Version, identity: str = "CS1") -> tuple[Link, Station]:
        """Add a station, connect it and have it booted."""
        if await self.store.station(identity) is None:
            row = await self.store.add_station(identity, secret=hash_secret(KEY, b"secret"))
            await self.node.directory.read(row.id)
        link = await self.connect(version, identity)
        boot: dict[str, Any] = {"chargePointVendor": "V", "chargePointModel": "M"}
        if RULES[version].transaction_events:
            boot = {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M", "serialNumber": "S"}}
        assert (await link.call("BootNotification", boot))[0] == 3
        found = await self.store.station(identity)
        assert found is not None
        return link, found

    async def connect(self, version: Version, identity: str = "CS1") -> Link:
        """Connect a station that is known."""
        credentials = b64encode(f"{identity}:secret".encode()).decode()
        ws = await websockets.connect(
            f"ws://127.0.0.1:{self.node.port}/ocpp/{identity}",
            subprotocols=[RULES[version].subprotocol],  # type: ignore[list-item]
            additional_headers={"Authorization": f"Basic {credentials}"},
            compression=None,
            max_size=None,
            close_timeout=1,
        )
        self.links.append(ws)
        return Link(ws)

    async def exchanges(self, action: str, limit: int = 1000) -> list[Exchange]:
        """Return what the message log has of an action, newest first."""
        return (await self.store.exchanges(Query(action=action, limit=limit))).items


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Return a running node; a test may ask for another database by an indirect parameter."""
    kind = getattr(request, "param", "sqlite")
    url = str(request.getfixturevalue("postgres_dsn")) if kind == "postgres" else f"sqlite:///{tmp_path}/busbar.db"
    store, bus = make_store(url), LocalBus()
    await store.open()
    await bus.open()
    settings = Settings()
    askers = {question: make(settings) for question, make in ASKERS.items()}
    node = Node(store, bus, NodeSettings(key=KEY, ping_interval_s=3600), askers)
    await node.start()
    world = World(node, store)
    yield world
    for ws in world.links:
        await ws.close()
    await node.stop()
    await bus.close()
    await store.close()
