"""How all is now, as the interface shows it."""

import pytest

from busbar.model.values import ConnectorStatus


async def test_the_overview_counts_by_state_and_names_faults(api, world):
    station = await world.add_station("CS1")
    await world.add_station("CS2", version=None)
    await world.add_connector(station.id, 1, ConnectorStatus.FAULTED)
    await world.add_connector(station.id, 2, ConnectorStatus.CHARGING)
    await world.add_session(station.id, 1, power_w=7000.0, energy_wh=100.0)
    answer = (await api.get("/api/v1/overview", params={"since": "2026-05-01T12:00:00Z"})).json()
    assert (answer["stations"], answer["online"], answer["pending"]) == (2, 1, 0)
    assert answer["connectors"] == {"Faulted": 1, "Charging": 1}
    assert (answer["active_sessions"], answer["power_w"], answer["begun"], answer["energy_wh"]) == (1, 7000, 1, 100)
    assert [fault["station"] for fault in answer["faults"]] == ["CS1"]
    later = (await api.get("/api/v1/overview", params={"since": "2026-05-01T14:10:00+02:00"})).json()
    assert (later["active_sessions"], later["begun"]) == (1, 0)


@pytest.mark.parametrize("since", ["2026-05-01T12:00:00", "0001-01-01T00:00:00+10:00", "x"])
async def test_the_overview_wants_a_time_with_its_zone(api, since):
    assert (await api.get("/api/v1/overview", params={"since": since})).status_code == 400
