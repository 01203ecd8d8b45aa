"""Decides which call goes to the CSMS next: one at a time, Boot first, then what is urgent, then transactions in order.

It must not know what a message means; it hands each answer to whoever asked for it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Final

from busbar.model.facts import Answer, Booted, Fact
from busbar.protocol.errors import ErrorCode
from busbar.station.blocks.board import Board
from busbar.station.blocks.queue import Entry, TransactionQueue
from busbar.station.effects import Send

LIMIT: Final = 1000

Answered = Callable[[Answer], None]
Failed = Callable[[ErrorCode | None], None]


class Registration(Enum):
    """What the CSMS said to the last boot notification; UNKNOWN before it said anything."""

    UNKNOWN = auto()
    PENDING = auto()
    REJECTED = auto()
    ACCEPTED = auto()


def ignore(*_: object) -> None:
    """Take no notice of an answer or a failure."""


@dataclass(slots=True)
class Call:
    """A fact to tell, and who hears of the answer. `solicited`: the CSMS asked for it, so it may go while Pending."""

    fact: Fact
    answered: Answered = ignore
    failed: Failed = ignore
    solicited: bool = False


class Outbox:
    """The calls of one station.

    Attributes:
        on_delivered: hears of every answer to a transaction message.
    """

    def __init__(self, board: Board, queue: TransactionQueue) -> None:
        self._board = board
        self._queue = queue
        self._calls: deque[Call] = deque()
        self._boot: Call | None = None
        self._outstanding: Call | Entry | None = None
        self._call_id = 0
        self.connected = False
        self.registration = Registration.UNKNOWN
        self.last_sent: datetime | None = None
        self.on_delivered: Callable[[Entry, Answer], None] = ignore

    @property
    def online(self) -> bool:
        """Whether the CSMS can be asked now: connected and accepted."""
        return self.connected and self.registration is Registration.ACCEPTED

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is outstanding."""
        return self._outstanding is None and not self._calls and not len(self._queue)

    def boot(self, fact: Booted, answered: Answered, failed: Failed) -> None:
        """Say a boot notification next."""
        if not (isinstance(self._outstanding, Call) and isinstance(self._outstanding.fact, Booted)):
            self._boot = Call(fact, answered, failed)

    def say(self, call: Call) -> None:
        """Tell the CSMS something that is worth nothing later: without a connection it fails at once."""
        allowed = self.online or (call.solicited and self.connected)
        if not allowed or len(self._calls) >= LIMIT:
            call.failed(None)
        else:
            self._calls.append(call)

    def connect(self) -> None:
        """Begin on a new connection."""
        self.connected = True

    def disconnect(self) -> None:
        """Fail all that waits but the transaction queue: a lost connection is no failure of the CSMS to process."""
        self.connected = False
        lost: list[Call] = [self._outstanding] if isinstance(self._outstanding, Call) else []
        lost += self._calls
        self._outstanding = self._boot = None
        self._calls.clear()
        self._queue.mark_offline()
        for call in lost:
            call.failed(None)

    def answer(self, call_id: int, answer: Answer) -> None:
        """Pass an answer on; one to a call that is not outstanding is ignored."""
        match self._settle(call_id):
            case Call(answered=answered):
                answered(answer)
            case Entry() as entry:
                self.on_delivered(entry, answer)
                self._queue.delivered(entry)

    def fail(self, call_id: int, code: ErrorCode | None) -> None:
        """Pass a failure on."""
        match self._settle(call_id):
            case Call(failed=failed):
                failed(code)
            case Entry() as entry:
                self._queue.failed(entry)

    def pump(self) -> None:
        """Send the next call, if one may go."""
        if self._outstanding is not None or not self.connected:
            return
        following = self._next()
        if following is not None:
            self._call_id += 1
            self._outstanding = following
            self.last_sent = self._board.now
            fact = self._queue.message(following) if isinstance(following, Entry) else following.fact
            self._board.do(Send(self._call_id, fact))

    def _next(self) -> Call | Entry | None:
        if self._boot is not None:
            boot, self._boot = self._boot, None
            return boot
        if self.registration is Registration.ACCEPTED:
            # 1.6 §3.7: what is not about transactions may overtake; nobody at the reader waits for history
            return self._calls.popleft() if self._calls else self._queue.due()
        if self.registration is Registration.PENDING and self._calls:  # B02.FR.02: only what say() let through
            return self._calls.popleft()
        return None  # B01.FR.08

    def _settle(self, call_id: int) -> Call | Entry | None:
        if call_id != self._call_id:
            return None
        settled, self._outstanding = self._outstanding, None
        return settled
