"""The lists' contract on every backend."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from busbar.csms import changes as c
from busbar.csms.ports import Page, Query, Store
from busbar.csms.rows import CommandState, Connector, Token
from busbar.csms.storage import cursor
from busbar.csms.storage.schema import BLOCK_BITS
from busbar.model.values import ConnectorStatus, RegistrationStatus
from busbar.model.versions import Version
from tests.fixtures.rows import LATER, NOON, command, exchange, reading, transaction


async def walked(ask: Callable[[Query], Awaitable[Page[Any]]], **filters: Any) -> list[Any]:
    """Return all rows of a list, page after page of two."""
    found: list[Any] = []
    after: str | None = None
    while True:
        page = await ask(Query(limit=2, cursor=after, **filters))
        assert len(page.items) <= 2
        found += page.items
        if page.next is None:
            return found
        after = page.next


async def test_sites_come_by_number(store: Store) -> None:
    for name in "cab":
        await store.add_site(name)
    assert [site.name for site in await walked(store.sites)] == ["c", "a", "b"]


async def test_stations_come_by_identity_and_are_filtered(store: Store) -> None:
    site = await store.add_site("site")
    for name in ("b_2", "B%1", "a", "ä", "b"):
        await store.add_station(name, secret=None, site_id=site.id if name == "a" else None)
    station = await store.station("b")
    assert station is not None
    await store.commit([c.ConnectionOpened(station.id, 1, Version.V16, NOON, "")])
    assert [row.identity for row in await walked(store.stations)] == ["a", "b", "B%1", "b_2", "ä"]
    assert [row.identity for row in await walked(store.stations, text="B")] == ["b", "B%1", "b_2"]
    assert [row.identity for row in await walked(store.stations, text="b_")] == ["b_2"]
    assert [row.identity for row in await walked(store.stations, active=True)] == ["b"]
    assert [row.identity for row in await walked(store.stations, site_id=site.id)] == ["a"]


async def test_tokens_come_by_key(store: Store) -> None:
    await store.commit([c.TokenPut(Token(key=key, value=key.upper())) for key in ("b1", "a", "b2", "c")])
    assert [row.key for row in await walked(store.tokens)] == ["a", "b1", "b2", "c"]
    assert [row.key for row in await walked(store.tokens, text="B")] == ["b1", "b2"]


async def test_transactions_come_newest_first_and_are_filtered(store: Store) -> None:
    site = await store.add_site("site")
    station = await store.add_station("CS", secret=None, site_id=site.id)
    rows = [
        transaction(1, station.id, ended_at=LATER),
        transaction(2, 99, started_at=None, updated_at=LATER),
        transaction(3, station.id, started_at=LATER),
    ]
    await store.commit([c.TransactionPut(row) for row in rows])
    assert [row.id for row in await walked(store.transactions)] == [3, 2, 1]
    assert [row.id for row in await walked(store.transactions, active=True)] == [3, 2]
    assert [row.id for row in await walked(store.transactions, active=False)] == [1]
    assert [row.id for row in await walked(store.transactions, since=LATER)] == [3, 2]
    assert [row.id for row in await walked(store.transactions, until=LATER)] == [1]
    assert [row.id for row in await walked(store.transactions, site_id=site.id)] == [3, 1]
    assert [row.id for row in await walked(store.transactions, station_id=99)] == [2]


async def test_readings_come_in_the_order_of_time(store: Store) -> None:
    times = [NOON + timedelta(minutes=7 * place) for place in (3, 0, 5, 1, 4, 2)]
    rows = [reading(at=at, transaction=1 if at > times[3] else None) for at in times]
    others = [reading(station_id=2, transaction=2, at=at) for at in times]
    await store.commit([c.ReadingStored(row) for row in (*rows, *others)])
    assert [row.at for row in await walked(store.readings, station_id=1)] == sorted(times)
    assert [row.at for row in await walked(store.readings, transaction=1)] == sorted(times)[2:]
    assert [row.at for row in await walked(store.readings, station_id=2, transaction=1)] == []
    bounded = await walked(store.readings, station_id=1, since=sorted(times)[1], until=sorted(times)[4])
    assert [row.at for row in bounded] == sorted(times)[1:4]
    assert len(await walked(store.readings)) == 12


async def test_readings_of_one_instant_are_all_given(store: Store) -> None:
    rows = [reading(evse=evse, samples=samples) for evse in (None, 1, 2) for samples in (b"[1]", b"[22]")]
    await store.commit([c.ReadingStored(row) for row in rows])
    found = await walked(store.readings, transaction=1)
    assert len(found) == 6
    assert [row.evse for row in found] == [None, None, 1, 1, 2, 2]


async def test_the_message_log_comes_newest_first_and_is_filtered(store: Store) -> None:
    rows = [
        exchange(at=NOON),
        exchange(station_id=2, action="Authorize", at=LATER),
        exchange(outcome="parked", at=LATER),
        exchange(outcome="timeout", answer=None, took_ms=None, at=LATER),
    ]
    for row in rows:
        await store.commit([c.ExchangeLogged(row)])
    assert [row.id for row in await walked(store.exchanges)] == [4, 3, 2, 1]
    assert [row.id for row in await walked(store.exchanges, station_id=1)] == [4, 3, 1]
    assert [row.id for row in await walked(store.exchanges, station_id=1, until=LATER)] == [1]
    assert [row.id for row in await walked(store.exchanges, since=LATER)] == [4, 3, 2]
    assert [row.id for row in await walked(store.exchanges, outcome="parked")] == [3]
    assert [row.id for row in await walked(store.exchanges, outcome="ok")] == [2, 1]
    assert [row.id for row in await walked(store.exchanges, action="Authorize")] == [2]


async def test_a_stations_log_is_found_over_many_blocks(store: Store) -> None:
    block = 2**BLOCK_BITS
    rows = [exchange(station_id=1 if place % (block // 2) == 0 else 2) for place in range(2 * block + 10)]
    await store.commit([c.ExchangeLogged(row) for row in rows])
    found = await walked(store.exchanges, station_id=1)
    assert [row.id for row in found] == [2 * block + 1, 3 * block // 2 + 1, block + 1, block // 2 + 1, 1]


async def test_commands_come_newest_first_and_are_filtered(store: Store) -> None:
    rows = [
        command("a"),
        command("b", created_at=LATER, state=CommandState.SENT, action="Trigger"),
        command("c", created_at=LATER, state=CommandState.REJECTED),
        command("d", station_id=2),
    ]
    await store.commit([c.CommandPut(row) for row in rows])
    assert [row.id for row in await walked(store.commands)] == ["c", "b", "d", "a"]
    assert [row.id for row in await walked(store.commands, active=True)] == ["b", "d", "a"]
    assert [row.id for row in await walked(store.commands, active=False)] == ["c"]
    assert [row.id for row in await walked(store.commands, outcome="rejected")] == ["c"]
    assert [row.id for row in await walked(store.commands, action="Trigger", station_id=1)] == ["b"]


async def test_totals_count(store: Store) -> None:
    station = await store.add_station("CS", secret=None)
    await store.add_station("CS2", secret=None)
    await store.commit(
        [
            c.ConnectionOpened(station.id, 1, Version.V16, NOON, ""),
            c.TransactionPut(transaction(1, energy_wh=10.5)),
            c.TransactionPut(transaction(2, energy_wh=2.0, ended_at=NOON)),
            c.ExchangeLogged(exchange()),
            c.ExchangeLogged(exchange(outcome="timeout")),
        ]
    )
    assert await store.totals() == {
        "stations": 2,
        "online": 1,
        "transactions": 2,
        "active": 1,
        "energy_wh": 12.5,
        "exchanges": 2,
        "errors": 1,
    }


async def test_totals_of_an_empty_store_are_zero(store: Store) -> None:
    assert set((await store.totals()).values()) == {0}


LISTS = ("sites", "stations", "tokens", "transactions", "readings", "exchanges", "commands")


@pytest.mark.parametrize("name", LISTS)
async def test_a_foreign_cursor_is_refused(store: Store, name: str) -> None:
    for foreign in ("", "?", "AAAA", cursor.encode((1, 2, 3)), cursor.encode((2**63,))):
        with pytest.raises(ValueError, match="cursor does not belong to this list"):
            await getattr(store, name)(Query(cursor=foreign))


@pytest.mark.parametrize("name", LISTS)
async def test_a_limit_out_of_bounds_is_refused(store: Store, name: str) -> None:
    for limit in (0, -1, 1001):
        with pytest.raises(ValueError, match="limit"):
            await getattr(store, name)(Query(limit=limit))


async def test_a_filter_that_a_list_has_not_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="tokens cannot be filtered by action"):
        await store.tokens(Query(action="Reset"))


async def test_an_overview_counts_what_is_connected_and_what_runs(store: Store) -> None:
    here, away = [await store.add_station(name, secret=None) for name in ("here", "away")]
    await store.set_registration(away.id, RegistrationStatus.PENDING)
    faulted, free = ConnectorStatus.FAULTED, ConnectorStatus.AVAILABLE
    places = [(here.id, 1, free, NOON), (here.id, 2, faulted, NOON), (here.id, 3, faulted, LATER)]
    places += [(here.id, 0, free, NOON), (away.id, 1, faulted, NOON), (99, 1, faulted, NOON)]
    connectors = [
        Connector(station_id=number, evse=evse, connector=1, status=status, changed_at=at, error="Hot")
        for number, evse, status, at in places
    ]
    sessions = [
        transaction(1, here.id, ended_at=LATER, energy_wh=5.0, power_w=7.0),
        transaction(2, here.id, started_at=LATER, energy_wh=3.0, power_w=2.0),
        transaction(3, here.id, started_at=None, energy_wh=None, power_w=None),
    ]
    await store.commit(
        [
            c.ConnectionOpened(here.id, 1, Version.V16, NOON, ""),
            *(c.ConnectorPut(row) for row in connectors),
            *(c.TransactionPut(row) for row in sessions),
        ]
    )
    found = await store.overview(LATER, 1)
    assert found.stations == {(True, RegistrationStatus.ACCEPTED): 1, (False, RegistrationStatus.PENDING): 1}
    assert found.connectors == {free: 1, faulted: 2}
    assert (found.stale, found.active, found.power_w, found.begun, found.energy_wh) == (1, 2, 2.0, 1, 3.0)
    assert [(fault.station_id, fault.evse, fault.error) for fault in found.faults] == [(here.id, 3, "Hot")]


async def test_an_overview_of_nothing_is_empty(store: Store) -> None:
    found = await store.overview(NOON, 1)
    assert (found.stations, found.connectors, found.faults) == ({}, {}, [])
    assert (found.stale, found.active, found.power_w, found.begun, found.energy_wh) == (0, 0, 0.0, 0, 0.0)
