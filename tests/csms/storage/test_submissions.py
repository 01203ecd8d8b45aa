"""The writer's contract on every backend: what each change does, and when those who wait are told."""

import asyncio
from datetime import timedelta

import pytest

from busbar.csms import changes as c
from busbar.csms.ports import Outrun, Query, Store, StoreUnavailable, Unstorable
from busbar.csms.records.tolerances import Tolerance
from busbar.csms.rows import CommandState, Token
from busbar.csms.storage.submissions import WAITING_LIMIT, Submission, Submissions
from busbar.model.values import AuthorizationStatus, ConnectorStatus, RegistrationStatus
from busbar.model.versions import Version
from tests.fixtures.rows import LATER, NOON, command, connector, event, exchange, reading, transaction


async def test_a_boot_is_kept_with_the_station(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    await store.commit([c.BootRecorded(station.id, "V", "M", "S", "1.2", "PowerUp", NOON)])
    found = await store.station("CS-1")
    assert found is not None
    kept = (found.vendor, found.model, found.serial, found.firmware, found.boot_reason, found.booted_at)
    assert kept == ("V", "M", "S", "1.2", "PowerUp", NOON)


async def test_a_boot_leaves_the_registration_to_the_operator(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    await store.set_registration(station.id, RegistrationStatus.REJECTED)
    await store.commit([c.BootRecorded(station.id, "V", "M", "S", "1.2", "PowerUp", NOON)])
    found = await store.station("CS-1")
    assert found is not None
    assert found.registration == RegistrationStatus.REJECTED


async def test_a_boot_of_an_unknown_station_changes_nothing(store: Store) -> None:
    await store.commit([c.BootRecorded(99, "V", "M", None, None, None, NOON)])
    assert (await store.stations(Query())).items == []


async def opened(store: Store, station_id: int, epoch: int) -> None:
    await store.commit([c.ConnectionOpened(station_id, epoch, Version.V201, NOON, "192.0.2.1:1")])


async def online(store: Store) -> bool:
    station = await store.station("CS-1")
    assert station is not None
    return station.online


async def test_an_opened_connection_is_online_until_it_is_closed(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    await opened(store, station.id, 1)
    found = await store.station("CS-1")
    assert found is not None
    assert (found.online, found.version, found.connected_at, found.epoch) == (True, Version.V201, NOON, 1)
    await store.commit([c.ConnectionClosed(station.id, 1, LATER, "gone")])
    found = await store.station("CS-1")
    assert found is not None
    assert (found.online, found.last_seen_at) == (False, LATER)


async def test_closing_an_old_connection_leaves_the_newer_one(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    await opened(store, station.id, 1)
    await opened(store, station.id, 2)
    await store.commit([c.ConnectionClosed(station.id, 1, LATER, "displaced")])
    assert await online(store)


async def test_opening_an_old_connection_after_a_newer_one_has_no_effect(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    await opened(store, station.id, 2)
    await store.commit([c.ConnectionClosed(station.id, 2, LATER, "gone")])
    await opened(store, station.id, 1)
    assert not await online(store)


async def test_of_connections_opened_in_one_commit_the_newest_stands(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    both = [c.ConnectionOpened(station.id, epoch, Version.V16, NOON, "") for epoch in (2, 1)]
    await store.commit([c.ConnectionClosed(station.id, 1, NOON, ""), *both])
    assert await online(store)


async def test_the_last_sign_of_life_counts(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    await store.commit([c.StationSeen(station.id, NOON), c.StationSeen(station.id, LATER)])
    found = await store.station("CS-1")
    assert found is not None
    assert found.last_seen_at == LATER


@pytest.mark.parametrize("together", [True, False])
async def test_an_older_status_never_overwrites_a_newer_one(store: Store, together: bool) -> None:
    newer, older = (
        connector(1, LATER, ConnectorStatus.CHARGING),
        connector(1, NOON, ConnectorStatus.PREPARING),
    )
    for changes in [[newer, older]] if together else [[newer], [older]]:
        await store.commit(changes)
    assert [row.status for row in await store.connectors(1)] == [ConnectorStatus.CHARGING]


async def test_a_status_of_the_same_time_replaces(store: Store) -> None:
    await store.commit([connector(1, NOON, ConnectorStatus.PREPARING), connector(1, NOON, ConnectorStatus.CHARGING)])
    await store.commit([connector(1, NOON, ConnectorStatus.FAULTED)])
    assert [row.status for row in await store.connectors(1)] == [ConnectorStatus.FAULTED]


async def test_a_transaction_comes_back_as_it_was_put(store: Store) -> None:
    row = transaction(
        7,
        evse=1,
        connector=2,
        token="ABC",
        token_status=AuthorizationStatus.INVALID,
        ended_at=LATER,
        stop_reason="Local",
        energy_wh=12.5,
        complete=True,
        flags="gap",
        events=3,
        last_seq_no=2,
    )
    await store.commit([c.TransactionPut(row)])
    assert await store.transaction(1, "t7") == row
    assert await store.transaction_by_number(7) == row


@pytest.mark.parametrize("together", [True, False])
async def test_a_transaction_put_again_keeps_its_number_and_takes_the_rest(store: Store, together: bool) -> None:
    first, again = transaction(7), transaction(8, transaction_id="t7", energy_wh=5.0)
    for changes in [[first, again]] if together else [[first], [again]]:
        await store.commit([c.TransactionPut(row) for row in changes])
    found = await store.transaction(1, "t7")
    assert found is not None
    assert (found.id, found.energy_wh) == (7, 5.0)


async def test_an_event_is_kept_once(store: Store) -> None:
    await store.commit([c.TransactionPut(transaction(7)), event(7, 0), event(7, 1), event(7, 1, offline=True)])
    await store.commit([event(7, 1), event(7, 4)])
    assert await store.sequence_numbers(7) == [0, 1, 4]


async def test_an_event_belongs_to_the_number_under_which_its_transaction_is_stored(store: Store) -> None:
    await store.commit([c.TransactionPut(transaction(7)), event(7, 0)])
    again = transaction(8, transaction_id="t7")
    await store.commit([event(8, 0, transaction_id="t7"), event(8, 1, transaction_id="t7"), c.TransactionPut(again)])
    assert (await store.sequence_numbers(7), await store.sequence_numbers(8)) == ([0, 1], [])


async def test_the_same_reading_is_kept_once(store: Store) -> None:
    rows = [reading(), reading(), reading(received_at=NOON)]
    await store.commit([c.ReadingStored(row) for row in rows])
    await store.commit([c.ReadingStored(reading())])
    assert (await store.readings(Query(station_id=1))).items == [reading()]


@pytest.mark.parametrize(
    "fields",
    [{"transaction": None}, {"evse": None}, {"connector": None}, {"at": LATER}, {"samples": b"[]"}, {"station_id": 2}],
)
async def test_a_reading_that_differs_in_its_key_is_another_one(store: Store, fields: dict[str, object]) -> None:
    other = reading(**fields)  # type: ignore[arg-type]
    await store.commit([c.ReadingStored(reading()), c.ReadingStored(other), c.ReadingStored(other)])
    found = (await store.readings(Query())).items
    assert len(found) == 2
    assert other in found


async def test_the_message_log_keeps_every_byte_in_order(store: Store) -> None:
    rows = [exchange(message_id=str(place), at=NOON) for place in range(3)]
    await store.commit([c.ExchangeLogged(row) for row in rows])
    found = (await store.exchanges(Query())).items
    assert [row.message_id for row in found] == ["2", "1", "0"]
    assert found[0].request == b'[2,"m1","Heartbeat",{}]\xff\x00'
    assert [row.id for row in found] == [3, 2, 1]


async def test_what_an_older_connection_said_is_stored_neither_in_part_nor_over_a_newer_ones(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    await opened(store, station.id, 1)
    first, newer = transaction(7, station.id, energy_wh=1.0), transaction(7, station.id, energy_wh=3.0)
    await store.commit([c.TransactionPut(first), c.ExchangeLogged(exchange(station.id, epoch=1))])
    await opened(store, station.id, 2)
    await store.commit([c.TransactionPut(newer), c.ExchangeLogged(exchange(station.id, epoch=2))])
    tolerance = Tolerance(station_id=station.id, added_at=NOON, added_by="")
    for seq_no, late in enumerate((c.Fenced(station.id, 1), c.ExchangeLogged(exchange(station.id, epoch=1)))):
        row = transaction(7, station.id, energy_wh=2.0)
        lost = store.commit([c.TransactionPut(row), event(7, 9, station.id), c.RowAdded(tolerance), late])
        good = store.commit([event(7, seq_no, station.id), c.ExchangeLogged(exchange(station.id, epoch=2))])
        failed, stored = await asyncio.gather(lost, good, return_exceptions=True)
        assert (type(failed), stored) == (Outrun, None)
    assert await store.transaction(station.id, "t7") == newer
    assert await store.sequence_numbers(7) == [0, 1]
    assert await store.find(Tolerance) == []
    assert (await store.totals())["exchanges"] == 4


async def test_what_came_of_our_own_call_on_an_older_connection_is_logged(store: Store) -> None:
    station = await store.add_station("CS-1", secret=None)
    await opened(store, station.id, 2)
    await store.commit([c.ExchangeLogged(exchange(station.id, epoch=1, origin="csms"))])
    assert (await store.totals())["exchanges"] == 1


async def test_a_token_is_replaced(store: Store) -> None:
    token = Token(key="abc", value="ABC", group="g", expires_at=NOON)
    await store.commit([c.TokenPut(Token(key="abc", value="abc")), c.TokenPut(token)])
    assert await store.token("abc") == token


@pytest.mark.parametrize("together", [True, False])
async def test_a_final_state_of_a_command_is_never_overwritten(store: Store, together: bool) -> None:
    rows = [command("a"), command("a", state=CommandState.ACCEPTED), command("a", state=CommandState.TIMED_OUT)]
    for changes in [rows] if together else [[row] for row in rows]:
        await store.commit([c.CommandPut(row) for row in changes])
    found = await store.command("a")
    assert found is not None
    assert found.state == CommandState.ACCEPTED


async def test_a_row_changed_after_its_commit_is_stored_as_it_was(store: Store) -> None:
    row = transaction(7)
    await store.commit([c.TransactionPut(row)])
    row.energy_wh = 99.0
    found = await store.transaction(1, "t7")
    assert found is not None
    assert found.energy_wh is None


async def test_those_who_wait_are_told_on_the_loop_in_the_order_of_their_submissions(store: Store) -> None:
    told: list[int] = []
    loop, everyone = asyncio.get_running_loop(), asyncio.Event()

    def listener(place: int) -> None:
        assert asyncio.get_running_loop() is loop
        told.append(place)
        if len(told) == 500:
            everyone.set()

    for place in range(500):
        changes = [c.ExchangeLogged(exchange(message_id=str(place)))]
        store.submit(changes, lambda error, place=place: listener(place) if error is None else None)
        assert not told
    await asyncio.wait_for(everyone.wait(), 30)
    assert told == list(range(500))
    assert (await store.totals())["exchanges"] == 500


async def test_nothing_submitted_is_still_answered(store: Store) -> None:
    await asyncio.wait_for(store.commit([]), 10)


async def test_closing_commits_what_waits(store_url: str) -> None:
    if store_url == "memory:":
        pytest.skip("memory keeps nothing")
    from busbar.csms.storage.opening import make_store

    told: list[BaseException | None] = []
    store = make_store(store_url)
    await store.open()
    before = (await store.totals())["exchanges"]
    store.submit([c.ExchangeLogged(exchange())], told.append)
    await store.close()
    await asyncio.sleep(0)
    assert told == [None]
    await store.open()
    assert (await store.totals())["exchanges"] == before + 1
    await store.close()
    with pytest.raises(StoreUnavailable, match="not open"):
        await store.commit([])


class Held:
    """A queue that commits nothing by itself."""

    def __init__(self) -> None:
        self.items: list[Submission] = []

    def submit(self, submission: Submission) -> None:
        self.items.append(submission)


class Waiting(Submissions):
    """Submissions before a queue that the test empties."""

    def __init__(self) -> None:
        super().__init__()
        self.held = Held()
        self._queue = self.held

    def finish(self) -> None:
        items, self.held.items = self.held.items, []
        self._finish(items, None)


async def test_it_is_full_while_too_much_waits_and_not_after_the_commit() -> None:
    waiting = Waiting()
    changes = [c.StationSeen(1, NOON)] * 1000
    for _ in range(WAITING_LIMIT // 1000):
        assert not waiting.full
        waiting.submit(changes, lambda _: None)
    assert waiting.full
    waiting.finish()
    assert not waiting.full


async def test_a_listener_that_breaks_keeps_no_other_from_hearing(caplog: pytest.LogCaptureFixture) -> None:
    waiting, told = Waiting(), []

    def broken(_: BaseException | None) -> None:
        raise RuntimeError("broken")

    waiting.submit([], broken)
    waiting.submit([], told.append)
    waiting.finish()
    assert told == [None]
    assert "listener failed" in caplog.text


async def test_a_commit_that_nobody_waits_for_any_more_is_no_error() -> None:
    waiting = Waiting()
    task = asyncio.create_task(waiting.commit([c.StationSeen(1, NOON + timedelta(seconds=1))]))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    waiting.finish()
    assert task.cancelled()


async def test_commits_are_counted_with_their_changes_and_time(store: Store) -> None:
    if not isinstance(store, Submissions):
        return  # memory makes no commits
    station = await store.add_station("CS-1", secret=None)
    before = sum(store.commits.took.counts)
    await store.commit([c.StationSeen(station.id, NOON)] * 3)
    await store.commit([])
    assert sum(store.commits.took.counts) == before + 2
    assert store.commits.sizes.total >= 3
    assert 0 < store.commits.took.total < 60
    assert (store.waiting, store.commits.failed, store.commits.refused) == (0, 0, 0)


async def test_commits_that_are_not_made_are_counted(store: Store) -> None:
    if not isinstance(store, Submissions):
        return
    with pytest.raises(Unstorable):
        await store.commit([object()])  # type: ignore[list-item]
    assert (store.waiting, store.commits.failed, store.commits.refused) == (0, 0, 1)
