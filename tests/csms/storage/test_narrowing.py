"""Within a scope every backend shows, changes and deletes rows of one organisation, or of some of its sites, alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from busbar.csms.changes import (
    CommandPut,
    ConnectionOpened,
    ExchangeLogged,
    ReadingStored,
    RowAdded,
    RowGone,
    RowPut,
    TokenPut,
    TransactionPut,
)
from busbar.csms.grants import EVERYTHING
from busbar.csms.ports import Conflict, Query, Search, Store
from busbar.csms.records.access import User
from busbar.csms.records.replays import Replay
from busbar.csms.records.sessions import StatusReport
from busbar.csms.rows import ApiKey, Station, Token
from busbar.csms.storage.narrowing import narrowed
from busbar.csms.tenancy import Scope, current, scoped
from busbar.model.versions import Version
from tests.fixtures.rows import NOON, command, event, exchange, reading, transaction

LISTS = ("sites", "stations", "tokens", "transactions", "readings", "exchanges", "commands")


def report(station_id: int, name: str = "t") -> StatusReport:
    return StatusReport(station_id=station_id, transaction_id=name, at=NOON, ongoing=True, messages_in_queue=False)


async def fill(store: Store, number: int) -> Station:
    """Add one of everything; who adds it is the scope's to say."""
    site = await store.add_site("home")
    station = await store.add_station(f"CS{number}", secret=None, site_id=site.id)
    await store.add_api_key(ApiKey(id=f"k{number}", secret=b"s", label="", created_at=NOON, grants=EVERYTHING))
    await store.insert(report(station.id))
    await store.insert(User(email=f"{number}@example.com", name="", created_at=NOON))
    await store.commit(
        [
            ConnectionOpened(station.id, 1, Version.V16, NOON, ""),
            TransactionPut(transaction(number, station.id, started_at=datetime.now(UTC))),
            event(number, 0, station.id),
            ReadingStored(reading(station.id, transaction=number)),
            ExchangeLogged(exchange(station.id)),
            TokenPut(Token(key="card", value="CARD", label=str(number), site_id=site.id)),
            CommandPut(command(f"c{number}", station_id=station.id)),
        ]
    )
    return station


@pytest.fixture
async def stations(store: Store) -> tuple[Station, Station]:
    """The same things in two organisations."""
    with scoped(1):
        one = await fill(store, 1)
    with scoped(2):
        two = await fill(store, 2)
    return one, two


@pytest.mark.parametrize("name", LISTS)
async def test_lists_show_the_rows_of_the_scope(store: Store, stations: Any, name: str) -> None:
    assert len((await getattr(store, name)(Query())).items) == 2
    for organisation in (1, 2):
        with scoped(organisation):
            assert len((await getattr(store, name)(Query())).items) == 1
        with scoped(organisation, frozenset({stations[organisation - 1].site_id})):
            assert len((await getattr(store, name)(Query())).items) == 1
        with scoped(organisation, frozenset()):
            assert (await getattr(store, name)(Query())).items == []
    with scoped(3):
        assert (await getattr(store, name)(Query())).items == []


async def test_single_rows_of_others_are_not_there(store: Store, stations: tuple[Station, Station]) -> None:
    one, two = stations
    for scope in (Scope(2), Scope(1, frozenset({99}))):
        with scoped(scope.organisation_id, scope.sites):
            assert await store.station(one.identity) is None
            assert await store.connectors(one.id) == []
            assert await store.transaction(one.id, "t1") is None
            assert await store.transaction_by_number(1) is None
            assert await store.command("c1") is None
            assert await store.waiting_commands(one.id) == []
            assert await store.open_transactions(one.id) == []
            assert await store.get(StatusReport, one.id, "t") is None
            assert await store.find(StatusReport, station_id=one.id) == []
            assert (await store.look(StatusReport, Search())).items == [
                row for row in [await store.get(StatusReport, two.id, "t")] if row is not None
            ]
    with scoped(2):
        assert [key.id for key in await store.api_keys()] == ["k2"]
        assert (await store.totals())["exchanges"] == 1
        assert (await store.totals())["transactions"] == 1
        assert [user.email for user in await store.find(User)] == ["2@example.com"]


