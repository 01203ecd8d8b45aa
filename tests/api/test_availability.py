"""What is wanted of a station's places, and what came of remote starts, over the interface."""

from datetime import UTC, datetime

from busbar.csms.records.availability import AvailabilityIntent
from busbar.csms.records.remote_starts import RemoteStart, StartState
from busbar.model.values import Place

NOW = datetime(2026, 5, 1, tzinfo=UTC)


async def test_what_is_wanted_is_ordered_and_shown__G03_FR_01(world, api) -> None:
    await world.add_station()
    body = {"operative": False, "evse": 1, "restore": True}
    assert (await api.put("/api/v1/stations/CS1/availability", json=body)).status_code == 200
    ((_, order, options),) = world.dispatcher.asked
    assert (order.operative, order.place) == (False, Place(1))
    assert options["idempotency_key"].startswith("restore:")
    await world.store.put(AvailabilityIntent(station_id=1, evse=1, connector=0, operative=False, wanted_at=NOW))
    (shown,) = (await api.get("/api/v1/stations/CS1/availability")).json()["items"]
    assert (shown["evse"], shown["operative"]) == (1, False)


async def test_remote_starts_are_listed_by_station_and_state__F01(world, api) -> None:
    await world.add_station()
    times = dict.fromkeys(("created_at", "answered_at", "waits_until"), NOW)
    row = {
        "station_id": 1,
        "remote_start_id": 1,
        "token": "A",
        "evse": None,
        "requested_by": "me",
        "status": "Accepted",
    }
    await world.store.insert(RemoteStart(id="a", state=StartState.ACCEPTED, **row, **times))
    await world.store.insert(RemoteStart(id="b", state=StartState.STARTED, **row, **times))
    found = (await api.get("/api/v1/remote-starts", params={"station": "CS1", "state": "started"})).json()["items"]
    assert [start["id"] for start in found] == ["b"]
