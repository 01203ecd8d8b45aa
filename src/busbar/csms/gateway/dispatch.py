"""The way of a command: a stored row → the node and session that hold the station → what came of it, waited for."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Final
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from busbar.csms.amendments import Amended, Amendment
from busbar.csms.changes import CommandPut
from busbar.csms.gateway.amender import Amender
from busbar.csms.gateway.arrivals import Arrivals
from busbar.csms.gateway.directory import Directory
from busbar.csms.gateway.outbox import Desk, Outbox
from busbar.csms.gateway.session import Session
from busbar.csms.happenings import CommandChanged
from busbar.csms.ports import Bus, NeverConnected, NoResponder, Query, RawCall, Store, StoreUnavailable, Unstorable
from busbar.csms.rows import Command, CommandState, Station
from busbar.csms.services import commands
from busbar.csms.services.view import Errand
from busbar.model.orders import Order
from busbar.protocol import codec
from busbar.protocol.actions import ACTIONS, Origin
from busbar.protocol.errors import ErrorCode, LocalProtocolError, ProtocolViolation
from busbar.protocol.incoming import Incoming
from busbar.protocol.translate import TRANSLATORS
from busbar.telemetry.ports import UNWATCHED, Watch

SWEEP_S: Final = 0.25
LATE_SWEEP_S: Final = 30.0
LATE: Final = timedelta(minutes=10)
MAX_WAIT_S: Final = 300.0
AMEND_S: Final = 10.0
BY_ITSELF: Final = "busbar"
"""Who requested what the CSMS calls a station for by itself."""
_ROUND_TRIP_S: Final = 5.0

log = logging.getLogger(__name__)


class _Parcel(msgspec.Struct, tag="command"):
    """A command on the bus, how long its sender waits, and the trace that it belongs to."""

    command: Command
    wait_s: float
    traceparent: str | None = None


_PARCELS: Final = msgspec.msgpack.Decoder(_Parcel | Amendment)
_AMENDED: Final = msgspec.msgpack.Decoder(Amended)
_COMMANDS: Final = msgspec.msgpack.Decoder(Command)
_pack: Final = msgspec.msgpack.Encoder().encode


def write(station: Station, request: Order | RawCall, ttl_s: float) -> Command:
    """Make a command's row. Raises ProtocolViolation where the version has no such call, and NeverConnected."""
    version = station.version
    if version is None:
        raise NeverConnected(station.identity)
    if isinstance(request, RawCall):
        action, payload = request.action, request.payload
    else:
        action, shaped = TRANSLATORS[version].from_order(request)
        payload = codec.encode(shaped)
    known = ACTIONS[version].get(action)
    if known is None:
        raise LocalProtocolError(ErrorCode.NOT_IMPLEMENTED, "unknown action")
    if known.origin is Origin.STATION or known.response is None:
        raise LocalProtocolError(ErrorCode.NOT_SUPPORTED, "not a call of ours")
    codec.decode_request(version, action, payload)
    return commands.make(str(uuid4()), station.id, action, payload, at=datetime.now(UTC), ttl_s=ttl_s)


