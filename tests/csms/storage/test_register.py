"""The contract of what operators enter, of counters and of retention, on every backend."""

import asyncio
from datetime import timedelta

import pytest

from busbar.csms import changes as c
from busbar.csms.ports import Conflict, Query, Store
from busbar.csms.rows import ApiKey, CommandState, Token
from busbar.csms.storage.register import CHUNK
from busbar.model.values import ConnectorStatus, RegistrationStatus
from busbar.model.versions import Version
from tests.fixtures.rows import LATER, NOON, command, connector, exchange, transaction


async def test_a_site_comes_back_as_added_and_its_name_is_unique(store: Store) -> None:
    site = await store.add_site("Depot", timezone="Europe/Berlin", address="Road 1")
    assert (await store.sites(Query())).items == [site]
    with pytest.raises(Conflict, match="Depot") as conflict:
        await store.add_site("Depot")
    assert conflict.value.field == "name"


async def test_an_identity_is_unique_without_regard_to_case(store: Store) -> None:
    await store.add_station("CS-1", secret=None)
    with pytest.raises(Conflict) as conflict:
        await store.add_station("cs-1", secret=None)
    assert conflict.value.field == "identity"


async def test_a_conflict_does_not_carry_a_secret_into_a_log(store: Store) -> None:
    await store.add_station("CS-1", secret=None)
    with pytest.raises(Conflict) as conflict:
        await store.add_station("cs-1", secret=b"hush")
    assert "hush" not in str(conflict.value.__cause__)


async def test_conflicts_of_one_moment_hold_up_nobody_else(store: Store) -> None:
    names = ["a", "b", "A", "c", "B"]
    results = await asyncio.gather(*(store.add_station(n, secret=None) for n in names), return_exceptions=True)
    assert sum(isinstance(result, Conflict) for result in results) == 2
    assert len((await store.stations(Query())).items) == 3


async def test_secret_and_registration_are_set(store: Store) -> None:
    station = await store.add_station("CS-1", secret=b"old")
    await store.set_station_secret(station.id, b"new")
    await store.set_registration(station.id, "Rejected")
    found = await store.station("CS-1")
    assert found is not None
    assert (found.secret, found.registration) == (b"new", RegistrationStatus.REJECTED)
    with pytest.raises(ValueError, match="Perhaps"):
        await store.set_registration(station.id, "Perhaps")


async def test_what_a_crash_left_online_is_offline_after_the_next_start(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    epoch = await store.next_epoch(station.id)
    await store.commit([c.ConnectionOpened(station.id, epoch, Version.V16, NOON, "127.0.0.1")])
    await store.all_offline()
    left = await store.station("CS-1")
    assert left is not None
    assert (left.online, left.epoch) == (False, epoch)


async def test_what_a_lost_node_left_online_is_offline_unless_it_connected_meanwhile(store: Store) -> None:
    stations = [await store.add_station(f"CS-{number}", secret=None) for number in range(4)]
    epochs = {station.id: await store.next_epoch(station.id) for station in stations}
    for station in stations[:3]:
        await store.commit([c.ConnectionOpened(station.id, 1, Version.V16, NOON, "127.0.0.1")])
    await store.next_epoch(stations[1].id)
    del epochs[stations[2].id]
    assert await store.offline(epochs) == [stations[0].id]
    assert await store.offline({}) == []
    online = (await store.stations(Query(active=True))).items
    assert [station.id for station in online] == [stations[1].id, stations[2].id]


async def test_a_removed_station_is_gone_with_what_hangs_on_it(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    await store.commit(
        [connector(1, NOON, ConnectorStatus.AVAILABLE, station.id), c.CommandPut(command("a", station.id))]
    )
    await store.remove_station(station.id)
    assert await store.station("CS-1") is None
    assert await store.connectors(station.id) == []
    assert await store.command("a") is None
    assert (await store.add_station("CS-1", secret=None)).id > station.id


async def test_a_station_with_transactions_stays(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    await store.commit([c.TransactionPut(transaction(1, station.id))])
    with pytest.raises(Conflict) as conflict:
        await store.remove_station(station.id)
    assert conflict.value.field == "transactions"
    assert await store.station("CS-1") is not None


async def test_removing_tells_whether_there_was_something(store: Store) -> None:
    await store.commit([c.TokenPut(Token(key="abc", value="abc"))])
    await store.add_api_key(ApiKey(id="k", secret=b"s", label="l", created_at=NOON))
    assert [await store.remove_token("abc") for _ in range(2)] == [True, False]
    assert [await store.remove_api_key("k") for _ in range(2)] == [True, False]


async def test_the_id_of_an_api_key_is_unique(store: Store) -> None:
    key = ApiKey(id="k", secret=b"s", label="l", created_at=NOON)
    await store.add_api_key(key)
    with pytest.raises(Conflict):
        await store.add_api_key(key)


async def test_an_epoch_rises_and_is_never_given_twice(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    given = await asyncio.gather(*(store.next_epoch(station.id) for _ in range(20)))
    assert sorted(given) == list(range(1, 21))
    found = await store.station("CS-1")
    assert found is not None
    assert found.epoch == 20


async def test_an_unknown_station_has_no_epoch(store: Store) -> None:
    with pytest.raises(LookupError):
        await store.next_epoch(99)


async def test_blocks_of_numbers_never_overlap(store: Store) -> None:
    blocks = await asyncio.gather(*(store.take_ids("transaction", 10) for _ in range(20)))
    assert sorted(number for block in blocks for number in block) == list(range(1, 201))
    assert await store.take_ids("other", 2) == range(1, 3)


async def test_pruning_deletes_old_rows_but_not_parked_ones(store: Store) -> None:
    old, new = NOON - timedelta(days=1), LATER
    rows = [exchange(at=old), exchange(at=old, outcome="parked"), exchange(at=old, outcome="timeout"), exchange(at=new)]
    await store.commit([c.ExchangeLogged(row) for row in rows])
    assert await store.prune(NOON) == 2
    assert [row.id for row in (await store.exchanges(Query())).items] == [4, 2]
    assert [row.id for row in (await store.exchanges(Query(station_id=1))).items] == [4, 2]
    assert await store.prune(NOON) == 0


async def test_commands_that_ended_go_with_the_messages_of_their_time(store: Store) -> None:
    old = NOON - timedelta(days=1)
    rows = [
        command("old", created_at=old, state=CommandState.ACCEPTED),
        command("open", created_at=old, state=CommandState.SENT),
        command("new", created_at=LATER, state=CommandState.REJECTED),
    ]
    await store.commit([c.CommandPut(row) for row in rows])
    assert await store.prune(NOON) == 1
    assert {row.id for row in (await store.commands(Query())).items} == {"open", "new"}


async def test_pruning_goes_through_more_than_one_chunk(store: Store) -> None:
    count = 2 * CHUNK + 3
    await store.commit([c.ExchangeLogged(exchange()) for _ in range(count)])
    assert await store.prune(LATER) == count
    await store.commit([c.ExchangeLogged(exchange())])
    assert len((await store.exchanges(Query(station_id=1))).items) == 1


async def test_a_token_is_added_once(store: Store) -> None:
    await store.add_token(Token(key="a", value="A"))
    with pytest.raises(Conflict) as raised:
        await store.add_token(Token(key="a", value="a"))
    assert raised.value.field == "value"
    assert await store.token("a") == Token(key="a", value="A")
