"""The commands of one session, in every state they can come to."""

import asyncio
import json

import pytest

from busbar.csms.changes import RowPut
from busbar.csms.gateway import outbox as module
from busbar.csms.ports import RawCall, StoreUnavailable
from busbar.csms.records.displays import DisplayInventory
from busbar.csms.rows import CommandState
from busbar.model.display import AskMessages
from busbar.model.orders import Reset, ResetKind, StartTransaction
from busbar.model.values import IdToken, RegistrationStatus

HARD = Reset(kind=ResetKind.IMMEDIATE)


def send(rig, station, request=HARD, **options):
    """Dispatch in the background."""
    options = {"wait_s": 5, "requested_by": "op"} | options
    return asyncio.create_task(rig.node.dispatch(station, request, **options))


def is_sent(changes) -> bool:
    return any(getattr(change.row, "state", None) is CommandState.SENT for change in changes if hasattr(change, "row"))


async def connected(rig, subprotocol="ocpp1.6"):
    client = await rig.connect(subprotocols=[subprotocol])
    await client.boot()
    return client, await rig.station()


@pytest.mark.parametrize(
    ("status", "state"), [("Accepted", CommandState.ACCEPTED), ("Rejected", CommandState.REJECTED)]
)
@pytest.mark.parametrize("subprotocol", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
async def test_a_command_ends_as_the_station_says(rig, subprotocol, status, state):
    client, station = await connected(rig, subprotocol)
    sent = send(rig, station)
    assert await client.answer({"status": status}) == "Reset"
    command = await sent
    assert (command.state, command.status, command.epoch) == (state, status, 1)
    assert json.loads(command.answer) == {"status": status}
    assert await rig.store.command(command.id) == command
    row = (await rig.exchanges(action="Reset"))[0]
    assert (row.origin, row.outcome, row.message_id) == ("csms", "ok", command.id)
    assert json.loads(row.request)[:3] == [2, command.id, "Reset"]
    assert json.loads(row.answer) == [3, command.id, {"status": status}]


async def test_a_call_error_ends_a_command_with_its_code(rig):
    client, station = await connected(rig)
    sent = send(rig, station)
    await client.answer({}, code="NotSupported")
    command = await sent
    assert (command.state, command.error, command.error_description) == (CommandState.ERROR, "NotSupported", "no")
    assert (await rig.exchanges(action="Reset"))[0].outcome == "NotSupported"


@pytest.mark.parametrize(("subprotocol", "told"), [("ocpp1.6", False), ("ocpp2.1", True)])
async def test_an_answer_that_breaks_the_schema_is_an_error_and_told_where_that_can_be(rig, subprotocol, told):
    client, station = await connected(rig, subprotocol)
    sent = send(rig, station)
    await client.answer({"status": 7})
    assert (await sent).error == "TypeConstraintViolation"
    if told:
        assert (await client.read())[0] == 5
    assert (await client.call("Heartbeat", {}))[0] == 3


async def test_a_command_without_an_answer_times_out_and_a_late_answer_is_dropped(start):
    rig = await start(call_timeout_s=0.05)
    await rig.add()
    client, station = await connected(rig)
    sent = send(rig, station)
    _, late, *_ = await client.read()
    assert (await sent).state is CommandState.TIMED_OUT
    await client.ws.send(json.dumps([3, late, {"status": "Accepted"}]))
    assert (await client.call("Heartbeat", {}))[0] == 3
    assert (await rig.store.command(late)).state is CommandState.TIMED_OUT
    assert rig.node.means.dropped == 1
    assert (await rig.exchanges(action="Reset"))[0].outcome == "timeout"


async def test_a_connection_that_ends_before_the_answer_leaves_it_unknown(rig):
    client, station = await connected(rig)
    sent = send(rig, station)
    await client.read()
    client.ws.transport.abort()
    command = await sent
    assert (command.state, command.epoch) == (CommandState.UNKNOWN, 1)


async def test_a_newer_connection_makes_what_was_sent_on_the_old_one_unknown(rig):
    client, station = await connected(rig)
    sent = send(rig, station)
    await client.read()
    second, _ = await connected(rig)
    assert (await sent).state is CommandState.UNKNOWN
    again = send(rig, station)
    assert await second.answer({"status": "Accepted"}) == "Reset"
    assert (await again).epoch == 2


async def test_one_call_is_under_way_at_a_time_and_the_others_wait_in_order(rig):
    client, station = await connected(rig)
    tasks = []
    for n in range(3):
        tasks.append(send(rig, station, StartTransaction(token=IdToken(f"T{n}"))))
        await asyncio.sleep(0.01)
    for n in range(3):
        _, message_id, _, payload = await client.read()
        assert payload["idTag"] == f"T{n}"
        assert (await client.call("Heartbeat", {}))[0] == 3  # nothing else of ours comes between
        await client.ws.send(json.dumps([3, message_id, {"status": "Accepted"}]))
    assert [(await task).state for task in tasks] == [CommandState.ACCEPTED] * 3


@pytest.mark.parametrize("subprotocol", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
async def test_who_is_not_taken_in_is_not_called__B02_FR_05_B03_FR_03(rig, subprotocol):
    client, station = await connected(rig, subprotocol)

    async def register(status):
        await rig.store.set_registration(station.id, status)
        await rig.node.directory.on_changed(str(station.id).encode())

    await register(RegistrationStatus.PENDING)
    barred = await send(rig, station, StartTransaction(token=IdToken("T", "Central"), remote_start_id=1))
    assert (barred.state, barred.error, barred.sent_at) == (CommandState.EXPIRED, "not-taken-in", None)
    allowed = send(rig, station)
    assert await client.answer({"status": "Accepted"}) == "Reset"
    assert (await allowed).state is CommandState.ACCEPTED
    await register(RegistrationStatus.REJECTED)
    assert (await send(rig, station)).error == "not-taken-in"
    kept = await send(rig, station, survives_reconnect=True, wait_s=0.05)
    assert kept.state is CommandState.QUEUED
    late = await send(rig, station, survives_reconnect=True, ttl_s=0.05)
    assert (late.state, late.error) == (CommandState.EXPIRED, None)
    await register(RegistrationStatus.ACCEPTED)
    assert await client.answer({"status": "Accepted"}) == "Reset"


async def test_a_command_that_waits_too_long_in_the_queue_expires_unsent(rig):
    client, station = await connected(rig)
    first = send(rig, station)
    await client.read()
    second = await send(rig, station, ttl_s=0.05)
    assert (second.state, second.sent_at, second.error) == (CommandState.EXPIRED, None, None)
    assert not first.done()
    first.cancel()


async def test_a_command_that_came_too_late_is_not_sent(rig):
    client, station = await connected(rig)
    command = await send(rig, station, ttl_s=0)
    assert (command.state, command.sent_at) == (CommandState.EXPIRED, None)
    assert (await client.call("Heartbeat", {}))[0] == 3


async def test_a_full_queue_turns_commands_away(rig, monkeypatch):
    monkeypatch.setattr(module, "QUEUE_LIMIT", 1)
    client, station = await connected(rig)
    tasks = [send(rig, station) for _ in range(3)]
    _, first, *_ = await client.read()
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=5)
    [busy] = done
    assert (busy.result().state, busy.result().error) == (CommandState.EXPIRED, module.BUSY)
    await client.ws.send(json.dumps([3, first, {"status": "Accepted"}]))
    await client.answer({"status": "Accepted"})
    await asyncio.wait(tasks, timeout=5)


async def test_what_waits_in_the_queue_of_an_ended_connection_is_offline(rig):
    client, station = await connected(rig)
    first, second = send(rig, station), send(rig, station)
    await client.read()
    client.ws.transport.abort()
    states = {(await task).state for task in (first, second)}
    assert states == {CommandState.UNKNOWN, CommandState.EXPIRED}


async def test_nothing_is_sent_before_the_row_says_so(rig):
    client, station = await connected(rig)
    sent = send(rig, station)
    await client.answer({"status": "Accepted"})
    await sent
    submit, held = rig.store.submit, []

    def hold(changes, done):
        if is_sent(changes):
            held.append((changes, done))
        else:
            submit(changes, done)

    rig.store.submit = hold
    sent = send(rig, station)
    await rig.until(lambda: held)
    assert (await client.call("Heartbeat", {}))[0] == 3
    submit(*held.pop())
    assert await client.answer({"status": "Accepted"}) == "Reset"
    assert (await sent).state is CommandState.ACCEPTED


async def test_what_a_station_says_right_after_its_answer_finds_what_that_led_to(rig):
    client, station = await connected(rig, "ocpp2.0.1")
    submit, held = rig.store.submit, []

    def hold(changes, done):
        if any(isinstance(change, RowPut) and isinstance(change.row, DisplayInventory) for change in changes):
            held.append((changes, done))
        else:
            submit(changes, done)

    rig.store.submit = hold
    sent = send(rig, station, AskMessages(request_id=7))
    assert await client.answer({"status": "Accepted"}) == "GetDisplayMessages"
    told = asyncio.create_task(client.call("NotifyDisplayMessages", {"requestId": 7}))
    await rig.until(lambda: held)
    await asyncio.sleep(0.05)
    assert not told.done()
    rig.store.submit = submit
    submit(*held.pop())
    assert (await told)[2] == {}
    assert (await rig.store.get(DisplayInventory, station.id)).since is not None
    await sent


async def test_a_row_that_cannot_be_stored_is_not_sent(rig):
    client, station = await connected(rig)
    submit = rig.store.submit

    def fail(changes, done):
        if is_sent(changes):
            asyncio.get_running_loop().call_soon(done, StoreUnavailable("gone"))
        else:
            submit(changes, done)

    rig.store.submit = fail
    sent = send(rig, station)
    assert await client.closed() == 1011
    command = await sent
    assert (command.state, command.error, command.sent_at) == (CommandState.EXPIRED, "offline", None)


async def test_a_raw_call_gives_the_answer_as_it_came(rig):
    client, station = await connected(rig)
    sent = send(rig, station, RawCall(action="GetLocalListVersion", payload=b"{}"))
    assert await client.answer({"listVersion": 3}) == "GetLocalListVersion"
    command = await sent
    assert (command.state, json.loads(command.answer)) == (CommandState.ACCEPTED, {"listVersion": 3})


async def test_an_answer_that_we_cannot_read_is_an_error_not_a_break(rig, monkeypatch):
    class Broken:
        def __getitem__(self, version):
            raise ZeroDivisionError

    client, station = await connected(rig)
    sent = send(rig, station)
    _, message_id, *_ = await client.read()
    monkeypatch.setattr(module, "TRANSLATORS", Broken())
    await client.ws.send(json.dumps([3, message_id, {"status": "Accepted"}]))
    assert (await sent).error == "InternalError"
    assert (await client.call("Heartbeat", {}))[0] == 3
