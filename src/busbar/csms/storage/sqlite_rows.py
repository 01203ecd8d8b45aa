"""A batch's rows put into SQLite, inside a transaction that someone else begins and ends.

Rows are added by a few large statements (`VALUES` of up to 256 rows, prepared). A session's few columns are set one row
at a time: SQLite makes a table of the rows that an `UPDATE … FROM` reads, which costs more than the change itself.
"""

import sqlite3
from typing import Any

from busbar.csms.ports import Outrun
from busbar.csms.storage import writes
from busbar.csms.storage.batch import Batch
from busbar.csms.storage.places import Places
from busbar.csms.storage.sessions import HOT, Sessions
from busbar.csms.storage.writes import Write

ROWS = 256
"""Rows of one statement; smaller ones have a power of two, so that few statements are prepared."""
SET_SESSION = f"UPDATE transactions SET {', '.join(f'{column} = ?' for column in HOT)} WHERE id = ?"  # noqa: S608 - names of our own columns
READING_PLACE = tuple(writes.READING.columns.index(name) for name in ("at", "station_id", "transaction"))
EXCHANGE_STATION = writes.EXCHANGE.columns.index("station_id")


def statement(write: Write, rows: int) -> str:
    """Return a write's statement for a number of rows."""
    values = ",".join([f"({','.join('?' * len(write.columns))})"] * rows)
    if write.head is None:
        return f"WITH v({writes.listed(write.columns)}) AS (VALUES {values}) {write.tail}"
    return f"{write.head} VALUES {values} {write.tail}"


class SqliteRows:
    """The rows, and what is known of those already written. `clear` after a transaction that was undone."""

    def __init__(self) -> None:
        self._statements: dict[tuple[Write, int], str] = {}
        self._places = Places()
        self._sessions = Sessions()
        self._opened: dict[int, int] = {}

    def clear(self) -> None:
        """Forget what is already written; which connections opened, no undoing takes back."""
        self._places.clear()
        self._sessions.clear()

    def write(self, database: sqlite3.Connection, batch: Batch) -> None:
        """Put a batch's rows into the open transaction. Raises Outrun; nobody else writes, so memory knows."""
        for station_id, (_, epoch, *_) in batch.opened.items():
            self._opened[station_id] = max(epoch, self._opened.get(station_id, 0))
        if any(epoch < self._opened.get(station_id, 0) for station_id, epoch in batch.fences.items()):
            raise Outrun
        for write, values in batch.tables(self._sessions):
            width = len(write.columns)
            if write is writes.SESSION:
                rows = (values[begin : begin + width] for begin in range(0, len(values), width))
                database.executemany(SET_SESSION, rows)
                continue
            if write is writes.EXCHANGE:
                first = database.execute("SELECT coalesce(max(id), 0) + 1 FROM exchanges").fetchone()[0]
                self._apply(database, writes.BLOCK, self._places.blocks(values[EXCHANGE_STATION::width], first))
            elif write is writes.READING:
                places = self._places.slots(*(values[column::width] for column in READING_PLACE))
                self._apply(database, writes.SLOT, places)
            found = self._apply(database, write, values)
            if write is writes.NUMBER:
                self._sessions.learn(found)

    def _apply(self, database: sqlite3.Connection, write: Write, values: list[Any]) -> list[Any]:
        """Run a statement for all rows and return what it reads."""
        found: list[Any] = []
        width = len(write.columns)
        begin, count = 0, len(values) // width
        while begin < count:
            size = min(ROWS, 1 << (count - begin).bit_length() - 1)
            text = self._statements.get((write, size))
            if text is None:
                text = self._statements[write, size] = statement(write, size)
            found += database.execute(text, values[begin * width : (begin + size) * width])
            begin += size
        return found
