"""The way of a command: what is refused before it is stored, who waits, what is offline, what is late."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from busbar.csms.changes import CommandPut, RowPut
from busbar.csms.gateway import arrivals, outbox
from busbar.csms.gateway import dispatch as module
from busbar.csms.happenings import CommandChanged
from busbar.csms.ports import NeverConnected, Query, RawCall, StoreUnavailable
from busbar.csms.records.leases import Lease
from busbar.csms.rows import CommandState
from busbar.csms.services import commands
from busbar.csms.services.view import Conclusion, Errand
from busbar.model.orders import ClearCache, Outcome, Reset, ResetKind, StopTransaction
from busbar.protocol.errors import ProtocolViolation

HARD = Reset(kind=ResetKind.IMMEDIATE)


def send(rig, station, request=HARD, **options):
    """Dispatch in the background."""
    options = {"wait_s": 5, "requested_by": "op"} | options
    return asyncio.create_task(rig.node.dispatch(station, request, **options))


async def connected(rig):
    client = await rig.connect()
    await client.boot()
    return client, await rig.station()


async def stored(rig):
    return (await rig.store.commands(Query())).items


@pytest.mark.parametrize(
    "call",
    [
        RawCall(action="Nope", payload=b"{}"),
        RawCall(action="BootNotification", payload=b"{}"),
        RawCall(action="Reset", payload=b"{}"),
        RawCall(action="Reset", payload=b'{"type":"Maybe"}'),
        RawCall(action="Reset", payload=b"nonsense"),
        Reset(kind=ResetKind.IMMEDIATE_AND_RESUME),
        StopTransaction(transaction_id="no number"),
    ],
)
async def test_a_call_that_breaks_the_version_is_refused_and_not_stored(rig, call):
    client, station = await connected(rig)
    with pytest.raises(ProtocolViolation):
        await send(rig, station, call)
    assert await stored(rig) == []
    del client


async def test_a_station_that_never_connected_has_no_calls(rig):
    with pytest.raises(NeverConnected):
        await send(rig, await rig.station())


async def test_a_station_that_is_offline_ends_the_command(rig):
    client, station = await connected(rig)
    await client.ws.close()
    await rig.until(lambda: not rig.node.connections)
    command = await send(rig, station)
    assert (command.state, command.error) == (CommandState.EXPIRED, "offline")
    assert await stored(rig) == [command]


async def _opening(rig):
    """Connect while the store is slow to give an epoch; return the station's end, and what lets it go on."""
    next_epoch, go_on = rig.store.next_epoch, asyncio.Event()

    async def slow(station_id):
        await go_on.wait()
        return await next_epoch(station_id)

    rig.store.next_epoch = slow
    return await rig.connect(), go_on


async def test_a_station_whose_connection_is_opening_is_not_offline(rig):
    client, station = await connected(rig)
    await client.ws.close()
    await rig.until(lambda: not rig.node.connections)
    again, go_on = await _opening(rig)
    command = send(rig, station)
    await asyncio.sleep(0.05)
    assert not command.done()
    go_on.set()
    assert await again.answer({"status": "Accepted"}) == "Reset"
    assert (await command).state is CommandState.ACCEPTED


@pytest.mark.parametrize("opens", [True, False])
async def test_a_connection_that_opens_on_another_node_is_waited_for_too(start, opens):
    here = await start()
    await here.add()
    there = await start(here.store, here.bus)
    client, station = await connected(there)
    await client.ws.close()
    await there.until(lambda: not there.node.connections)
    again, go_on = await _opening(there)
    command = send(here, station)
    await asyncio.sleep(0.05)
    assert not command.done()
    if opens:
        go_on.set()
        assert await again.answer({"status": "Accepted"}) == "Reset"
        assert (await command).state is CommandState.ACCEPTED
    else:
        again.ws.transport.abort()
        assert (await asyncio.wait_for(command, 1)).error == "offline"
        go_on.set()
        assert (await asyncio.wait_for(send(here, station), 1)).error == "offline"


async def test_a_connection_that_does_not_open_is_waited_for_a_moment_only(rig, monkeypatch):
    monkeypatch.setattr(arrivals, "WAIT_S", 0.05)
    client, station = await connected(rig)
    await client.ws.close()
    await rig.until(lambda: not rig.node.connections)
    again, go_on = await _opening(rig)
    assert (await send(rig, station)).error == "offline"
    again.ws.transport.abort()
    go_on.set()


async def test_a_connection_that_ends_while_it_opens_is_offline_at_once(rig):
    client, station = await connected(rig)
    await client.ws.close()
    await rig.until(lambda: not rig.node.connections)
    again, go_on = await _opening(rig)
    command = send(rig, station)
    await asyncio.sleep(0.02)
    again.ws.transport.abort()
    assert (await asyncio.wait_for(command, 1)).error == "offline"
    go_on.set()


