"""A gateway node: lets stations in, holds their sessions, and is the way of commands to them. Decides nothing."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Final
from uuid import uuid4

import msgspec

from busbar.csms.amendments import Amended, Amendment
from busbar.csms.gateway.amender import Amender
from busbar.csms.gateway.arrivals import Arrivals
from busbar.csms.gateway.directory import Directory
from busbar.csms.gateway.dispatch import Courier, write
from busbar.csms.gateway.door import Door
from busbar.csms.gateway.journal import Journal
from busbar.csms.gateway.listeners import Listeners
from busbar.csms.gateway.lookups import NOBODY, Askers, Numbers
from busbar.csms.gateway.means import Means
from busbar.csms.gateway.safeguards import Safeguards
from busbar.csms.gateway.sentry import Sentry
from busbar.csms.gateway.server import Server
from busbar.csms.gateway.session import Session
from busbar.csms.gateway.settings import NodeSettings
from busbar.csms.gateway.tariffs import CHANGED, TariffDesk
from busbar.csms.happenings import AnyHappening, CampaignChanged, StationConnected
from busbar.csms.policies import all_of
from busbar.csms.ports import Bus, RawCall, Store, StoreUnavailable
from busbar.csms.records.webhooks import ONLY_LOG, EventLog, Webhook
from busbar.csms.rows import Command, CommandState, Station
from busbar.csms.services.outgoing import Wanted, name_of, wants
from busbar.csms.services.security_events import DISPLACED
from busbar.csms.services.view import Context, Errand, Tokens
from busbar.csms.tenancy import PLATFORM
from busbar.model.orders import Order
from busbar.protocol.incoming import AnswerReceived, AnswerRefused, Incoming
from busbar.telemetry.ports import UNWATCHED, Watch

DRAIN_S: Final = 5.0

log = logging.getLogger(__name__)
_encode: Final = msgspec.json.Encoder().encode
_CONNECTED: Final = msgspec.json.Decoder(StationConnected)


class Node:
    """Implements `ports.Dispatcher`, and `session.Home` for its sessions."""

    def __init__(
        self, store: Store, bus: Bus, settings: NodeSettings, askers: Askers = NOBODY, watch: Watch = UNWATCHED
    ) -> None:
        self.settings = settings
        self.sessions: dict[int, Session] = {}
        self._bus = bus
        numbers = Numbers(store)
        context = Context(Tokens(), numbers.take, settings.heartbeat_interval_s, lambda: str(uuid4()))
        self._arrivals = Arrivals()
        self._tariffs = TariffDesk(store, context.rates)
        self.directory = Directory(store, self._on_station)
        self.safeguards = Safeguards(store)
        self.journal = Journal(store, self.tell)
        self.sentry = Sentry(store, bus, self.directory, self.safeguards, self.journal, settings.broken_messages)
        self.means = Means(store, self, context, numbers, self.sentry, Wanted(), askers, settings.call_timeout_s, watch)
        self._courier = Courier(store, bus, self.directory, Amender(self.means, self.publish), self._arrivals, watch)
        self.door = Door(settings, self.directory, self.safeguards, self.journal, partial(Session, self.means))
        self.door.open = lambda: not (self._draining or store.full)
        self.door.occupied = self.sessions.__contains__
        self._server = Server(self.door.judge, settings.bounds)
        self.listeners = Listeners(self._server, settings.tls, self.door.on_renewed, self.door.on_no_tls)
        self._ends: list[Callable[[], Awaitable[None]]] = []
        self._draining = False

    @property
    def port(self) -> int:
        """The port without TLS, 0 where that is off."""
        return self.listeners.port or 0

    @property
    def tls_port(self) -> int:
        """The port with TLS, 0 where that is off."""
        return self.listeners.tls_port or 0

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
            "refused": self.door.refused_total,
            "turned_away": self._server.turned_away,
        }

    @property
    def listening(self) -> bool:
        """Whether stations may come: it listens, and does not stop."""
        return not self._draining and (self.port > 0 or self.tls_port > 0)

    @property
    def ended(self) -> Counter[CommandState]:
        """How many commands ended here in each final state."""
        return self._courier.ended

    async def start(self) -> None:
        """Read what has to be known, then listen. Raises StoreUnavailable, OSError, CertificateError."""
        self._ends.append(await self._bus.subscribe("busbar.changed.token", self._on_token))
        self._ends.append(await self._bus.subscribe("busbar.changed.access", self._on_access))
        self._ends.append(await self._bus.subscribe("busbar.changed.webhook", self._on_webhook))
        await self._on_webhook(b"")
        self._ends.append(await self._bus.subscribe("busbar.changed.station.*", self._on_station_changed))
        self._ends.append(await self._bus.subscribe("busbar.changed.revocations", self._on_revocations))
        self._ends.append(await self._bus.subscribe("busbar.changed.tolerances", self._on_tolerances))
        self._ends.append(await self._bus.subscribe("busbar.event.station.connected.*", self._on_connected))
        self._bus.on_return(self._refresh)
        self._ends.append(await self._bus.subscribe(CHANGED, self._tariffs.on_changed))
        self._bus.on_return(self._tariffs.on_changed)
        await self.directory.load()
        await self._tariffs.load()
        await self.safeguards.load()
        await self.means.numbers.refill()
        self._courier.start()
        self.journal.start()
        await self.listeners.start(self.settings.host, self.settings.port, self.settings.tls_port)

    async def stop(self) -> None:
        """Let nobody in, answer what is being committed, then close all (1001) and wait until that is stored."""
        self._draining = True
        self._server.stop_accepting()
        await self._all_stored()
        await self._server.stop("going away")
        await self.listeners.stop()
        await self._courier.stop()
        await self.journal.stop()
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
        await self._arrivals.over(station.id)
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
        await self.safeguards.read(station_id)

    def held(self, station_ids: Iterable[int]) -> list[int]:
        """Return those of the stations that are connected here, or about to be."""
        return [number for number in station_ids if number in self.sessions or number in self._arrivals]

    def announce(self) -> None:
        """Say anew that the stations here are online, since somebody may have said that they are not."""
        opened = [session.claim() for session in self.sessions.values() if session.view is not None]
        self.means.store.submit(opened, lambda _: None)

    def opening(self, session: Session) -> None:
        """Have commands wait for it a moment."""
        self._arrivals.begin(session.station.id, session)
        self._courier.expect(session.station.id)

    def connected(self, session: Session) -> None:
        """Take a session in; the newest epoch wins, and the other one is closed afterwards."""
        station_id = session.station.id
        other = self.sessions.get(station_id)
        loser = other if other is None or other.epoch < session.epoch else session
        if loser is not session:
            self.sessions[station_id] = session
        if loser is not None:
            loser.displace()
            self.sentry.note(session, "a newer connection took its place", DISPLACED)

    def ready(self, session: Session) -> None:
        """Let it have commands."""
        self._courier.attach(session)
        self._arrivals.end(session.station.id, session)

    def disconnected(self, session: Session) -> None:
        """Take a session out, unless another one took its place."""
        if self.sessions.get(session.station.id) is session:
            del self.sessions[session.station.id]
        self._arrivals.end(session.station.id, session)
        self._courier.detach(session)

    def answered(self, session: Session, incoming: Incoming) -> None:
        """Hand on what came for a command."""
        if isinstance(incoming, AnswerReceived) and incoming.signed and not self.sentry.genuine(session, incoming):
            incoming = self.sentry.refused(session, incoming)
        elif isinstance(incoming, AnswerRefused):
            incoming = self.sentry.mender.answer(session, incoming) or incoming
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
        listeners = self.means.wanted.patterns
        if listeners and any(
            wants(patterns, name_of(happening)) for patterns in listeners.values() for happening in happenings
        ):
            self._bus.publish("busbar.job.webhooks", b"")

    def tell(self, station_id: int, happenings: Sequence[AnyHappening]) -> None:
        """Tell listeners of what was committed outside a conversation, and keep it for those outside."""
        rows = [
            row
            for one in happenings
            for row in self.means.wanted.rows(self._owner_of(station_id, one), station_id, [one])
        ]
        if rows:
            self.means.store.submit(rows, lambda _: None)
        self.publish(station_id, happenings)

    def _owner_of(self, station_id: int, happening: AnyHappening) -> int:
        """Return whose a happening is: it says so itself, or its station does; what is neither is nobody's."""
        if isinstance(happening, CampaignChanged):
            return happening.organisation_id
        station = self.directory.by_id(station_id)
        return PLATFORM if station is None else station.organisation_id

    async def _on_webhook(self, _: bytes) -> None:
        """Learn anew what outside listeners want to be told of."""
        hooks = await all_of(self.means.store, Webhook)
        self.means.wanted.learn(hook for hook in hooks if hook.active)
        self.means.wanted.logged = await self.means.store.get(EventLog, ONLY_LOG) is not None

    async def _on_token(self, data: bytes) -> None:
        """Forget a token that was changed; all of them where it is not said which."""
        if data:
            self.means.forget_tokens(data.decode(errors="replace").casefold())
        else:
            self.means.forget_tokens()

    async def _on_access(self, _: bytes) -> None:
        """Forget rules, groups and limits: one of them was changed."""
        self.means.forget_policies()

    async def _refresh(self) -> None:
        """Catch up after what the bus may have lost: tokens and stations that were changed meanwhile."""
        self.means.forget_tokens()
        try:
            await self.directory.load()
            await self.safeguards.load()
        except StoreUnavailable as error:
            log.warning("the stations cannot be read again now: %s", error)

    async def _on_connected(self, data: bytes) -> None:
        """Close a session here whose station has a newer one on another node."""
        connected = _CONNECTED.decode(data)
        station = self.directory.find(connected.station)
        session = None if station is None else self.sessions.get(station.id)
        if session is not None and session.epoch < connected.epoch:
            session.displace()

    def _on_station(self, station_id: int) -> None:
        session = self.sessions.get(station_id)
        if session is not None:
            self.sentry.reconsider(session)

    async def _on_revocations(self, _: bytes) -> None:
        await self.safeguards.read_revoked()
        for session in list(self.sessions.values()):
            self.sentry.reconsider(session)

    async def _on_tolerances(self, _: bytes) -> None:
        await self.safeguards.read_tolerances()

    async def _on_station_changed(self, data: bytes) -> None:
        await self.directory.on_changed(data)
        if data.isdigit():
            await self.safeguards.read(int(data))
        else:
            await self.safeguards.load()
