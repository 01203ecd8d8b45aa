import pytest

from busbar.csms.grants import Role

STATIONS = "/api/v1/stations"


async def test_stations_are_put_behind_a_local_controller_and_taken_from_it(api, world) -> None:
    for identity in ("LC", "CS1", "CS2"):
        await world.add_station(identity)
    for identity in ("CS1", "CS2"):
        answer = await api.put(f"{STATIONS}/{identity}/local-controller", json={"controller": "LC"})
        assert answer.status_code == 200, answer.text
    items = (await api.get(f"{STATIONS}/LC/stations-behind")).json()["items"]
    assert [(item["station"], item["controller"]) for item in items] == [("CS1", "LC"), ("CS2", "LC")]
    assert (await api.get(f"{STATIONS}/CS1/local-controller")).json()["controller"] == "LC"
    assert (await api.delete(f"{STATIONS}/CS1/local-controller")).status_code == 204
    assert (await api.get(f"{STATIONS}/CS1/local-controller")).status_code == 404
    assert (await api.delete(f"{STATIONS}/CS1/local-controller")).status_code == 404


@pytest.mark.parametrize(("station", "controller"), [("CS1", "CS1"), ("CS1", "none"), ("CS2", "CS1"), ("LC", "CS2")])
async def test_a_controller_is_another_station_that_is_behind_none(api, world, station, controller) -> None:
    for identity in ("LC", "CS1", "CS2"):
        await world.add_station(identity)
    assert (await api.put(f"{STATIONS}/CS1/local-controller", json={"controller": "LC"})).status_code == 200
    answer = await api.put(f"{STATIONS}/{station}/local-controller", json={"controller": controller})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "controller"


async def test_what_is_behind_a_controller_elsewhere_counts_for_somebody_of_a_site(api, world) -> None:
    north, south = await world.store.add_site("North"), await world.store.add_site("South")
    for identity, site in (("LC", north), ("OTHER", north), ("CS1", south)):
        await world.add_station(identity, site_id=site.id)
    await api.put(f"{STATIONS}/CS1/local-controller", json={"controller": "LC"})
    api.headers.update(await world.proof(Role.OPERATOR, north.id))
    answer = await api.put(f"{STATIONS}/LC/local-controller", json={"controller": "OTHER"})
    assert answer.json()["errors"][0]["reason"] == "this station is itself a local controller"
    shown = await api.get(f"{STATIONS}/CS1/local-controller", headers=await world.proof(Role.READ_ONLY, south.id))
    assert shown.json()["controller"].startswith("#")
