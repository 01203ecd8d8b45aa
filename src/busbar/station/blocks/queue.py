"""The messages about transactions that the CSMS has not taken yet: kept, in order, retried by the rules.

It must not know how a message is sent, nor what a transaction is beyond its id.
"""

from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from busbar.model.facts import MeterRead, TransactionEnded, TransactionStarted, TransactionUpdated
from busbar.station.blocks.board import Board
from busbar.station.blocks.variables import Variables
from busbar.station.effects import SetTimer

TransactionFact = TransactionStarted | TransactionUpdated | TransactionEnded | MeterRead

_KINDS: Final[dict[str, type[TransactionFact]]] = {
    kind.__name__: kind for kind in (TransactionStarted, TransactionUpdated, TransactionEnded, MeterRead)
}
_PREFIX: Final = "queue/"
LIMIT: Final = 2000
UNKNOWN_ID: Final = "-1"
TIMER: Final = "queue"


@dataclass(slots=True)
class Entry:
    """One message that waits: about which transaction (the station's id), and how often the CSMS failed on it.

    `offline`: it could not be sent when it happened.
    """

    number: int
    transaction: str
    fact: TransactionFact
    attempts: int = 0
    offline: bool = False

    @property
    def key(self) -> str:
        """The key it is kept under; keys sort in the order of the messages."""
        return f"{_PREFIX}{self.number:012d}"


class _Stored(msgspec.Struct):
    transaction: str
    attempts: int
    kind: str
    fact: msgspec.Raw


class TransactionQueue:
    """A persistent queue of transaction messages.

    Attributes:
        discarded: how many messages were given up after their last attempt, ever (kept).
        thinned: how many periodic samples were dropped because the queue was full, ever (kept).
    """

    def __init__(self, board: Board, variables: Variables) -> None:
        self._board = board
        self._variables = variables
        self._entries: deque[Entry] = deque(_read(key, raw) for key, raw in board.saved(_PREFIX))
        self._next = self._entries[-1].number + 1 if self._entries else 1
        self._retry_at: datetime | None = None
        self._ids: dict[str, str] = board.load("ids", dict[str, str], {})
        counts = board.load("queue-losses", dict[str, int], {})
        self.discarded = counts.get("discarded", 0)
        self.thinned = counts.get("thinned", 0)
        self.mark_offline()

    def __len__(self) -> int:
        return len(self._entries)

    def holds(self, transaction: str) -> bool:
        """Whether a message about a transaction, by the station's id, waits."""
        return any(entry.transaction == transaction for entry in self._entries)

    def put(self, transaction: str, fact: TransactionFact, *, offline: bool) -> None:
        """Queue a message at the end."""
        entry = Entry(self._next, transaction, fact, offline=offline)
        self._next += 1
        self._entries.append(entry)
        self._keep(entry)
        if len(self._entries) > LIMIT:
            self._thin()

    def mark_offline(self) -> None:
        """Flag all that waits as delivered late: it was not sent while the connection stood (2.x E11.FR.07)."""
        for entry in self._entries:
            entry.offline = True

    def due(self) -> Entry | None:
        """Return the entry to send now; None where the first must wait for its retry, or there is none."""
        if not self._entries or (self._retry_at is not None and self._retry_at > self._board.now):
            return None
        return self._entries[0]

    def message(self, entry: Entry) -> TransactionFact:
        """Return an entry's fact as it is to be sent: with the offline flag and, in 1.6, the CSMS's transaction id."""
        if self._board.rules.transaction_events:
            return entry.fact if isinstance(entry.fact, MeterRead) else replace(entry.fact, offline=entry.offline)
        if isinstance(entry.fact, TransactionStarted):
            return entry.fact
        # 1.6 erratum 3.18: where the start was never answered, -1 stands for the id
        return replace(entry.fact, transaction_id=self._ids.get(entry.transaction, UNKNOWN_ID))

    def delivered(self, entry: Entry) -> None:
        """Let a message go that the CSMS answered."""
        self._drop(entry)

    def failed(self, entry: Entry) -> bool:
        """Count a failure to process a message and plan the retry; return True where it was given up.

        The wait is the interval times the number of transmissions (1.6 §3.7.1, 2.x E13.FR.03).
        """
        entry.attempts += 1
        if entry.attempts >= self._variables.number("TransactionMessageAttempts"):
            self._drop(entry)  # E13.FR.04
            self.discarded += 1
            self._keep_losses()
            return True
        self._keep(entry)
        wait_s = self._variables.number("TransactionMessageRetryInterval") * entry.attempts
        self._retry_at = self._board.now + timedelta(seconds=wait_s)
        self._board.do(SetTimer(TIMER, self._retry_at))
        return False

    def learn(self, transaction: str, csms_id: str) -> None:
        """Note the id that the CSMS gave a transaction (1.6)."""
        self._ids[transaction] = csms_id
        self._board.keep("ids", self._ids)

    def csms_id(self, transaction: str) -> str | None:
        """Return the id that the CSMS gave a transaction, None where it is not known (1.6)."""
        return self._ids.get(transaction)

    def _drop(self, entry: Entry) -> None:
        self._entries.popleft()  # what is outstanding is always the first
        self._board.forget(entry.key)
        self._retry_at = None
        if isinstance(entry.fact, TransactionEnded) and self._ids.pop(entry.transaction, None) is not None:
            self._board.keep("ids", self._ids)

    def _thin(self) -> None:
        # E04.FR.07: drop every second periodic sample, never the first in line, a start or an end
        samples = [entry for entry in list(self._entries)[1:] if _is_sample(entry.fact)]
        gone = {entry.number for entry in samples[::2]}
        for entry in samples[::2]:
            self._board.forget(entry.key)
        self._entries = deque(entry for entry in self._entries if entry.number not in gone)
        self.thinned += len(gone)
        self._keep_losses()

    def _keep_losses(self) -> None:
        self._board.keep("queue-losses", {"discarded": self.discarded, "thinned": self.thinned})

    def _keep(self, entry: Entry) -> None:
        stored = {
            "transaction": entry.transaction,
            "attempts": entry.attempts,
            "kind": type(entry.fact).__name__,
            "fact": entry.fact,
        }
        self._board.keep(entry.key, stored)


def _is_sample(fact: TransactionFact) -> bool:
    return isinstance(fact, MeterRead) or (
        isinstance(fact, TransactionUpdated) and fact.trigger == "MeterValuePeriodic"
    )


def _read(key: str, raw: bytes) -> Entry:
    stored = msgspec.json.decode(raw, type=_Stored)
    fact = msgspec.json.decode(stored.fact, type=_KINDS[stored.kind])
    return Entry(int(key.removeprefix(_PREFIX)), stored.transaction, fact, stored.attempts)
