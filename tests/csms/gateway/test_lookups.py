"""From the store to memory: views, needs, numbers."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from busbar.csms.changes import ConnectorPut, EventStored, TokenPut, TransactionPut
from busbar.csms.gateway import lookups
from busbar.csms.gateway.flights import Flights
from busbar.csms.gateway.lookups import Numbers, Settling, learn, load_view
from busbar.csms.ports import StoreUnavailable
from busbar.csms.records.certificates import CertificatePolicy
from busbar.csms.records.leases import Lease
from busbar.csms.rows import Connector, Token, Transaction
from busbar.csms.services.device_model import value_row, variable_row
from busbar.csms.services.plugs import Plug
from busbar.csms.services.view import AskNeed, Need, RowNeed, TokenNeed, Tokens
from busbar.csms.storage.memory import MemoryStore
from busbar.model.facts import TokenPresented, TransactionStarted, TransactionUpdated
from busbar.model.orders import VariableName
from busbar.model.values import AuthorizationStatus, ConnectorStatus, IdToken, Place
from busbar.model.versions import Version

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def store():
    store = MemoryStore()
    await store.open()
    return store


async def a_view(store):
    station = await store.station("CS1") or await store.add_station("CS1", secret=None)
    return await load_view(store, station, Version.V16, 3)


async def test_a_view_has_connectors_open_transactions_and_their_starts(store):
    await a_view(store)
    connector = Connector(station_id=1, evse=1, connector=1, status=ConnectorStatus.AVAILABLE, changed_at=AT)
    row = Transaction(id=5, station_id=1, transaction_id="5", start_key="key", started_at=AT, updated_at=AT)
    await store.commit([ConnectorPut(connector), TransactionPut(row)])
    view = await a_view(store)
    assert view.connectors == {(1, 1): connector}
    assert view.transactions == {"5": row}
    assert view.starts == {"key": "5"}
    assert (view.version, view.epoch) == (Version.V16, 3)


async def test_a_view_knows_evses_and_connectors_as_the_device_model_has_them(store):
    view = await a_view(store)
    names = [
        VariableName(variable="SupplyPhases", component="EVSE", evse=1),
        VariableName(variable="ConnectorType", component="Connector", evse=1, connector=2),
    ]
    for name, value in zip(names, ("0", "cCCS2"), strict=True):
        await store.put(variable_row(1, name))
        await store.put(value_row(1, name, value, AT, "report"))
    view = await load_view(store, view.station, Version.V201, 3)
    assert view.plugs == {(1, 0): Plug(phases=0), (1, 2): Plug("cccs2")}


async def test_a_token_is_learnt_and_a_missing_one_is_known_to_be_missing(store):
    await store.commit([TokenPut(Token(key="card", value="Card"))])
    view, tokens = await a_view(store), Tokens()
    await learn(store, TokenPresented(token=IdToken("CARD")), view, tokens)
    await learn(store, TokenPresented(token=IdToken("other")), view, tokens)
    assert tokens.known["card"].value == "Card"
    assert tokens.known["other"] is None


async def test_a_thousand_stations_that_want_the_same_read_it_once(store):
    await store.commit([TokenPut(Token(key="card", value="Card"))])
    view, tokens, flights, read, reads = await a_view(store), Tokens(), Flights(), store.token, []

    async def slow(key, owner):
        reads.append(key)
        await asyncio.sleep(0)
        return await read(key, owner)

    store.token = slow
    fact = TokenPresented(token=IdToken("CARD"))
    await asyncio.gather(*(learn(store, fact, replace(view), tokens, flights=flights) for _ in range(1000)))
    assert tokens.known["card"].value == "Card"
    assert reads == ["card"]


async def test_a_token_that_is_changed_while_it_is_read_is_read_again(store):
    await store.commit([TokenPut(Token(key="card", value="Card"))])
    view, tokens, read, reads = await a_view(store), Tokens(), store.token, []

    async def overtaken(key, owner):
        row = await read(key, owner)
        reads.append(key)
        if len(reads) == 1:
            await store.commit([TokenPut(Token(key="card", value="Card", status=AuthorizationStatus.BLOCKED))])
            tokens.forget("card")
        return row

    store.token = overtaken
    await learn(store, TokenPresented(token=IdToken("CARD")), view, tokens)
    assert tokens.known["card"].status == AuthorizationStatus.BLOCKED
    assert len(reads) == 2


async def test_a_transaction_is_learnt_with_its_sequence_numbers(store):
    view = await a_view(store)
    row = Transaction(id=5, station_id=1, transaction_id="tx", started_at=AT, updated_at=AT)
    numbers = [
        EventStored(
            transaction=5,
            station_id=1,
            transaction_id="tx",
            seq_no=n,
            kind="Updated",
            at=AT,
            received_at=AT,
            offline=False,
        )
        for n in (0, 1, 2)
    ]
    await store.commit([TransactionPut(row), *numbers])
    fact = TransactionUpdated(transaction_id="tx", at=AT, seq_no=3, trigger="MeterValuePeriodic")
    await learn(store, fact, view, Tokens())
    assert view.transactions["tx"] == row
    assert 2 in view.events["tx"]
    assert 3 not in view.events["tx"]


async def test_an_unknown_start_is_known_to_be_unknown(store):
    view = await a_view(store)
    fact = TransactionStarted(
        transaction_id=None, at=AT, place=Place(evse=1, connector=1), token=IdToken("a"), meter_wh=0
    )
    await learn(store, fact, view, Tokens())
    assert list(view.starts.values()) == [None]


async def test_needs_that_never_end_are_given_up(store, monkeypatch):
    monkeypatch.setattr(lookups, "needs", lambda *_: [TokenNeed("x")])
    with pytest.raises(LookupError):
        await learn(store, TokenPresented(token=IdToken("x")), await a_view(store), Tokens())


async def test_numbers_are_refilled_before_they_run_out(store):
    numbers = Numbers(store)
    assert numbers.empty
    await numbers.refill()
    taken = []
    for _ in range(300):
        taken.append(numbers.take())
        await asyncio.sleep(0)
    assert taken == list(range(1, 301))


async def test_more_numbers_at_once_than_a_block_holds_make_blocks_larger(store):
    numbers = Numbers(store)
    await numbers.refill()
    for _ in range(lookups.BLOCK):
        numbers.take()
    with pytest.raises(LookupError):
        numbers.take()
    await numbers.refill()
    await numbers.refill()
    assert numbers.take() == lookups.BLOCK + 1
    assert numbers._block == 2 * lookups.BLOCK


async def test_a_refill_that_fails_is_told_and_tried_again(store, monkeypatch):
    async def broken(*_):
        raise StoreUnavailable("gone")

    numbers = Numbers(store)
    with monkeypatch.context() as patch:
        patch.setattr(store, "take_ids", broken)
        with pytest.raises(StoreUnavailable):
            await numbers.refill()
    await numbers.refill()
    assert numbers.take() == 1


@dataclass(frozen=True)
class Question:
    text: str


ROWS = RowNeed(Lease, (("holder", "a"),))
ASK = AskNeed(Question("well?"))


def wants(*wanted: Need) -> Callable[..., Sequence[Need]]:
    return lambda _fact, view, _tokens: [need for need in wanted if need not in view.found]


async def test_records_are_found_for_one_message(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    row = Lease(name="jobs", holder="a", until=datetime(2026, 1, 1, tzinfo=UTC))
    await store.put(row)
    await store.put(Lease(name="other", holder="b", until=row.until))
    monkeypatch.setattr(lookups, "needs", wants(ROWS))
    view = await a_view(store)
    await learn(store, TokenPresented(token=IdToken("x")), view, Tokens())
    assert view.found == {ROWS: (row,)}


async def test_somebody_outside_is_asked(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(question: Question) -> str:
        return question.text.upper()

    monkeypatch.setattr(lookups, "needs", wants(ASK))
    view = await a_view(store)
    await learn(store, TokenPresented(token=IdToken("x")), view, Tokens(), {Question: answer})
    assert view.found == {ASK: "WELL?"}


async def test_who_fails_to_answer_has_answered_none(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(_: Question) -> str:
        raise OSError("gone")

    monkeypatch.setattr(lookups, "needs", wants(ASK))
    view = await a_view(store)
    await learn(store, TokenPresented(token=IdToken("x")), view, Tokens(), {Question: answer})
    assert view.found == {ASK: None}
    assert "nobody could answer a Question" in caplog.text


async def test_a_token_is_looked_up_in_the_stations_organisation(store):
    view = await a_view(store)
    await store.commit([TokenPut(Token(key="card", value="CARD", label="theirs", organisation_id=2))])
    tokens = Tokens()
    view.station.organisation_id = 1
    await learn(store, TokenPresented(token=IdToken("CARD")), view, tokens)
    assert tokens.known["card"] is None
    view.station.organisation_id = 2
    tokens.forget()
    await learn(store, TokenPresented(token=IdToken("CARD")), view, tokens)
    assert tokens.known["card"].label == "theirs"


async def test_who_looks_up_waits_until_all_ends_of_commands_have_arrived():
    settling = Settling()
    await asyncio.wait_for(settling.over(), 1)
    settling.begin()
    settling.begin()
    waiting = asyncio.create_task(settling.over())
    settling.end()
    await asyncio.sleep(0)
    assert not waiting.done()
    settling.end()
    await asyncio.wait_for(waiting, 1)
    settling.begin()
    given_up = asyncio.create_task(settling.over())
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    settling.end()


async def test_records_are_those_of_the_stations_organisation_whatever_a_decision_asks_for(store):
    ours, theirs = CertificatePolicy(warn_days=1), CertificatePolicy(organisation_id=2, warn_days=2)
    for row in (ours, theirs):
        await store.put(row)
    need = RowNeed(CertificatePolicy, (("organisation_id", 2),))
    view = await a_view(store)
    await lookups._look_up(store, need, view, Tokens(), Flights())
    assert [row.warn_days for row in view.found[need]] == [1]
