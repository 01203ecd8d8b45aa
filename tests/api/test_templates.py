"""Templates are kept, compared with stations and applied to them."""

import pytest

from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.templates import Drift, Template
from busbar.csms.services.device_model import path
from busbar.model.orders import SetVariables, VariableName
from tests.api.conftest import NOON

TEMPLATES = "/api/v1/templates"
NAME = VariableName(variable="Interval", component="C")
BODY = {
    "name": "fast",
    "vendor": "Acme",
    "values": [
        {"component": "C", "variable": "Interval", "value": "60"},
        {"component": "C", "variable": "Other", "value": "1"},
    ],
    "watched": True,
}


async def know(world, value: str, station_id: int = 1) -> None:
    await world.store.put(
        ModelValue(station_id=station_id, path=path(NAME), attribute="Actual", value=value, at=NOON, source="read")
    )


async def test_a_template_is_added_shown_replaced_and_removed(api, world) -> None:
    added = await api.post(TEMPLATES, json=BODY)
    assert (added.status_code, added.headers["Location"]) == (201, f"{TEMPLATES}/1")
    assert (await api.get(f"{TEMPLATES}/1")).json() == added.json()
    assert [item["name"] for item in (await api.get(TEMPLATES)).json()["items"]] == ["fast"]
    replaced = await api.put(f"{TEMPLATES}/1", json=BODY | {"on_boot": True, "vendor": None})
    assert (replaced.json()["on_boot"], replaced.json()["vendor"]) == (True, None)
    assert (await api.delete(f"{TEMPLATES}/1")).status_code == 204
    assert await world.store.find(Template) == []
    for answer in (await api.get(f"{TEMPLATES}/1"), await api.delete(f"{TEMPLATES}/1")):
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "values",
    [
        [],
        [{"variable": "a", "value": "1"}, {"variable": "A", "value": "2"}],
        [{"component": "SecurityCtrlr", "variable": "BasicAuthPassword", "value": "x"}],
    ],
)
async def test_a_template_names_each_variable_once_and_no_secret(api, values) -> None:
    assert (await api.post(TEMPLATES, json=BODY | {"values": values})).status_code == 400


async def test_a_name_is_taken_once(api) -> None:
    await api.post(TEMPLATES, json=BODY)
    assert (await api.post(TEMPLATES, json=BODY)).status_code == 409
    other = await api.post(TEMPLATES, json=BODY | {"name": "other"})
    assert (await api.put(other.headers["Location"], json=BODY)).status_code == 409


async def test_a_template_is_applied_where_a_station_differs(api, world) -> None:
    await world.add_station()
    await know(world, "60.0")
    await api.post(TEMPLATES, json=BODY)
    differences = (await api.get(f"{TEMPLATES}/1/differences/CS1")).json()
    assert [(item["variable"], item["wanted"], item["known"]) for item in differences] == [("Other", "1", False)]
    answer = await api.post(f"{TEMPLATES}/1/applications/CS1")
    assert (answer.status_code, answer.json()["complete"]) == (200, True)
    ((_, order, _),) = world.dispatcher.asked
    assert order == SetVariables(values=[(VariableName(component="C", variable="Other"), "1")])


async def test_a_station_that_does_not_differ_is_left_alone(api, world) -> None:
    await world.add_station()
    await know(world, "60")
    await api.post(TEMPLATES, json=BODY | {"values": BODY["values"][:1]})
    answer = (await api.post(f"{TEMPLATES}/1/applications/CS1")).json()
    assert (answer["complete"], answer["commands"], world.dispatcher.asked) == (True, [], [])


async def test_drifts_are_listed_by_station_and_template(api, world) -> None:
    station = await world.add_station()
    for number in (1, 2):
        await world.store.put(Drift(template_id=number, station_id=station.id, paths=[path(NAME)], since=NOON))
    items = (await api.get("/api/v1/drifts?template_id=2")).json()["items"]
    assert [(item["template_id"], item["station"], item["variables"]) for item in items] == [(2, "CS1", [path(NAME)])]
    assert len((await api.get("/api/v1/drifts?station=CS1")).json()["items"]) == 2


async def test_a_template_is_for_a_site_that_is_there(api) -> None:
    body = {"name": "T", "site_id": 9, "values": [{"variable": "A", "value": "1"}]}
    assert (await api.post("/api/v1/templates", json=body)).json()["errors"][0]["field"] == "site_id"
    assert (await api.post("/api/v1/templates", json=body | {"site_id": None})).status_code == 201
    assert (await api.put("/api/v1/templates/1", json=body)).json()["errors"][0]["field"] == "site_id"
