"""Tenants: made by the platform's people, who name the one that a request is about; others stay in their own."""

import pytest

from busbar.csms.grants import EVERYTHING, Grant, Role


async def test_the_platform_makes_organisations_and_works_in_the_one_it_names(api, world):
    assert [item["name"] for item in (await api.get("/api/v1/organisations")).json()["items"]] == ["Default"]
    made = await api.post("/api/v1/organisations", json={"name": "Fleet"})
    assert made.status_code == 201
    number = made.json()["id"]
    assert number > 1
    assert (await api.post("/api/v1/organisations", json={"name": "Fleet"})).status_code == 409
    renamed = await api.patch(made.headers["location"], json={"name": "Ships"})
    assert renamed.json()["name"] == "Ships"
    assert (await api.get(made.headers["location"])).json()["name"] == "Ships"
    assert (await api.get("/api/v1/organisations/99")).status_code == 404
    named = {"Busbar-Organisation": str(number)}
    for headers in ({}, named):
        assert (await api.post("/api/v1/sites", json={"name": "home"}, headers=headers)).status_code == 201
        assert len((await api.get("/api/v1/sites", headers=headers)).json()["items"]) == 1


@pytest.mark.parametrize(("named", "status"), [("0", 404), ("77", 404), ("x", 400), ("-1", 400), ("9" * 30, 400)])
async def test_an_organisation_that_is_not_there_is_refused(api, named, status):
    answer = await api.get("/api/v1/sites", headers={"Busbar-Organisation": named})
    assert answer.status_code == status


async def test_a_tenant_stays_in_its_own_whatever_it_names(api, world):
    await api.post("/api/v1/organisations", json={"name": "Fleet"})
    await api.post("/api/v1/sites", json={"name": "ours"})
    _, text = await world.app.state.backend.keys.make("theirs", grants=EVERYTHING, organisation_id=2)
    headers = {"Authorization": f"Bearer {text}", "Busbar-Organisation": "1"}
    assert (await api.get("/api/v1/sites", headers=headers)).json()["items"] == []
    assert (await api.get("/api/v1/organisations", headers=headers)).status_code == 403


async def test_a_key_made_in_an_organisation_is_its_own_and_can_do_no_more(api, world):
    await api.post("/api/v1/organisations", json={"name": "Fleet"})
    body = {"label": "reader", "grants": [{"role": "read-only"}]}
    made = (await api.post("/api/v1/api-keys", json=body, headers={"Busbar-Organisation": "2"})).json()
    headers = {"Authorization": f"Bearer {made['key']}"}
    account = (await api.get("/api/v1/account", headers=headers)).json()
    assert (account["organisation_id"], account["platform"], account["rights"]) == (2, False, ["read"])
    assert (await api.post("/api/v1/sites", json={"name": "x"}, headers=headers)).status_code == 403
    assert [key["label"] for key in (await api.get("/api/v1/api-keys")).json()["items"]] == ["tests"]


async def test_somebody_of_some_sites_works_there_and_nowhere_else(api, world):
    here, there = [(await api.post("/api/v1/sites", json={"name": name})).json()["id"] for name in ("here", "there")]
    await world.add_station("HERE", site_id=here)
    await world.add_station("THERE", site_id=there)
    keys = world.app.state.backend.keys
    _, text = await keys.make("local", grants=(Grant(Role.OPERATOR, (here,)),), organisation_id=1)
    headers = {"Authorization": f"Bearer {text}"}
    shown = (await api.get("/api/v1/stations", headers=headers)).json()["items"]
    assert [station["identity"] for station in shown] == ["HERE"]
    for identity, status in (("HERE", 200), ("THERE", 404)):
        path = f"/api/v1/stations/{identity}"
        assert (await api.get(path, headers=headers)).status_code == status
        assert (await api.post(f"{path}/commands/clear-cache", headers=headers)).status_code == status
    for site, status in ((here, 200), (there, 400), (None, 400)):
        answer = await api.patch("/api/v1/stations/HERE", json={"site_id": site}, headers=headers)
        assert answer.status_code == status
    assert (await api.post("/api/v1/stations", json={"identity": "NEW"}, headers=headers)).status_code == 400
    assert (await api.post("/api/v1/sites", json={"name": "x"}, headers=headers)).status_code == 403
    token = {"value": "abc", "site_id": here}  # it would charge elsewhere, too
    assert (await api.post("/api/v1/tokens", json=token, headers=headers)).status_code == 403
    assert (await api.post("/api/v1/tokens", json=token)).status_code == 201
    assert (await api.get("/api/v1/tokens/abc", headers=headers)).status_code == 200
