"""Rules over the interface, and why a token would be taken or not."""

from busbar.csms.grants import Role
from busbar.csms.records.authorization import AccessRule, Effect

URL = "/api/v1/access-rules"


async def _ask(api, **more) -> dict:
    answer = await api.post("/api/v1/authorizations/explain", json={"token": "CARD", "station": "CS1"} | more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_rule_is_made_replaced_and_removed_and_explains_itself(world, api) -> None:
    await world.add_station()
    await api.post("/api/v1/tokens", json={"value": "CARD", "group": "Fleet"})
    assert (await _ask(api))["status"] == "Accepted"
    made = await api.post(URL, json={"effect": "deny", "group": "FLEET", "station": "CS1"})
    assert made.status_code == 201, made.text
    said = await _ask(api)
    assert (said["status"], said["rules"], said["why"]) == ("NotAtThisLocation", [1], "a rule denies it")
    night = {"effect": "deny", "group": "fleet", "windows": [{"days": [0, 1], "begin": 1320, "end": 360}]}
    assert (await api.put(f"{URL}/1", json=night)).status_code == 200
    assert (await _ask(api, at="2026-05-05T23:00:00Z"))["status"] == "NotAtThisTime"  # a Tuesday
    assert (await _ask(api, at="2026-05-05T12:00:00Z"))["status"] == "Accepted"
    assert len((await api.get(URL)).json()["items"]) == 1
    assert (await api.delete(f"{URL}/1")).status_code == 204
    assert (await api.delete(f"{URL}/1")).status_code == 404


async def test_a_site_may_deny_by_default(world, api) -> None:
    await world.add_station()
    await api.post("/api/v1/tokens", json={"value": "CARD"})
    assert (await api.put("/api/v1/access-defaults/0", json={"effect": "deny"})).status_code == 200
    assert (await _ask(api))["status"] == "NotAtThisLocation"


async def test_groups_and_profiles_are_set(world, api) -> None:
    await world.add_station()
    await api.post("/api/v1/tokens", json={"value": "CARD", "group": "BOSS"})
    assert (await api.put("/api/v1/token-groups/BOSS", json={"master_pass": True})).status_code == 200
    assert (await _ask(api))["status"] == "Invalid"
    assert (await _ask(api, starting=False))["status"] == "Accepted"
    assert (await api.put("/api/v1/tokens/CARD/profile", json={"language": "de", "priority": 3})).status_code == 200
    assert (await api.get("/api/v1/tokens/card/profile")).json()["language"] == "de"
    transfers = {"energy_transfers": ["DC", "DC_BPT"]}
    assert (await api.put("/api/v1/tokens/CARD/profile", json=transfers)).json()["energy_transfers"] == ["DC", "DC_BPT"]
    assert (await api.put("/api/v1/tokens/CARD/profile", json={"energy_transfers": ["by air"]})).status_code == 400
    for languages in ({"language2": "de"}, {"language": "de", "language2": "de"}):  # C01.FR.10, C01.FR.11
        assert (await api.put("/api/v1/tokens/CARD/profile", json=languages)).status_code == 400
    assert (await api.put("/api/v1/tokens/NOBODY/profile", json={})).status_code == 404
    assert (await api.delete("/api/v1/token-groups/boss")).status_code == 204
    assert (await api.get("/api/v1/authorizations")).json()["items"] == []


async def test_wrong_rules_are_refused(world, api) -> None:
    both = {"effect": "allow", "token": "A", "group": "B"}
    for body in (both, {"effect": "maybe"}, {"effect": "deny", "windows": [{"days": [7]}]}):
        assert (await api.post(URL, json=body)).status_code == 400


async def test_rules_of_the_whole_count_for_somebody_of_a_site(world, api) -> None:
    site = await world.store.add_site("North")
    await world.add_station(site_id=site.id)
    await api.post("/api/v1/tokens", json={"value": "CARD", "group": "fleet"})
    api.headers.update(await world.proof(Role.OPERATOR, site.id))
    assert (await _ask(api))["status"] == "Accepted"
    await world.store.insert(AccessRule(effect=Effect.DENY, group="fleet"))
    assert (await _ask(api))["status"] == "Blocked"


async def test_a_site_that_is_not_there_is_refused(api) -> None:
    answer = await api.post(URL, json={"effect": "deny", "site_id": 9})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "site_id")
    assert (await api.put("/api/v1/access-defaults/9", json={"effect": "deny"})).status_code == 404
