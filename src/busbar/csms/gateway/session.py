"""One station's conversation: message → fact → decision → commit → answer, one at a time and in order.

Driven by callbacks: a message that memory can decide costs no task, no future and no log line. A Heartbeat is not
written to the message log (a coalesced StationSeen tells all it says); its answer waits for the commit like any other.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from busbar.csms.changes import Change, ConnectionClosed, ConnectionOpened, ExchangeLogged, StationSeen
from busbar.csms.gateway.lookups import Settling, learn, load_view
from busbar.csms.gateway.means import Means
from busbar.csms.gateway.parking import neutral_answer
from busbar.csms.gateway.sockets import Socket
from busbar.csms.happenings import AnyHappening, StationConnected, StationDisconnected
from busbar.csms.ports import Outrun, StoreUnavailable, Unstorable
from busbar.csms.rows import Exchange, Station
from busbar.csms.services.admission import Admitted, boot_matches
from busbar.csms.services.amending import PRECIOUS
from busbar.csms.services.decisions import Refused, decide, needs
from busbar.csms.services.redaction import KEYED_IN, REVEALING, redacted
from busbar.csms.services.view import Errand, StationView
from busbar.model.facts import Booted, Fact, HeartBeaten
from busbar.model.versions import Version
from busbar.protocol.actions import Origin
from busbar.protocol.errors import ErrorCode, ProtocolViolation
from busbar.protocol.incoming import CallReceived, CallRefused, Dropped, SendReceived
from busbar.protocol.peer import Peer
from busbar.protocol.translate import TRANSLATORS
from busbar.telemetry.ports import Trace

RETRY_S: Final = 2.0
SEEN_EVERY_S: Final = 1.0  # what a station's last sign of life may lag behind
INBOX_LIMIT: Final = 16
INBOX_HARD_LIMIT: Final = 4096  # frames that one read may still bring after reading was paused
INBOX_HARD_BYTES: Final = 8 * 1024 * 1024  # inflated, a read is up to a thousand times as much

log = logging.getLogger(__name__)


class Session:
    """One connection of one station; `epoch` is 0 until the store gave it one."""

    __slots__ = (
        "__weakref__",
        "_answer",
        "_began",
        "_borrowers",
        "_busy",
        "_call",
        "_context",
        "_errands",
        "_happenings",
        "_inbox",
        "_inbox_bytes",
        "_logged",
        "_means",
        "_outcome",
        "_parking",
        "_seen_at",
        "_tallies",
        "_task",
        "_trace",
        "_translator",
        "admitted",
        "alive",
        "epoch",
        "peer",
        "settling",
        "socket",
        "station",
        "version",
        "view",
    )

    def __init__(self, means: Means, station: Station, version: Version, admitted: Admitted) -> None:
        self.station = station
        self.admitted = admitted
        self.version = version
        self.epoch = 0
        self.alive = False
        self.peer = Peer(version, Origin.CSMS, call_timeout_s=means.call_timeout_s)
        self.socket: Socket
        self.view: StationView | None = None
        self.settling = Settling()
        self._means = means
        self._context = means.context_of(station)
        self._translator = TRANSLATORS[version]
        self._borrowers: deque[asyncio.Future[None]] = deque()
        self._inbox: list[bytes] = []
        self._inbox_bytes = 0
        self._busy = True
        self._parking = False
        self._logged = False
        self._call: CallReceived | CallRefused | SendReceived | None = None
        self._answer: bytes | None = None
        self._happenings: Sequence[AnyHappening] = ()
        self._errands: Sequence[Errand] = ()
        self._began = 0.0
        self._seen_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._outcome = ""
        self._tallies = None if means.watch.calls is None else means.watch.calls.received[version]
        self._trace: Trace | None = None

    def opened(self, socket: Socket) -> None:
        """Get an epoch and the view; what the station sends meanwhile waits."""
        self.socket = socket
        self.alive = True
        self._means.home.opening(self)
        self._run(self._open())

    def received(self, text: bytes) -> None:
        """Take a message now, or after those before it."""
        self._means.messages += 1
        if not self._busy:
            self._take(text)
            return
        self._inbox.append(text)
        self._inbox_bytes += len(text)
        if len(self._inbox) >= INBOX_LIMIT:
            self.socket.pause()
            if len(self._inbox) > INBOX_HARD_LIMIT or self._inbox_bytes > INBOX_HARD_BYTES:
                self.socket.close(1008, "too many messages")

    def closed(self, reason: str) -> None:
        """End: what is not committed yet gets no answer."""
        self.alive = False
        self._end_trace("closed")
        self._inbox.clear()
        for turn in self._borrowers:
            if not turn.done():
                turn.set_result(None)
        if self.epoch:
            self._say_closed(reason)
        self._means.home.disconnected(self)

    def _say_closed(self, reason: str) -> None:
        at = datetime.now(UTC)
        station, epoch, home = self.station, self.epoch, self._means.home
        happening = StationDisconnected(station=station.identity, at=at, epoch=epoch, reason=reason)
        loop = asyncio.get_running_loop()

        def submit() -> None:
            closed = ConnectionClosed(station.id, epoch, at, reason)
            self._means.store.submit(
                [closed, *self._means.wanted.rows(station.organisation_id, station.id, [happening])], done
            )

        def done(error: BaseException | None) -> None:
            if error is None:
                home.publish(station.id, [happening])
            elif not isinstance(error, Unstorable):  # again, or it would be shown online; harmless if it is by then
                loop.call_later(RETRY_S, submit)

        submit()

    def displace(self) -> None:
        """Give way to a newer connection of the same station."""
        self.alive = False
        self._means.home.disconnected(self)
        self.socket.close(1008, "replaced by a newer connection")

    def _run(self, work: Coroutine[None, None, None]) -> None:
        """Do what has to wait; the conversation stays busy meanwhile."""
        self._busy = True
        self._task = asyncio.create_task(self._guard(work))

    async def _guard(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except StoreUnavailable:
            self.socket.close(1011, "cannot store")
        except Exception:
            log.exception("the conversation with station %s failed", self.station.identity, extra=self._named())
            self.socket.close(1011, "internal error")
        finally:
            self._task = None

    async def _open(self) -> None:
        store, station = self._means.store, self.station
        async with self._means.gate(station.id):
            if not self.alive:
                return
            if self.admitted.values and not await self._means.sentry.first_use(self):
                self.socket.close(1008, "another security profile or password")
                return
            self.epoch = await store.next_epoch(station.id)
            self._means.home.connected(self)
        if not self.alive:  # the epoch has fenced off the connection before: say so, or it would be shown online
            self._say_closed("closed while it opened")
            self._means.home.disconnected(self)
            return
        at = datetime.now(UTC)
        connected = StationConnected(station=station.identity, at=at, version=self.version.value, epoch=self.epoch)
        await store.commit([self.claim(at), *self._means.wanted.rows(station.organisation_id, station.id, [connected])])
        # Only now is all committed that the connection before has handed over.
        self.view = await self._load()
        if self.alive:
            if self.admitted.must_renew:
                self._means.sentry.expired(self)
            station.version, station.epoch, station.online, station.connected_at = self.version, self.epoch, True, at
            self._means.home.publish(station.id, [connected])
            self._means.home.ready(self)
            self._next()

    def claim(self, at: datetime | None = None) -> ConnectionOpened:
        """Return the change that says that this is the station's connection, since `at` or as it was."""
        at = at or self.station.connected_at or datetime.now(UTC)
        return ConnectionOpened(self.station.id, self.epoch, self.version, at, self.socket.address)

    async def _reload(self) -> None:
        """Forget what a failed decision may have left behind."""
        self.view = await self._load()
        self._next()

    async def _load(self) -> StationView:
        view = await load_view(self._means.store, self.station, self.version, self.epoch)
        view.must_renew = self.admitted.must_renew
        return view

    @contextlib.asynccontextmanager
    async def borrowed(self) -> AsyncIterator[StationView]:
        """Hold the conversation between two messages. Raises ConnectionError where it is over.

        Where that fails, the view may say what is not stored: it is read anew.
        """
        if self._busy:
            turn = asyncio.get_running_loop().create_future()
            self._borrowers.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if not turn.cancelled():
                    self._next()
                raise
        if not self.alive or self.view is None:
            raise ConnectionError("the connection is over")
        self._busy = True
        try:
            yield self.view
        except BaseException:
            self._run(self._reload())
            raise
        self._next()

    def _next(self) -> None:
        """Take what waited: who wants to hold the conversation comes before further messages."""
        while self._borrowers:
            turn = self._borrowers.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False
        inbox = self._inbox
        while inbox and not self._busy:
            text = inbox.pop(0)
            self._inbox_bytes -= len(text)
            self._take(text)
        if len(inbox) < INBOX_LIMIT:
            self.socket.resume()

    def _take(self, text: bytes) -> None:
        now = self._began = monotonic()
        for incoming in self.peer.receive(text, now):
            match incoming:
                case CallReceived() | SendReceived():
                    self._on_call(incoming)
                case CallRefused():
                    if mended := self._means.sentry.mended(self, incoming):
                        self._on_call(mended)
                        continue
                    self._busy, self._call = True, incoming
                    self._commit([], incoming.reply, incoming.code.value)
                    if incoming.reply is None:  # what is answered holds itself back
                        self._endure()
                case Dropped():
                    self._means.dropped += 1
                    if not incoming.text.startswith((b"[3,", b"[4,")):  # a late answer is nothing to wonder at
                        self._endure()
                case _:
                    self._means.home.answered(self, incoming)

    def _endure(self) -> None:
        """Close the connection of a station that sends too much that breaks the rules."""
        if not self._means.sentry.tolerates(self):
            self.socket.close(1008, "too many broken messages")

    def _on_call(self, call: CallReceived | SendReceived) -> None:
        self._busy, self._call = True, call
        view = self.view
        assert view is not None
        tracer = self._means.watch.tracer
        if tracer is not None:
            self._trace = tracer.received(self.version, call.action, self.station.identity, self._began)
        if call.signed and not self._means.sentry.genuine(self, call):
            self._refuse(call, ErrorCode.SECURITY_ERROR, "the signature is wrong")
            return
        try:
            fact = self._translator.to_fact(call.action, call.payload)
            wanted = needs(fact, view, self._context.tokens) or self._means.numbers.empty
        except ProtocolViolation as error:
            if call.action in PRECIOUS:
                self._park(call, error)
            else:
                self._refuse(call, error.code, error.description)
        except Exception as error:
            self._park(call, error)
        else:
            if self.admitted.serial is not None and type(fact) is Booted and self._is_impostor(fact):
                return
            if wanted:
                if self._trace is not None:
                    self._trace.step("look up")
                self._run(self._learn(call, fact, view))
            else:
                self._decide(call, fact, view)

    def _is_impostor(self, boot: Booted) -> bool:
        """Close the connection of a station that boots with another serial number (B01.FR.12)."""
        if boot_matches(boot.serial, self.admitted.serial):
            return False
        self._means.sentry.impostor(self, boot.serial or "")
        self.socket.close(1008, "not the serial number of the certificate")
        return True

    async def _learn(self, call: CallReceived | SendReceived, fact: Fact, view: StationView) -> None:
        await self.settling.over()
        try:
            means = self._means
            await learn(means.store, fact, view, self._context.tokens, means.askers, means.flights)
        except StoreUnavailable:
            raise
        except Exception as error:
            self._park(call, error)
            return
        while self._means.numbers.empty:  # nothing is awaited between this and the decision
            await self._means.numbers.refill()
        if self.alive:
            if self._trace is not None:
                self._trace.step("decide")
            self._decide(call, fact, view)

    def _decide(self, call: CallReceived | SendReceived, fact: Fact, view: StationView) -> None:
        frame = None
        try:
            decision = decide(fact, view, self._context, datetime.now(UTC))
            if isinstance(call, CallReceived):
                frame = self.peer.answer(call, self._translator.from_answer(call.action, decision.answer))
        except Refused as error:
            self._refuse(call, error.code, error.description)
        except Exception as error:
            self._park(call, error)
        else:
            self._happenings, self._errands = decision.happenings, decision.errands
            wanted = self._means.wanted
            if wanted.patterns or wanted.logged:
                decision.changes += wanted.rows(self.station.organisation_id, self.station.id, decision.happenings)
            self._commit(decision.changes, frame, "" if type(fact) is HeartBeaten else "ok")
        if view.found:
            view.found.clear()

    def _refuse(self, call: CallReceived | SendReceived, code: ErrorCode, description: str) -> None:
        frame = self.peer.refuse(call, code, description) if isinstance(call, CallReceived) else None
        self._commit([], frame, code.value)

    def _park(self, call: CallReceived | SendReceived, error: BaseException) -> None:
        """Keep a message that we cannot take in, and answer so that the station goes on."""
        self._means.parked += 1
        if not self._logged:
            self._logged = True
            text = "parked %s of station %s; later ones of this connection are only counted"
            ours = not isinstance(error, ProtocolViolation)
            level = logging.ERROR if ours else logging.WARNING
            shown = error if ours else None
            log.log(level, text, call.action, self.station.identity, exc_info=shown, extra=self._named())
        self._parking, self._happenings, self._errands = True, (), ()
        if isinstance(call, SendReceived):
            self._commit([], None, "parked")
            return
        try:
            answer = neutral_answer(call.action, self._means.numbers.take)
            frame = self.peer.answer(call, self._translator.from_answer(call.action, answer))
        except Exception:  # no such action, no number, no form: it is stored, and may be replayed
            frame = self.peer.refuse(call, ErrorCode.INTERNAL_ERROR, "stored, but not understood")
        self._commit([], frame, "parked")

    def _commit(self, changes: list[Change], answer: bytes | None, outcome: str) -> None:
        """Hand over what has to be durable before `answer` leaves; no `outcome` keeps it out of the message log."""
        call = self._call
        assert call is not None
        at = datetime.now(UTC)
        station_id = self.station.id
        if self._began >= self._seen_at + SEEN_EVERY_S:
            self._seen_at = self._began
            changes.append(StationSeen(station_id, at))
        if outcome:
            row = Exchange(
                station_id=station_id,
                epoch=self.epoch,
                at=at,
                origin="station",
                message_id=call.id,
                action=call.action,
                request=redacted(call.text) if call.action in REVEALING or KEYED_IN in call.text else call.text,
                answer=answer,
                outcome=outcome,
                took_ms=(monotonic() - self._began) * 1000,
            )
            changes.append(ExchangeLogged(row))
        self._answer, self._outcome = answer, outcome or "ok"
        if self._trace is not None:
            self._trace.step("commit")
        self._means.store.submit(changes, self._committed)
        if self._means.store.full:
            self.socket.pause()

    def _committed(self, error: BaseException | None) -> None:
        """Answer, now that it is durable."""
        call = self._call
        if not self.alive:
            if error is None:
                self._after()
            return
        if error is not None:
            if isinstance(error, Outrun):
                self.displace()
            elif isinstance(error, Unstorable) and isinstance(call, (CallReceived, SendReceived)) and not self._parking:
                self._park(call, error)
            else:
                self.socket.close(1011, "cannot store")
            return
        if self._trace is not None:
            self._trace.step("answer")
        if self._answer is not None:
            self.socket.send(self._answer)
        if self._tallies is not None and call is not None:
            self._tallies.add(call.action, self._outcome, monotonic() - self._began)
        if self._happenings or self._errands:
            self._after()
        self._end_trace()
        self._call = self._answer = None
        if self._parking:
            self._parking = False
            self._run(self._reload())
        else:
            self._next()

    def _named(self) -> dict[str, str]:
        """Return what a line of the log says of this conversation beside its words."""
        named = {"station": self.station.identity}
        return named if self._trace is None else named | {"trace_id": self._trace.id}

    def _end_trace(self, result: str = "") -> None:
        if self._trace is not None:
            result = result or self._outcome
            self._trace.end(result, failed=result != "ok")
            self._trace = None

    def _after(self) -> None:
        """Do what waited for the commit."""
        if self._happenings:
            self._means.home.publish(self.station.id, self._happenings)
            self._happenings = ()
        if self._errands:
            self._means.home.run_errands(self.station, self._errands)
            self._errands = ()
