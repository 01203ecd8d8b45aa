"""What the CSMS needs from outside: a store and a bus. One contract suite per port runs on every backend."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import msgspec

from busbar.csms.amendments import Amended, Amendment
from busbar.csms.changes import Change
from busbar.csms.records.kind import Record
from busbar.csms.rows import (
    ApiKey,
    Command,
    Connector,
    Exchange,
    Reading,
    Site,
    Station,
    Token,
    Transaction,
    Use,
)
from busbar.model.orders import Order
from busbar.model.values import ConnectorStatus, RegistrationStatus

OPEN_LIMIT = 256
"""Transactions that a view begins with: what a station makes up must not fill the memory. Others are looked up."""

FIND_LIMIT = 1000
"""Records that one `find` returns at most."""

Done = Callable[[BaseException | None], None]


class StoreUnavailable(Exception):
    """The store cannot commit now; whoever waits for an answer must not get one."""


class Unstorable(StoreUnavailable):
    """These changes can never be committed, however often they are tried; others were not held up."""


class Outrun(Unstorable):
    """A newer connection of the station has opened, here or on another node: nothing of an older one is stored."""

    def __init__(self) -> None:
        super().__init__("a newer connection of the station has opened")


T = TypeVar("T")


class Page(msgspec.Struct, Generic[T]):
    """One page of a list: `next` is the cursor of the following page, None on the last one."""

    items: list[T]
    next: str | None = None


class Fault(msgspec.Struct, frozen=True):
    """A connector that is out of order, by its station's last word."""

    station_id: int
    evse: int
    connector: int
    error: str | None
    changed_at: datetime


class Overview(msgspec.Struct, kw_only=True):
    """How all is now. Connectors are counted where their station is online, else they are `stale`.

    Attributes:
        stations: by whether they are online and how they are registered.
        begun, energy_wh: sessions that began since the asked time, and their energy.
        faults: the newest of them.
    """

    stations: dict[tuple[bool, RegistrationStatus], int]
    connectors: dict[ConnectorStatus, int]
    stale: int
    active: int
    power_w: float
    begun: int
    energy_wh: float
    faults: list[Fault]


class Writer(Protocol):
    """The one way to write."""

    def submit(self, changes: Sequence[Change], done: Done) -> None:
        """Put changes into the next commit; `done(None)` is called on the loop once they are durable.

        `done(error)` is called with StoreUnavailable where they are not, Unstorable where they never will be. All
        changes of one call are in one transaction. Never blocks; `full` tells when callers should stop taking in more.
        Rows must not change any more once they are handed over: submit copies of those that do.
        """

    async def commit(self, changes: Sequence[Change]) -> None:
        """Submit and wait. Raises StoreUnavailable."""

    @property
    def full(self) -> bool:
        """Whether so much is waiting that callers should stop reading their sockets."""


class Reads(Protocol):
    """What decisions need to know; each call is one statement."""

    async def station(self, identity: str) -> Station | None:
        """Return a station by identity, compared without case."""

    async def connectors(self, station_id: int) -> list[Connector]:
        """Return the connectors of a station, ordered by EVSE and connector."""

    async def token(self, key: str, organisation_id: int | None = None) -> Token | None:
        """Return a token of an organisation by its casefolded value; None is that of the scope, or the first one."""

    async def open_transactions(self, station_id: int) -> list[Transaction]:
        """Return a station's transactions without an end, and those of the last day: the newest OPEN_LIMIT."""

    async def transaction(self, station_id: int, transaction_id: str) -> Transaction | None:
        """Return a transaction by its id on the wire; never another station's (S20)."""

    async def transaction_by_start(self, station_id: int, start_key: str) -> Transaction | None:
        """Return the transaction that a 1.6 start with this content already made."""

    async def sequence_numbers(self, transaction: int) -> list[int]:
        """Return the stored sequence numbers of a transaction, sorted."""

    async def uses(self, key: str, group: str | None, since: datetime | None) -> list[Use]:
        """Return what a token, or all tokens of a group, use: sessions that run, and days of those begun `since`.

        Both are casefolded keys; a group's are those of the tokens that are in it now. By number and day.
        """

    async def waiting_commands(self, station_id: int) -> list[Command]:
        """Return commands that are queued or sent, oldest first."""

    async def command(self, command_id: str) -> Command | None:
        """Return a command by id."""

    async def exchange(self, number: int) -> Exchange | None:
        """Return a row of the message log."""

    async def command_by_key(self, station_id: int, idempotency_key: str) -> Command | None:
        """Return the command that was made with an idempotency key."""


