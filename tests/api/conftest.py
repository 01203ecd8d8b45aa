"""The interface over a store in memory, with a scripted way to the stations."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from busbar.api.app import make_app, make_backend
from busbar.api.backend import ApiSettings
from busbar.csms.amendments import Amended, Amendment
from busbar.csms.bus.local import LocalBus
from busbar.csms.changes import CommandPut, ConnectionOpened, ConnectorPut, ReadingStored, TransactionPut
from busbar.csms.grants import Grant, Role
from busbar.csms.ports import RawCall
from busbar.csms.rows import Command, CommandState, Connector, Reading, Station, Transaction
from busbar.csms.storage.memory import MemoryStore
from busbar.model.orders import Order
from busbar.model.values import ConnectorStatus
from busbar.model.versions import Version

KEY = b"k" * 32
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@dataclass
class ScriptedDispatcher:
    """Stores a command that ended as the script says, and remembers what it was asked."""

    store: MemoryStore
    script: dict[str, Any] = field(default_factory=lambda: {"state": CommandState.ACCEPTED, "status": "Accepted"})
    error: Exception | None = None
    asked: list[tuple[Station, Order | RawCall, dict[str, Any]]] = field(default_factory=list)

    changed: list[int] = field(default_factory=list)
    amended: list[tuple[Station, Amendment]] = field(default_factory=list)
    amends: Amended = field(default_factory=lambda: Amended(True, "stored"))

    async def amend(self, station: Station, amendment: Amendment) -> Amended:
        """Remember what was to be amended, and answer as scripted."""
        self.amended.append((station, amendment))
        return self.amends

    async def station_changed(self, station_id: int) -> None:
        """Remember what changed."""
        self.changed.append(station_id)

    async def dispatch(self, station: Station, request: Order | RawCall, **options: Any) -> Command:
        """Return the command as scripted; a known idempotency key returns the first one."""
        self.asked.append((station, request, options))
        if self.error is not None:
            raise self.error
        key = options["idempotency_key"]
        if key is not None and (known := await self.store.command_by_key(station.id, key)):
            return known
        command = Command(
            id=f"c{len(self.asked)}",
            station_id=station.id,
            action=request.action if isinstance(request, RawCall) else type(request).__name__,
            payload=request.payload if isinstance(request, RawCall) else b"{}",
            created_at=NOON,
            expires_at=NOON + timedelta(seconds=options["ttl_s"]),
            idempotency_key=key,
            survives_reconnect=options.get("survives_reconnect", False),
            requested_by=options["requested_by"],
        )
        for name, value in self.script.items():
            setattr(command, name, value)
        await self.store.commit([CommandPut(command)])
        return command


@dataclass
class World:
    """The application with what is behind it, and shortcuts to fill the store."""

    app: Litestar
    store: MemoryStore
    bus: LocalBus
    dispatcher: ScriptedDispatcher

    async def add_station(
        self, identity: str = "CS1", *, site_id: int | None = None, version: Version | None = Version.V201
    ) -> Station:
        """Add a station, online where it has a version."""
        row = await self.store.add_station(identity, secret=None, site_id=site_id)
        if version is not None:
            await self.store.commit([ConnectionOpened(row.id, 1, version, NOON, "")])
        return row

    async def proof(self, role: Role, *sites: int) -> dict[str, str]:
        """Return the header of a new key with a role at these sites."""
        _, text = await self.app.state.backend.keys.make("site", grants=(Grant(role, sites),), organisation_id=1)
        return {"Authorization": f"Bearer {text}"}

    async def add_connector(self, station_id: int, evse: int, status: ConnectorStatus) -> None:
        """Put a connector's status."""
        row = Connector(station_id=station_id, evse=evse, connector=1, status=status, changed_at=NOON)
        await self.store.commit([ConnectorPut(row)])

    async def add_session(self, station_id: int, number: int, **fields: Any) -> Transaction:
        """Add a transaction that began `number` minutes after noon."""
        at = NOON + timedelta(minutes=number)
        given = {"transaction_id": f"t{number}", "started_at": at, "updated_at": at} | fields
        row = Transaction(id=number, station_id=station_id, **given)
        await self.store.commit([TransactionPut(row)])
        return row

    async def add_reading(self, station_id: int, session: int | None, minute: int, samples: bytes = b"[]") -> None:
        """Add a reading `minute` minutes after noon."""
        at = NOON + timedelta(minutes=minute)
        row = Reading(
            station_id=station_id,
            transaction=session,
            evse=1,
            connector=1,
            at=at,
            received_at=at,
            energy_wh=minute * 10.0,
            power_w=None,
            soc_pct=None,
            samples=samples,
        )
        await self.store.commit([ReadingStored(row)])


def build(settings: ApiSettings | None = None, app: Litestar | None = None) -> World:
    """Build the application over empty parts; `app` is one that serves no other test any more."""
    store, bus = MemoryStore(), LocalBus()
    dispatcher = ScriptedDispatcher(store)
    backend = make_backend(store, bus, dispatcher, KEY, settings)
    if app is None:
        app = make_app(backend)
    app.state.backend = backend
    return World(app, store, bus, dispatcher)


@pytest.fixture(scope="session")
def application() -> Litestar:
    """The routes, put together once: that takes half a second."""
    return build().app


@pytest.fixture
async def world(application: Litestar) -> AsyncIterator[World]:
    """The application over an open bus."""
    made = build(app=application)
    await made.bus.open()
    yield made
    await made.bus.close()


@pytest.fixture
async def stranger(world: World) -> AsyncIterator[AsyncTestClient[Litestar]]:
    """A client without a key."""
    async with AsyncTestClient(world.app) as client:
        yield client


@pytest.fixture
async def api(world: World) -> AsyncIterator[AsyncTestClient[Litestar]]:
    """A client with a key."""
    async with AsyncTestClient(world.app) as client:
        _, text = await world.app.state.backend.keys.make("tests")
        client.headers["Authorization"] = f"Bearer {text}"
        yield client


@pytest.fixture
def make_world() -> Any:
    """Build further applications, with settings."""
    return build