async def test_a_command_that_survives_waits_for_the_station_to_come_back(rig):
    client, station = await connected(rig)
    await client.ws.close()
    await rig.until(lambda: not rig.node.connections)
    command = await send(rig, station, wait_s=0, survives_reconnect=True)
    assert command.state is CommandState.QUEUED
    again = await rig.connect()
    assert await again.answer({"status": "Accepted"}) == "Reset"
    await rig.until(lambda: _is(rig, command.id, CommandState.ACCEPTED))


async def _is(rig, command_id, state):
    return (await rig.store.command(command_id)).state is state


async def test_a_command_does_not_reach_a_later_connection_unless_it_may(rig):
    client, station = await connected(rig)
    await client.ws.close()
    await rig.until(lambda: not rig.node.connections)
    await send(rig, station)
    left = commands.make("left", station.id, "ClearCache", b"{}", at=datetime.now(UTC), ttl_s=60)
    await rig.store.commit([CommandPut(left)])  # by a node that broke down before it was sent
    again, _ = await connected(rig)
    for _ in range(3):
        assert (await again.call("Heartbeat", {}))[0] == 3
    assert await _is(rig, "left", CommandState.QUEUED)


async def test_a_command_that_nobody_answered_is_returned_as_it_stands(rig):
    client, station = await connected(rig)
    command = await send(rig, station, wait_s=0.05)
    assert command.state is CommandState.SENT
    await client.answer({"status": "Accepted"})
    await rig.until(lambda: _is(rig, command.id, CommandState.ACCEPTED))
    assert rig.node._courier._waiters == {}


async def test_the_same_key_is_the_same_command(rig):
    client, station = await connected(rig)
    first = send(rig, station, idempotency_key="k")
    _, message_id, *_ = await client.read()
    second = send(rig, station, idempotency_key="k")
    await asyncio.sleep(0.01)
    await client.ws.send(json.dumps([3, message_id, {"status": "Accepted"}]))
    assert await first == await second
    assert (await send(rig, station, idempotency_key="k")).state is CommandState.ACCEPTED
    assert len(await stored(rig)) == 1


async def test_every_state_is_told(rig):
    client, station = await connected(rig)
    told = []

    async def listen():
        async for _, data in rig.bus.stream(f"busbar.event.command.changed.{station.id}"):
            told.append(msgspec.json.decode(data))

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    sent = send(rig, station)
    await client.answer({"status": "Accepted"})
    await sent
    await rig.until(lambda: len(told) == 3)
    assert [each["command"]["state"] for each in told] == ["queued", "sent", "accepted"]
    assert {each["station"] for each in told} == {"CS1"}
    listening.cancel()


async def test_a_store_that_is_gone_is_told_to_the_caller(rig):
    client, station = await connected(rig)
    rig.store.failure = StoreUnavailable("gone")
    with pytest.raises(StoreUnavailable):
        await send(rig, station)
    rig.store.failure = None
    assert (await client.call("Heartbeat", {}))[0] == 3


async def test_what_an_earlier_connection_left_as_sent_is_unknown(rig):
    client, station = await connected(rig)
    await client.ws.close()
    at = datetime.now(UTC)
    left = commands.sent(commands.make("left", station.id, "ClearCache", b"{}", at=at, ttl_s=60), 1, at)
    await rig.store.commit([CommandPut(left)])
    await connected(rig)
    await rig.until(lambda: _is(rig, "left", CommandState.UNKNOWN))


async def test_late_commands_that_nobody_holds_are_settled(start, monkeypatch):
    monkeypatch.setattr(module, "LATE_SWEEP_S", 0.02)
    rig = await start()
    station = await rig.add()
    old = datetime.now(UTC) - timedelta(hours=1)
    queued = commands.make("queued", station.id, "ClearCache", b"{}", at=old, ttl_s=60)
    sent = commands.sent(commands.make("sent", station.id, "ClearCache", b"{}", at=old, ttl_s=60), 1, old)
    fresh = commands.make("fresh", station.id, "ClearCache", b"{}", at=datetime.now(UTC), ttl_s=60)
    await rig.store.commit([CommandPut(each) for each in (queued, sent, fresh)])
    await rig.until(lambda: _is(rig, "queued", CommandState.EXPIRED))
    await rig.until(lambda: _is(rig, "sent", CommandState.UNKNOWN))
    assert await _is(rig, "fresh", CommandState.QUEUED)


async def test_a_command_of_another_node_that_dies_is_told_as_unknown(start):
    here = await start()
    await here.add()
    there = await start(here.store, here.bus)
    client = await there.connect()
    await client.boot()
    sent = send(here, await here.station(), ClearCache())
    await client.read()
    client.ws.transport.abort()
    assert (await sent).state is CommandState.UNKNOWN


