"""Routes of stations' security: what may be set, what is sent, what is listed."""

import msgspec
import pytest

from busbar.api.security import Connection, _fill
from busbar.csms.ports import NeverConnected, RawCall
from busbar.csms.records.security import EventOrigin, Refusal, SecurityEvent, StationSecurity
from busbar.csms.rows import CommandState
from busbar.csms.services.credentials import hash_secret
from busbar.model.orders import Reset, SetVariables
from busbar.model.versions import Version
from busbar.protocol.codec import decode_request
from tests.api.conftest import KEY, NOON

URL = "/api/v1/stations/CS1/security"
CERTIFIED = {"certificate_name": "SN1", "certificate_organisation": "Operator"}


async def row(world) -> StationSecurity:
    return (await world.store.find(StationSecurity))[0]


async def test_a_station_has_profile_1_as_long_as_nobody_says_otherwise(api, world):
    await world.add_station()
    assert (await api.get(URL)).json() == {
        "profile": 1,
        "pending_profile": None,
        "pending_password": False,
        "downgrade_allowed": False,
        "expired_allowed": False,
        "certificate_name": None,
        "certificate_organisation": None,
        "name_rule": "equals",
    }


async def test_a_profile_and_a_certificate_are_set_and_told(api, world):
    station = await world.add_station()
    answer = await api.patch(URL, json={"profile": 3, **CERTIFIED})
    assert answer.status_code == 200
    assert answer.json() | CERTIFIED == answer.json()
    assert (await row(world)).profile == 3
    assert station.id in world.dispatcher.changed
    assert (await api.patch(URL, json={"name_rule": "contains"})).json()["profile"] == 3


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ({"profile": 2}, {"profile": 1}),
        ({"profile": 3, **CERTIFIED}, {"profile": 2}),
        ({"profile": 1}, {"profile": 0}),
        ({"profile": 1}, {"profile": 3}),
        ({"profile": 3, **CERTIFIED}, {"certificate_name": None}),
    ],
)
async def test_a_profile_is_not_lowered_and_not_set_without_what_it_takes__A05_FR_07(api, world, before, body):
    station = await world.add_station(version=Version.V16)
    await world.store.put(StationSecurity(station_id=station.id, **before))
    answer = await api.patch(URL, json=body)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "conflict")
    assert (await row(world)).profile == before["profile"]


async def test_a_profile_is_lowered_where_that_is_allowed_or_the_device_was_replaced(api, world):
    station = await world.add_station(version=Version.V16)
    await world.store.put(StationSecurity(station_id=station.id, profile=3, **CERTIFIED))
    assert (await api.patch(URL, json={"profile": 2, "downgrade_allowed": True})).json()["profile"] == 2
    assert (await api.patch(URL, json={"profile": 0, "replaced": True})).json()["profile"] == 0


async def test_profile_0_is_not_for_2_x(api, world):
    await world.add_station(version=Version.V201)
    assert (await api.patch(URL, json={"profile": 0, "replaced": True})).status_code == 409


async def test_a_certificate_is_of_one_station__A00_FR_427(api, world):
    await world.add_station()
    await world.add_station("CS2")
    assert (await api.patch(URL, json=CERTIFIED)).status_code == 200
    assert (await api.patch("/api/v1/stations/CS2/security", json=CERTIFIED)).status_code == 409


async def test_a_new_password_is_pending_then_sent_then_counts__A01_FR_03(api, world):
    station = await world.add_station()
    answer = await api.post(f"{URL}/password", json={"password": "correct.horse-battery"})
    assert answer.status_code == 200
    assert "correct.horse" not in answer.text
    [(_, order, _)] = world.dispatcher.asked
    assert order.values[0][1] == "correct.horse-battery"
    assert (await row(world)).secret == hash_secret(KEY, b"correct.horse-battery")
    assert station.id in world.dispatcher.changed


async def test_a_made_password_is_random_and_spelt_for_the_version(api, world):
    await world.add_station(version=Version.V16)
    for _ in range(2):
        assert (await api.post(f"{URL}/password")).status_code == 200
    first, second = (order.values[0] for _, order, _ in world.dispatcher.asked)
    assert (first[0].variable, len(bytes.fromhex(first[1]))) == ("AuthorizationKey", 16)
    assert first[1] != second[1]


