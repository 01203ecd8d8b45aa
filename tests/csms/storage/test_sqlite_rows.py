"""Rows in SQLite: statements hold many of them, and what is known of those written is forgotten when it was undone."""

import sqlite3
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from busbar.csms.changes import Change, ExchangeLogged, ReadingStored, TransactionPut
from busbar.csms.storage import writes
from busbar.csms.storage.batch import Batch
from busbar.csms.storage.sqlite import SqliteStore
from busbar.csms.storage.sqlite_rows import ROWS, SqliteRows, statement
from tests.fixtures.rows import LATER, NOON, event, exchange, reading, transaction


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[sqlite3.Connection]:
    """Return a connection to an empty database."""
    store = SqliteStore(tmp_path / "busbar.db")
    await store.open()
    await store.close()
    with sqlite3.connect(tmp_path / "busbar.db", isolation_level=None) as database:
        yield database
    database.close()


def put(rows: SqliteRows, database: sqlite3.Connection, *changes: Change) -> list[str]:
    """Write changes in a transaction and return the statements, without values."""
    texts: list[str] = []
    batch = Batch()
    batch.add(changes)
    database.set_trace_callback(texts.append)
    rows.write(database, batch)
    database.set_trace_callback(None)
    return [" ".join(text.split()[:3]) for text in texts]


def test_many_rows_are_one_statement() -> None:
    text = statement(writes.BLOCK, 3)
    assert text.count("(?,?)") == 3
    assert text.startswith('INSERT INTO exchange_blocks ("station_id", "block") VALUES (?,?)')
    assert statement(writes.CLOSED, 2).startswith('WITH v("id", "epoch") AS (VALUES (?,?),(?,?)) UPDATE stations')


def test_more_rows_than_one_statement_holds_are_all_written(database: sqlite3.Connection) -> None:
    numbers = count()
    texts = put(SqliteRows(), database, *(ExchangeLogged(exchange(epoch=next(numbers))) for _ in range(2 * ROWS + 3)))
    assert texts.count("INSERT INTO exchanges") == 4
    assert database.execute("SELECT count(*), min(epoch), max(epoch) FROM exchanges").fetchone() == (515, 0, 514)


def test_a_session_is_replaced_first_and_then_only_changed(database: sqlite3.Connection) -> None:
    rows = SqliteRows()
    first = put(rows, database, TransactionPut(transaction(7)), event(7, 0))
    then = put(rows, database, TransactionPut(transaction(7, energy_wh=2.5, updated_at=LATER)), event(7, 1))
    assert "INSERT INTO transactions" in first
    assert [text for text in then if "transactions" in text] == ["UPDATE transactions SET"]
    assert database.execute("SELECT id, energy_wh FROM transactions").fetchall() == [(7, 2.5)]


def test_a_session_that_another_number_stands_for_is_changed_there(database: sqlite3.Connection) -> None:
    put(SqliteRows(), database, TransactionPut(transaction(7)))
    rows, again = SqliteRows(), {"transaction_id": "t7", "energy_wh": 1.0}
    put(rows, database, TransactionPut(transaction(8, **again)))
    put(rows, database, TransactionPut(transaction(8, **again | {"energy_wh": 2.0})))
    assert database.execute("SELECT id, energy_wh FROM transactions").fetchall() == [(7, 2.0)]


def test_an_end_reaches_every_column(database: sqlite3.Connection) -> None:
    rows = SqliteRows()
    put(rows, database, TransactionPut(transaction(7)))
    put(rows, database, TransactionPut(transaction(7, ended_at=LATER, stop_reason="Local", energy_wh=3.0)))
    found = database.execute("SELECT ended_at IS NOT NULL, stop_reason, energy_wh FROM transactions").fetchall()
    assert found == [(1, "Local", 3.0)]


def test_what_was_undone_is_written_again_as_a_whole(database: sqlite3.Connection) -> None:
    rows = SqliteRows()
    changes = [TransactionPut(transaction(7)), ReadingStored(reading(at=NOON)), ExchangeLogged(exchange())]
    database.execute("BEGIN")
    put(rows, database, *changes)
    database.execute("ROLLBACK")
    rows.clear()
    put(rows, database, *changes)
    for table, wanted in (("transactions", 1), ("reading_slots", 2), ("exchange_blocks", 1)):
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (wanted,)