async def test_a_command_that_survives_is_not_ended_by_a_connection_too_short_for_it(rig):
    client, station = await connected(rig)
    await client.ws.close()
    await rig.until(lambda: not rig.node.connections)
    command = await send(rig, station, wait_s=0, survives_reconnect=True)
    waiting, reading, go_on = rig.store.waiting_commands, asyncio.Event(), asyncio.Event()

    async def slow(station_id):
        rows = await waiting(station_id)
        reading.set()
        await go_on.wait()
        return rows

    rig.store.waiting_commands = slow
    short, _ = await connected(rig)
    await reading.wait()
    short.ws.transport.abort()
    await rig.until(lambda: not rig.node.connections)
    go_on.set()
    rig.store.waiting_commands = waiting
    again = await rig.connect()
    assert await again.answer({"status": "Accepted"}) == "Reset"
    await rig.until(lambda: _is(rig, command.id, CommandState.ACCEPTED))


async def test_a_password_is_neither_told_nor_kept_of_a_command_that_never_went_out(rig):
    client, station = await connected(rig)
    await client.ws.close()
    await rig.until(lambda: not rig.node.connections)
    told = rig.bus.stream(f"busbar.event.command.changed.{station.id}")
    request = RawCall(action="ChangeConfiguration", payload=b'{"key":"AuthorizationKey","value":"0123456789abcdef"}')
    command = await send(rig, station, request)
    assert command.state is CommandState.EXPIRED
    hidden = b'{"key":"AuthorizationKey","value":"***"}'
    assert (await rig.store.command(command.id)).payload == hidden
    for state in ("queued", "expired"):
        _, data = await anext(told)
        changed = msgspec.json.decode(data, type=CommandChanged)
        assert (changed.command.state, changed.command.payload) == (state, hidden)


async def test_a_command_that_goes_with_its_station_is_returned_as_it_was(rig):
    client, station = await connected(rig)
    sent = send(rig, station, wait_s=0.1)
    await client.read()
    await rig.store.remove_station(station.id)
    assert (await sent).action == "Reset"


async def test_a_look_for_late_answers_that_fails_is_done_again(start, monkeypatch):
    monkeypatch.setattr(module, "LATE_SWEEP_S", 0.01)
    rig = await start()
    station = await rig.add()
    listed, failures = rig.store.commands, [RuntimeError("once"), StoreUnavailable("twice")]

    async def failing(query):
        if failures:
            raise failures.pop()
        return await listed(query)

    rig.store.commands = failing
    old = datetime.now(UTC) - timedelta(hours=1)
    await rig.store.commit([CommandPut(commands.make("q", station.id, "ClearCache", b"{}", at=old, ttl_s=60))])
    await rig.until(lambda: _is(rig, "q", CommandState.EXPIRED))


@pytest.fixture
def concluded(monkeypatch):
    """Note what is concluded from; each end leaves a lease, and wants the cache cleared after a reset."""
    seen = []

    def conclude(order, command, outcome, view, at):
        seen.append((order, command.state, outcome, view.station.identity))
        errands = [Errand(ClearCache())] if isinstance(order, Reset) else []
        return Conclusion([RowPut(Lease(name=command.id, holder="x", until=at))], errands=errands)

    monkeypatch.setattr(outbox, "conclude", conclude)
    return seen


async def test_what_follows_from_an_answer_is_stored_with_it(rig, concluded):
    client, station = await connected(rig)
    sent = send(rig, station)
    await client.answer({"status": "Accepted"})
    command = await sent
    assert concluded[0] == (HARD, CommandState.ACCEPTED, Outcome(status="Accepted"), "CS1")
    assert await rig.store.get(Lease, command.id) is not None
    assert await client.answer({"status": "Accepted"}) == "ClearCache"


async def test_a_raw_call_is_understood_like_an_order(rig, concluded):
    client, station = await connected(rig)
    sent = send(rig, station, RawCall(action="Reset", payload=b'{"type":"Hard"}'))
    await client.answer({"status": "Rejected"})
    await sent
    assert concluded[0][:2] == (HARD, CommandState.REJECTED)


async def test_an_end_without_an_answer_is_concluded_from_too(rig, concluded):
    client, station = await connected(rig)
    sent = send(rig, station)
    await client.answer(None, code="InternalError")
    await sent
    assert concluded == [(HARD, CommandState.ERROR, None, "CS1")]


async def test_a_command_to_a_station_that_is_away_is_concluded_from(rig, concluded):
    client, station = await connected(rig)
    await client.ws.close()
    while rig.node.sessions:
        await asyncio.sleep(0.01)
    assert (await send(rig, station)).state is CommandState.EXPIRED
    assert concluded == [(HARD, CommandState.EXPIRED, None, "CS1")]


async def test_a_conclusion_that_breaks_does_not_keep_a_command_from_its_end(rig, monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(outbox, "conclude", broken)
    client, station = await connected(rig)
    sent = send(rig, station)
    await client.answer({"status": "Accepted"})
    assert (await sent).state is CommandState.ACCEPTED
    assert "nothing could be concluded" in caplog.text