class Counters(Protocol):
    """Numbers that never repeat."""

    async def next_epoch(self, station_id: int) -> int:
        """Raise and return a station's fencing epoch, durably. Raises LookupError where there is no such station."""

    async def take_ids(self, name: str, count: int) -> range:
        """Take a block of `count` unused numbers, durably; 1.. for each name."""


class Register(Protocol):
    """What operators enter. Raises Conflict where a unique name is taken."""

    async def add_site(self, name: str, *, timezone: str = "UTC", address: str = "") -> Site:
        """Add a site."""

    async def change_site(self, site: Site) -> bool:
        """Replace a site by its id; False where there is none."""

    async def remove_site(self, site_id: int) -> bool:
        """Remove a site; False where there was none. Raises Conflict where it has stations."""

    async def add_station(self, identity: str, *, secret: bytes | None, site_id: int | None = None) -> Station:
        """Add a station that may connect."""

    async def set_station_secret(self, station_id: int, secret: bytes | None) -> None:
        """Replace the hash of a station's password."""

    async def set_registration(self, station_id: int, registration: str) -> None:
        """Set whether a station is taken in: Accepted, Pending or Rejected."""

    async def set_station_site(self, station_id: int, site_id: int | None) -> None:
        """Move a station to a site, or to none."""

    async def all_offline(self) -> None:
        """Mark every station offline: a node that alone serves this store begins, and nobody is connected to it."""

    async def offline(self, epochs: Mapping[int, int]) -> list[int]:
        """Mark stations offline that nobody holds; return those that were online.

        Only where the last epoch that was given to a connection is still the one named here.
        """

    async def remove_station(self, station_id: int) -> None:
        """Remove a station that has no transactions. Raises Conflict where it has."""

    async def add_token(self, token: Token) -> None:
        """Add a token. Raises Conflict where there is one with its key."""

    async def remove_token(self, key: str) -> bool:
        """Remove a token; False where there was none."""

    async def add_api_key(self, key: ApiKey) -> None:
        """Add an API key."""

    async def api_keys(self) -> list[ApiKey]:
        """Return all API keys."""

    async def use_api_key(self, key_id: str, at: datetime) -> None:
        """Remember when an API key was used last."""

    async def remove_api_key(self, key_id: str) -> bool:
        """Remove an API key; False where there was none."""


class Conflict(Exception):
    """A row with that unique name exists, or something still refers to the row. `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Query(msgspec.Struct, kw_only=True):
    """Which rows of a list, newest or lowest first; every filter that is None is off. `limit` is 1 to 1000."""

    limit: int = 100
    cursor: str | None = None
    station_id: int | None = None
    site_id: int | None = None
    transaction: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    active: bool | None = None
    text: str | None = None
    action: str | None = None
    outcome: str | None = None


class Test(msgspec.Struct, frozen=True):
    """A condition on one field. `op`: `= != < <= > >=`, `in` (a tuple), `starts` (text), `null` (a bool)."""

    __test__: ClassVar[bool] = False  # pytest takes every Test for one of its own

    field: str
    op: str
    value: Any


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Which records of a kind, by key, lowest first or `newest` (highest) first. `limit` is 1 to 1000."""

    tests: tuple[Test, ...] = ()
    limit: int = 100
    cursor: str | None = None
    newest: bool = False


R = TypeVar("R", bound=Record)


class Records(Protocol):
    """The records of the functional blocks (`csms.records`); each call is one statement. Raises StoreUnavailable.

    A record that has a `station_id` gets its station's organisation, whatever it says.
    """

    async def get(self, kind: type[R], /, *key: Any) -> R | None:
        """Return a record by its key."""

    async def find(self, kind: type[R], /, **equal: Any) -> list[R]:
        """Return the records whose fields have these values (a tuple means one of them), by key, at most FIND_LIMIT."""

    async def look(self, kind: type[R], search: Search) -> Page[R]:
        """Return a page of records. Raises BadCursor for a cursor of another list."""

    async def insert(self, row: R, second: Callable[[R], Record] | None = None) -> R:
        """Add a record and return it, with the id that a generated key was given. Raises Conflict.

        `second` makes another record of it, with that id, which is added in the same commit. It is for work without a
        scope: whether a scope may write the other record is not asked.
        """

    async def put(self, row: Record) -> None:
        """Insert a record, or replace the one with its key. Raises Conflict where something else must be unique."""

    async def change(
        self, kind: type[Record], key: tuple[Any, ...], *, values: dict[str, Any], expected: dict[str, Any]
    ) -> bool:
        """Set fields of a record if its others are as expected; False where they are not. Raises Conflict."""

    async def remove(self, kind: type[Record], *key: Any) -> bool:
        """Delete a record; False where there was none."""

    async def discard(self, kind: type[Record], *tests: Test, limit: int = FIND_LIMIT) -> int:
        """Delete records that pass all tests, at most `limit` of them; return how many."""


