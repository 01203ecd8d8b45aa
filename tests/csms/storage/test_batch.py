"""A batch reduces the rows of one key to the one that counts, and keeps the order of kinds."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from busbar.csms import changes as c
from busbar.csms.changes import Change
from busbar.csms.rows import Command, CommandState, Connector, Exchange, Reading, Token, Transaction
from busbar.csms.storage import writes
from busbar.csms.storage.batch import ADD, CHANGED_AT, FINAL, STATE, Batch
from busbar.csms.storage.digest import reading_key
from busbar.csms.storage.sessions import Sessions
from busbar.csms.storage.times import from_micros, to_micros
from busbar.model.values import ConnectorStatus
from tests.fixtures.rows import LATER, NOON, command, connector, event, exchange, reading, transaction


def tables(batch: Batch) -> list[tuple[writes.Write, list[dict[str, Any]]]]:
    """Return what is written, but for reading numbers, as rows by column."""
    found = []
    for write, values in batch.tables(Sessions()):
        width = len(write.columns)
        assert len(values) % width == 0
        rows = [values[begin : begin + width] for begin in range(0, len(values), width)]
        if write is not writes.NUMBER:
            found.append((write, [dict(zip(write.columns, row, strict=True)) for row in rows]))
    return found


def test_every_kind_of_change_has_its_place() -> None:
    assert set(ADD) == set(Change.__args__)


def test_kinds_come_in_the_order_of_changes_whatever_came_first() -> None:
    batch = Batch()
    batch.add([c.CommandPut(command("a")), c.ExchangeLogged(exchange()), c.ReadingStored(reading()), event(1, 0)])
    batch.add([c.TransactionPut(transaction(1)), connector(1, NOON, ConnectorStatus.FAULTED), c.StationSeen(1, NOON)])
    order = [writes.SEEN, writes.CONNECTOR, writes.TRANSACTION, writes.EVENT, writes.READING, writes.EXCHANGE]
    assert [write for write, _ in tables(batch)] == [*order, writes.COMMAND]


def test_every_row_fits_its_statement() -> None:
    batch = Batch()
    batch.add(
        [
            c.BootRecorded(1, "V", "M", None, None, None, NOON),
            c.ConnectionOpened(1, 1, "1.6", NOON, ""),  # type: ignore[arg-type]
            c.ConnectionClosed(1, 1, NOON, ""),
            connector(1, NOON, ConnectorStatus.FAULTED),
            c.TransactionPut(transaction(1)),
            event(1, 0),
            c.ReadingStored(reading()),
            c.ExchangeLogged(exchange()),
            c.TokenPut(Token(key="a", value="A")),
            c.CommandPut(command("a")),
        ]
    )
    assert [len(rows) for _, rows in tables(batch)] == [1] * 11


@pytest.mark.parametrize(
    ("change", "kind", "write"),
    [
        (c.TransactionPut(transaction(1, ended_at=LATER)), Transaction, writes.TRANSACTION),
        (c.ReadingStored(reading()), Reading, writes.READING),
        (c.ExchangeLogged(exchange()), Exchange, writes.EXCHANGE),
        (c.CommandPut(command("a", sent_at=LATER)), Command, writes.COMMAND),
        (connector(3, NOON, ConnectorStatus.FAULTED), Connector, writes.CONNECTOR),
    ],
)
def test_values_stand_in_the_order_of_their_columns(change: Change, kind: type, write: writes.Write) -> None:
    batch = Batch()
    batch.add([change])
    [(written, [stored])] = tables(batch)
    assert written is write
    for name in kind.__struct_fields__:  # type: ignore[attr-defined]
        value = getattr(change.row, name)  # type: ignore[union-attr]
        if name != "id" or kind is not Exchange:
            assert stored[name] == (to_micros(value) if isinstance(value, datetime) else value)


def test_the_last_row_of_a_transaction_counts_under_its_first_number() -> None:
    batch = Batch()
    batch.add([c.TransactionPut(transaction(5, start_key="k"))])
    batch.add([c.TransactionPut(transaction(6, transaction_id="t5", energy_wh=1.0))])
    [(_, [row])] = tables(batch)
    assert (row["id"], row["start_key"], row["energy_wh"]) == (5, "k", 1.0)


def known() -> Sessions:
    """Return sessions after a commit of transaction 7."""
    sessions, batch = Sessions(), Batch()
    batch.add([c.TransactionPut(transaction(7))])
    for write, _ in batch.tables(sessions):
        if write is writes.NUMBER:
            sessions.learn([(1, "t7", 7)])
    return sessions


def test_a_known_session_is_changed_by_its_number_and_so_are_its_events() -> None:
    sessions, batch = known(), Batch()
    batch.add([c.TransactionPut(transaction(8, transaction_id="t7", energy_wh=1.0)), event(8, 3, transaction_id="t7")])
    (session, changed), (events, stored) = batch.tables(sessions)
    assert (session, events) == (writes.SESSION, writes.EVENT)
    assert (changed[session.columns.index("id")], stored[0], stored[1]) == (7, 7, 3)


def test_a_session_is_written_as_a_whole_once_its_station_has_connected_again() -> None:
    sessions, batch = known(), Batch()
    batch.add([c.ConnectionOpened(1, 2, "1.6", NOON, ""), c.TransactionPut(transaction(7))])  # type: ignore[arg-type]
    assert writes.TRANSACTION in [write for write, _ in batch.tables(sessions)]


def test_the_newest_status_and_the_final_state_count() -> None:
    batch = Batch()
    batch.add([connector(1, LATER, ConnectorStatus.CHARGING), connector(1, NOON, ConnectorStatus.FAULTED)])
    batch.add([c.CommandPut(command("a", state=state)) for state in ("accepted", "sent")])
    [(connectors, [status]), (commands, [row])] = tables(batch)
    assert (status["changed_at"], row["state"]) == (to_micros(LATER), "accepted")
    assert (connectors.columns[CHANGED_AT], commands.columns[STATE]) == ("changed_at", "state")
    assert CommandState.ACCEPTED in FINAL


def test_the_key_of_a_reading_is_what_the_batch_stores() -> None:
    batch = Batch()
    batch.add([c.ReadingStored(reading(evse=None))])
    [(_, [row])] = tables(batch)
    assert tuple(row.values())[:6] == reading_key(reading(evse=None))


def test_a_remembered_time_is_not_given_for_another_one() -> None:
    batch = Batch()
    assert [batch.micros(at) for at in (NOON, NOON, LATER)] == [to_micros(NOON)] * 2 + [to_micros(LATER)]


def test_times_are_exact_to_the_microsecond_in_any_zone() -> None:
    for at in (NOON, NOON.replace(year=9999), NOON.replace(year=1901), NOON + timedelta(microseconds=1)):
        assert from_micros(to_micros(at)) == at


def test_a_station_is_fenced_by_the_oldest_connection_that_said_something() -> None:
    batch = Batch()
    batch.add([c.ExchangeLogged(exchange(1, epoch=3)), c.ExchangeLogged(exchange(1, epoch=2)), c.Fenced(2, 7)])
    batch.add([c.ExchangeLogged(exchange(1, epoch=1, origin="csms")), c.ExchangeLogged(exchange(1, epoch=4))])
    assert batch.fences == {1: 2, 2: 7}