async def test_what_others_have_is_neither_changed_nor_deleted(store: Store, stations: tuple[Station, Station]) -> None:
    one, _ = stations
    with scoped(2):
        assert not await store.remove_site(one.site_id or 0)
        assert not await store.remove_api_key("k1")
        await store.set_registration(one.id, "Rejected")
        await store.set_station_site(one.id, None)
        await store.set_station_secret(one.id, b"mine")
        assert not await store.change(StatusReport, (one.id, "t"), values={"ongoing": False}, expected={})
        assert not await store.remove(StatusReport, one.id, "t")
        await store.commit([RowGone(StatusReport, (one.id, "t"))])
        for write in (store.insert, store.put):
            with pytest.raises(Conflict):
                await write(report(one.id, "new"))
        with pytest.raises(Conflict):
            await store.commit([RowAdded(report(one.id, "new"))])
        with pytest.raises(Conflict):
            await store.commit([CommandPut(command("c9", station_id=one.id))])
        assert await store.remove_token("card")
    assert (await store.find(StatusReport, station_id=one.id)) == [report_of(one)]
    left = await store.station(one.identity)
    assert left is not None
    assert (left.registration, left.site_id, left.secret) == ("Accepted", one.site_id, None)
    assert await store.token("card", 1) is not None
    assert await store.token("card", 2) is None
    assert len(await store.api_keys()) == 2


def report_of(station: Station) -> StatusReport:
    row = report(station.id)
    row.organisation_id = station.organisation_id
    return row


async def test_names_are_unique_in_an_organisation_and_identities_everywhere(store: Store, stations: Any) -> None:
    with scoped(2):
        with pytest.raises(Conflict):
            await store.add_site("home")
        with pytest.raises(Conflict):
            await store.add_station("cs1", secret=None)
    ours, theirs = await store.token("card", 1), await store.token("card", 2)
    assert ours is not None
    assert theirs is not None
    assert (ours.label, theirs.label) == ("1", "2")


async def test_a_row_about_a_station_is_its_organisations_whatever_it_says(store: Store, stations: Any) -> None:
    """The gateway and jobs work without a scope and name no organisation."""
    two = stations[1]
    await store.commit([RowPut(report(two.id, "put")), RowAdded(report(two.id, "added"))])
    made = await store.insert(report(two.id, "inserted"))
    replay = await store.insert(Replay(exchange_id=1, station_id=two.id, at=NOON, by="", done=True, result=""))
    assert (made.organisation_id, replay.organisation_id) == (2, 2)
    with scoped(2):
        assert len(await store.find(StatusReport)) == 4
    with scoped(1):
        assert len(await store.find(StatusReport)) == 1


async def test_rows_of_a_station_that_is_gone_are_nobodys(store: Store) -> None:
    await store.commit([ExchangeLogged(exchange(99))])
    with scoped(1):
        assert (await store.exchanges(Query())).items == []
    assert len((await store.exchanges(Query())).items) == 1


async def test_a_site_is_given_only_by_those_who_have_it(store: Store, stations: tuple[Station, Station]) -> None:
    one, _ = stations
    site = frozenset({one.site_id or 0})
    with scoped(1):
        await store.commit([TokenPut(Token(key="all", value="all"))])
    with scoped(1, site):
        for taken in (Token(key="x", value="x"), Token(key="all", value="all", site_id=one.site_id)):
            with pytest.raises(Conflict):
                await store.commit([TokenPut(taken)])
        await store.commit([TokenPut(Token(key="ours", value="ours", site_id=one.site_id))])
        assert await store.token("all") is None
        assert await store.token("ours") is not None


async def test_a_record_of_another_organisation_is_never_replaced_by_its_key(store: Store) -> None:
    with scoped(1):
        user = await store.insert(User(email="a@example.com", name="A", created_at=NOON))
    with scoped(2), pytest.raises(Conflict):
        await store.put(User(id=user.id, email="b@example.com", name="B", created_at=NOON))
    assert [row.name for row in await store.find(User)] == ["A"]
    assert current() is None


def test_a_statement_that_cannot_be_narrowed_is_refused() -> None:
    with pytest.raises(TypeError):
        narrowed(text("SELECT 1"), Scope(1))