class Lists(Protocol):
    """Pages for people; each call is one statement, keyset-paged."""

    async def sites(self, query: Query) -> Page[Site]:
        """List sites by id."""

    async def stations(self, query: Query) -> Page[Station]:
        """List stations by identity; `text` matches the start of the identity, `active` is online."""

    async def all_connectors(self, station_ids: Sequence[int]) -> list[Connector]:
        """Return the connectors of several stations."""

    async def tokens(self, query: Query) -> Page[Token]:
        """List tokens by key; `text` matches the start."""

    async def transactions(self, query: Query) -> Page[Transaction]:
        """List transactions, newest first; `active` is without an end."""

    async def transaction_by_number(self, number: int) -> Transaction | None:
        """Return a transaction by Busbar's number."""

    async def readings(self, query: Query) -> Page[Reading]:
        """List readings of a transaction or station in the order of time."""

    async def exchanges(self, query: Query) -> Page[Exchange]:
        """List the message log, newest first."""

    async def commands(self, query: Query) -> Page[Command]:
        """List commands, newest first."""

    async def totals(self) -> dict[str, float]:
        """Return counts and sums: stations, online, transactions, active, energy_wh, exchanges, errors."""

    async def overview(self, since: datetime, faults: int) -> Overview:
        """Return how all is now, with what began since a time and at most so many faults."""


class Store(Writer, Reads, Counters, Register, Records, Lists, Protocol):
    """All of it, on one database.

    Within a scope (`tenancy`) every call sees and touches the rows of that organisation, and of those sites, alone, as
    if there were no others; what it adds is that organisation's. Only identities of stations are unique everywhere.
    """

    async def open(self) -> None:
        """Connect and bring the schema up to date. Raises StoreUnavailable with what to mend."""

    async def close(self) -> None:
        """Finish the commits under way and disconnect."""

    async def prune(self, before: datetime) -> int:
        """Delete message-log rows (not parked ones) and ended commands older than `before`; return how many."""


Handler = Callable[[bytes], Awaitable[None]]
Responder = Callable[[bytes], Awaitable[bytes]]


class NoResponder(Exception):
    """Nobody answers on a subject, or nobody did in time."""


class Bus(Protocol):
    """Messages between the parts of a CSMS; loses them when nobody listens. Subjects: words joined by dots."""

    async def open(self) -> None:
        """Connect."""

    async def close(self) -> None:
        """Disconnect; subscriptions end."""

    def publish(self, subject: str, data: bytes) -> None:
        """Send to all who listen now; never blocks, never raises."""

    def heard(self, subject: str) -> bool:
        """Tell whether anybody may listen to a subject now; where not, a caller need not make the message."""

    async def subscribe(self, pattern: str, handler: Handler) -> Callable[[], Awaitable[None]]:
        """Call `handler` for each message; `*` stands for a word, a last `>` for the rest. Returns the end."""

    async def respond(self, subject: str, responder: Responder) -> Callable[[], Awaitable[None]]:
        """Answer requests on a subject. Returns the end."""

    async def request(self, subject: str, data: bytes, *, timeout_s: float) -> bytes:
        """Ask and wait. Raises NoResponder."""

    def on_return(self, handler: Callable[[], Awaitable[None]]) -> None:
        """Call `handler` each time messages come again after some may have been lost."""

    def stream(self, pattern: str, *, limit: int = 1000) -> AsyncIterator[tuple[str, bytes]]:
        """Iterate over messages; a reader more than `limit` behind loses the oldest."""


class RawCall(msgspec.Struct, frozen=True, kw_only=True):
    """Any CSMS-initiated action of the station's version, with its payload as JSON."""

    action: str
    payload: bytes


class NeverConnected(Exception):
    """The station has not connected yet, so its version, and with it the form of the call, is not known."""


class Dispatcher(Protocol):
    """The way of a command to whichever node holds the station."""

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
        """Store the command, hand it to the station, and return it as it stands when final or after `wait_s`.

        The same idempotency key returns the command it made. A station that is offline ends the command as
        `expired` with error `offline`, unless it survives a reconnect. Raises ProtocolViolation where the version has
        no such call or the payload breaks its schema (nothing is stored then), NeverConnected, StoreUnavailable.
        """

    async def amend(self, station: Station, amendment: Amendment) -> Amended:
        """Change what is recorded of a station, on the node that holds it. Raises StoreUnavailable."""

    async def station_changed(self, station_id: int) -> None:
        """Know at once what an operator changed of a station, or that it is gone. Raises StoreUnavailable.

        Other nodes hear of it on the bus.
        """
