"""A node over real sockets: who is let in, who is displaced, how it ends."""

import asyncio
import json
from datetime import UTC, datetime

import msgspec
import pytest
import websockets

from busbar.csms.changes import TokenPut
from busbar.csms.gateway.journal import Note
from busbar.csms.gateway.limits import Rate
from busbar.csms.ports import Query
from busbar.csms.records.webhooks import OutgoingEvent, Webhook
from busbar.csms.rows import CommandState, Token
from busbar.csms.services.credentials import hash_secret
from busbar.csms.services.security_events import DUPLICATE
from busbar.model.orders import Reset, ResetKind
from busbar.model.values import RegistrationStatus


@pytest.mark.parametrize("subprotocol", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
async def test_a_station_of_each_version_boots_and_is_shown_online(rig, subprotocol):
    client = await rig.connect(subprotocols=[subprotocol])
    kind, _, answer = await client.boot()
    assert (kind, answer["status"], answer["interval"]) == (3, "Accepted", 300)
    station = await rig.station()
    assert (station.online, station.vendor, f"ocpp{station.version}") == (True, "V", subprotocol)
    counts = {"connections": 1, "messages": 1, "dropped": 0, "parked": 0, "refused": 0, "turned_away": 0}
    assert rig.node.counts() == counts


async def test_the_newest_common_subprotocol_is_answered(rig):
    client = await rig.connect(subprotocols=["ocpp0.1", "ocpp1.6", "ocpp2.0.1"])
    assert client.ws.subprotocol == "ocpp2.0.1"


@pytest.mark.parametrize("subprotocols", [None, ["ocpp0.1"]])
async def test_without_a_common_subprotocol_the_upgrade_is_done_without_one_and_closed(rig, subprotocols):
    client = await rig.connect(subprotocols=subprotocols)
    assert client.ws.subprotocol is None
    assert await client.closed() == 1002
    assert not (await rig.station()).online


@pytest.mark.parametrize(("identity", "password"), [("CS1", "wrong"), ("CS1", ""), ("CS2", "secret")])
async def test_all_refusals_look_the_same(rig, identity, password):
    with pytest.raises(websockets.InvalidStatus) as refused:
        await rig.connect(identity, password)
    response = refused.value.response
    assert response.status_code == 401
    assert dict(response.headers) == {
        "www-authenticate": 'Basic realm="OCPP", charset="UTF-8"',
        "content-length": "0",
        "connection": "close",
    }
    assert rig.node.door.refused_total == 1
    assert rig.node.door.refused_by == {401: 1}
    assert rig.node.door.refused[-1].reason in ("wrong password", "unknown identity")
    assert rig.node.door.refused[-1].identity == identity


async def test_another_stations_name_with_a_right_password_is_refused(rig):
    await rig.add("CS2", b"secret")
    basic = {"Authorization": "Basic Q1MyOnNlY3JldA=="}  # CS2:secret
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(rig.url("CS1"), subprotocols=["ocpp1.6"], additional_headers=basic)


async def test_no_credentials_are_refused(rig):
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(rig.url(), subprotocols=["ocpp1.6"])
    assert refused.value.response.status_code == 401


async def test_strict_404_tells_an_unknown_identity_and_no_more(start):
    rig = await start(strict_404=True)
    await rig.add()
    assert await rig.refusal("CS2") == 404
    assert await rig.refusal("CS1", "wrong") == 401


async def test_identities_are_compared_without_case(rig):
    client = await rig.connect("cs1")
    await client.boot()
    assert (await rig.station()).online


async def test_a_browser_is_refused(rig):
    assert await rig.refusal(origin="https://example.org") == 403


async def test_a_station_that_was_just_added_may_connect_at_once(rig):
    station = await rig.store.add_station("NEW", secret=hash_secret(b"k" * 32, b"secret"))
    rig.bus.publish(f"busbar.changed.station.{station.id}", str(station.id).encode())
    await rig.until(lambda: rig.node.directory.find("NEW"))
    await (await rig.connect("NEW")).boot()


async def test_a_station_that_nobody_spoke_of_is_found_for_its_second_try(rig):
    await rig.store.add_station("NEW", secret=hash_secret(b"k" * 32, b"secret"))
    assert await rig.refusal("NEW") == 401
    await rig.until(lambda: rig.node.directory.find("NEW"))
    await (await rig.connect("NEW")).boot()


async def test_guessing_is_slowed_down_per_identity_and_address(start):
    rig = await start(tries_per_identity=Rate(burst=2, per_s=0))
    await rig.add()
    assert [await rig.refusal("CS1", "wrong") for _ in range(3)] == [401, 401, 429]
    assert await rig.refusal("CS2") == 401


async def test_guessing_is_slowed_down_per_address(start):
    rig = await start(tries_per_address=Rate(burst=2, per_s=0))
    assert [await rig.refusal(f"X{n}") for n in range(3)] == [401, 401, 429]


async def test_good_connections_cost_no_tries(start):
    rig = await start(tries_per_address=Rate(burst=1, per_s=0), tries_per_identity=Rate(burst=1, per_s=0))
    await rig.add()
    for _ in range(4):
        await (await rig.connect()).boot()


async def test_a_wrong_password_leaves_the_first_connection_alone(rig):
    first = await rig.connect()
    await first.boot()
    assert await rig.refusal("CS1", "wrong") == 401
    assert (await first.call("Heartbeat", {}))[0] == 3


async def test_the_newest_connection_wins_and_the_stale_close_changes_nothing(rig):
    first = await rig.connect()
    await first.boot()
    second = await rig.connect()
    await second.boot()
    assert await first.closed() == 1008
    assert (await second.call("Heartbeat", {}))[0] == 3
    station = await rig.station()
    assert (station.online, station.epoch) == (True, 2)
    assert rig.node.connections == 1


async def test_a_connection_on_another_node_wins_too(start):
    here = await start()
    await here.add()
    there = await start(here.store, here.bus)
    first = await here.connect()
    await first.boot()
    second = await there.connect()
    assert await first.closed() == 1008
    assert (await second.boot())[2]["status"] == "Accepted"
    await here.until(lambda: not here.node.connections)
    station = await here.station()
    assert (station.online, station.epoch) == (True, 2)


async def test_a_node_that_did_not_hear_of_the_newer_connection_learns_it_from_its_first_write(start):
    here = await start()
    await here.add()
    there = await start(here.store)  # with a bus of its own: neither hears of the other
    first = await here.connect()
    await first.boot()
    start_transaction = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2026-05-04T12:00:00Z"}
    number = (await first.call("StartTransaction", start_transaction))[2]["transactionId"]
    second = await there.connect()
    await second.boot()
    stop = {"transactionId": number, "meterStop": 700, "timestamp": "2026-05-04T13:00:00Z"}
    await second.call("StopTransaction", stop)
    told = await here.exchanges()
    sample = {"timestamp": "2026-05-04T12:30:00Z", "sampledValue": [{"value": "500"}]}
    meter = {"connectorId": 1, "transactionId": number, "meterValue": [sample]}
    await first.ws.send(json.dumps([2, "late", "MeterValues", meter]))
    with pytest.raises(websockets.ConnectionClosed, match="1008"):  # and no answer before
        await first.read()
    assert await here.exchanges() == told
    [session] = (await here.store.transactions(Query())).items
    assert (session.energy_wh, session.ended_at is None) == (700, False)
    assert (await second.call("Heartbeat", {}))[0] == 3
    assert (await here.station()).online


async def test_a_node_says_which_stations_it_holds_and_that_they_are_online_after_all(rig):
    client = await rig.connect()
    await client.boot()
    await rig.add("CS2")
    station = await rig.station()
    assert rig.node.held([station.id, (await rig.station("CS2")).id]) == [station.id]
    assert await rig.store.offline({station.id: station.epoch}) == [station.id]
    rig.node.announce()
    assert (await rig.station()).online
    assert (await rig.station()).connected_at == station.connected_at
    assert not (await rig.station("CS2")).online


async def test_an_alert_of_the_journal_is_stored_for_outside_listeners(rig):
    hook = Webhook(name="x", url="http://x.example/", events=["security.*"], secret=b"k", created_at=datetime.now(UTC))
    await rig.store.insert(hook)
    rig.bus.publish("busbar.changed.webhook", b"")
    await rig.until(lambda: rig.node.means.wanted.patterns)
    station_id = (await rig.station()).id
    rig.node.journal.note(
        Note(station_id=station_id, identity="CS1", reason="twice", address="192.0.2.1", event=DUPLICATE)
    )
    [event] = await rig.until(lambda: rig.store.find(OutgoingEvent))
    assert (event.name, event.station_id) == ("security.alerted", station_id)


async def test_a_closed_connection_is_shown_offline_and_told(rig):
    told = rig.bus.stream("busbar.event.station.disconnected.*")
    heard = asyncio.create_task(anext(told))
    client = await rig.connect()
    await client.boot()
    await client.ws.close()
    subject, data = await asyncio.wait_for(heard, 5)
    assert subject == f"busbar.event.station.disconnected.{(await rig.station()).id}"
    assert msgspec.json.decode(data)["station"] == "CS1"
    await rig.until(lambda: not rig.node.connections)
    assert not (await rig.station()).online


async def test_happenings_come_after_the_commit(rig):
    client = await rig.connect()
    await rig.until(lambda: rig.node.connections)
    await client.call("Heartbeat", {})
    told = asyncio.create_task(anext(rig.bus.stream("busbar.event.station.booted.*")))
    await asyncio.sleep(0)
    rig.store.held = []
    boot = asyncio.create_task(client.boot())
    await rig.until(lambda: rig.store.held)
    assert not told.done()
    assert not boot.done()
    rig.store.release()
    assert (await boot)[2]["status"] == "Accepted"
    assert msgspec.json.decode((await asyncio.wait_for(told, 5))[1])["vendor"] == "V"


async def test_a_changed_token_is_looked_up_again(rig):
    client = await rig.connect()
    assert (await client.call("Authorize", {"idTag": "Card"}))[2]["idTagInfo"]["status"] == "Invalid"
    await rig.store.commit([TokenPut(Token(key="card", value="Card"))])
    assert (await client.call("Authorize", {"idTag": "Card"}))[2]["idTagInfo"]["status"] == "Invalid"
    rig.bus.publish("busbar.changed.token", b"card")
    await rig.until(lambda: "card" not in rig.node.means.context_of(rig.node.directory.find("CS1")).tokens.known)
    assert (await client.call("Authorize", {"idTag": "Card"}))[2]["idTagInfo"]["status"] == "Accepted"


async def test_a_changed_registration_counts_for_a_connected_station(rig):
    client = await rig.connect()
    await client.boot()
    station = await rig.station()
    await rig.store.set_registration(station.id, RegistrationStatus.REJECTED)
    await rig.node.directory.on_changed(str(station.id).encode())
    assert (await client.boot())[2]["status"] == "Rejected"
    assert (await client.call("Heartbeat", {}))[2] == "SecurityError"


async def test_a_removed_station_is_closed_and_not_let_in_again(rig):
    client = await rig.connect()
    await client.boot()
    station = await rig.station()
    await rig.store.remove_station(station.id)
    await rig.node.directory.on_changed(str(station.id).encode())
    assert await client.closed() == 1008
    assert await rig.refusal() == 401


async def test_stopping_answers_what_is_being_committed_then_closes(rig):
    client = await rig.connect()
    await client.boot()
    rig.store.held = []
    await client.ws.send(json.dumps([2, "last", "Heartbeat", {}]))
    await rig.until(lambda: rig.store.held)
    stopping = asyncio.create_task(rig.node.stop())
    await asyncio.sleep(0)
    rig.store.release()
    assert (await client.read())[:2] == [3, "last"]
    assert await client.closed() == 1001
    await stopping
    assert not (await rig.station()).online
    with pytest.raises(ConnectionRefusedError):
        await rig.connect()


async def test_a_node_knows_its_stations_from_the_start(start):
    first = await start()
    for n in range(3):
        await first.add(f"CS{n}")
    second = await start(first.store)
    assert len(second.node.directory) == 3
    await (await second.connect("CS2")).boot()


async def test_a_command_reaches_a_station_on_another_node(start):
    here = await start()
    await here.add()
    there = await start(here.store, here.bus)
    client = await there.connect()
    await client.boot()
    sent = asyncio.create_task(
        here.node.dispatch(await here.station(), Reset(kind=ResetKind.IMMEDIATE), wait_s=5, requested_by="op")
    )
    assert await client.answer({"status": "Accepted"}) == "Reset"
    command = await sent
    assert (command.state, command.requested_by) == (CommandState.ACCEPTED, "op")
    assert (await here.store.commands(Query())).items == [command]