async def test_a_refused_password_changes_nothing__A01_FR_04(api, world):
    await world.add_station()
    world.dispatcher.script = {"state": CommandState.REJECTED, "status": "Rejected"}
    assert (await api.post(f"{URL}/password")).json()["state"] == "rejected"
    assert ((await row(world)).secret, (await row(world)).pending_secret) == (None, None)


async def test_a_second_change_of_the_password_waits_for_the_first(api, world):
    await world.add_station()
    world.dispatcher.script = {"state": CommandState.TIMED_OUT}
    assert (await api.post(f"{URL}/password")).status_code == 504
    assert (await api.get(URL)).json()["pending_password"] is True
    assert (await api.post(f"{URL}/password")).status_code == 409
    assert (await api.delete(f"{URL}/pending")).status_code == 204
    world.dispatcher.script = {"state": CommandState.ACCEPTED, "status": "Accepted"}
    assert (await api.post(f"{URL}/password")).status_code == 200


async def test_a_change_that_cannot_be_sent_is_not_pending(api, world):
    await world.add_station()
    world.dispatcher.error = NeverConnected("CS1")
    assert (await api.post(f"{URL}/password")).status_code == 409
    assert (await row(world)).pending_secret is None
    assert (await api.post(f"{URL}/password?survives_reconnect=true")).status_code == 400


async def test_the_same_key_is_the_same_change(api, world):
    await world.add_station()
    headers = {"Idempotency-Key": "k"}
    first, second = [await api.post(f"{URL}/password", headers=headers) for _ in range(2)]
    assert first.json() == second.json()
    assert len(world.dispatcher.asked) == 1


async def with_password(world, version: Version) -> None:
    station = await world.add_station(version=version)
    await world.store.set_station_secret(station.id, b"secret")


async def test_a_2_x_station_is_told_by_its_slots__TC_A_19(api, world):
    await with_password(world, Version.V201)
    connection = {"url": "wss://csms.example/ocpp"}
    body = {"profile": 2, "slot": 1, "fallback": [0], "connection": connection, "reset": True}
    assert (await api.post(f"{URL}/profile", json=body)).status_code == 200
    fill, use, reset = (order for _, order, _ in world.dispatcher.asked)
    assert isinstance(fill, RawCall)
    sent = msgspec.json.decode(fill.payload)
    assert (sent["configurationSlot"], sent["connectionData"]["securityProfile"]) == (1, 2)
    assert isinstance(use, SetVariables)
    assert use.values[0][1] == "1,0"
    assert isinstance(reset, Reset)
    assert (await api.get(URL)).json()["pending_profile"] == 2
    assert (await api.get(URL)).json()["profile"] == 1


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_the_slot_is_filled_by_what_every_version_takes(version):
    made = _fill(1, 2, Connection(url="wss://csms.example/ocpp"))
    assert decode_request(version, made.action, made.payload).connection_data.security_profile == 2


async def test_a_1_6_station_is_told_the_profile__TC_083(api, world):
    await with_password(world, Version.V16)
    assert (await api.post(f"{URL}/profile", json={"profile": 2, "reset": True})).status_code == 200
    change, reset = (order for _, order, _ in world.dispatcher.asked)
    assert (change.values[0][0].variable, change.values[0][1]) == ("SecurityProfile", "2")
    assert reset.kind == "Immediate"


async def test_a_refused_profile_is_not_pending_and_the_steps_end(api, world):
    await with_password(world, Version.V201)
    world.dispatcher.script = {"state": CommandState.REJECTED, "status": "Rejected"}
    body = {"profile": 2, "slot": 1, "connection": {"url": "wss://csms.example/ocpp"}, "reset": True}
    assert (await api.post(f"{URL}/profile", json=body)).json()["state"] == "rejected"
    assert len(world.dispatcher.asked) == 1
    assert (await api.get(URL)).json()["pending_profile"] is None


@pytest.mark.parametrize(
    ("body", "status"),
    [({"profile": 1}, 409), ({"profile": 3, "slot": 1}, 409), ({"profile": 2}, 400), ({"profile": 0, "slot": 1}, 400)],
)
async def test_a_profile_that_may_not_be_is_not_sent(api, world, body, status):
    await with_password(world, Version.V201)
    if body == {"profile": 1}:
        body["slot"] = 1
    assert (await api.post(f"{URL}/profile", json=body)).status_code == status
    assert not world.dispatcher.asked