class Courier:
    """The dispatcher of one node."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        directory: Directory,
        amender: Amender,
        arrivals: Arrivals,
        watch: Watch = UNWATCHED,
    ) -> None:
        self._store = store
        self._watch = watch
        self._amender = amender
        self._arrivals = arrivals
        self._bus = bus
        self._directory = directory
        self._publish = amender.publish
        self._desk = Desk(
            store, self._tell, self._changed, amender.wanted, amender.publish, self.run_errands, directory.by_id, watch
        )
        self.ended = self._desk.ended
        self._outboxes: dict[int, Outbox] = {}
        self._ends: dict[int, Callable[[], Awaitable[None]]] = {}
        self._waiters: dict[str, list[asyncio.Future[Command]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to look for what is late."""
        self._later(partial(_every, SWEEP_S, self._sweep))
        self._later(partial(_every, LATE_SWEEP_S, self._sweep_late))

    async def stop(self) -> None:
        """End; the sessions are gone already."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def dispatch(self, command: Command, wait_s: float) -> Command:
        """Store a command, hand it over and wait. Raises StoreUnavailable."""
        tracer = self._watch.tracer
        trace = None if tracer is None else tracer.commanded(command.action, command.id)
        try:
            told = await self._dispatch(command, wait_s)
        except BaseException:
            if trace is not None:
                trace.end("not dispatched", failed=True)
            raise
        if trace is not None:
            trace.end(told.state.value)
        return told

    async def _dispatch(self, command: Command, wait_s: float) -> Command:
        earlier = await self._earlier(command)
        if earlier is None:
            try:
                told = self._desk.told(command, [self._changed(command)])
                await self._store.commit([CommandPut(commands.recorded(command)), *told])
            except Unstorable:
                earlier = await self._earlier(command)  # the same key came twice at once
                if earlier is None:
                    raise
        if earlier is not None:
            return await self._wait(earlier, wait_s)
        self._tell(command)
        outbox = self._outboxes.get(command.station_id)
        if outbox is None:
            return await self._elsewhere(command, wait_s)
        outbox.post(command)
        return await self._wait(command, wait_s)

    async def _earlier(self, command: Command) -> Command | None:
        if command.idempotency_key is None:
            return None
        return await self._store.command_by_key(command.station_id, command.idempotency_key)

    async def _elsewhere(self, command: Command, wait_s: float) -> Command:
        """Ask the node that holds the station, if there is one."""
        tracer = self._watch.tracer
        traceparent = None if tracer is None else tracer.carried(command.id)
        parcel, subject = _pack(_Parcel(command, wait_s, traceparent)), f"busbar.command.{command.station_id}"
        try:
            return _COMMANDS.decode(await self._bus.request(subject, parcel, timeout_s=wait_s + _ROUND_TRIP_S))
        except NoResponder:
            return await self._nowhere(command, wait_s)

    async def _nowhere(self, command: Command, wait_s: float) -> Command:
        """End a command whose station is not connected, unless it may wait for that."""
        stands = await self._store.command(command.id) or command
        if stands.state is not CommandState.QUEUED or command.survives_reconnect:
            return stands
        gone = commands.expired(command, datetime.now(UTC), error=commands.OFFLINE)
        self._desk.settle(gone)
        return await self._wait(gone, max(wait_s, _ROUND_TRIP_S))

    async def amend(self, station: Station, amendment: Amendment) -> Amended:
        """Do what `ports.Dispatcher.amend` says."""
        outbox = self._outboxes.get(station.id)
        if outbox is not None:
            with contextlib.suppress(ConnectionError):
                return await self._amender.amend_here(outbox.session, amendment)
        try:
            subject = f"busbar.command.{station.id}"
            return _AMENDED.decode(await self._bus.request(subject, _pack(amendment), timeout_s=AMEND_S))
        except NoResponder:
            return await self._amender.amend_away(station, amendment)

    def run_errands(self, station: Station, errands: Sequence[Errand]) -> None:
        """Make calls to a station one after the other, without waiting for what it says."""
        self._later(partial(self._run_errands, station, errands))

    async def _run_errands(self, station: Station, errands: Sequence[Errand]) -> None:
        for errand in errands:
            try:
                command = write(station, errand.order, errand.ttl_s)
            except (ProtocolViolation, NeverConnected) as error:
                text = "station %s cannot be called for %s: %s"
                kind, named = type(errand.order).__name__, {"station": station.identity}
                log.warning(text, station.identity, kind, error, extra=named)
                continue
            command.requested_by, command.idempotency_key = BY_ITSELF, errand.key
            command.survives_reconnect = errand.survives_reconnect
            await self.dispatch(command, 0)

    async def _wait(self, command: Command, wait_s: float) -> Command:
        """Return a command when it is final, or as it stands after a while; as it was, where it was removed."""
        waiter: asyncio.Future[Command] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(command.id, []).append(waiter)
        try:
            stands = await self._store.command(command.id)
            if stands is not None and stands.state.final:
                return stands
            return await asyncio.wait_for(waiter, min(wait_s, MAX_WAIT_S))
        except TimeoutError:
            return await self._store.command(command.id) or command
        finally:
            self._forget(command.id, waiter)

    def _forget(self, command_id: str, waiter: asyncio.Future[Command]) -> None:
        waiters = self._waiters.get(command_id, [])
        if waiter in waiters:
            waiters.remove(waiter)
            if not waiters:
                del self._waiters[command_id]

    def expect(self, station_id: int) -> None:
        """Take other nodes' commands for a station whose connection is opening: they wait for it a moment."""
        self._later(partial(self._listen, station_id))

    def attach(self, session: Session) -> None:
        """Let a session have commands: new ones, and those that waited for the station to come back."""
        outbox = Outbox(self._desk, session)
        before = self._outboxes.get(session.station.id)
        self._outboxes[session.station.id] = outbox
        if before is not None:
            before.close()
        self._later(partial(self._attach, outbox))

    async def _attach(self, outbox: Outbox) -> None:
        session = outbox.session
        station_id = session.station.id

        await self._listen(station_id)
        for command in await self._store.waiting_commands(station_id):
            if not session.alive:
                return
            if command.state is CommandState.SENT and (command.epoch or 0) < session.epoch:
                self._desk.settle(commands.lost(command, datetime.now(UTC)))
            elif command.state is CommandState.QUEUED and command.survives_reconnect:
                outbox.post(command)

    async def _listen(self, station_id: int) -> None:
        """Take commands from other nodes as long as the station is here, whichever of its connections is the newest."""

        async def nothing() -> None:
            pass

        if station_id in self._ends or not self._has(station_id):
            return
        self._ends[station_id] = nothing
        end = await self._bus.respond(f"busbar.command.{station_id}", partial(self._take, station_id))
        if self._ends.get(station_id) is nothing:
            self._ends[station_id] = end
        else:  # the station left meanwhile
            await end()

    def _has(self, station_id: int) -> bool:
        """Tell whether a station is connected here, or about to be."""
        return station_id in self._outboxes or station_id in self._arrivals

    async def _take(self, station_id: int, data: bytes) -> bytes:
        """Do what another node wants of a station that is here, or about to be."""
        parcel = _PARCELS.decode(data)
        await self._arrivals.over(station_id)
        outbox = self._outboxes.get(station_id)
        if not isinstance(parcel, _Parcel):
            if outbox is None:
                raise ConnectionError("the connection is over")
            return _pack(await self._amender.amend_here(outbox.session, parcel))
        if outbox is None:
            return _pack(await self._nowhere(parcel.command, parcel.wait_s))
        if parcel.traceparent is not None and self._watch.tracer is not None:
            self._watch.tracer.carry(parcel.command.id, parcel.traceparent)
        outbox.post(parcel.command)
        return _pack(await self._wait(parcel.command, parcel.wait_s))

    def detach(self, session: Session) -> None:
        """Let a session have no commands any more."""
        station_id = session.station.id
        outbox = self._outboxes.get(station_id)
        if outbox is not None and outbox.session is session:
            del self._outboxes[station_id]
            outbox.close()
        if not self._has(station_id) and (end := self._ends.pop(station_id, None)) is not None:
            self._later(end)

    def answered(self, session: Session, incoming: Incoming) -> None:
        """Take what came for a command of ours."""
        outbox = self._outboxes.get(session.station.id)
        if outbox is not None and outbox.session is session:
            outbox.answered(incoming)

    def _changed(self, command: Command) -> CommandChanged:
        """Return what is told of a command; it names no password."""
        shown = commands.shown(command)
        identity = self._directory.identity(command.station_id)
        return CommandChanged(station=identity, at=datetime.now(UTC), command=shown)

    def _tell(self, command: Command) -> None:
        """Tell listeners, and whoever waits for the end."""
        changed = self._changed(command)
        self._publish(command.station_id, [changed])
        if command.state.final:
            for waiter in self._waiters.get(command.id, ()):
                if not waiter.done():
                    waiter.set_result(changed.command)

    async def _sweep(self) -> None:
        """Look for answers that do not come."""
        now = monotonic()
        for outbox in list(self._desk.under_way):
            outbox.check(now)

    async def _sweep_late(self) -> None:
        """Settle what nobody holds any more: a station that never came back, a node that broke down."""
        query: Query | None = Query(active=True, limit=1000)
        while query is not None:
            page = await self._store.commands(query)
            at = datetime.now(UTC)
            for command in page.items:
                if command.state is CommandState.QUEUED and command.expires_at <= at:
                    self._desk.settle(commands.expired(command, at))
                elif command.state is CommandState.SENT and command.expires_at + LATE <= at:
                    self._desk.settle(commands.lost(command, at))
            query = None if page.next is None else replace(query, cursor=page.next)

    def _later(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.create_task(_guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _every(pause_s: float, look: Callable[[], Awaitable[None]]) -> None:
    """Look again and again; what fails once is tried the next time."""
    while True:
        await asyncio.sleep(pause_s)
        await _guarded(look)


async def _guarded(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except StoreUnavailable as error:
        log.warning("commands cannot be read or stored now: %s", error)
    except Exception:
        log.exception("a part of the command dispatch failed")
