"""The message log over the interface."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.changes import ExchangeLogged
from busbar.csms.rows import Exchange

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


async def log(world, station_id, number, **fields):
    given = {"action": "Heartbeat", "request": b'[2,"1","Heartbeat",{}]'} | fields
    row = Exchange(
        station_id=station_id,
        epoch=1,
        at=NOON + timedelta(minutes=number),
        origin="station",
        message_id=str(number),
        **given,
    )
    await world.store.commit([ExchangeLogged(row)])


async def test_messages_are_shown_as_they_were_newest_first_to_the_end(api, world):
    row = await world.add_station()
    for number in range(5):
        await log(world, row.id, number, answer=b"[3]")
    await log(world, row.id, 5, request=b"\xff\x00broken", outcome="parked")
    found, cursor = [], None
    while True:
        page = (await api.get("/api/v1/messages", params={"limit": 4} | ({"cursor": cursor} if cursor else {}))).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [item["message_id"] for item in found] == ["5", "4", "3", "2", "1", "0"]
    assert found[0]["request"] == "\ufffd\x00broken"
    assert found[0]["answer"] is None
    assert found[1]["request"] == '[2,"1","Heartbeat",{}]'
    assert found[1]["answer"] == "[3]"
    assert found[1]["station"] == "CS1"


async def test_messages_are_narrowed(api, world):
    one, two = await world.add_station("CS1"), await world.add_station("CS2")
    await log(world, one.id, 1)
    await log(world, one.id, 2, action="MeterValues", outcome="parked")
    await log(world, two.id, 3)

    async def found(**query):
        return [item["message_id"] for item in (await api.get("/api/v1/messages", params=query)).json()["items"]]

    assert await found(station="CS1") == ["2", "1"]
    assert await found(action="MeterValues") == ["2"]
    assert await found(outcome="parked") == ["2"]
    assert await found(since="2026-05-01T12:02:00Z", until="2026-05-01T12:03:00Z") == ["2"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"action": "x" * 51}, "action"),
        ({"outcome": ""}, "outcome"),
        ({"since": "x"}, "since"),
        ({"limit": -1}, "limit"),
    ],
)
async def test_a_bad_query_names_its_field(api, query, field):
    answer = await api.get("/api/v1/messages", params=query)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_parked_message_is_replayed_by_the_node_that_holds_its_station(api, world):
    row = await world.add_station()
    await log(world, row.id, 1, outcome="parked")
    answer = await api.post("/api/v1/messages/1/replay")
    assert (answer.status_code, answer.json()) == (200, {"done": True, "result": "stored"})
    [(station, amendment)] = world.dispatcher.amended
    assert (station.id, amendment.exchange_id) == (row.id, 1)
    assert amendment.by.startswith("api:")


async def test_an_unknown_message_is_not_replayed(api, world):
    assert (await api.post("/api/v1/messages/1/replay")).status_code == 404
    assert world.dispatcher.amended == []
