"""One submission that can never be stored takes no other down, on both databases."""

import asyncio
from datetime import datetime

import pytest

from busbar.csms.changes import Change, ExchangeLogged, StationSeen, TransactionPut
from busbar.csms.ports import Query, Store, StoreUnavailable, Unstorable
from busbar.csms.storage.batch import ADD, Batch
from tests.fixtures.rows import NOON, exchange, transaction

POISON: dict[str, Change] = {
    "a time without zone": StationSeen(1, datetime(2026, 1, 1)),  # noqa: DTZ001
    "a number too big": ExchangeLogged(exchange(epoch=2**70)),
    "text that is none": ExchangeLogged(exchange(action="\ud800")),
    "another station's transaction number": TransactionPut(transaction(1, station_id=2)),
    "no change": exchange(),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)
@pytest.mark.parametrize("poison", POISON.values(), ids=POISON.keys())
async def test_poison_is_told_and_everything_else_is_stored(store: Store, poison: Change) -> None:
    await store.commit([TransactionPut(transaction(1))])
    good = [store.commit([ExchangeLogged(exchange(message_id=str(place)))]) for place in range(20)]
    bad = store.commit([ExchangeLogged(exchange(message_id="with poison")), poison])
    results = await asyncio.gather(*good[:7], bad, *good[7:], return_exceptions=True)
    assert isinstance(results.pop(7), Unstorable)
    assert results == [None] * 20
    found = [row.message_id for row in (await store.exchanges(Query())).items]
    assert found == [str(place) for place in reversed(range(20))]


@pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)
async def test_an_unforeseen_failure_is_told_and_the_writer_lives(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(batch: Batch, change: Change) -> None:
        raise RuntimeError("a mistake in the code")

    monkeypatch.setitem(ADD, StationSeen, broken)
    with pytest.raises(StoreUnavailable, match="a mistake in the code") as trouble:
        await store.commit([StationSeen(1, NOON)])
    assert not isinstance(trouble.value, Unstorable)
    assert "unforeseen" in caplog.text
    await store.commit([ExchangeLogged(exchange())])
