"""Parked messages taken in again and sessions closed: with the station connected, and without it."""

import asyncio
import json

import pytest

from busbar.csms.amendments import Amended, CloseSession, DoubtSession, ReplayMessage
from busbar.csms.gateway import session as module
from busbar.csms.ports import Query, StoreUnavailable
from busbar.csms.records.replays import Replay

START = {"connectorId": 1, "idTag": "Card", "meterStart": 10, "timestamp": "2026-01-01T00:00:00Z"}


def broken(*_):
    raise ZeroDivisionError("a bug")


async def parked_start(rig, monkeypatch):
    """Return a client, its station, the parked start's row and the number that the station was given."""
    client = await rig.connect()
    await client.boot()
    monkeypatch.setattr(module, "decide", broken)
    answer = await client.call("StartTransaction", START)
    monkeypatch.undo()
    [row] = await rig.exchanges(action="StartTransaction")
    return client, await rig.station(), row, answer[2]["transactionId"]


async def leave(rig, client):
    await client.ws.close()
    while rig.node.sessions:
        await asyncio.sleep(0.01)


async def sessions(rig):
    return (await rig.store.transactions(Query())).items


@pytest.mark.parametrize("connected", [True, False])
async def test_a_parked_start_is_taken_in_under_the_number_that_its_station_was_given(rig, monkeypatch, connected):
    client, station, row, number = await parked_start(rig, monkeypatch)
    assert await sessions(rig) == []
    if not connected:
        await leave(rig, client)
    assert await rig.node.amend(station, ReplayMessage(row.id, "me")) == Amended(True, "stored")
    [session] = await sessions(rig)
    assert (session.id, session.transaction_id, session.meter_start_wh) == (number, str(number), 10)
    assert (await rig.store.exchange(row.id)).outcome == "replayed"
    [replay] = await rig.store.find(Replay)
    assert (replay.exchange_id, replay.done, replay.by, replay.result) == (row.id, True, "me", "stored")


async def test_the_conversation_goes_on_with_what_was_replayed(rig, monkeypatch):
    client, station, row, number = await parked_start(rig, monkeypatch)
    await rig.node.amend(station, ReplayMessage(row.id, "me"))
    stop = {"transactionId": number, "meterStop": 1010, "timestamp": "2026-01-01T01:00:00Z"}
    await client.call("StopTransaction", stop)
    [session] = await sessions(rig)
    assert (session.energy_wh, session.complete, session.flags) == (1000, True, "")


async def test_a_message_is_replayed_once_and_only_where_it_was_parked(rig, monkeypatch):
    client, station, row, _ = await parked_start(rig, monkeypatch)
    other = await rig.add("CS2")
    assert await rig.node.amend(other, ReplayMessage(row.id, "me")) == Amended(False, "not found")
    await rig.node.amend(station, ReplayMessage(row.id, "me"))
    assert await rig.node.amend(station, ReplayMessage(row.id, "me")) == Amended(False, "not parked")
    assert await rig.node.amend(station, ReplayMessage(999, "me")) == Amended(False, "not found")
    assert len(await sessions(rig)) == 1
    del client


async def test_what_still_cannot_be_read_says_why_and_stays_parked(rig):
    client = await rig.connect()
    await client.boot()
    await client.ws.send('[2,"x","StopTransaction",{"transactionId":1}]')
    await client.read()
    rows = [row for row in await rig.exchanges() if row.action == "StopTransaction"]
    rig.store._exchanges[rows[0].id].outcome = "parked"
    amended = await rig.node.amend(await rig.station(), ReplayMessage(rows[0].id, "me"))
    assert amended.done is False
    assert "ConstraintViolation" in amended.result or "Violation" in amended.result
    [replay] = await rig.store.find(Replay)
    assert replay.done is False
    assert (await rig.store.exchange(rows[0].id)).outcome == "parked"


