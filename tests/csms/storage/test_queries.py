"""The reads' contract on every backend."""

from datetime import UTC, datetime, timedelta

from busbar.csms.changes import CommandPut, TokenPut, TransactionPut
from busbar.csms.ports import OPEN_LIMIT, Store
from busbar.csms.rows import ApiKey, CommandState, Connector, Station, Token
from busbar.csms.storage.queries import columns, made
from busbar.model.values import ConnectorStatus
from tests.fixtures.rows import LATER, NOON, command, connector, transaction


async def test_a_station_is_found_without_regard_to_case(store: Store) -> None:
    station = await store.add_station("Straße-1", secret=b"\x00hash", site_id=3)
    assert await store.station("STRASSE-1") == station
    assert await store.station("other") is None


async def test_connectors_come_in_the_order_of_their_places(store: Store) -> None:
    puts = [connector(evse, NOON, ConnectorStatus.AVAILABLE) for evse in (2, 10, 1)]
    await store.commit([*puts, connector(1, NOON, ConnectorStatus.FAULTED, station_id=2)])
    assert [row.evse for row in await store.connectors(1)] == [1, 2, 10]
    assert [(row.station_id, row.evse) for row in await store.all_connectors([2, 1])] == [
        (1, 1),
        (1, 2),
        (1, 10),
        (2, 1),
    ]
    assert await store.all_connectors([]) == []


async def test_an_unknown_token_is_none(store: Store) -> None:
    await store.commit([TokenPut(Token(key="abc", value="ABC"))])
    assert await store.token("abd") is None


async def test_open_transactions_are_those_without_an_end_and_those_of_the_last_day(store: Store) -> None:
    now = datetime.now(UTC)
    rows = [
        transaction(1),
        transaction(2, ended_at=now - timedelta(hours=23)),
        transaction(3, ended_at=now - timedelta(hours=25)),
        transaction(4, station_id=2),
    ]
    await store.commit([TransactionPut(row) for row in rows])
    assert [row.id for row in await store.open_transactions(1)] == [1, 2]


async def test_no_more_open_transactions_are_read_than_a_view_begins_with(store: Store) -> None:
    await store.commit([TransactionPut(transaction(number)) for number in range(1, OPEN_LIMIT + 4)])
    assert [row.id for row in await store.open_transactions(1)] == list(range(4, OPEN_LIMIT + 4))


async def test_a_transaction_of_another_station_is_not_found(store: Store) -> None:
    await store.commit([TransactionPut(transaction(1, transaction_id="same", start_key="k"))])
    await store.commit([TransactionPut(transaction(2, station_id=2, transaction_id="same", start_key="k"))])
    found = [await store.transaction(station, "same") for station in (1, 2, 3)]
    assert [row and row.id for row in found] == [1, 2, None]
    found = [await store.transaction_by_start(station, "k") for station in (1, 2, 3)]
    assert [row and row.id for row in found] == [1, 2, None]
    assert await store.transaction_by_number(3) is None


async def test_waiting_commands_are_queued_or_sent_oldest_first(store: Store) -> None:
    rows = [
        command("b", created_at=LATER, state=CommandState.SENT),
        command("a"),
        command("c", state=CommandState.EXPIRED),
        command("d", station_id=2),
    ]
    await store.commit([CommandPut(row) for row in rows])
    assert [row.id for row in await store.waiting_commands(1)] == ["a", "b"]


async def test_a_command_is_found_by_its_idempotency_key_on_its_station_only(store: Store) -> None:
    row = command("a", idempotency_key="k", requested_by="op", survives_reconnect=True, payload=b"\x00", answer=b"{}")
    await store.commit([CommandPut(row), CommandPut(command("b")), CommandPut(command("c"))])
    assert await store.command_by_key(1, "k") == row
    assert await store.command_by_key(2, "k") is None
    assert await store.command("z") is None


async def test_api_keys_come_back(store: Store) -> None:
    keys = [ApiKey(id=name, secret=b"s", label="l", created_at=NOON, expires_at=LATER) for name in "ba"]
    for key in keys:
        await store.add_api_key(key)
    assert await store.api_keys() == keys[::-1]


def test_every_field_of_a_row_has_its_column() -> None:
    assert [column.name for column in columns(Station)] == list(Station.__struct_fields__)


def test_a_row_is_made_from_its_fields_and_ignores_what_follows() -> None:
    row = Connector(station_id=1, evse=1, connector=1, status=ConnectorStatus.FAULTED, changed_at=NOON)
    values = [getattr(row, name) for name in row.__struct_fields__]
    assert made(Connector, [*values, "sort key"]) == row
