"""Commands: what came of them is told truthfully."""

from datetime import timedelta

import pytest

from busbar.csms.changes import CommandPut
from busbar.csms.ports import NeverConnected, StoreUnavailable
from busbar.csms.rows import CommandState
from busbar.protocol.errors import ErrorCode, LocalProtocolError
from tests.fixtures.rows import command

COMMANDS = "/api/v1/stations/CS1/commands"


async def test_a_refusal_is_the_stations_word_and_no_failure(api, world):
    await world.add_station()
    world.dispatcher.script = {"state": CommandState.REJECTED, "status": "Rejected", "answer": b'{"status":"Rejected"}'}
    answer = await api.post(f"{COMMANDS}/reset", json={})
    assert answer.status_code == 200
    assert answer.json()["state"] == "rejected"
    assert answer.json()["answer"] == {"status": "Rejected"}


@pytest.mark.parametrize(
    ("script", "status", "kind"),
    [
        ({"state": CommandState.EXPIRED, "error": "offline"}, 409, "station-offline"),
        ({"state": CommandState.EXPIRED}, 409, "command-expired"),
        ({"state": CommandState.TIMED_OUT}, 504, "station-timeout"),
        ({"state": CommandState.UNKNOWN}, 504, "outcome-unknown"),
        ({"state": CommandState.ERROR, "error": "NotSupported", "error_description": "no"}, 502, "station-error"),
    ],
)
async def test_a_failure_is_named_truthfully_with_the_command(api, world, script, status, kind):
    await world.add_station()
    world.dispatcher.script = script
    answer = await api.post(f"{COMMANDS}/reset", json={})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"urn:problem-type:busbar:{kind}"
    assert problem["command"]["state"] == script["state"]
    assert problem["command"]["error"] == script.get("error")
    assert answer.headers["location"] == f"/api/v1/commands/{problem['command']['id']}"


async def test_an_unanswered_command_gives_a_place_to_ask_again(api, world):
    await world.add_station()
    world.dispatcher.script = {"state": CommandState.SENT}
    answer = await api.post(f"{COMMANDS}/reset?wait_s=0", json={})
    assert answer.status_code == 202
    where = answer.headers["location"]
    assert (await api.get(where)).json()["state"] == "sent"
    row = await world.store.command(where.rsplit("/", 1)[1])
    row.state, row.finished_at = CommandState.ACCEPTED, row.created_at + timedelta(seconds=1)
    await world.store.commit([CommandPut(row)])
    assert (await api.get(where)).json()["state"] == "accepted"


async def test_the_options_reach_the_dispatcher(api, world):
    await world.add_station()
    (key,) = await world.store.api_keys()
    await api.post(
        f"{COMMANDS}/reset?wait_s=5&ttl_s=600&survives_reconnect=true", json={}, headers={"Idempotency-Key": "k1"}
    )
    assert world.dispatcher.asked[0][2] == {
        "wait_s": 5,
        "ttl_s": 600,
        "survives_reconnect": True,
        "requested_by": f"api:{key.id}",
        "idempotency_key": f"{key.id}:k1",
    }


async def test_the_same_idempotency_key_is_the_same_command(api, world):
    await world.add_station()
    headers = {"Idempotency-Key": "k1"}
    first, again = [await api.post(f"{COMMANDS}/reset", json={}, headers=headers) for _ in range(2)]
    assert first.json() == again.json()
    other = await api.post(f"{COMMANDS}/reset", json={"kind": "Immediate"}, headers=headers)
    assert other.status_code == 422
    assert other.json()["type"].endswith("idempotency-key-reused")
    assert len(world.dispatcher.asked) == 2


@pytest.mark.parametrize(
    ("query", "headers", "field"),
    [
        ("wait_s=121", {}, "wait_s"),
        ("wait_s=-1", {}, "wait_s"),
        ("wait_s=nan", {}, "wait_s"),
        ("ttl_s=0", {}, "ttl_s"),
        ("survives_reconnect=maybe", {}, "survives_reconnect"),
        ("", {"Idempotency-Key": "x" * 101}, "Idempotency-Key"),
        ("", {"Idempotency-Key": "with space"}, "Idempotency-Key"),
    ],
)
async def test_bad_options_name_their_field(api, world, query, headers, field):
    await world.add_station()
    answer = await api.post(f"{COMMANDS}/reset?{query}", json={}, headers=headers)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_station_that_does_not_exist_gets_no_command(api, world):
    assert (await api.post(f"{COMMANDS}/reset", json={})).status_code == 404
    assert world.dispatcher.asked == []


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (NeverConnected(), 409, "station-never-connected"),
        (StoreUnavailable("secret dsn"), 503, "unavailable"),
        (LocalProtocolError(ErrorCode.NOT_SUPPORTED, "no such call"), 400, "invalid-request"),
    ],
)
async def test_a_dispatchers_refusal_is_a_problem(api, world, error, status, kind):
    await world.add_station()
    world.dispatcher.error = error
    answer = await api.post(f"{COMMANDS}/reset", json={})
    assert answer.status_code == status
    assert answer.json()["type"].endswith(kind)
    assert "secret" not in answer.text


async def test_commands_are_listed_and_narrowed(api, world):
    await world.add_station("CS1")
    await world.add_station("CS2")
    await api.post(f"{COMMANDS}/reset", json={})
    world.dispatcher.script = {"state": CommandState.SENT}
    await api.post("/api/v1/stations/CS2/commands/clear-cache")

    async def found(**query):
        return sorted(item["station"] for item in (await api.get("/api/v1/commands", params=query)).json()["items"])

    assert await found() == ["CS1", "CS2"]
    assert await found(station="CS2") == ["CS2"]
    assert await found(state="accepted") == ["CS1"]
    assert await found(action="ClearCache") == ["CS2"]
    first = (await api.get("/api/v1/commands?limit=1")).json()
    assert first["next"] is not None
    wrong = await api.get("/api/v1/commands?state=lost")
    assert wrong.json()["errors"][0]["field"] == "state"


async def test_a_command_that_does_not_exist_is_not_found(api):
    assert (await api.get("/api/v1/commands/none")).status_code == 404


async def test_what_waits_to_be_sent_with_a_secret_is_shown_without_it(api, world):
    station = await world.add_station()
    payload = b'{"connectionData":{"basicAuthPassword":"hush-hush-hush-hush"},"location":"ftp://u:hush@h/f?hush"}'
    row = command("kept", station_id=station.id, payload=payload, survives_reconnect=True)
    await world.store.commit([CommandPut(row)])
    for path in ("", "/kept"):
        shown = (await api.get(f"/api/v1/commands{path}")).text
        assert "kept" in shown
        assert "hush" not in shown