async def test_events_are_listed_and_narrowed_down(api, world):
    station = await world.add_station()
    for number, (origin, kind) in enumerate([(EventOrigin.STATION, "A"), (EventOrigin.CSMS, "B")]):
        await world.store.insert(
            SecurityEvent(
                station_id=station.id * number,
                origin=origin,
                type=kind,
                critical=number == 1,
                at=NOON,
                received_at=NOON,
                info="i",
            )
        )
    url = "/api/v1/security-events"
    items = (await api.get(url)).json()["items"]
    assert [(item["type"], item["station"]) for item in items] == [("B", "CS1"), ("A", None)]
    for query in ("type=B", "critical=true", "origin=csms", "station=CS1"):
        found = (await api.get(f"{url}?{query}")).json()["items"]
        assert [item["type"] for item in found] == ["B"]
    assert (await api.get(f"{url}?until=2026-01-01T00:00:00Z")).json()["items"] == []
    page = (await api.get(f"{url}?limit=1")).json()
    assert [item["type"] for item in (await api.get(f"{url}?cursor={page['next']}")).json()["items"]] == ["A"]


async def test_refusals_are_listed_with_their_reasons(api, world):
    station = await world.add_station()
    for station_id, identity in ((0, "NOBODY"), (station.id, "CS1")):
        await world.store.put(
            Refusal(
                station_id=station_id,
                reason="wrong password",
                status=401,
                count=3,
                first_at=NOON,
                last_at=NOON,
                address="10.0.0.1",
                identity=identity,
            )
        )
    items = (await api.get("/api/v1/refused-connections")).json()["items"]
    assert [(item["station"], item["identity"], item["count"]) for item in items] == [
        (None, "NOBODY", 3),
        ("CS1", "CS1", 3),
    ]
    assert len((await api.get("/api/v1/refused-connections?station=CS1")).json()["items"]) == 1


async def test_a_station_may_be_added_with_tls_and_takes_its_security_with_it(api, world):
    assert (await api.post("/api/v1/stations", json={"identity": "CS1", "security_profile": 2})).status_code == 201
    assert (await row(world)).profile == 2
    assert (await api.delete("/api/v1/stations/CS1")).status_code == 204
    assert not await world.store.find(StationSecurity)


async def test_the_operators_password_counts_alone(api, world):
    station = await world.add_station()
    await world.store.put(StationSecurity(station_id=station.id, secret=b"a", pending_secret=b"b", retired_secret=b"c"))
    await api.post("/api/v1/stations/CS1/password")
    kept = await row(world)
    assert (kept.secret, kept.pending_secret, kept.retired_secret) == (None, None, None)


async def test_a_password_that_is_sent_otherwise_counts_too__A01_FR_03(api, world):
    await world.add_station()
    name = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    body = {"setVariableData": [name | {"attributeValue": "correct.horse-battery"}]}
    answer = await api.post("/api/v1/stations/CS1/calls/SetVariables", json=body)
    assert answer.status_code == 200
    assert (await row(world)).secret == hash_secret(KEY, b"correct.horse-battery")
    later = await api.post("/api/v1/stations/CS1/calls/SetVariables?survives_reconnect=true", json=body)
    assert later.status_code == 409


async def test_a_slot_with_a_higher_profile_is_pending_once_it_is_written__TC_A_19(api, world):
    await with_password(world, Version.V201)
    data = msgspec.json.decode(_fill(1, 2, Connection(url="wss://csms.example/ocpp")).payload)
    for profile, pending in ((1, None), (2, 2), (2, 2)):
        data["connectionData"]["securityProfile"] = profile
        assert (await api.post("/api/v1/stations/CS1/calls/SetNetworkProfile", json=data)).status_code == 200
        assert (await api.get(URL)).json()["pending_profile"] == pending
    assert len(world.dispatcher.asked) == 3


async def test_a_1_6_profile_is_not_lowered_by_a_setting__A00_FR_005(api, world):
    await with_password(world, Version.V16)
    url, body = "/api/v1/stations/CS1/calls/ChangeConfiguration", {"key": "SecurityProfile", "value": "1"}
    assert (await api.post(url, json=body)).status_code == 409
    assert (await api.post(url, json=body | {"value": "2"})).status_code == 200
    assert (await api.get(URL)).json()["pending_profile"] == 2
