"""One conversation: order, commit before answer, what is parked, what is refused, what is logged."""

import asyncio
import json
from datetime import UTC, datetime
from itertools import pairwise

import msgspec
import pytest

from busbar.csms.changes import TransactionPut
from busbar.csms.gateway import session as module
from busbar.csms.ports import Query, StoreUnavailable, Unstorable
from busbar.csms.records.authorization import Limit, Period
from busbar.csms.records.webhooks import OutgoingEvent, Webhook
from busbar.csms.rows import Token
from busbar.csms.services.decisions import decide
from busbar.csms.services.view import Errand
from busbar.model.orders import ClearCache, Reset, ResetKind
from busbar.protocol.peer import Peer

AT = datetime(2026, 1, 1, tzinfo=UTC)
START = {"connectorId": 1, "idTag": "Card", "meterStart": 10, "timestamp": "2026-01-01T00:00:00Z"}
EVENT = {
    "eventType": "Started",
    "timestamp": "2026-01-01T00:00:00Z",
    "triggerReason": "CablePluggedIn",
    "seqNo": 0,
    "transactionInfo": {"transactionId": "tx-1"},
    "evse": {"id": 1, "connectorId": 1},
}
METER = {"connectorId": 1, "meterValue": [{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": "1"}]}]}


async def test_an_exchange_is_logged_byte_for_byte(rig):
    client = await rig.connect()
    await client.ws.send('[2, "a",  "BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]')
    frame = await client.ws.recv()
    [row] = await rig.exchanges()
    assert row.request == b'[2, "a",  "BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]'
    assert row.answer == frame.encode()
    assert (row.message_id, row.action, row.origin, row.outcome, row.epoch) == (
        "a",
        "BootNotification",
        "station",
        "ok",
        1,
    )
    assert row.took_ms > 0


async def test_a_code_that_a_driver_keys_in_is_not_logged__C04_FR_04(rig):
    client = await rig.connect(subprotocols=["ocpp2.0.1"])
    await client.boot()
    await client.call("Authorize", {"idToken": {"idToken": "987654", "type": "KeyCode"}})
    await client.call("Authorize", {"idToken": {"idToken": "CARD", "type": "ISO14443"}})
    card, keyed = (row.request for row in await rig.exchanges(action="Authorize"))
    assert b"CARD" in card
    assert b"KeyCode" in keyed
    assert b"987654" not in keyed


async def test_a_heartbeat_is_answered_and_seen_but_not_logged(rig):
    client = await rig.connect()
    assert "currentTime" in (await client.call("Heartbeat", {}))[2]
    assert await rig.exchanges() == []
    assert (await rig.station()).last_seen_at is not None


async def test_a_burst_is_answered_in_order(rig):
    client = await rig.connect()
    for n in range(200):
        await client.ws.send(
            json.dumps([2, str(n), "Heartbeat" if n % 3 else "MeterValues", METER if n % 3 == 0 else {}])
        )
    assert [(await client.read())[1] for _ in range(200)] == [str(n) for n in range(200)]


async def test_a_station_that_does_not_wait_is_read_no_faster_than_it_is_answered(rig):
    client = await rig.connect()
    await client.boot()
    rig.store.held = []
    for n in range(100):
        await client.ws.send(json.dumps([2, str(n), "Heartbeat", {}]))
    [talk] = rig.node.sessions.values()
    await rig.until(lambda: talk.socket._paused)
    assert len(rig.store.held) == 1
    rig.store.release()
    assert [(await client.read())[1] for _ in range(100)] == [str(n) for n in range(100)]
    assert not talk.socket._paused


@pytest.mark.parametrize(("limit", "most"), [("INBOX_HARD_LIMIT", 20), ("INBOX_HARD_BYTES", 400)])
async def test_more_than_paused_reading_can_explain_ends_the_connection(rig, monkeypatch, limit, most):
    monkeypatch.setattr(module, limit, most)
    client = await rig.connect()
    await client.boot()
    rig.store.held = []
    [talk] = rig.node.sessions.values()
    for _ in range(30):
        talk.received(b'[2,"x","Heartbeat",{}]')
    assert await client.closed() == 1008


async def test_what_was_taken_out_of_the_inbox_no_longer_counts(rig):
    client = await rig.connect()
    await client.boot()
    rig.store.held = []
    [talk] = rig.node.sessions.values()
    for _ in range(30):
        talk.received(b'[2,"x","Heartbeat",{}]')
    assert talk._inbox_bytes == 29 * 22
    rig.store.release()
    for _ in range(30):
        await client.read()
    assert talk._inbox_bytes == 0


async def test_no_answer_leaves_before_the_commit(rig):
    client = await rig.connect()
    await client.boot()
    rig.store.held = []
    call = asyncio.create_task(client.call("StartTransaction", START))
    await rig.until(lambda: rig.store.held)
    await asyncio.sleep(0.05)
    assert not call.done()
    changes = rig.store.held[0][0]
    assert any(isinstance(change, TransactionPut) for change in changes)
    rig.store.release()
    assert (await call)[2]["transactionId"] == 1


@pytest.mark.parametrize("action", ["Heartbeat", "StartTransaction"])
async def test_a_store_that_cannot_commit_means_no_answer_and_a_closed_connection(rig, action):
    client = await rig.connect()
    await client.boot()
    rig.store.failure = StoreUnavailable("gone")
    await client.ws.send(json.dumps([2, "x", action, START if action == "StartTransaction" else {}]))
    assert await client.closed() == 1011
    assert [row.action for row in await rig.exchanges()] == ["BootNotification"]
    rig.store.failure = None
    again = await rig.connect()
    assert (await again.call("StartTransaction", START))[0] == 3


async def test_a_store_that_fails_while_a_station_connects_closes_it(rig):
    rig.store.failure = StoreUnavailable("gone")
    client = await rig.connect()
    assert await client.closed() == 1011


async def test_a_new_connection_knows_what_the_one_before_had_not_committed_yet(rig):
    client = await rig.connect()
    await client.boot()
    rig.store.held = []
    await client.ws.send(json.dumps([2, "x", "StartTransaction", START]))
    await rig.until(lambda: rig.store.held)
    again = await rig.connect()
    await rig.until(lambda: len(rig.store.held) == 2)  # the start, and the new connection
    rig.store.release()
    assert (await again.call("Heartbeat", {}))[0] == 3
    [talk] = rig.node.sessions.values()
    assert list(talk.view.transactions) == ["1"]


async def test_a_message_that_can_never_be_stored_is_parked_raw(rig, monkeypatch):
    client = await rig.connect()
    await client.boot()
    submit = rig.store.submit

    def picky(changes, done):
        if any(isinstance(change, TransactionPut) for change in changes):
            asyncio.get_running_loop().call_soon(done, Unstorable("never"))
        else:
            submit(changes, done)

    monkeypatch.setattr(rig.store, "submit", picky)
    assert (await client.call("StartTransaction", START))[2]["idTagInfo"]["status"] == "Accepted"
    [row] = await rig.exchanges(outcome="parked")
    assert json.loads(row.request)[3] == START
    assert (await client.call("Heartbeat", {}))[0] == 3


@pytest.mark.parametrize(
    ("subprotocol", "action", "payload"),
    [
        ("ocpp1.6", "StartTransaction", START),
        ("ocpp1.6", "StopTransaction", {"transactionId": 7, "meterStop": 1, "timestamp": "2026-01-01T00:00:00Z"}),
        ("ocpp1.6", "MeterValues", METER),
        ("ocpp2.0.1", "TransactionEvent", EVENT),
        ("ocpp2.1", "TransactionEvent", EVENT),
    ],
)
async def test_a_transaction_message_that_breaks_us_is_parked_and_answered_well(
    rig, monkeypatch, caplog, subprotocol, action, payload
):
    def broken(*_):
        raise ZeroDivisionError("a bug")

    client = await rig.connect(subprotocols=[subprotocol])
    await client.boot()
    monkeypatch.setattr(module, "decide", broken)
    for _ in range(3):
        assert (await client.call(action, payload))[0] == 3
    assert [row.outcome for row in await rig.exchanges(action=action)] == ["parked"] * 3
    assert rig.node.means.parked == 3
    assert sum("parked" in record.message for record in caplog.records) == 1
    monkeypatch.undo()
    assert (await client.call("Heartbeat", {}))[0] == 3


async def test_another_message_that_breaks_us_is_parked_and_answered_by_an_error(rig, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("a bug")

    client = await rig.connect()
    monkeypatch.setattr(module, "decide", broken)
    assert (await client.boot())[:3:2] == [4, "InternalError"]
    monkeypatch.undo()
    assert (await client.boot())[0] == 3


@pytest.mark.parametrize(
    ("subprotocol", "frame", "code"),
    [
        ("ocpp1.6", [2, "x", "Nope", {}], "NotImplemented"),
        ("ocpp2.0.1", [2, "x", "Nope", {}], "NotImplemented"),
        ("ocpp1.6", [2, "x", "Reset", {"type": "Hard"}], "NotSupported"),
        ("ocpp2.1", [2, "x", "Reset", {"type": "Immediate"}], "NotSupported"),
        ("ocpp1.6", [2, "x", "Authorize", {"idTag": 7}], "TypeConstraintViolation"),
        ("ocpp2.0.1", [2, "x", "Heartbeat", {"a": 1}], "FormatViolation"),
        ("ocpp1.6", [2, "x", "Heartbeat", {"a": 1}], "FormationViolation"),
        ("ocpp1.6", [2, "x", "Authorize", {}], "OccurenceConstraintViolation"),
        ("ocpp2.1", [2, "x", "Authorize", {}], "OccurrenceConstraintViolation"),
    ],
)
async def test_a_broken_call_gets_its_code_and_is_logged_with_it(rig, subprotocol, frame, code):
    client = await rig.connect(subprotocols=[subprotocol])
    await client.boot()
    await client.ws.send(json.dumps(frame))
    assert (await client.read())[:3] == [4, "x", code]
    row = (await rig.exchanges())[0]
    assert row.outcome != "ok"
    assert json.loads(row.answer)[2] == code
    assert (await client.call("Heartbeat", {}))[0] == 3


@pytest.mark.parametrize(
    "text", ["", "{}", "[", "[2]", "null", '[9,"x"]', '[3,"x",{}]', '[4,"x","InternalError","",{}]']
)
async def test_what_is_no_message_is_ignored_by_1_6(rig, text):
    client = await rig.connect()
    await client.ws.send(text)
    assert (await client.call("Heartbeat", {}))[0] == 3


async def test_what_cannot_be_read_is_answered_without_an_id_by_2_x(rig):
    client = await rig.connect(subprotocols=["ocpp2.0.1"])
    await client.ws.send("[2")
    assert (await client.read())[:2] == [4, "-1"]


async def test_a_send_is_stored_and_never_answered(rig):
    client = await rig.connect(subprotocols=["ocpp2.1"])
    stream = {"id": 1, "pending": 0, "basetime": "2026-01-01T00:00:00Z", "data": [{"t": 0.0, "v": "1"}]}
    await client.ws.send(json.dumps([6, "s", "NotifyPeriodicEventStream", stream]))
    assert (await client.call("Heartbeat", {}))[0] == 3
    [row] = await rig.exchanges()
    assert (row.action, row.answer) == ("NotifyPeriodicEventStream", None)


async def test_the_same_start_again_gets_the_same_number_over_connections(rig):
    client = await rig.connect()
    first = (await client.call("StartTransaction", START))[2]
    again = (await client.call("StartTransaction", START))[2]
    other = await rig.connect()
    assert first == again == (await other.call("StartTransaction", START))[2]
    assert len((await rig.store.transactions(Query())).items) == 1


async def test_an_event_that_comes_twice_is_stored_once(rig):
    client = await rig.connect(subprotocols=["ocpp2.0.1"])
    for _ in range(2):
        assert (await client.call("TransactionEvent", EVENT))[0] == 3
    [row] = (await rig.store.transactions(Query())).items
    assert row.events == 1


async def test_what_is_sent_while_the_view_is_loaded_waits_and_is_answered(rig, monkeypatch):
    gate = asyncio.Event()
    next_epoch = rig.store.next_epoch

    async def slow(station_id):
        await gate.wait()
        return await next_epoch(station_id)

    monkeypatch.setattr(rig.store, "next_epoch", slow)
    client = await rig.connect()
    for n in range(3):
        await client.ws.send(json.dumps([2, str(n), "Heartbeat", {}]))
    gate.set()
    assert [(await client.read())[1] for _ in range(3)] == ["0", "1", "2"]


async def test_a_connection_that_ends_while_it_opens_is_not_left_online(rig, monkeypatch):
    gate, next_epoch = asyncio.Event(), rig.store.next_epoch

    async def slow(station_id):
        await gate.wait()
        return await next_epoch(station_id)

    first = await rig.connect()
    await first.boot()
    monkeypatch.setattr(rig.store, "next_epoch", slow)
    second = await rig.connect()
    second.ws.transport.abort()
    await rig.until(lambda: len(rig.node._server._connections) == 1)
    gate.set()
    assert await first.closed() == 1008  # fenced off by the epoch
    await rig.until(lambda: not rig.node.connections)
    assert not (await rig.station()).online


async def test_an_older_connection_that_is_still_opening_gives_way(rig, monkeypatch):
    gate, connectors = asyncio.Event(), rig.store.connectors

    async def slow(station_id):
        await gate.wait()
        return await connectors(station_id)

    with monkeypatch.context() as patch:
        patch.setattr(rig.store, "connectors", slow)
        reader, _ = await rig.raw()  # a station that will not answer a close
        [old] = await rig.until(lambda: list(rig.node.sessions.values()))
    second = await rig.connect()
    assert (await second.boot())[0] == 3
    assert (await asyncio.wait_for(reader.readexactly(4), 5))[2:] == (1008).to_bytes(2)
    gate.set()
    await rig.until(lambda: old._task is None)
    assert (rig.node.connections, (await rig.station()).online, old.epoch) == (1, True, 1)
    sent = asyncio.create_task(rig.node.dispatch(await rig.station(), ClearCache(), wait_s=5, requested_by="op"))
    assert await second.answer({"status": "Accepted"}) == "ClearCache"
    assert (await sent).epoch == 2


async def test_an_end_that_could_not_be_stored_is_stored_later(rig, monkeypatch):
    monkeypatch.setattr(module, "RETRY_S", 0.01)
    client = await rig.connect()
    await client.boot()
    rig.store.failure = StoreUnavailable("gone")
    await client.ws.close()
    await rig.until(lambda: not rig.node.connections)
    await asyncio.sleep(0.03)
    assert (await rig.station()).online
    rig.store.failure = None
    await rig.until(lambda: _offline(rig))


async def _offline(rig):
    return not (await rig.station()).online


async def test_numbers_do_not_repeat_beyond_a_block(rig):
    client = await rig.connect()
    numbers = []
    for second in range(150):
        start = START | {"timestamp": f"2026-01-01T00:{second // 60:02}:{second % 60:02}Z"}
        numbers.append((await client.call("StartTransaction", start))[2]["transactionId"])
    assert all(a < b for a, b in pairwise(numbers))


async def test_foreign_text_never_breaks_the_conversation(rig, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("a bug in the peer")

    client = await rig.connect()
    await client.boot()
    monkeypatch.setattr(Peer, "receive", broken)
    await client.ws.send("[]")
    assert await client.closed() == 1011
    monkeypatch.undo()
    assert (await (await rig.connect()).boot())[0] == 3


async def test_a_send_that_can_never_be_stored_is_not_answered(rig):
    client = await rig.connect(subprotocols=["ocpp2.1"])
    await client.boot()
    rig.store.failure = Unstorable("never")
    stream = {"id": 1, "pending": 0, "basetime": "2026-01-01T00:00:00Z", "data": [{"t": 1, "v": "2"}]}
    await client.ws.send(json.dumps([6, "s", "NotifyPeriodicEventStream", stream]))
    assert await client.closed() == 1011
    assert rig.node.means.parked == 1


async def test_errands_of_a_decision_are_run_after_its_answer_one_after_the_other(rig, monkeypatch):
    def with_errands(*arguments):
        decision = decide(*arguments)
        decision.errands = [Errand(ClearCache(), key="once"), Errand(Reset(kind=ResetKind.IMMEDIATE))]
        return decision

    client = await rig.connect()
    monkeypatch.setattr(module, "decide", with_errands)
    assert (await client.boot())[0] == 3
    monkeypatch.undo()
    assert await client.answer({"status": "Accepted"}) == "ClearCache"
    assert await client.answer({"status": "Accepted"}) == "Reset"
    commands = (await rig.store.commands(Query())).items
    assert {(row.action, row.requested_by, row.idempotency_key) for row in commands} == {
        ("ClearCache", "busbar", "once"),
        ("Reset", "busbar", None),
    }


async def test_an_errand_that_the_version_cannot_say_keeps_no_other_back(rig, monkeypatch, caplog):
    def with_errands(*arguments):
        decision = decide(*arguments)
        decision.errands = [Errand(Reset(kind=ResetKind.IMMEDIATE_AND_RESUME)), Errand(ClearCache())]
        return decision

    client = await rig.connect()
    monkeypatch.setattr(module, "decide", with_errands)
    await client.boot()
    monkeypatch.undo()
    assert await client.answer({"status": "Accepted"}) == "ClearCache"
    assert "cannot be called" in caplog.text


async def test_a_send_is_decided_and_never_answered(rig, monkeypatch):
    seen = []

    def spy(fact, *rest):
        seen.append(fact)
        return decide(fact, *rest)

    client = await rig.connect(subprotocols=["ocpp2.1"])
    await client.boot()
    monkeypatch.setattr(module, "decide", spy)
    stream = {"id": 1, "pending": 0, "basetime": "2026-01-01T00:00:00Z", "data": [{"t": 0, "v": "1"}]}
    await client.ws.send(json.dumps([6, "s1", "NotifyPeriodicEventStream", stream]))
    assert (await client.call("Heartbeat", {}))[0] == 3
    assert len(seen) == 2
    [row] = await rig.exchanges(action="NotifyPeriodicEventStream")
    assert (row.answer, row.outcome) == (None, "ok")


async def test_a_send_that_breaks_us_is_parked_without_an_answer(rig, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("a bug")

    client = await rig.connect(subprotocols=["ocpp2.1"])
    await client.boot()
    monkeypatch.setattr(module, "decide", broken)
    stream = {"id": 1, "pending": 0, "basetime": "2026-01-01T00:00:00Z", "data": [{"t": 0, "v": "1"}]}
    await client.ws.send(json.dumps([6, "s1", "NotifyPeriodicEventStream", stream]))
    while not (rows := await rig.exchanges(action="NotifyPeriodicEventStream")):
        await asyncio.sleep(0.01)
    monkeypatch.undo()
    assert (rows[0].answer, rows[0].outcome) == (None, "parked")
    assert (await client.call("Heartbeat", {}))[:2] == [3, "2"]


async def test_a_limit_changed_while_a_session_runs_is_told_with_the_next_answer__E16_FR_02(rig):
    await rig.store.add_token(Token(key="card", value="CARD"))
    limit = await rig.store.insert(Limit(token="card", period=Period.SESSION, energy_wh=9000.0))

    async def told(client, kind, number, said=None, **fields):
        info = {"transactionId": "t-1"} | ({"transactionLimit": {"maxEnergy": said}} if said else {})
        payload = {"eventType": kind, "timestamp": f"2026-05-04T12:00:0{number}Z", "seqNo": number}
        payload |= {"triggerReason": "Authorized", "transactionInfo": info, **fields}
        return (await client.call("TransactionEvent", payload))[2].get("transactionLimit")

    async def change(energy_wh):
        await rig.store.change(Limit, (limit.id,), values={"energy_wh": energy_wh}, expected={})
        rig.bus.publish("busbar.changed.access", b"")
        await asyncio.sleep(0.02)

    client = await rig.connect(subprotocols=["ocpp2.1"])
    await client.boot()
    card = {"idToken": {"idToken": "CARD", "type": "ISO14443"}}
    assert await told(client, "Started", 0, **card) == {"maxEnergy": 9000}
    assert await told(client, "Updated", 1) is None
    await change(7000.0)
    assert await told(client, "Updated", 2) == {"maxEnergy": 7000}
    assert await told(client, "Updated", 3, said=7000) is None  # E16.FR.03
    await client.ws.close()
    await rig.until(lambda: not rig.node.connections)
    again = await rig.connect(subprotocols=["ocpp2.1"])
    assert await told(again, "Updated", 4) is None
    await again.ws.close()
    await rig.until(lambda: not rig.node.connections)
    await change(5000.0)
    third = await rig.connect(subprotocols=["ocpp2.1"])
    assert [await told(third, "Updated", number) for number in (5, 6)] == [{"maxEnergy": 5000}, None]


async def test_what_outside_listeners_want_is_stored_in_the_commit_of_what_happened(rig):
    hook = Webhook(name="x", url="https://x", events=["session.*", "station.*"], secret=b"", created_at=AT)
    await rig.store.insert(hook)
    rig.bus.publish("busbar.changed.webhook", b"")
    while not rig.node.means.wanted.patterns:
        await asyncio.sleep(0.01)
    client = await rig.connect()
    await client.boot()
    await client.call("StartTransaction", START)
    await client.ws.close()
    while rig.node.sessions or len(rows := await rig.store.find(OutgoingEvent)) < 4:
        await asyncio.sleep(0.01)
    told = [row.name for row in rows]
    assert told == ["station.connected", "station.booted", "session.changed", "station.disconnected"]


async def test_a_commands_beginning_and_end_are_stored_for_outside_listeners(rig):
    await rig.store.insert(Webhook(name="x", url="https://x", events=["*"], secret=b"", created_at=AT))
    rig.bus.publish("busbar.changed.webhook", b"")
    while not rig.node.means.wanted.patterns:
        await asyncio.sleep(0.01)
    client = await rig.connect()
    sent = asyncio.create_task(rig.node.dispatch(await rig.station(), ClearCache(), wait_s=5, requested_by="op"))
    await client.answer({"status": "Accepted"})
    await sent
    rows = await rig.store.find(OutgoingEvent)
    assert [row.name for row in rows] == ["station.connected", "command.changed", "command.changed"]
    states = [msgspec.json.decode(row.happening)["command"]["state"] for row in rows[1:]]
    assert states == ["queued", "accepted"]
