"""Local lists over the interface."""

from datetime import UTC, datetime

from busbar.csms.grants import Role
from busbar.csms.records.local_list import ListSwitch, ListVersion
from busbar.model.local_list import GetLocalListVersion, SendLocalList

URL = "/api/v1/stations/CS1/local-list"


async def test_a_list_is_brought_up_to_date__D01_FR_01(world, api) -> None:
    await world.add_station()
    for value in ("A", "B"):
        await api.post("/api/v1/tokens", json={"value": value})
    done = await api.post(f"{URL}/synchronisation", json={"per_message": 1})
    assert done.json() == {"messages": 2, "status": "Accepted", "version": 2, "left_out": 0}
    assert all(isinstance(order, SendLocalList) for _, order, _ in world.dispatcher.asked)
    shown = (await api.get(URL)).json()
    assert (shown["entries"], shown["sent_version"], shown["in_step"], shown["automatic"]) == (2, 2, True, False)


async def test_the_version_is_asked_for__D02_FR_01(world, api) -> None:
    await world.add_station()
    assert (await api.post(f"{URL}/version")).status_code == 200
    assert isinstance(world.dispatcher.asked[0][1], GetLocalListVersion)


async def test_it_happens_by_itself_where_it_is_switched_on(world, api) -> None:
    await world.add_station()
    assert (await api.put(f"{URL}/automatic", json={"on": True})).status_code == 200
    assert (await api.get(URL)).json()["automatic"]
    await api.put(f"{URL}/automatic", json={"on": False})
    assert (await api.put("/api/v1/sites/3/local-lists/automatic", json={"on": True})).status_code == 404
    site = (await api.post("/api/v1/sites", json={"name": "S", "timezone": "UTC"})).json()["id"]
    await api.put(f"/api/v1/sites/{site}/local-lists/automatic", json={"on": True})
    assert [(row.scope, row.number) for row in await world.store.find(ListSwitch)] == [("site", site)]


async def test_a_token_is_kept_off_a_list_and_let_on_again__N10_FR_02(world, api) -> None:
    await world.add_station()
    assert (await api.put(f"{URL}/exclusions/Tag")).json()["token"] == "tag"
    assert [item["token"] for item in (await api.get(f"{URL}/exclusions")).json()["items"]] == ["tag"]
    assert (await api.delete(f"{URL}/exclusions/TAG")).status_code == 204
    assert (await api.delete(f"{URL}/exclusions/TAG")).status_code == 404


async def test_a_list_is_sent_as_the_operator_says__D01_FR_17(world, api) -> None:
    await world.add_station()
    await api.post("/api/v1/tokens", json={"value": "A", "kind": "ISO14443"})
    body = {"tokens": ["a"], "removed": ["B"]}
    assert (await api.post("/api/v1/stations/CS1/commands/send-local-list", json=body)).status_code == 200
    order = world.dispatcher.asked[0][1]
    assert (order.version, order.full) == (1, False)
    assert [(entry.token.value, entry.verdict is None) for entry in order.entries] == [("B", True), ("A", False)]
    assert not (await api.get(URL)).json()["in_step"]
    await api.post(f"{URL}/synchronisation", json={})
    assert [(order.version, order.full) for _, order, _ in world.dispatcher.asked[1:]] == [(2, True)]


async def test_a_version_goes_beyond_what_the_station_says__D01_FR_18(world, api) -> None:
    await world.add_station()
    await world.store.put(ListVersion(station_id=1, version=7, at=datetime(2026, 5, 1, tzinfo=UTC)))
    await api.post("/api/v1/stations/CS1/commands/send-local-list", json={"full": True})
    assert world.dispatcher.asked[0][1] == SendLocalList(version=8, full=True)


async def test_somebody_of_a_site_sends_the_tokens_of_the_whole(world, api) -> None:
    site = await world.store.add_site("North")
    await world.add_station(site_id=site.id)
    for value in ("A", "B"):
        await api.post("/api/v1/tokens", json={"value": value})
    api.headers.update(await world.proof(Role.OPERATOR, site.id))
    assert (await api.post(f"{URL}/synchronisation", json={})).json()["status"] == "Accepted"
    assert (await api.get(URL)).json()["entries"] == 2
    await api.post("/api/v1/stations/CS1/commands/send-local-list", json={"tokens": ["a"]})
    assert [entry.verdict.status for entry in world.dispatcher.asked[-1][1].entries] == ["Accepted"]
