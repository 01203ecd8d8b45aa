"""Raw calls: passed on as OCPP writes them, refused with the field that is wrong."""

import msgspec
import pytest

from busbar.csms.ports import RawCall
from busbar.csms.rows import CommandState
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode, LocalProtocolError

DEEP = b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
CALLS = "/api/v1/stations/CS1/calls"


async def test_a_call_is_passed_on_and_answered(api, world):
    await world.add_station()
    world.dispatcher.script = {"state": CommandState.ACCEPTED, "status": "Accepted", "answer": b'{"status":"Accepted"}'}
    payload = {"customData": {"vendorId": "x", "deep": [[1, {"a": None}]]}, "type": "OnIdle"}
    answer = await api.post(f"{CALLS}/Reset", json=payload)
    assert answer.status_code == 200
    assert answer.json()["action"] == "Reset"
    assert answer.json()["answer"] == {"status": "Accepted"}
    ((_, request, _),) = world.dispatcher.asked
    assert isinstance(request, RawCall)
    assert request.action == "Reset"
    assert msgspec.json.decode(request.payload) == payload


async def test_no_body_is_an_empty_payload(api, world):
    await world.add_station()
    assert (await api.post(f"{CALLS}/ClearCache")).status_code == 200
    assert world.dispatcher.asked[0][1].payload == b"{}"


@pytest.mark.parametrize(
    ("error", "field", "reason"),
    [
        (
            LocalProtocolError(ErrorCode.TYPE_CONSTRAINT_VIOLATION, "wrong type: evseId"),
            "payload.evseId",
            "wrong type",
        ),
        (LocalProtocolError(ErrorCode.FORMAT_VIOLATION, "unknown field"), "payload", "unknown field"),
        (LocalProtocolError(ErrorCode.FORMAT_VIOLATION, "unknown field", "x"), "payload.x", "unknown field"),
        (LocalProtocolError(ErrorCode.FORMAT_VIOLATION, "unknown field: evse", "x"), "payload.evse.x", "unknown field"),
        (LocalProtocolError(ErrorCode.NOT_IMPLEMENTED, "unknown action"), "action", "unknown action"),
    ],
)
async def test_a_payload_that_breaks_the_schema_names_its_field(api, world, error, field, reason):
    await world.add_station()
    world.dispatcher.error = error
    answer = await api.post(f"{CALLS}/Reset", json={})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": field, "reason": reason}]
    assert answer.json()["detail"] == f"OCPP {error.code.value}"


@pytest.mark.parametrize("action", ["Re-set", "x" * 51, "R%0A", "Réset"])
async def test_an_action_that_is_no_word_is_refused(api, world, action):
    await world.add_station()
    answer = await api.post(f"{CALLS}/{action}", json={})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "action"
    assert world.dispatcher.asked == []


@pytest.mark.parametrize("body", [b"[]", b"7", b'"x"', b"{", b'{"a":1e400}', b'{"a":NaN}', b"[" * 100_000, DEEP])
async def test_a_payload_that_is_no_object_is_refused(api, world, body):
    await world.add_station()
    answer = await api.post(f"{CALLS}/Reset", content=body)
    assert answer.status_code == 400
    assert world.dispatcher.asked == []


async def test_the_actions_of_the_stations_version_are_listed(api, world):
    await world.add_station("CS1", version=Version.V16)
    await world.add_station("CS2", version=Version.V21)
    old, new = [(await api.get(f"/api/v1/stations/{name}/calls")).json() for name in ("CS1", "CS2")]
    assert old["version"] == "1.6"
    assert "RemoteStartTransaction" in old["actions"]
    assert "RequestStartTransaction" in new["actions"]
    assert "DataTransfer" in new["actions"]
    assert "BootNotification" not in old["actions"] + new["actions"]


async def test_a_station_that_never_connected_has_no_version(api, world):
    await world.add_station(version=None)
    assert (await api.get(CALLS)).json()["type"].endswith("station-never-connected")


async def test_a_key_of_another_action_is_refused_also_after_a_restart(api, world):
    await world.add_station()
    headers = {"Idempotency-Key": "k1"}
    await api.post(f"{CALLS}/Reset", json={"type": "OnIdle"}, headers=headers)
    world.app.state.backend.replays._seen.clear()
    assert (await api.post(f"{CALLS}/Reset", json={"type": "OnIdle"}, headers=headers)).status_code == 200
    world.app.state.backend.replays._seen.clear()
    assert (await api.post(f"{CALLS}/ClearCache", headers=headers)).status_code == 422


@pytest.mark.parametrize("body", [b"[]", b"7"])
async def test_a_payload_that_is_no_object_is_named_as_the_body(api, world, body):
    await world.add_station()
    answer = await api.post(f"{CALLS}/Reset", content=body)
    assert answer.json()["errors"][0]["field"] == "body"
