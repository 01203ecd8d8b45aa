"""What a node knows of a connected station in memory, and what a decision asks for and gives back."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from busbar.csms.changes import Change
from busbar.csms.happenings import AnyHappening
from busbar.csms.ports import RawCall
from busbar.csms.records.charging import HeldProfile
from busbar.csms.records.costs import SessionCost
from busbar.csms.records.kind import Record
from busbar.csms.records.remote_starts import RemoteStart
from busbar.csms.rows import Connector, Station, Token, Transaction
from busbar.csms.services.access_rules import Policy
from busbar.csms.services.plugs import Plug
from busbar.csms.services.rates import Rates
from busbar.csms.services.sequences import Sequences
from busbar.model.facts import Answer, TransactionLimit
from busbar.model.orders import Order
from busbar.model.versions import Version


@dataclass(slots=True)
class StationView:
    """One connected station: loaded when it connects, changed by decisions, thrown away with the connection.

    Attributes:
        transactions: by id on the wire, open and recent ones; None is a looked-up id that no row has.
        starts: 1.6 start keys that were looked up or made, with the transaction id on the wire they stand for.
        events: stored sequence numbers by transaction id on the wire, for 2.x; decisions turn a set into ranges.
        policy: the `Tokens.policy_changed` for which all running sessions were told their limits; -1 is not yet.
        limits: what sessions were told on this connection, by transaction id on the wire, with that number then.
        costs: by transaction number, those of the newest sessions that have one.
        plugs: what is known of its EVSEs and connectors as hardware.
        remote_starts: open ones by id; None until one may matter.
        cable_wait: how long after a remote start a session may begin, read with them (1.6).
        profiles: by id, those that the station took a moment ago: a report may follow before they are stored.
        found: what was looked up for one message: rows of a RowNeed as a tuple, the answer to an AskNeed.
        invited: messages that a pending station was asked for.
        must_renew: the station came with an expired certificate, and is pending as long as it has this connection.
    """

    station: Station
    version: Version
    epoch: int
    connectors: dict[tuple[int, int], Connector] = field(default_factory=dict)
    transactions: dict[str, Transaction | None] = field(default_factory=dict)
    starts: dict[str, str | None] = field(default_factory=dict)
    events: dict[str, set[int] | Sequences] = field(default_factory=dict)
    policy: int = -1
    limits: dict[str, tuple[int, TransactionLimit]] = field(default_factory=dict)
    costs: dict[int, SessionCost] = field(default_factory=dict)
    plugs: dict[tuple[int, int], Plug] = field(default_factory=dict)
    remote_starts: dict[str, RemoteStart] | None = None
    cable_wait: timedelta = timedelta()
    profiles: dict[int, HeldProfile] = field(default_factory=dict)
    found: dict[Hashable, Any] = field(default_factory=dict)
    invited: set[str] = field(default_factory=set)
    must_renew: bool = False


@dataclass(slots=True)
class Tokens:
    """The node's token cache by casefolded value; None is a looked-up token that does not exist. Bounded.

    `policy` is what is known of access rules, groups and limits; None until it is read, and after any of it changed,
    for the last time when `now` was `policy_changed`.

    A look-up that began before `forget` may have read the token as it was: it says when it began, and is then ignored.
    """

    known: dict[str, Token | None] = field(default_factory=dict)
    policy: Policy | None = None
    limit: int = 100_000
    now: int = 0
    policy_changed: int = 0
    _forgotten: dict[str, int] = field(default_factory=dict)
    _all_forgotten: int = 0

    def put(self, key: str, token: Token | None) -> None:
        """Remember a token, dropping the oldest entries beyond the limit."""
        if key not in self.known and len(self.known) >= self.limit:
            del self.known[next(iter(self.known))]
        self.known[key] = token

    def forget(self, key: str | None = None) -> None:
        """Forget a token that was changed, or all of them."""
        self.now += 1
        if key is None:
            self.forget_policy()
        if key is None or len(self._forgotten) >= self.limit:
            self.known.clear()
            self._forgotten.clear()
            self._all_forgotten = self.now
        else:
            self.known.pop(key, None)
            self._forgotten[key] = self.now

    def put_policy(self, policy: Policy, began: int) -> None:
        """Remember the policy, unless it was changed since `now` was `began`."""
        if began >= self.policy_changed:
            self.policy = policy

    def forget_policy(self) -> None:
        """Forget the policy, as a part of it was changed."""
        self.now += 1
        self.policy, self.policy_changed = None, self.now

    def fresh(self, key: str, began: int) -> bool:
        """Tell whether what was read of a token since `now` was `began` is still true."""
        return began >= self._forgotten.get(key, self._all_forgotten)


@dataclass(frozen=True, slots=True)
class TokenNeed:
    """The token with this casefolded value has to be looked up: `Reads.token` → `Tokens.put`."""

    key: str


@dataclass(frozen=True, slots=True)
class PolicyNeed:
    """Access rules, groups and limits have to be read: all of them → `Tokens.policy`."""


@dataclass(frozen=True, slots=True)
class UseNeed:
    """Sessions of a token, or of its whole group, over all stations: running ones, and a month's where `spent`.

    `Reads.uses` → `view.found`, as a tuple; only for tokens that a limit is about. Where a session begins, `turn`
    (`token:…`, `group:…`) is taken first, and given back in the commit of the decision: no two starts count alike.
    """

    key: str
    group: str | None
    spent: bool
    turn: str | None = None


@dataclass(frozen=True, slots=True)
class TransactionNeed:
    """This transaction: `Reads.transaction` → `view.transactions`, `Reads.sequence_numbers` → `view.events`."""

    transaction_id: str


@dataclass(frozen=True, slots=True)
class StartNeed:
    """A 1.6 start: `Reads.transaction_by_start` → `view.starts` (and `view.transactions`)."""

    start_key: str


@dataclass(frozen=True, slots=True)
class RowNeed:
    """Records with these values of fields: `Records.find` → `view.found`, for this message only."""

    kind: type[Record]
    equal: tuple[tuple[str, Hashable], ...]


@dataclass(frozen=True, slots=True)
class AskNeed:
    """What somebody outside has to be asked: its answer → `view.found`, for this message only.

    `question` is a frozen dataclass; its type says who is asked. The answer is None where that failed.
    """

    question: Hashable


Need = TokenNeed | PolicyNeed | UseNeed | TransactionNeed | StartNeed | RowNeed | AskNeed


@dataclass(frozen=True, slots=True)
class Errand:
    """A call that the CSMS makes to the station by itself, after the commit.

    Attributes:
        key: an idempotency key: what was called under it is not called again.
        ttl_s: how long it may wait to be sent.
    """

    order: Order | RawCall
    key: str | None = None
    survives_reconnect: bool = False
    ttl_s: float = 60.0


@dataclass(slots=True)
class Conclusion:
    """What to store, what to tell listeners after that, and what to call the station for."""

    changes: list[Change] = field(default_factory=list)
    happenings: list[AnyHappening] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)


@dataclass(slots=True)
class Decision:
    """What to answer, what to store before that, what to tell and what to call for after it."""

    answer: Answer
    changes: list[Change] = field(default_factory=list)
    happenings: list[AnyHappening] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)


@dataclass(slots=True)
class Context:
    """What decisions need besides the fact and the view.

    Attributes:
        tokens: the node's token cache.
        take_transaction_number: gives the next unused transaction number (int32), from a block taken earlier.
        heartbeat_interval_s: what stations are told at boot.
        new_id: gives a random text id.
        rates: which tariff applies where.
    """

    tokens: Tokens
    take_transaction_number: Callable[[], int]
    heartbeat_interval_s: int = 300
    new_id: Callable[[], str] = str
    rates: Rates = field(default_factory=Rates)
