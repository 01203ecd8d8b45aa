"""Sites over the interface."""

import pytest


async def add(api, name, **fields):
    answer = await api.post("/api/v1/sites", json={"name": name, **fields})
    assert answer.status_code == 201
    return answer


async def test_a_site_is_added_shown_changed_and_removed(api):
    answer = await add(api, "North", timezone="Europe/Vienna", address="Main Street 1")
    where = answer.headers["location"]
    assert where == f"/api/v1/sites/{answer.json()['id']}"
    assert (await api.get(where)).json() == answer.json()
    changed = await api.patch(where, json={"name": "South"})
    assert changed.json() == answer.json() | {"name": "South"}
    assert (await api.get(where)).json()["name"] == "South"
    assert (await api.delete(where)).status_code == 204
    assert (await api.get(where)).status_code == 404
    assert (await api.delete(where)).status_code == 404


async def test_a_name_is_unique(api):
    await add(api, "North")
    second = (await add(api, "South")).headers["location"]
    for answer in (
        await api.post("/api/v1/sites", json={"name": "North"}),
        await api.patch(second, json={"name": "North"}),
    ):
        assert answer.status_code == 409
        assert answer.json()["errors"][0]["field"] == "name"


async def test_a_site_with_stations_stays(api, world):
    site = (await add(api, "North")).json()
    await world.add_station(site_id=site["id"])
    answer = await api.delete(f"/api/v1/sites/{site['id']}")
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "stations"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": 7}, "name"),
        ({}, "name"),
        ({"name": "a", "timezone": "Mars/Crater"}, "timezone"),
        ({"name": "a", "timezone": "../../etc/passwd"}, "timezone"),
        ({"name": "a", "address": "x" * 301}, "address"),
        ({"name": "a\x00"}, "name"),
        ({"name": "a", "address": "\x00"}, "address"),
        ({"name": "a", "colour": "red"}, "colour"),
    ],
)
async def test_bad_input_names_its_field(api, body, field):
    answer = await api.post("/api/v1/sites", json=body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_all_sites_are_found_page_by_page(api):
    for number in range(7):
        await add(api, f"site {number}")
    found, cursor = [], None
    while True:
        page = (await api.get("/api/v1/sites", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        found += [item["name"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == [f"site {number}" for number in range(7)]


@pytest.mark.parametrize("number", [0, 2**31, "x"])
async def test_a_number_out_of_bounds_is_no_site(api, number):
    assert (await api.get(f"/api/v1/sites/{number}")).status_code in (400, 404)
