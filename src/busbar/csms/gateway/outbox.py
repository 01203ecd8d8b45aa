"""The commands of one session: queued, one under way, settled by what the station said. Knows no bus and no waiting.

A command is sent only after its row says so durably. What becomes of it is told as it is: `unknown` where the
connection ended before an answer.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any, Final

from msgspec.structs import replace

from busbar.csms.changes import Change, CommandPut, ExchangeLogged
from busbar.csms.gateway.session import Session
from busbar.csms.happenings import AnyHappening, CommandChanged
from busbar.csms.ports import Store
from busbar.csms.rows import Command, CommandState, Exchange, Station
from busbar.csms.services import commands
from busbar.csms.services.conclusions import conclude
from busbar.csms.services.outgoing import Wanted
from busbar.csms.services.provisioning import registration
from busbar.csms.services.redaction import redacted
from busbar.csms.services.view import Conclusion, Errand, StationView
from busbar.model.orders import Order, Outcome
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ErrorCode, ProtocolViolation
from busbar.protocol.frames import call_frame
from busbar.protocol.incoming import AnswerReceived, AnswerRefused, CallLost, CallTimedOut, ErrorReceived, Incoming
from busbar.protocol.translate import TRANSLATORS
from busbar.telemetry.ports import UNWATCHED, Trace, Watch

QUEUE_LIMIT: Final = 32
BUSY: Final = "busy"

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Desk:
    """What outboxes share.

    Attributes:
        tell: hears of a command's new state, as `changed` puts it.
        publish: hears what a command's end has led to; `run_errands` is asked for what it wants done.
        station: a station by its id.
        watch: who watches what is sent.
        under_way: who has something under way, or waiting.
        ended: how many commands ended in each final state.
    """

    store: Store
    tell: Callable[[Command], None]
    changed: Callable[[Command], CommandChanged]
    wanted: Wanted
    publish: Callable[[int, Sequence[AnyHappening]], None]
    run_errands: Callable[[Station, Sequence[Errand]], None]
    station: Callable[[int], Station | None]
    watch: Watch = UNWATCHED
    under_way: dict["Outbox", None] = field(default_factory=dict)
    ended: Counter[CommandState] = field(default_factory=Counter)

    def settle(
        self,
        command: Command,
        changes: Sequence[Change] = (),
        session: Session | None = None,
        outcome: Outcome | None = None,
    ) -> None:
        """Store a state, with what follows from it where it is the last one, then tell."""
        concluded = self._concluded(command, session, outcome) if command.state.final else Conclusion()
        told = self.told(command, [self.changed(command), *concluded.happenings])
        if session is not None:
            session.settling.begin()
        stored = [CommandPut(commands.recorded(command)), *changes, *concluded.changes, *told]
        self.store.submit(stored, partial(self._settled, command, session, concluded))

    def told(self, command: Command, happenings: Sequence[AnyHappening]) -> list[Change]:
        """Return what outside listeners of a command's station are to be told; a station that is gone has none."""
        station = self.station(command.station_id)
        return [] if station is None else self.wanted.rows(station.organisation_id, station.id, happenings)

    def _concluded(self, command: Command, session: Session | None, outcome: Outcome | None) -> Conclusion:
        view = self._view(command.station_id) if session is None else session.view
        if view is None:
            return Conclusion()
        try:
            order = understood(view.version, command)
            at = datetime.now(UTC)
            return Conclusion() if order is None else conclude(order, command, outcome, view, at)
        except Exception:
            log.exception("nothing could be concluded from the end of a %s", command.action)
            return Conclusion()

    def _view(self, station_id: int) -> StationView | None:
        """Return what is known of a station without a connection."""
        station = self.station(station_id)
        if station is None or station.version is None:
            return None
        return StationView(station, station.version, station.epoch)

    def _settled(
        self, command: Command, session: Session | None, concluded: Conclusion, error: BaseException | None
    ) -> None:
        if session is not None:
            session.settling.end()
        if error is None:
            if command.state.final:
                self.ended[command.state] += 1
            self.tell(command)
            if concluded.happenings:
                self.publish(command.station_id, concluded.happenings)
            station = self.station(command.station_id)
            if concluded.errands and station is not None:
                self.run_errands(station, concluded.errands)
            return
        log.warning("the state of a command could not be stored: %s", error)
        if session is not None:
            session.socket.close(1011, "cannot store")


def understood(version: Version, command: Command) -> Order | None:
    """Return the order that a command's payload is; None for an action that no order stands for."""
    try:
        request = codec.decode_request(version, command.action, command.payload)
        return TRANSLATORS[version].to_order(command.action, request)
    except ProtocolViolation:
        return None


