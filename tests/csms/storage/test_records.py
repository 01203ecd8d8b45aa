"""The contract of `ports.Records`, on every backend."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from busbar.csms.changes import RowAdded, RowGone, RowPut
from busbar.csms.ports import Conflict, Search, Store, Test, Unstorable
from busbar.csms.records.access import Identity, User
from busbar.csms.records.leases import Lease
from busbar.csms.records.monitoring import MonitoringChoice
from busbar.csms.records.replays import Replay

AT = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)


def lease(name: str = "jobs", holder: str = "a", **fields: Any) -> Lease:
    return Lease(name=name, holder=holder, until=AT, **fields)


def replay(exchange_id: int = 1, *, done: bool = False, **fields: Any) -> Replay:
    values = {"station_id": 7, "at": AT, "by": "me", "result": "stored"} | fields
    return Replay(exchange_id=exchange_id, done=done, **values)


async def test_a_record_comes_back_as_it_was_put(store: Store) -> None:
    await store.put(lease())
    assert await store.get(Lease, "jobs") == lease()


async def test_a_second_put_replaces_the_record_with_the_same_key(store: Store) -> None:
    await store.put(lease())
    await store.put(lease(holder="b"))
    assert (await store.get(Lease, "jobs")) == lease(holder="b")


async def test_nothing_is_found_under_an_unknown_key(store: Store) -> None:
    assert await store.get(Lease, "jobs") is None
    assert await store.find(Lease, holder="a") == []
    assert await store.remove(Lease, "jobs") is False


async def test_an_insert_gives_the_generated_ids_in_order(store: Store) -> None:
    first, second = await store.insert(replay(1)), await store.insert(replay(2))
    assert (first.id, second.id) == (1, 2)
    assert await store.get(Replay, 2) == second


async def test_an_insert_of_a_known_key_is_a_conflict_naming_the_field(store: Store) -> None:
    await store.insert(lease())
    with pytest.raises(Conflict) as raised:
        await store.insert(lease(holder="b"))
    assert raised.value.field == "name"


async def test_two_records_of_which_one_is_made_of_the_other_come_in_together_or_not_at_all(store: Store) -> None:
    def identity(user: User) -> Identity:
        number = user.id or 0
        return Identity(issuer="i", subject="s", user_id=number, provider="p", provisioned=True, created_at=AT)

    first = await store.insert(User(email="a", name="", created_at=AT), identity)
    bound = await store.get(Identity, "i", "s")
    assert bound is not None
    assert bound.user_id == first.id
    for email, field in (("a", "email"), ("b", "subject")):
        with pytest.raises(Conflict) as raised:
            await store.insert(User(email=email, name="", created_at=AT), identity)
        assert raised.value.field == field
    assert [user.email for user in await store.find(User)] == ["a"]
    assert len(await store.find(Identity)) == 1


async def test_what_is_unique_among_some_rows_may_occur_twice_among_others(store: Store) -> None:
    await store.insert(replay(1, done=False))
    await store.insert(replay(1, done=False))
    await store.insert(replay(1, done=True))
    with pytest.raises(Conflict) as raised:
        await store.insert(replay(1, done=True))
    assert raised.value.field == "exchange_id"


async def test_find_takes_values_sets_of_values_and_none(store: Store) -> None:
    for name, holder in (("c", "x"), ("a", "y"), ("b", "z")):
        await store.put(lease(name, holder))
    assert [row.name for row in await store.find(Lease, holder=("x", "y"))] == ["a", "c"]
    assert [row.name for row in await store.find(Lease, holder="z")] == ["b"]
    assert len(await store.find(Lease)) == 3


@pytest.mark.parametrize(
    ("test", "names"),
    [
        (Test("name", "=", "b"), ["b"]),
        (Test("name", "!=", "b"), ["a", "ab"]),
        (Test("name", "starts", "a"), ["a", "ab"]),
        (Test("name", "in", ("ab", "b")), ["ab", "b"]),
        (Test("until", "<", AT), []),
        (Test("until", "<=", AT), ["a", "ab", "b"]),
        (Test("until", ">", AT - timedelta(seconds=1)), ["a", "ab", "b"]),
        (Test("name", ">=", "ab"), ["ab", "b"]),
        (Test("holder", "null", True), []),
        (Test("holder", "null", False), ["a", "ab", "b"]),
    ],
)
async def test_look_searches(store: Store, test: Test, names: list[str]) -> None:
    for name in ("b", "a", "ab"):
        await store.put(lease(name))
    page = await store.look(Lease, Search(tests=(test,)))
    assert [row.name for row in page.items] == names


@pytest.mark.parametrize("newest", [False, True])
async def test_pages_give_every_record_once(store: Store, newest: bool) -> None:
    for number in range(1, 6):
        await store.insert(replay(number))
    found, cursor = [], None
    while True:
        page = await store.look(Replay, Search(limit=2, cursor=cursor, newest=newest))
        found += [row.id for row in page.items]
        if (cursor := page.next) is None:
            break
    assert found == ([5, 4, 3, 2, 1] if newest else [1, 2, 3, 4, 5])


async def test_a_foreign_cursor_and_an_unknown_field_are_refused(store: Store) -> None:
    await store.put(lease("a"))
    await store.put(lease("b"))
    page = await store.look(Lease, Search(limit=1))
    with pytest.raises(ValueError, match="cursor"):
        await store.look(Replay, Search(cursor=page.next))
    with pytest.raises(ValueError, match="searched"):
        await store.look(Lease, Search(tests=(Test("nothing", "=", 1),)))
    with pytest.raises(ValueError, match="limit"):
        await store.look(Lease, Search(limit=0))


async def test_change_happens_only_where_all_is_as_expected(store: Store) -> None:
    await store.put(lease())
    assert not await store.change(Lease, ("jobs",), values={"holder": "b"}, expected={"holder": "z"})
    assert await store.change(Lease, ("jobs",), values={"holder": "b"}, expected={"holder": "a", "until": AT})
    assert not await store.change(Lease, ("none",), values={"holder": "b"}, expected={})
    assert await store.get(Lease, "jobs") == lease(holder="b")


async def test_change_into_what_must_be_unique_is_a_conflict(store: Store) -> None:
    await store.insert(replay(1, done=True))
    other = await store.insert(replay(1))
    with pytest.raises(Conflict):
        await store.change(Replay, (other.id,), values={"done": True}, expected={})


async def test_a_commit_puts_adds_and_deletes_with_everything_else(store: Store) -> None:
    await store.put(lease("gone"))
    await store.put(lease("kept"))
    changes = [
        RowGone(Lease, ("gone",)),
        RowAdded(lease("kept", "other")),
        RowAdded(lease("new")),
        RowPut(lease("put", "b")),
        RowAdded(replay(5)),
        RowAdded(replay(5)),
    ]
    await store.commit(changes)
    assert [(row.name, row.holder) for row in await store.find(Lease)] == [("kept", "a"), ("new", "a"), ("put", "b")]
    assert [row.id for row in await store.find(Replay)] == [1, 2]


async def test_the_last_change_of_a_key_in_a_commit_counts(store: Store) -> None:
    await store.put(lease("again"))
    await store.commit(
        [
            RowPut(lease("away")),
            RowGone(Lease, ("away",)),
            RowGone(Lease, ("again",)),
            RowAdded(lease("again", "new")),
            RowAdded(lease("first")),
            RowPut(lease("first", "last")),
        ]
    )
    assert [(row.name, row.holder) for row in await store.find(Lease)] == [("again", "new"), ("first", "last")]


async def test_an_added_record_that_breaks_uniqueness_is_left_out_and_a_put_one_is_unstorable(store: Store) -> None:
    await store.insert(replay(1, done=True))
    await store.commit([RowAdded(replay(1, done=True))])
    assert len(await store.find(Replay)) == 1
    other = replace(replay(1, done=True), id=9)
    with pytest.raises(Unstorable):
        await store.commit([RowPut(other)])


async def test_discard_deletes_what_passes_all_tests_as_many_as_were_said(store: Store) -> None:
    for number in range(5):
        await store.insert(replay(number, at=AT + timedelta(hours=number), done=number != 1))
    old = Test("at", "<", AT + timedelta(hours=4))
    assert await store.discard(Replay, old, Test("done", "=", True), limit=2) == 2
    assert await store.discard(Replay, old, Test("done", "=", True), limit=2) == 1
    assert await store.discard(Replay, old, Test("done", "=", True), limit=2) == 0
    assert [row.exchange_id for row in await store.find(Replay)] == [1, 4]


async def test_discard_knows_keys_of_several_fields(store: Store) -> None:
    for station_id, setting in ((1, "a"), (1, "b"), (2, "a")):
        choice = MonitoringChoice(station_id=station_id, name=setting, value="x", at=AT)
        await store.put(choice)
    assert await store.discard(MonitoringChoice, Test("station_id", "=", 1)) == 2
    assert [(row.station_id, row.name) for row in await store.find(MonitoringChoice)] == [(2, "a")]


async def test_discard_refuses_an_unknown_field(store: Store) -> None:
    await store.put(lease())
    with pytest.raises(ValueError, match="cannot be searched"):
        await store.discard(Lease, Test("nothing", "=", 1))


async def test_a_row_that_was_read_is_nobody_elses(store: Store) -> None:
    await store.put(lease())
    found = await store.get(Lease, "jobs")
    assert found is not None
    found.holder = "changed"
    assert await store.get(Lease, "jobs") == lease()
