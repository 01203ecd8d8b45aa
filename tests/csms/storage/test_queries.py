"""The reads' contract on every backend."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, text

from busbar.billing.accounts import Payer, Point, opened
from busbar.billing.costs import cost_of
from busbar.csms.changes import CommandPut, RowPut, TokenPut, TransactionPut
from busbar.csms.ports import OPEN_LIMIT, Store
from busbar.csms.records.costs import SessionCost
from busbar.csms.rows import ApiKey, CommandState, Connector, Station, Token
from busbar.csms.storage.queries import columns, made
from busbar.csms.tenancy import scoped
from busbar.model.tariffs import Tariff
from busbar.model.values import AuthorizationStatus, ConnectorStatus
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


def cost(number: int, incl_tax: str) -> RowPut:
    tariff = Tariff(id="T", currency="EUR")
    account = opened(tariff, Point(at=NOON), UTC, Payer())
    return RowPut(
        SessionCost(
            transaction=number,
            station_id=1,
            tariff_id=1,
            version=1,
            currency="EUR",
            excl_tax=Decimal(1),
            incl_tax=Decimal(incl_tax),
            final=False,
            updated_at=NOON,
            zone="UTC",
            show_running=False,
            show_tariff=False,
            update_every_s=None,
            told_at=None,
            tariff=tariff,
            cost=cost_of(account, tariff, final=False),
            account=account,
        )
    )


async def test_the_sessions_of_a_token_are_those_that_run_and_those_begun_since(store: Store) -> None:
    old, new = NOON - timedelta(days=9), NOON + timedelta(hours=1)
    ok = {"token_status": AuthorizationStatus.ACCEPTED}
    rows = [
        transaction(1, token="Card", started_at=old, ended_at=NOON, **ok),
        transaction(2, token="CARD", started_at=old, station_id=2, **ok),
        transaction(3, token="card", started_at=new, ended_at=new, energy_wh=5.0),
        transaction(4, token="other", started_at=new),
        transaction(5, started_at=new),
    ]
    await store.commit([*map(TransactionPut, rows), cost(3, "12.34")])
    assert [use.transaction for use in await store.uses("card", None, None)] == [2]
    found = await store.uses("card", None, NOON)
    assert [(use.transaction, use.accepted, use.cost) for use in found] == [
        (0, False, Decimal("12.34")),
        (2, True, None),
    ]
    assert (found[0].currency, found[0].energy_wh, found[1].started_at, found[1].token) == ("EUR", 5.0, old, "card")
    assert (found[1].station_id, found[1].transaction_id, found[1].time_s, found[1].sessions) == (2, "t2", None, 1)


async def test_sessions_that_are_over_are_counted_by_token_day_and_currency(store: Store) -> None:
    await store.commit([TokenPut(Token(key=key, value=key, group="g")) for key in ("a", "b", "c")])
    day, next_day = NOON.replace(hour=0, minute=0, second=0, microsecond=0), NOON + timedelta(days=1)
    times = {"ended_at": NOON + timedelta(seconds=90), "started_at": NOON}
    rows = [
        transaction(1, token="A", energy_wh=1.5, **times),
        transaction(2, token="a", **times),
        transaction(3, token="a", energy_wh=2.0, **times),
        transaction(4, token="b", energy_wh=4.0, **times),
        transaction(5, token="C", energy_wh=8.0, station_id=2, **times),
        transaction(6, token="b", energy_wh=16.0, started_at=next_day, ended_at=next_day),
        transaction(7, token="a"),
        transaction(8, token="b"),
        transaction(9, token="b", started_at=None, ended_at=NOON),
    ]
    await store.commit([*map(TransactionPut, rows), cost(1, "0.10"), cost(3, "0.20"), cost(4, "7"), cost(5, "1E+2")])
    found = [
        (use.transaction, use.token, use.started_at, use.sessions, use.energy_wh, use.time_s, use.cost, use.currency)
        for use in await store.uses("a", "g", NOON)
    ]
    later = next_day.replace(hour=0, minute=0, second=0, microsecond=0)
    assert sorted(found, key=str) == sorted(
        [
            (0, "a", day, 1, None, 90.0, None, None),
            (0, "a", day, 2, 3.5, 180.0, Decimal("0.30"), "EUR"),
            (0, "", day, 2, 12.0, 180.0, Decimal(107), "EUR"),
            (0, "", later, 1, 16.0, 0.0, None, None),
            (7, "a", NOON, 1, None, None, None, None),
            (8, "", NOON, 1, None, None, None, None),
        ],
        key=str,
    )


async def test_the_sessions_of_a_group_are_those_of_its_tokens(store: Store) -> None:
    cards = [("a", "Fleet"), ("b", "FLEET"), ("c", None), ("d", "other")]
    await store.commit([TokenPut(Token(key=key, value=key, group=group)) for key, group in cards])
    rows = [transaction(number, token=key.upper()) for number, (key, _) in enumerate(cards, 1)]
    await store.commit([TransactionPut(row) for row in rows])
    assert [use.transaction for use in await store.uses("a", "fleet", None)] == [1, 2]


async def test_the_sessions_of_another_organisations_token_are_not_counted(store: Store) -> None:
    await store.commit([TokenPut(Token(key="a", value="a", group="g", organisation_id=2))])
    await store.add_station("CS-1", secret=None)
    await store.commit([TransactionPut(transaction(1, token="a"))])
    with scoped(1):
        assert [use.transaction for use in await store.uses("a", None, NOON)] == [1]
        assert await store.uses("a", "g", NOON) == []
    with scoped(2):
        assert await store.uses("a", None, None) == []


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_the_sessions_of_a_token_are_read_by_an_index(store: Any) -> None:
    def plan(connection: Connection) -> str:
        sql = "EXPLAIN QUERY PLAN SELECT id FROM transactions WHERE started_at >= 1 AND token IS NOT NULL AND"
        rows = connection.execute(text(f"{sql} lower(token) IN (SELECT key FROM tokens WHERE lower(\"group\") = 'g')"))
        return str(rows.all())

    assert "USING INDEX transactions_token" in await store.read(plan)
