"""Stations over the interface."""

import asyncio

import pytest

from busbar.csms.grants import Role
from busbar.csms.records.security import StationSecurity
from busbar.csms.services.credentials import hash_secret
from busbar.model.values import ConnectorStatus

KEY = b"k" * 32


async def test_a_station_gets_a_password_that_is_shown_once(api, world):
    answer = await api.post("/api/v1/stations", json={"identity": "CS-1"})
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/stations/CS-1"
    password = answer.json()["password"]
    row = await world.store.station("CS-1")
    assert row.secret == hash_secret(KEY, password.encode())
    shown = await api.get("/api/v1/stations/cs-1")
    assert shown.json()["identity"] == "CS-1"
    assert shown.json()["has_password"] is True
    assert password not in shown.text


async def test_a_given_password_is_taken_and_replaced(api, world):
    body = {"identity": "CS1", "password": "correct.horse-battery", "registration": "Pending"}
    assert (await api.post("/api/v1/stations", json=body)).json()["password"] == body["password"]
    assert (await world.store.station("CS1")).registration == "Pending"
    given = await api.post("/api/v1/stations/CS1/password", json={"password": "another.password"})
    assert given.json() == {"identity": "CS1", "password": "another.password"}
    made = (await api.post("/api/v1/stations/CS1/password")).json()["password"]
    assert (await world.store.station("CS1")).secret == hash_secret(KEY, made.encode())


async def test_each_made_password_is_another_that_every_version_takes(api):
    made = {(await api.post("/api/v1/stations", json={"identity": f"CS{n}"})).json()["password"] for n in range(9)}
    assert len(made) == 9
    assert all(len(bytes.fromhex(password)) == 16 for password in made)


async def test_a_station_is_changed_and_its_node_is_told(api, world):
    told = []

    async def hear(data):
        told.append(data)

    row = await world.add_station()
    site = await world.store.add_site("North")
    await world.bus.subscribe(f"busbar.changed.station.{row.id}", hear)
    answer = await api.patch("/api/v1/stations/CS1", json={"site_id": site.id, "registration": "Rejected"})
    assert answer.json()["site_id"] == site.id
    assert answer.json()["registration"] == "Rejected"
    answer = await api.patch("/api/v1/stations/CS1", json={"site_id": None})
    assert answer.json()["site_id"] is None
    assert answer.json()["registration"] == "Rejected"
    async with asyncio.timeout(5):
        while len(told) < 2:
            await asyncio.sleep(0)


async def test_an_identity_is_unique_without_regard_to_case(api):
    await api.post("/api/v1/stations", json={"identity": "CS1"})
    answer = await api.post("/api/v1/stations", json={"identity": "cs1"})
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "identity"


async def test_a_station_is_removed_unless_it_has_sessions(api, world):
    row = await world.add_station()
    await world.add_session(row.id, 1)
    answer = await api.delete("/api/v1/stations/CS1")
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "transactions"
    await world.add_station("CS2")
    assert (await api.delete("/api/v1/stations/CS2")).status_code == 204
    assert (await api.get("/api/v1/stations/CS2")).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "identity"),
        ({"identity": ""}, "identity"),
        ({"identity": "x" * 49}, "identity"),
        ({"identity": "a:b"}, "identity"),
        ({"identity": "a/b"}, "identity"),
        ({"identity": ".."}, "identity"),
        ({"identity": "..."}, "identity"),
        ({"identity": "a\nb"}, "identity"),
        ({"identity": "a\n"}, "identity"),
        ({"identity": "a", "password": "short"}, "password"),
        ({"identity": "a", "password": "x" * 41}, "password"),
        ({"identity": "a", "password": "with a space inside"}, "password"),
        ({"identity": "a", "registration": "Perhaps"}, "registration"),
        ({"identity": "a", "site_id": 99}, "site_id"),
        ({"identity": "a", "site_id": 2**31}, "site_id"),
        ({"identity": "a", "secret": "x"}, "secret"),
    ],
)
async def test_bad_input_names_its_field_and_adds_nothing(api, world, body, field):
    answer = await api.post("/api/v1/stations", json=body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await world.store.totals())["stations"] == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"7"])
async def test_a_body_that_is_no_object_is_refused(api, body):
    answer = await api.post("/api/v1/stations", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "body"


async def test_stations_are_listed_with_connectors_and_filtered(api, world):
    site = await world.store.add_site("North")
    one = await world.add_station("A1", site_id=site.id)
    await world.add_station("A2", version=None)
    await world.add_station("B1")
    await world.add_connector(one.id, 2, ConnectorStatus.FAULTED)
    await world.add_connector(one.id, 1, ConnectorStatus.AVAILABLE)

    async def listed(**query):
        answer = await api.get("/api/v1/stations", params=query)
        return [item["identity"] for item in answer.json()["items"]]

    assert await listed() == ["A1", "A2", "B1"]
    assert await listed(q="a") == ["A1", "A2"]
    assert await listed(online="false") == ["A2"]
    assert await listed(site_id=site.id) == ["A1"]
    first = (await api.get("/api/v1/stations?limit=1")).json()
    assert [(place["evse"], place["status"]) for place in first["items"][0]["connectors"]] == [
        (1, "Available"),
        (2, "Faulted"),
    ]
    assert first["next"] is not None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("cursor=broken", "cursor"),
        ("cursor=" + "x" * 2001, "cursor"),
        ("online=perhaps", "online"),
        ("site_id=0", "site_id"),
        ("q=" + "x" * 256, "q"),
    ],
)
async def test_a_bad_query_names_its_field(api, query, field):
    answer = await api.get(f"/api/v1/stations?{query}")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_the_node_knows_a_station_before_the_answer_leaves(world, api):
    answer = await api.post("/api/v1/stations", json={"identity": "CS-NEW"})
    assert answer.status_code == 201
    row = await world.store.station("CS-NEW")
    assert world.dispatcher.changed == [row.id]


async def test_what_is_kept_of_a_station_that_somebody_of_its_site_removes_goes_too(api, world):
    site = await world.store.add_site("North")
    station = await world.add_station(site_id=site.id)
    await world.store.put(StationSecurity(station_id=station.id, profile=2))
    answer = await api.delete("/api/v1/stations/CS1", headers=await world.proof(Role.OPERATOR, site.id))
    assert answer.status_code == 204
    assert await world.store.find(StationSecurity) == []