class Outbox:
    """What one session has to send, and what it has sent that is not answered."""

    __slots__ = ("_command", "_desk", "_frame", "_queue", "_sent_at", "_trace", "session")

    def __init__(self, desk: Desk, session: Session) -> None:
        self.session = session
        self._desk = desk
        self._queue: deque[Command] = deque()
        self._command: Command | None = None
        self._frame = b""
        self._sent_at = 0.0
        self._trace: Trace | None = None

    def post(self, command: Command) -> None:
        """Take a command in; the same one only once."""
        if any(command.id == other.id for other in (*self._queue, self._command) if other is not None):
            return
        if not self.session.alive or len(self._queue) >= QUEUE_LIMIT:
            error = BUSY if self.session.alive else commands.OFFLINE
            self._desk.settle(commands.expired(command, datetime.now(UTC), error=error))
            return
        self._queue.append(command)
        self._pump()

    def answered(self, incoming: Incoming) -> None:
        """Take what came for the command that is under way."""
        command, at = self._command, datetime.now(UTC)
        if command is None or getattr(incoming, "id", None) != command.id:
            return
        match incoming:
            case AnswerReceived():
                settled, outcome = self._outcome(command, incoming.payload, at)
                self._finish(settled, incoming.text, "ok", outcome)
            case ErrorReceived():
                failed = commands.failed(command, incoming.code, incoming.description, at)
                self._finish(failed, incoming.text, incoming.code)
            case AnswerRefused():
                if incoming.reply is not None:
                    self.session.socket.send(incoming.reply)
                failed = commands.failed(command, incoming.code.value, incoming.description, at)
                self._finish(failed, incoming.text, incoming.code.value)
            case CallTimedOut():
                self._finish(commands.timed_out(command, at), None, "timeout")
            case CallLost():
                self._finish(commands.lost(command, at), None, "lost")
            case _:
                return
        self._pump()

    def check(self, now: float) -> None:
        """Give up what was not answered in time, and what waited too long. Called while something is under way."""
        for incoming in self.session.peer.on_timeout(now):
            self.answered(incoming)
        at = datetime.now(UTC)
        late = [command for command in self._queue if command.expires_at <= at]
        for command in late:
            self._queue.remove(command)
            self._desk.settle(commands.expired(command, at))
        self._pump()

    def close(self) -> None:
        """End: nothing more can be sent; what was sent may have been done or not."""
        for incoming in self.session.peer.give_up():
            self.answered(incoming)
        at = datetime.now(UTC)
        if self._command is not None:  # its row says `sent`, but it was not yet
            unsent = replace(self._command, state=CommandState.QUEUED, epoch=None, sent_at=None)
            self._queue.appendleft(unsent)
            self._command = None
            if unsent.survives_reconnect:
                self._desk.settle(unsent)
        for command in self._queue:
            if not command.survives_reconnect:
                self._desk.settle(commands.expired(command, at, error=commands.OFFLINE))
        self._queue.clear()
        self._desk.under_way.pop(self, None)

    def _pump(self) -> None:
        """Send the next command, if none is under way; one that may wait does until the station is taken in."""
        at, waiting = datetime.now(UTC), list[Command]()
        while self._queue and self._command is None and self.session.alive:
            command = self._queue.popleft()
            if command.expires_at <= at:
                self._desk.settle(commands.expired(command, at))
                continue
            if self._barred(command):
                if command.survives_reconnect:
                    waiting.append(command)
                else:
                    self._desk.settle(commands.expired(command, at, error=commands.NOT_TAKEN_IN))
                continue
            self._command = sent = commands.sent(command, self.session.epoch, at)
            self._desk.under_way[self] = None
            self._desk.store.submit([CommandPut(commands.recorded(sent))], partial(self._send, sent))
        self._queue.extendleft(reversed(waiting))
        if self._queue:
            self._desk.under_way[self] = None  # to be looked at again
        elif self._command is None:
            self._desk.under_way.pop(self, None)

    def _barred(self, command: Command) -> bool:
        view = self.session.view
        return view is not None and commands.barred(command.action, registration(view))

    def _send(self, command: Command, error: BaseException | None) -> None:
        session = self.session
        if self._command is not command:
            return  # the connection ended meanwhile
        if error is not None:
            session.socket.close(1011, "cannot store")
            return
        self._sent_at = monotonic()
        try:
            self._frame = session.peer.call(command.id, command.action, command.payload, self._sent_at)
        except ProtocolViolation as violation:  # the station came back with another version
            failed = commands.failed(command, violation.code.value, violation.description, datetime.now(UTC))
            self._finish(failed, None, violation.code.value)
            self._pump()
            return
        session.socket.send(self._frame)
        tracer = self._desk.watch.tracer
        if tracer is not None:
            identity = session.station.identity
            self._trace = tracer.called(session.version, command.action, identity, command.id)
        self._desk.tell(command)

    def _outcome(self, command: Command, payload: Any, at: datetime) -> tuple[Command, Outcome | None]:
        version = self.session.version
        try:
            request = codec.decode_request(version, command.action, command.payload)
            outcome = TRANSLATORS[version].to_outcome(command.action, request, payload)
        except Exception:
            log.exception("an answer to %s could not be read", command.action)
            return commands.failed(command, ErrorCode.INTERNAL_ERROR.value, "the answer could not be read", at), None
        return commands.settle(command, outcome, codec.encode(payload), at), outcome

    def _finish(self, command: Command, text: bytes | None, word: str, outcome: Outcome | None = None) -> None:
        """Settle the command under way, with its exchange where it was sent."""
        changes: list[Change] = []
        if self._frame:
            took_s = monotonic() - self._sent_at if text is not None else None
            self._count(command, word, took_s)
            row = Exchange(
                station_id=command.station_id,
                epoch=self.session.epoch,
                at=command.sent_at or command.created_at,
                origin="csms",
                message_id=command.id,
                action=command.action,
                request=call_frame(command.id, command.action, redacted(command.payload)),
                answer=None if text is None else redacted(text),
                outcome=word,
                took_ms=None if took_s is None else took_s * 1000,
            )
            changes.append(ExchangeLogged(row))
        self._command, self._frame = None, b""
        self._desk.under_way.pop(self, None)
        self._desk.settle(command, changes, self.session, outcome)

    def _count(self, command: Command, word: str, took_s: float | None) -> None:
        """Tell who watches what came of a call."""
        calls = self._desk.watch.calls
        if calls is not None:
            calls.sent[self.session.version].add(command.action, word, took_s)
        if self._trace is not None:
            self._trace.end(word, failed=word != "ok")
            self._trace = None
