"""Row changes as data: services describe what to write, one writer applies a batch in few statements.

Within a batch, changes of one kind keep their order; kinds are applied in the order of `Change` below.
"""

from datetime import datetime
from typing import Any

import msgspec

from busbar.csms.records.kind import Record
from busbar.csms.rows import Command, Connector, Exchange, Reading, Token, Transaction
from busbar.model.versions import Version


class _Change(msgspec.Struct, gc=False, frozen=True):
    pass


class BootRecorded(_Change, frozen=True):
    """Set what a station said of itself."""

    station_id: int
    vendor: str
    model: str
    serial: str | None
    firmware: str | None
    reason: str | None
    at: datetime


class ConnectionOpened(_Change, frozen=True):
    """Mark a station online on `epoch`; no effect where a newer epoch stands."""

    station_id: int
    epoch: int
    version: Version
    at: datetime
    address: str


class ConnectionClosed(_Change, frozen=True):
    """Mark a station offline if `epoch` is still its connection (compare and delete)."""

    station_id: int
    epoch: int
    at: datetime
    reason: str


class StationSeen(_Change, frozen=True):
    """Set last_seen_at; a batch keeps only the last one of a station."""

    station_id: int
    at: datetime


class ConnectorPut(_Change, frozen=True):
    """Insert or replace a connector's status; an older `changed_at` never overwrites a newer one."""

    row: Connector


class TransactionPut(_Change, frozen=True):
    """Insert a transaction, or replace the row with the same (station_id, transaction_id); last of a batch wins."""

    row: Transaction


class EventStored(_Change, frozen=True):
    """Remember a transaction event by its content key; a known key is left as it is.

    `seq_no` is 2.x's; 1.6 stores 0 for the start and 1 for the stop.
    """

    transaction: int
    station_id: int
    transaction_id: str
    seq_no: int
    kind: str
    at: datetime
    received_at: datetime
    offline: bool


class ReadingStored(_Change, frozen=True):
    """Append a meter reading; the same (station_id, transaction, evse, connector, at, samples) is kept once."""

    row: Reading


class ExchangeLogged(_Change, frozen=True):
    """Append to the message log; what a station said is fenced by its row's epoch, with all that is committed with it.

    See `Fenced`.
    """

    row: Exchange


class Fenced(_Change, frozen=True):
    """Let all of a submission fail as Outrun where a connection of the station newer than `epoch` has opened.

    Who holds an older connection knows the station as it was, and would overwrite what the newer one wrote.
    """

    station_id: int
    epoch: int


class ExchangeReplayed(_Change, frozen=True):
    """Mark a message of the log that was parked or refused as taken in."""

    exchange_id: int


class TokenPut(_Change, frozen=True):
    """Insert or replace a token by its key."""

    row: Token


class CommandPut(_Change, frozen=True):
    """Insert or replace a command by its id; a final state is never overwritten."""

    row: Command


class RowPut(_Change, frozen=True):
    """Insert a record, or replace the one with the same key."""

    row: Record


class RowAdded(_Change, frozen=True):
    """Insert a record unless its key, or what must be unique of it, exists; a generated id is given by the store."""

    row: Record


class RowGone(_Change, frozen=True):
    """Delete a record by its key, if it exists."""

    kind: type[Record]
    key: tuple[Any, ...]


Change = (
    BootRecorded
    | ConnectionOpened
    | ConnectionClosed
    | StationSeen
    | ConnectorPut
    | TransactionPut
    | EventStored
    | ReadingStored
    | ExchangeLogged
    | Fenced
    | ExchangeReplayed
    | TokenPut
    | CommandPut
    | RowPut
    | RowAdded
    | RowGone
)
