"""A gateway node: lets stations in, holds their sessions, and is the way of commands to them. Decides nothing."""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from ssl import SSLContext
from typing import Final
from uuid import uuid4

import msgspec
from picows import WSUpgradeRequest

from busbar.csms.amendments import Amended, Amendment
from busbar.csms.gateway import handshake
from busbar.csms.gateway.amender import Amender
from busbar.csms.gateway.directory import Directory
from busbar.csms.gateway.dispatch import Courier, write
from busbar.csms.gateway.handshake import Refusal
from busbar.csms.gateway.limits import Buckets, Rate
from busbar.csms.gateway.lookups import NOBODY, Askers, Numbers
from busbar.csms.gateway.server import Server
from busbar.csms.gateway.session import Means, Session
from busbar.csms.gateway.sockets import Bounds, Welcome
from busbar.csms.happenings import AnyHappening, StationConnected
from busbar.csms.ports import Bus, RawCall, Store, StoreUnavailable
from busbar.csms.rows import Command, Station
from busbar.csms.services import credentials
from busbar.csms.services.view import Context, Errand, Tokens
from busbar.model.orders import Order
from busbar.protocol.incoming import Incoming

DRAIN_S: Final = 5.0
RECENT: Final = 200
PER_ADDRESS: Final = Rate(burst=100, per_s=5)
PER_IDENTITY: Final = Rate(burst=20, per_s=0.5)

log = logging.getLogger(__name__)
_encode: Final = msgspec.json.Encoder().encode
_CONNECTED: Final = msgspec.json.Decoder(StationConnected)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """How a node listens and what it allows.

    Attributes:
        key: for the keyed hashes of passwords.
        path: what stands before the identity.
        strict_404: an unknown identity is told so (404), which certification wants and attackers like.
        tries_per_address, tries_per_identity: refused upgrades; a good one costs nothing.
    """

    key: bytes = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 0
    path: str = "/ocpp"
    ssl: SSLContext | None = field(default=None, repr=False)
    heartbeat_interval_s: int = 300
    ping_interval_s: float = 60.0
    pong_timeout_s: float = 20.0
    call_timeout_s: float = 30.0
    handshake_timeout_s: float = 10.0
    max_message_bytes: int = 256 * 1024
    max_connections: int = 50_000
    max_connections_per_address: int = 10_000
    strict_404: bool = False
    tries_per_address: Rate = PER_ADDRESS
    tries_per_identity: Rate = PER_IDENTITY

    @property
    def bounds(self) -> Bounds:
        """What the sockets are held to."""
        return Bounds(
            max_message_bytes=self.max_message_bytes,
            handshake_timeout_s=self.handshake_timeout_s,
            ping_interval_s=self.ping_interval_s,
            pong_timeout_s=self.pong_timeout_s,
            max_connections=self.max_connections,
            max_connections_per_address=self.max_connections_per_address,
        )


@dataclass(frozen=True, slots=True)
class RefusedUpgrade:
    """A station, or somebody, that was not let in."""

    at: datetime
    address: str
    identity: str
    status: int
    reason: str


