"""Streams are shown with the rate they have now, and adjusted."""

import pytest

from busbar.csms.records.monitoring import EventStream, StreamAdjustment, StreamedValue
from busbar.model.monitoring import AdjustStream, GetStreams, StreamRate
from tests.api.conftest import NOON

BASE = "/api/v1/stations/CS1"


async def fill(world) -> None:
    station = await world.add_station()
    await world.store.put(
        EventStream(
            station_id=station.id, id=1, monitor_id=9, path="p", interval_s=60, values=5, open=True, opened_at=NOON
        )
    )
    await world.store.put(
        StreamAdjustment(station_id=station.id, id=1, interval_s=30, values=None, at=NOON.replace(hour=13))
    )
    for minute in (1, 2):
        await world.store.insert(
            StreamedValue(
                station_id=station.id,
                stream_id=1,
                monitor_id=9,
                at=NOON.replace(minute=minute),
                received_at=NOON,
                value=str(minute),
            )
        )


async def test_a_stream_is_shown_with_its_rate(api, world) -> None:
    await fill(world)
    (stream,) = (await api.get(f"{BASE}/event-streams")).json()["items"]
    assert (stream["open"], stream["interval_s"], stream["values"]) == (True, 30, 5)


async def test_the_values_of_a_stream_are_shown_newest_first(api, world) -> None:
    await fill(world)
    items = (await api.get(f"{BASE}/event-streams/1/values")).json()["items"]
    assert [item["value"] for item in items] == ["2", "1"]
    assert (await api.get(f"{BASE}/event-streams/2/values")).json()["items"] == []


@pytest.mark.parametrize(
    ("route", "body", "order"),
    [
        ("get-event-streams", None, GetStreams()),
        ("adjust-event-stream", {"id": 1, "interval_s": 5}, AdjustStream(id=1, rate=StreamRate(interval_s=5))),
    ],
)
async def test_an_order_is_sent__N12__N14(api, world, route: str, body, order) -> None:
    await world.add_station()
    assert (await api.post(f"{BASE}/commands/{route}", json=body)).status_code == 200
    assert [asked for _, asked, _ in world.dispatcher.asked] == [order]


async def test_an_adjustment_to_nothing_is_refused(api, world) -> None:
    await world.add_station()
    assert (await api.post(f"{BASE}/commands/adjust-event-stream", json={"id": 1})).status_code == 400
    assert world.dispatcher.asked == []
