"""Nobody outside holds a row of the store in memory."""

from busbar.csms.changes import ExchangeLogged, TransactionPut
from busbar.csms.ports import Query
from busbar.csms.storage.memory import APPLY, MemoryStore
from busbar.csms.storage.memory_records import RECORD_CHANGES
from tests.fixtures.rows import exchange, transaction


async def test_a_row_read_is_a_copy() -> None:
    store = MemoryStore()
    await store.commit([TransactionPut(transaction(1))])
    found = await store.transaction(1, "t1")
    assert found is not None
    found.energy_wh = 9.0
    assert (await store.transaction_by_number(1)) == transaction(1)


async def test_those_who_wait_are_told_in_a_later_turn() -> None:
    told: list[BaseException | None] = []
    store = MemoryStore()
    store.submit([ExchangeLogged(exchange())], told.append)
    assert told == []
    await store.totals()
    assert (await store.exchanges(Query())).items[0].id == 1
    assert not store.full


def test_kinds_are_applied_in_the_order_of_changes() -> None:
    from busbar.csms.changes import Change

    assert (*APPLY, *RECORD_CHANGES) == Change.__args__