class Node:
    """Implements `ports.Dispatcher`, and `session.Home` for its sessions."""

    def __init__(self, store: Store, bus: Bus, settings: NodeSettings, askers: Askers = NOBODY) -> None:
        self.settings = settings
        self.sessions: dict[int, Session] = {}
        self.refused: deque[RefusedUpgrade] = deque(maxlen=RECENT)
        self.refused_total = 0
        self.tokens = Tokens()
        self._bus = bus
        numbers = Numbers(store)
        context = Context(self.tokens, numbers.take, settings.heartbeat_interval_s, lambda: str(uuid4()))
        self.means = Means(store, self, context, numbers, askers, settings.call_timeout_s)
        self.directory = Directory(store, self._on_removed)
        self._courier = Courier(store, bus, self.directory, Amender(self.means, self.publish))
        self._server = Server(self._door, settings.bounds)
        self._addresses = Buckets(settings.tries_per_address)
        self._identities = Buckets(settings.tries_per_identity)
        self._ends: list[Callable[[], Awaitable[None]]] = []
        self._draining = False

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._server.port

    @property
    def connections(self) -> int:
        """How many stations are connected."""
        return len(self.sessions)

    def counts(self) -> dict[str, int]:
        """Return what this node has counted since it started; `refused` has the latest refusals with their reasons."""
        return {
            "connections": self.connections,
            "messages": self.means.messages,
            "dropped": self.means.dropped,
            "parked": self.means.parked,
            "refused": self.refused_total,
            "turned_away": self._server.turned_away,
        }

    async def start(self) -> None:
        """Read what has to be known, then listen. Raises StoreUnavailable, OSError."""
        self._ends.append(await self._bus.subscribe("busbar.changed.token", self._on_token))
        self._ends.append(await self._bus.subscribe("busbar.changed.station.*", self.directory.on_changed))
        self._ends.append(await self._bus.subscribe("busbar.event.station.connected.*", self._on_connected))
        self._bus.on_return(self._refresh)
        await self.directory.load()
        await self.means.numbers.refill()
        self._courier.start()
        await self._server.start(self.settings.host, self.settings.port, self.settings.ssl)

    async def stop(self) -> None:
        """Let nobody in, answer what is being committed, then close all (1001) and wait until that is stored."""
        self._draining = True
        self._server.stop_accepting()
        await self._all_stored()
        await self._server.stop("going away")
        await self._courier.stop()
        for end in self._ends:
            await end()
        await self.directory.close()
        await self._all_stored()

    async def _all_stored(self) -> None:
        """Wait until what was submitted is committed (and answered), or cannot be."""
        stored = asyncio.Event()
        self.means.store.submit([], lambda _: stored.set())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stored.wait(), DRAIN_S)

    async def dispatch(
        self,
        station: Station,
        request: Order | RawCall,
        *,
        wait_s: float,
        requested_by: str,
        idempotency_key: str | None = None,
        ttl_s: float = 60.0,
        survives_reconnect: bool = False,
    ) -> Command:
        """Do what `ports.Dispatcher.dispatch` says."""
        command = write(station, request, ttl_s)
        command.requested_by, command.idempotency_key = requested_by, idempotency_key
        command.survives_reconnect = survives_reconnect
        return await self._courier.dispatch(command, wait_s)

    async def amend(self, station: Station, amendment: Amendment) -> Amended:
        """Do what `ports.Dispatcher.amend` says."""
        return await self._courier.amend(station, amendment)

    async def station_changed(self, station_id: int) -> None:
        """Do what `ports.Dispatcher.station_changed` says."""
        await self.directory.read(station_id)

    def connected(self, session: Session) -> None:
        """Take a session in; the newest epoch wins, and the other one is closed afterwards."""
        station_id = session.station.id
        other = self.sessions.get(station_id)
        loser = other if other is None or other.epoch < session.epoch else session
        if loser is not session:
            self.sessions[station_id] = session
        if loser is not None:
            loser.displace()

    def ready(self, session: Session) -> None:
        """Let it have commands."""
        self._courier.attach(session)

    def disconnected(self, session: Session) -> None:
        """Take a session out, unless another one took its place."""
        if self.sessions.get(session.station.id) is session:
            del self.sessions[session.station.id]
        self._courier.detach(session)

    def answered(self, session: Session, incoming: Incoming) -> None:
        """Hand on what came for a command."""
        self._courier.answered(session, incoming)

    def run_errands(self, station: Station, errands: Sequence[Errand]) -> None:
        """Call a station for what a decision wants done."""
        self._courier.run_errands(station, errands)

    def publish(self, station_id: int, happenings: Sequence[AnyHappening]) -> None:
        """Tell listeners on `busbar.event.<tag>.<station id>`."""
        for happening in happenings:
            subject = f"busbar.event.{happening.__struct_config__.tag}.{station_id}"
            if self._bus.heard(subject):
                self._bus.publish(subject, _encode(happening))

    async def _on_token(self, data: bytes) -> None:
        """Forget a token that was changed; all of them where it is not said which."""
        if data:
            self.tokens.forget(data.decode(errors="replace").casefold())
        else:
            self.tokens.forget()

    async def _refresh(self) -> None:
        """Catch up after what the bus may have lost: tokens and stations that were changed meanwhile."""
        self.tokens.forget()
        try:
            await self.directory.load()
        except StoreUnavailable as error:
            log.warning("the stations cannot be read again now: %s", error)

    async def _on_connected(self, data: bytes) -> None:
        """Close a session here whose station has a newer one on another node."""
        connected = _CONNECTED.decode(data)
        station = self.directory.find(connected.station)
        session = None if station is None else self.sessions.get(station.id)
        if session is not None and session.epoch < connected.epoch:
            session.displace()

    def _on_removed(self, station_id: int) -> None:
        session = self.sessions.get(station_id)
        if session is not None:
            session.socket.close(1008, "the station was removed")

    def _door(self, request: WSUpgradeRequest, address: str) -> Welcome | Refusal:
        """Judge an upgrade; what is refused costs a try of the address, then of the identity."""
        asked = handshake.read(request.path, request.headers, self.settings.path)
        now = time.monotonic()
        identity = asked.identity if isinstance(asked, handshake.Request) else ""
        if self._draining or self.means.store.full:
            verdict: Welcome | Refusal = handshake.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "cannot serve now")
        elif not self._addresses.take(address, now):
            verdict = handshake.refuse(HTTPStatus.TOO_MANY_REQUESTS, "too many tries from the address")
        elif isinstance(asked, Refusal):
            verdict = asked
        else:
            verdict = self._authenticate(asked, address, now)
        if isinstance(verdict, Refusal):
            self.refused_total += 1
            status = verdict.status.value
            self.refused.append(RefusedUpgrade(datetime.now(UTC), address, identity, status, verdict.reason))
        return verdict

    def _authenticate(self, asked: handshake.Request, address: str, now: float) -> Welcome | Refusal:
        """Look at the password; the same work and the same answer whether the station exists or not."""
        tries = f"{address} {asked.identity.casefold()}"  # per pair: nobody else can lock a station out
        if not self._identities.take(tries, now):
            return handshake.refuse(HTTPStatus.TOO_MANY_REQUESTS, "too many tries for the identity")
        station = self.directory.find(asked.identity)
        secret = None if station is None else station.secret
        good = credentials.admits(self.settings.key, asked.identity, secret, asked.credentials)
        if station is None or not good:
            self.directory.look_up_later(asked.identity)
            if station is None and self.settings.strict_404:
                return handshake.refuse(HTTPStatus.NOT_FOUND, "unknown identity")
            reason = "unknown identity" if station is None else "wrong password" if asked.credentials else "no password"
            return handshake.refuse(HTTPStatus.UNAUTHORIZED, reason)
        self._addresses.give_back(address)
        self._identities.give_back(tries)
        if asked.version is None:
            return Welcome(None, None)
        return Welcome(Session(self.means, station, asked.version), asked.subprotocol, asked.deflate)
