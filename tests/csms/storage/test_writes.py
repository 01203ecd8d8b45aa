"""Statements name the columns of the tables, with PostgreSQL's types."""

from busbar.csms.storage import schema, writes


def test_a_column_has_the_array_type_of_its_stored_value() -> None:
    table = schema.readings
    names = ("at", "station_id", "evse", "energy_wh", "samples")
    assert [writes.array_type(table, name) for name in names] == ["int8", "int8", "int8", "float8", "bytea"]
    assert writes.array_type(schema.connectors, "status") == "text"
    assert writes.array_type(schema.commands, "survives_reconnect") == "bool"


def test_a_transactions_number_and_start_are_never_replaced() -> None:
    changed = writes.TRANSACTION.tail.split("DO UPDATE SET")[1]
    assert '"energy_wh" = excluded."energy_wh"' in changed
    for name in ("id", "station_id", "transaction_id", "start_key"):
        assert f'"{name}" =' not in changed


def test_words_of_sql_are_quoted() -> None:
    assert writes.listed(("group", "key"), "v.") == 'v."group", v."key"'
    assert '"group"' in (writes.TOKEN.head or "")
