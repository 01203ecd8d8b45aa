"""The statements that apply a batch: one per kind of row, the same words for both databases around the rows.

A database fills in where the rows come from: SQLite `VALUES (?, ?), …`, PostgreSQL `SELECT * FROM unnest($1, …)`.
Column names are quoted, since some (`group`, `transaction`) are words of SQL.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Double, Integer, LargeBinary, Table
from sqlalchemy.types import TypeDecorator

from busbar.csms.storage import schema
from busbar.csms.storage.sessions import COLD, HOT, KEPT

ARRAYS: dict[type, str] = {BigInteger: "int8", Integer: "int8", Boolean: "bool", Double: "float8", LargeBinary: "bytea"}


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """One statement for many rows.

    Attributes:
        columns: of each row, in order.
        arrays: PostgreSQL's type for each column.
        head, tail: the statement before and behind its rows; None as `head` says that the tail reads them as table `v`.
    """

    columns: tuple[str, ...]
    arrays: tuple[str, ...]
    head: str | None
    tail: str


def array_type(table: Table, column: str) -> str:
    """Return the PostgreSQL type of a column's values."""
    kind = table.c[column].type
    plain = kind.impl if isinstance(kind, TypeDecorator) else kind
    return next((name for known, name in ARRAYS.items() if isinstance(plain, known)), "text")


def listed(columns: tuple[str, ...], prefix: str = "") -> str:
    """Return quoted columns with commas."""
    return ", ".join(f'{prefix}"{column}"' for column in columns)


def insert(table: Table, columns: tuple[str, ...], conflict: str = "") -> Write:
    """Return the statement that adds rows to a table."""
    arrays = tuple(array_type(table, column) for column in columns)
    return Write(columns, arrays, f"INSERT INTO {table.name} ({listed(columns)})", conflict)


def upsert(
    table: Table,
    columns: tuple[str, ...] = (),
    *,
    keep: tuple[str, ...] = (),
    key: tuple[str, ...],
    where: str = "",
) -> Write:
    """Return the statement that adds rows, or replaces all but the columns to `keep` of those with the same key."""
    columns = columns or tuple(table.c.keys())
    kept = {*keep, *key, "organisation_id"}
    changed = ", ".join(f'"{c}" = excluded."{c}"' for c in columns if c not in kept)
    action = f"DO UPDATE SET {changed} {where}" if changed else "DO NOTHING"
    return insert(table, columns, f"ON CONFLICT ({listed(key)}) {action}")


def update(columns: tuple[str, ...], tail: str) -> Write:
    """Return the statement that changes stations by the rows of `v`."""
    return Write(columns, tuple(array_type(schema.stations, column) for column in columns), None, tail)


BOOT_FIELDS = ("vendor", "model", "serial", "firmware", "boot_reason", "booted_at")
BOOT = update(
    ("id", *BOOT_FIELDS),
    f"UPDATE stations SET {', '.join(f'{c} = v.{c}' for c in BOOT_FIELDS)} FROM v WHERE stations.id = v.id",  # noqa: S608 - names of our own columns
)
OPENED = update(
    ("id", "epoch", "version", "connected_at", "address"),
    "UPDATE stations SET opened_epoch = v.epoch, online = true, version = v.version, connected_at = v.connected_at,"
    " address = v.address, epoch = CASE WHEN v.epoch > stations.epoch THEN v.epoch ELSE stations.epoch END"
    " FROM v WHERE stations.id = v.id AND stations.opened_epoch <= v.epoch",
)
CLOSED = update(
    ("id", "epoch"),
    "UPDATE stations SET online = false FROM v WHERE stations.id = v.id AND stations.opened_epoch = v.epoch",
)
SEEN = upsert(schema.seen, key=("station_id",))
CONNECTOR = upsert(
    schema.connectors,
    key=("station_id", "evse", "connector"),
    where="WHERE connectors.changed_at <= excluded.changed_at",
)
TRANSACTION = upsert(
    schema.transactions, (*KEPT, *COLD, *HOT), keep=("id", "start_key"), key=("station_id", "transaction_id")
)
SESSION = Write(
    (*HOT, "id"),
    tuple(array_type(schema.transactions, column) for column in (*HOT, "id")),
    None,
    f"UPDATE transactions SET {', '.join(f'{c} = v.{c}' for c in HOT)} FROM v WHERE transactions.id = v.id",  # noqa: S608 - names of our own columns
)
NUMBER = Write(
    ("station_id", "transaction_id"),
    ("int8", "text"),
    None,
    "SELECT t.station_id, t.transaction_id, t.id FROM v JOIN transactions t"
    " ON t.station_id = v.station_id AND t.transaction_id = v.transaction_id",
)
EVENT = insert(schema.events, tuple(schema.events.c.keys()), "ON CONFLICT DO NOTHING")
READING = insert(schema.readings, tuple(schema.readings.c.keys()), "ON CONFLICT DO NOTHING")
SLOT = insert(schema.reading_slots, tuple(schema.reading_slots.c.keys()), "ON CONFLICT DO NOTHING")
EXCHANGE = insert(schema.exchanges, tuple(schema.exchanges.c.keys())[1:])
REPLAYED = Write(
    ("id",),
    ("int8",),
    None,
    "UPDATE exchanges SET outcome = 'replayed' FROM v WHERE exchanges.id = v.id AND exchanges.outcome <> 'ok'",
)
BLOCK = insert(schema.exchange_blocks, tuple(schema.exchange_blocks.c.keys()), "ON CONFLICT DO NOTHING")
TOKEN = upsert(schema.tokens, key=("organisation_id", "key"))
COMMAND = upsert(
    schema.commands,
    key=("id",),
    where="WHERE commands.state IN ('queued', 'sent')",
)
