"""Starts that a limit holds together take turns."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms import turns
from busbar.csms.changes import RowGone
from busbar.csms.ports import Store, StoreUnavailable
from busbar.csms.records.authorization import Turn
from busbar.csms.storage.opening import make_store
from busbar.csms.tenancy import scoped
from busbar.csms.turns import take_turn


@pytest.fixture(params=["memory:", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path) -> Store:
    store = make_store(f"sqlite:///{tmp_path}/t.db" if request.param == "sqlite" else request.param)
    await store.open()
    yield store
    await store.close()


async def test_one_has_the_turn_until_it_is_given_back(store: Store) -> None:
    await take_turn(store, "token:a", "1")
    second = asyncio.ensure_future(take_turn(store, "token:a", "2"))
    await take_turn(store, "token:b", "2")
    await take_turn(store, "token:a", "1")  # the same station again, since its message is a repeat
    await asyncio.sleep(0.1)
    assert not second.done()
    await store.commit([RowGone(Turn, (1, "token:a"))])
    await asyncio.wait_for(second, 2)


async def test_organisations_do_not_wait_for_each_other(store: Store) -> None:
    for organisation in (1, 2):
        with scoped(organisation):
            await asyncio.wait_for(take_turn(store, "token:a", str(organisation)), 2)


async def test_many_at_once_have_it_one_after_the_other(store: Store) -> None:
    having, most = 0, 0

    async def one(number: int) -> None:
        nonlocal having, most
        await take_turn(store, "group:g", str(number))
        having += 1
        most = max(most, having)
        await asyncio.sleep(0.001)
        having -= 1
        await store.commit([RowGone(Turn, (1, "group:g"))])

    await asyncio.wait_for(asyncio.gather(*(one(number) for number in range(10))), 10)
    assert most == 1


async def test_a_turn_that_nobody_gives_back_ends(store: Store) -> None:
    await store.insert(Turn(key="token:a", holder="1", until=datetime.now(UTC) - timedelta(seconds=1)))
    await asyncio.wait_for(take_turn(store, "token:a", "2"), 2)


async def test_who_waits_too_long_gets_no_answer(store: Store) -> None:
    await store.insert(Turn(key="token:a", holder="1", until=datetime.now(UTC) + timedelta(hours=1)))
    waits = []

    async def wait(pause: float) -> None:
        waits.append(pause)

    with pytest.raises(StoreUnavailable):
        await take_turn(store, "token:a", "2", wait)
    assert sum(waits) >= turns.WAIT_S
