"""Messages on displays over REST: each route is the right order, and the list is what a station holds."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.records.displays import DisplayMessage
from busbar.model import display
from busbar.model.display import DisplayState, Message, Priority, Screen
from busbar.model.tariffs import Text, TextFormat

STATION = "/api/v1/stations/CS1"
NOW = datetime.now(UTC)


async def test_a_message_gets_a_number_of_ours__O01(world, api):
    await world.add_station()
    for _ in range(2):
        answer = await api.post(f"{STATION}/commands/display-message", json={"text": {"content": "Hello"}})
        assert answer.status_code == 200
    orders = [asked[1] for asked in world.dispatcher.asked]
    assert orders == [
        display.ShowMessage(message=Message(id=n, priority=Priority.NORMAL_CYCLE, text=Text(content="Hello")))
        for n in (1, 2)
    ]


async def test_all_that_a_message_has_is_told__O02_O06(world, api):
    await world.add_station()
    body = {
        "id": 9,
        "text": {"content": "Hi", "format": "HTML", "language": "en-US"},
        "priority": "AlwaysFront",
        "state": "Charging",
        "starts_at": "2026-05-01T12:00:00+02:00",
        "ends_at": "2026-05-01T11:00:00Z",
        "transaction_id": "tx",
        "extra": [{"content": "Hallo", "language": "de"}],
        "screen": {"name": "Display", "evse": 1},
    }
    assert (await api.post(f"{STATION}/commands/display-message", json=body)).status_code == 200
    assert world.dispatcher.asked[0][1].message == Message(
        id=9,
        priority=Priority.ALWAYS_FRONT,
        text=Text(content="Hi", format=TextFormat.HTML, language="en-US"),
        state=DisplayState.CHARGING,
        starts_at=datetime(2026, 5, 1, 10, tzinfo=UTC),
        ends_at=datetime(2026, 5, 1, 11, tzinfo=UTC),
        transaction_id="tx",
        extra=(Text(content="Hallo", language="de"),),
        screen=Screen(name="Display", evse=1),
    )


async def test_asking_and_clearing_are_orders__O03_O04_O05(world, api):
    await world.add_station()
    await api.post(f"{STATION}/commands/ask-display-messages", json={})
    await api.post(
        f"{STATION}/commands/ask-display-messages", json={"ids": [3], "priority": "InFront", "state": "Idle"}
    )
    await api.post(f"{STATION}/display-messages/3/clear")
    assert [asked[1] for asked in world.dispatcher.asked] == [
        display.AskMessages(request_id=1),
        display.AskMessages(request_id=2, ids=[3], priority=Priority.IN_FRONT, state=DisplayState.IDLE),
        display.ClearMessage(id=3),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": {"content": ""}},
        {"text": {"content": "x" * 1025}},
        {"text": {"content": "x", "language": "not a language"}},
        {"text": {"content": "x"}, "id": -1},
        {"text": {"content": "x"}, "extra": [{"content": "x"}] * 5},
        {"text": {"content": "x"}, "more": 1},
    ],
)
async def test_bad_input_sends_nothing(world, api, body):
    await world.add_station()
    assert (await api.post(f"{STATION}/commands/display-message", json=body)).status_code == 400
    assert not world.dispatcher.asked


async def test_the_list_is_what_stands(world, api):
    station = await world.add_station()
    await world.add_session(station.id, 1, transaction_id="over", ended_at=NOW)
    for number, more in enumerate(({}, {"ends_at": NOW - timedelta(days=1)}, {"transaction_id": "over"}), 1):
        message = Message(id=number, priority=Priority.IN_FRONT, text=Text(content="x"), **more)
        await world.store.put(
            DisplayMessage(
                station_id=station.id, message_id=number, held=True, status="Accepted", at=NOW, message=message
            )
        )
    items = (await api.get(f"{STATION}/display-messages")).json()["items"]
    assert [(item["id"], item["held"], item["message"]["text"]["content"]) for item in items] == [(1, True, "x")]
