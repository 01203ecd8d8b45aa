"""One commit's changes as plain values, table by table: rows of one key are reduced to the one that counts.

A table's values are one flat list, row after row, as drivers want them: SQLite's by slices, PostgreSQL's by strides.
It must not know any database. What is here runs once per change, so it is written for speed.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any
from zlib import crc32

from busbar.csms import changes as c
from busbar.csms.changes import Change
from busbar.csms.records.kind import Record
from busbar.csms.rows import CommandState
from busbar.csms.storage import writes
from busbar.csms.storage.digest import NOTHING
from busbar.csms.storage.organisations import Organisations
from busbar.csms.storage.pending import Pending
from busbar.csms.storage.sessions import Key, Put, Sessions
from busbar.csms.storage.times import EPOCH, MICROSECOND, maybe_micros
from busbar.csms.storage.writes import Write
from busbar.csms.tenancy import PLATFORM

Values = tuple[Any, ...]
FINAL = frozenset(state.value for state in CommandState if state.final)
NEWEST = 2**63
CHANGED_AT = 4
STATE = 9


class Batch:
    """The rows of many submissions in the order in which kinds are applied.

    `fences` are the oldest connections, by station, on which something of it was said: see `changes.Fenced`.
    """

    __slots__ = (
        "_at",
        "_micros",
        "boots",
        "closed",
        "commands",
        "connectors",
        "events",
        "exchanges",
        "fences",
        "opened",
        "organisations",
        "readings",
        "records",
        "replayed",
        "seen",
        "tokens",
        "transactions",
    )

    def __init__(self, organisations: Organisations | None = None) -> None:
        self.organisations = Organisations() if organisations is None else organisations
        self._at: datetime | None = None
        self._micros = 0
        self.boots: dict[int, Values] = {}
        self.opened: dict[int, Values] = {}
        self.closed: dict[tuple[int, int], Values] = {}
        self.seen: dict[int, Values] = {}
        self.connectors: dict[tuple[int, int, int], Values] = {}
        self.transactions: dict[Key, Put] = {}
        self.events: list[tuple[Key, int, Values]] = []
        self.readings: list[Any] = []
        self.exchanges: list[Any] = []
        self.fences: dict[int, int] = {}
        self.replayed: list[int] = []
        self.tokens: dict[tuple[int, str], Values] = {}
        self.commands: dict[str, Values] = {}
        self.records: Pending | None = None

    def micros(self, at: datetime) -> int:
        """Return a time as stored; the changes of one message mostly share one object, so the last one is kept."""
        if at is self._at:
            return self._micros
        self._at = at
        self._micros = (at - EPOCH) // MICROSECOND
        return self._micros

    def add(self, changes: Iterable[Change]) -> None:
        """Take in the changes of one submission. Raises TypeError and others for what is no row."""
        for change in changes:
            ADD[type(change)](self, change)

    def tables(self, sessions: Sessions) -> Iterator[tuple[Write, list[Any]]]:
        """Give each statement that has rows, in order, with its values.

        What `writes.NUMBER` reads must be learnt by the sessions before the next is asked for.
        """
        for write, rows in (
            (writes.BOOT, self.boots),
            (writes.OPENED, self.opened),
            (writes.CLOSED, self.closed),
            (writes.SEEN, self.seen),
            (writes.CONNECTOR, self.connectors),
        ):
            if rows:
                yield write, flat(rows.values())
        if self.transactions or self.events:
            yield from self._sessions(sessions)
        if self.readings:
            yield writes.READING, self.readings
        if self.exchanges:
            yield writes.EXCHANGE, self.exchanges
        if self.replayed:
            yield writes.REPLAYED, self.replayed
        if self.tokens:
            yield writes.TOKEN, flat(self.tokens.values())
        if self.commands:
            yield writes.COMMAND, flat(self.commands.values())
        if self.records is not None:
            yield from self.records.tables()

    def _sessions(self, sessions: Sessions) -> Iterator[tuple[Write, list[Any]]]:
        for station_id in self.opened:
            sessions.forget(station_id)
        whole, changed = sessions.split(self.transactions)
        if whole:
            yield writes.TRANSACTION, whole
        if unknown := sessions.unknown(chain(self.transactions, (key for key, _, _ in self.events))):
            yield writes.NUMBER, unknown
        if changed:
            yield writes.SESSION, changed
        if self.events:
            yield writes.EVENT, flat((sessions.number(key, new), *event) for key, new, event in self.events)


def flat(rows: Iterable[Values]) -> list[Any]:
    """Return the values of rows, one row after the other."""
    return list(chain.from_iterable(rows))


def _boot(batch: Batch, change: c.BootRecorded) -> None:
    batch.boots[change.station_id] = (
        change.station_id,
        change.vendor,
        change.model,
        change.serial,
        change.firmware,
        change.reason,
        batch.micros(change.at),
    )


def _opened(batch: Batch, change: c.ConnectionOpened) -> None:
    at = batch.micros(change.at)
    known = batch.opened.get(change.station_id)
    if known is None or known[1] <= change.epoch:
        batch.opened[change.station_id] = (change.station_id, change.epoch, str(change.version), at, change.address)
    batch.seen[change.station_id] = (change.station_id, at, batch.organisations[change.station_id])


def _closed(batch: Batch, change: c.ConnectionClosed) -> None:
    batch.closed[change.station_id, change.epoch] = (change.station_id, change.epoch)
    _seen(batch, change)


def _seen(batch: Batch, change: c.StationSeen | c.ConnectionClosed) -> None:
    station_id = change.station_id
    batch.seen[station_id] = (station_id, batch.micros(change.at), batch.organisations[station_id])


def _connector(batch: Batch, change: c.ConnectorPut) -> None:
    row = change.row
    key = (row.station_id, row.evse, row.connector)
    at = (row.changed_at - EPOCH) // MICROSECOND
    known = batch.connectors.get(key)
    if known is None or known[CHANGED_AT] <= at:
        owner = batch.organisations[row.station_id]
        batch.connectors[key] = (*key, str(row.status), at, row.error, row.info, row.vendor_error, owner)


def _transaction(batch: Batch, change: c.TransactionPut) -> None:
    row = change.row
    key = (row.station_id, row.transaction_id)
    number, start_key, *_ = batch.transactions.get(key) or (row.id, row.start_key)
    owner = batch.organisations[row.station_id]
    batch.transactions[key] = (number, start_key, batch.micros(row.updated_at), row, owner)


def _event(batch: Batch, change: c.EventStored) -> None:
    batch.events.append(
        (
            (change.station_id, change.transaction_id),
            change.transaction,
            (
                change.seq_no,
                change.kind,
                (change.at - EPOCH) // MICROSECOND,
                batch.micros(change.received_at),
                change.offline,
                batch.organisations[change.station_id],
            ),
        )
    )


def _reading(batch: Batch, change: c.ReadingStored) -> None:
    row = change.row
    evse, connector, transaction, samples = row.evse, row.connector, row.transaction, row.samples
    batch.readings.extend(
        (
            (row.at - EPOCH) // MICROSECOND,
            row.station_id,
            NOTHING if evse is None else evse,
            NOTHING if connector is None else connector,
            NOTHING if transaction is None else transaction,
            len(samples) << 32 | crc32(samples),
            batch.micros(row.received_at),
            row.energy_wh,
            row.power_w,
            row.soc_pct,
            samples,
            batch.organisations[row.station_id],
        )
    )


def _fenced(batch: Batch, change: c.Fenced) -> None:
    if change.epoch < batch.fences.get(change.station_id, NEWEST):
        batch.fences[change.station_id] = change.epoch


def _exchange(batch: Batch, change: c.ExchangeLogged) -> None:
    row = change.row
    if row.origin == "station" and row.epoch < batch.fences.get(row.station_id, NEWEST):
        batch.fences[row.station_id] = row.epoch
    batch.exchanges.extend(
        (
            row.station_id,
            row.epoch,
            batch.micros(row.at),
            row.origin,
            row.message_id,
            row.action,
            row.request,
            row.answer,
            row.outcome,
            row.took_ms,
            batch.organisations[row.station_id],
        )
    )


def _replayed(batch: Batch, change: c.ExchangeReplayed) -> None:
    batch.replayed.append(change.exchange_id)


def _token(batch: Batch, change: c.TokenPut) -> None:
    row = change.row
    at = maybe_micros(row.expires_at)
    owner = row.organisation_id
    batch.tokens[owner, row.key] = (
        owner,
        row.key,
        row.value,
        row.kind,
        str(row.status),
        at,
        row.group,
        row.label,
        row.site_id,
    )


def _command(batch: Batch, change: c.CommandPut) -> None:
    row = change.row
    known = batch.commands.get(row.id)
    if known is not None and known[STATE] in FINAL:
        return
    batch.commands[row.id] = (
        row.id,
        row.station_id,
        row.action,
        row.payload,
        (row.created_at - EPOCH) // MICROSECOND,
        (row.expires_at - EPOCH) // MICROSECOND,
        row.idempotency_key,
        row.survives_reconnect,
        row.requested_by,
        str(row.state),
        row.epoch,
        maybe_micros(row.sent_at),
        maybe_micros(row.finished_at),
        row.status,
        row.error,
        row.error_description,
        row.answer,
        batch.organisations[row.station_id],
    )


def _records(batch: Batch) -> Pending:
    if batch.records is None:
        batch.records = Pending()
    return batch.records


def _own(batch: Batch, row: Record) -> None:
    """Give a record the organisation of the station that it is about; where that is not there, it keeps its own."""
    station_id = getattr(row, "station_id", None)
    if station_id and (owner := batch.organisations[station_id]) != PLATFORM:
        row.organisation_id = owner


def _row_put(batch: Batch, change: c.RowPut) -> None:
    _own(batch, change.row)
    _records(batch).put(change)


def _row_added(batch: Batch, change: c.RowAdded) -> None:
    _own(batch, change.row)
    _records(batch).add(change)


def _row_gone(batch: Batch, change: c.RowGone) -> None:
    _records(batch).remove(change)


ADD: dict[type, Callable[[Batch, Any], None]] = {
    c.BootRecorded: _boot,
    c.ConnectionOpened: _opened,
    c.ConnectionClosed: _closed,
    c.StationSeen: _seen,
    c.ConnectorPut: _connector,
    c.TransactionPut: _transaction,
    c.EventStored: _event,
    c.ReadingStored: _reading,
    c.ExchangeLogged: _exchange,
    c.Fenced: _fenced,
    c.ExchangeReplayed: _replayed,
    c.TokenPut: _token,
    c.CommandPut: _command,
    c.RowPut: _row_put,
    c.RowAdded: _row_added,
    c.RowGone: _row_gone,
}
