"""Events of variables are listed, newest first, by what they are about."""

import pytest

from busbar.csms.records.monitoring import StationEvent
from tests.api.conftest import NOON

EVENTS = "/api/v1/station-events"


async def fill(world) -> None:
    for identity in ("CS1", "CS2"):
        station = await world.add_station(identity)
        for number, severity in ((1, 2), (2, None), (3, 8)):
            await world.store.insert(
                StationEvent(
                    station_id=station.id,
                    event_id=number,
                    at=NOON.replace(minute=number),
                    received_at=NOON,
                    trigger="Delta",
                    origin="CustomMonitor",
                    path="p",
                    component="EVSE" if number == 1 else "Connector",
                    component_instance=None,
                    variable="Power",
                    variable_instance=None,
                    evse=1,
                    connector=None,
                    value="1",
                    cause=None,
                    tech_code=None,
                    tech_info=None,
                    cleared=False,
                    transaction_id=None,
                    monitor_id=None,
                    severity=severity,
                )
            )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("station=CS1", [3, 2, 1]),
        ("station=CS1&component=EVSE", [1]),
        ("station=CS1&variable=Power&severity=2", [1]),
        ("station=CS1&since=2026-05-01T12:02:00Z", [3, 2]),
        ("station=CS1&until=2026-05-01T12:02:00Z", [1]),
        ("station=CS1&variable=Other", []),
    ],
)
async def test_events_are_found(api, world, query: str, found: list[int]) -> None:
    await fill(world)
    items = (await api.get(f"{EVENTS}?{query}")).json()["items"]
    assert [item["event_id"] for item in items] == found
    assert {item["station"] for item in items} <= {"CS1"}


async def test_events_of_all_stations_are_paged(api, world) -> None:
    await fill(world)
    first = (await api.get(f"{EVENTS}?limit=4")).json()
    second = (await api.get(f"{EVENTS}?limit=4&cursor={first['next']}")).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (4, 2, None)
    assert (await api.get(f"{EVENTS}?station=nobody")).status_code == 400