async def test_a_stop_that_was_refused_for_its_form_ends_its_session_after_all(rig):
    client = await rig.connect()
    await client.boot()
    number = (await client.call("StartTransaction", START))[2]["transactionId"]
    stop = {"transactionId": number, "meterStop": START["meterStart"] + 500, "timestamp": "2026-05-05T00:00:00"}
    assert (await client.call("StopTransaction", stop))[0] == 4
    (row,) = [row for row in await rig.exchanges() if row.action == "StopTransaction"]
    assert await rig.node.amend(await rig.station(), ReplayMessage(row.id, "me")) == Amended(True, "stored")
    (session,) = await sessions(rig)
    assert (session.energy_wh, session.complete) == (500, True)
    assert await rig.node.amend(await rig.station(), ReplayMessage(row.id, "me")) == Amended(False, "not parked")


@pytest.mark.parametrize("connected", [True, False])
async def test_a_session_is_closed_and_doubted_in_the_records(rig, connected):
    client = await rig.connect()
    await client.boot()
    number = (await client.call("StartTransaction", START))[2]["transactionId"]
    station = await rig.station()
    if not connected:
        await leave(rig, client)
    assert await rig.node.amend(station, DoubtSession(number)) == Amended(True, "stale")
    assert await rig.node.amend(station, CloseSession(number)) == Amended(True, "closed")
    assert await rig.node.amend(station, CloseSession(number)) == Amended(False, "ended already")
    assert await rig.node.amend(station, CloseSession(12345)) == Amended(False, "not found")
    [session] = await sessions(rig)
    assert session.ended_at is not None
    assert session.flags == "closed,stale"


async def test_an_amendment_waits_for_the_message_under_way_and_comes_before_the_next(rig):
    client = await rig.connect()
    await client.boot()
    number = (await client.call("StartTransaction", START))[2]["transactionId"]
    rig.store.held = []
    for n in range(3):
        await client.ws.send(json.dumps([2, f"h{n}", "Heartbeat", {}]))
    while not rig.store.held:
        await asyncio.sleep(0.01)
    closing = asyncio.create_task(rig.node.amend(await rig.station(), CloseSession(number)))
    await asyncio.sleep(0.05)
    assert not closing.done()
    rig.store.release()
    assert (await closing).done
    assert [(await client.read())[1] for _ in range(3)] == ["h0", "h1", "h2"]


async def test_a_cancelled_wait_leaves_the_conversation_going(rig):
    client = await rig.connect()
    await client.boot()
    rig.store.held = []
    await client.ws.send(json.dumps([2, "h", "Heartbeat", {}]))
    while not rig.store.held:
        await asyncio.sleep(0.01)
    closing = asyncio.create_task(rig.node.amend(await rig.station(), CloseSession(1)))
    await asyncio.sleep(0.05)
    closing.cancel()
    rig.store.release()
    assert (await client.read())[1] == "h"
    assert (await client.call("Heartbeat", {}))[0] == 3


async def test_what_cannot_be_stored_does_not_stay_in_the_view(rig):
    client = await rig.connect()
    await client.boot()
    number = (await client.call("StartTransaction", START))[2]["transactionId"]
    rig.store.failure = StoreUnavailable("gone")
    with pytest.raises(StoreUnavailable):
        await rig.node.amend(await rig.station(), CloseSession(number))
    rig.store.failure = None
    assert (await rig.node.amend(await rig.station(), CloseSession(number))).done
    assert (await client.call("Heartbeat", {}))[0] == 3


async def test_a_session_is_amended_where_the_newest_connection_is(start):
    here = await start()
    await here.add()
    there = await start(here.store)
    client = await here.connect()
    await client.boot()
    number = (await client.call("StartTransaction", START))[2]["transactionId"]
    await (await there.connect()).boot()
    assert (await here.node.amend(await here.station(), CloseSession(number))).done
    assert await client.closed() == 1008


async def test_a_station_of_which_nothing_is_known_has_nothing_to_amend(rig):
    assert await rig.node.amend(await rig.add("CS9"), CloseSession(1)) == Amended(False, "not found")
