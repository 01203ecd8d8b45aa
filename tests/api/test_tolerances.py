"""Tolerances over REST: of a station or of a vendor's model; what was mended is listed."""

from datetime import UTC, datetime

import pytest

from busbar.csms.records.tolerances import Violation

TOLERANCES = "/api/v1/tolerances"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


async def test_a_tolerance_is_added_listed_and_removed(world, api) -> None:
    await world.add_station()
    made = await api.post(TOLERANCES, json={"station": "cs1"})
    assert made.status_code == 201, made.text
    assert (await api.post(TOLERANCES, json={"vendor": "Acme", "model": "One"})).status_code == 201
    items = (await api.get(TOLERANCES)).json()["items"]
    assert [(one["station"], one["vendor"], one["model"]) for one in items] == [
        ("CS1", None, None),
        (None, "Acme", "One"),
    ]
    assert (await api.delete(made.headers["location"])).status_code == 204
    assert (await api.delete(made.headers["location"])).status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"station": "CS1", "vendor": "V"}, {"station": "CS1", "model": "M"}, {"model": "M"}]
)
async def test_a_tolerance_is_about_a_station_or_a_vendor(world, api, body) -> None:
    await world.add_station()
    assert (await api.post(TOLERANCES, json=body)).status_code == 400
    assert (await api.post(TOLERANCES, json={"station": "nobody"})).status_code == 404


async def test_what_was_mended_is_listed_by_station(world, api) -> None:
    station = await world.add_station()
    await world.store.insert(
        Violation(station_id=station.id, action="StatusNotification", fix="cut: info", first_at=NOON)
    )
    (item,) = (await api.get("/api/v1/violations", params={"station": "CS1"})).json()["items"]
    assert (item["station"], item["action"], item["fix"]) == ("CS1", "StatusNotification", "cut: info")
