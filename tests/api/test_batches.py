"""Long orders are sent piece by piece; what came of them is told together, and truthfully where it broke off."""

import pytest

from busbar.csms.records.device_model import ModelValue
from busbar.csms.rows import CommandState
from busbar.csms.services.device_model import path
from busbar.csms.services.network_profiles import PRIORITY
from busbar.model.orders import GetVariables, VariableName
from tests.api.conftest import NOON

READINGS = "/api/v1/stations/CS1/variable-readings"
LIMIT = VariableName(variable="ItemsPerMessage", component="DeviceDataCtrlr", variable_instance="GetVariables")
FIVE = {"variables": [{"component": "C", "variable": f"V{number}"} for number in range(5)]}


async def limited(world, items: str) -> None:
    station = await world.add_station()
    row = ModelValue(station_id=station.id, path=path(LIMIT), attribute="Actual", value=items, at=NOON, source="read")
    await world.store.put(row)


def sizes(world) -> list[int]:
    return [len(order.names) for _, order, _ in world.dispatcher.asked]


async def test_five_variables_at_four_a_message_are_two_calls__B06_FR_05(api, world) -> None:
    await limited(world, "4")
    answer = await api.post(READINGS, json=FIVE)
    assert answer.status_code == 200
    assert sizes(world) == [4, 1]
    assert (answer.json()["complete"], len(answer.json()["commands"])) == (True, 2)


async def test_a_batch_stops_where_an_answer_is_missing(api, world, monkeypatch) -> None:
    await limited(world, "2")
    script, dispatch = world.dispatcher.script, world.dispatcher.dispatch

    async def then_silence(station, order, **options):
        script["state"] = CommandState.TIMED_OUT if world.dispatcher.asked else CommandState.ACCEPTED
        return await dispatch(station, order, **options)

    monkeypatch.setattr(world.dispatcher, "dispatch", then_silence)
    answer = await api.post(READINGS, json=FIVE)
    assert sizes(world) == [2, 2]
    assert answer.json()["complete"] is False
    assert [command["state"] for command in answer.json()["commands"]] == ["accepted", "timed-out"]


async def test_a_batch_that_does_not_begin_is_a_problem(api, world) -> None:
    await limited(world, "2")
    world.dispatcher.script = {"state": CommandState.EXPIRED, "error": "offline"}
    answer = await api.post(READINGS, json=FIVE)
    assert (answer.status_code, sizes(world)) == (409, [2])


async def test_each_call_of_a_batch_has_its_own_key(api, world) -> None:
    await limited(world, "3")
    for _ in range(2):
        answer = await api.post(READINGS, json=FIVE, headers={"Idempotency-Key": "once"})
    keys = [options["idempotency_key"] for _, _, options in world.dispatcher.asked]
    assert keys[0] != keys[1]
    assert keys[:2] == keys[2:]
    assert [command["id"] for command in answer.json()["commands"]] == ["c1", "c2"]
    other = await api.post(READINGS, json={}, headers={"Idempotency-Key": "once"})
    assert other.status_code == 422


@pytest.mark.parametrize("version", [None])
async def test_a_station_that_never_connected_takes_no_batch(api, world, version) -> None:
    await world.add_station(version=version)
    assert (await api.post(READINGS, json=FIVE)).status_code == 409
    assert world.dispatcher.asked == []


async def test_an_empty_reading_asks_for_everything(api, world) -> None:
    await world.add_station()
    await api.post(READINGS, json={})
    assert [order for _, order, _ in world.dispatcher.asked] == [GetVariables(names=[])]


async def test_one_command_for_many_variables_has_the_results_of_all__B06_FR_05(api, world) -> None:
    await limited(world, "4")
    world.dispatcher.script |= {
        "action": "GetVariables",
        "payload": b'{"getVariableData":[{"component":{"name":"C"},"variable":{"name":"V"}}]}',
        "answer": b'{"getVariableResult":[{"attributeStatus":"Accepted","attributeValue":"1","component":{"name":"C"},'
        b'"variable":{"name":"V"}}]}',
    }
    answer = await api.post("/api/v1/stations/CS1/commands/get-variables", json=FIVE)
    assert sizes(world) == [4, 1]
    assert (answer.json()["id"], len(answer.json()["variables"])) == ("c2", 2)


async def test_a_slot_in_use_is_not_set_variable_by_variable__B09_FR_21(api, world) -> None:
    station = await world.add_station()
    row = ModelValue(station_id=station.id, path=PRIORITY, attribute="Actual", value="1,2", at=NOON, source="read")
    await world.store.put(row)
    variable = {"component": "NetworkConfiguration", "variable": "OcppCsmsUrl", "value": "wss://x"}
    for route in ("commands/set-variables", "variable-writings"):
        url = f"/api/v1/stations/CS1/{route}"
        used = await api.post(url, json={"variables": [variable | {"component_instance": "2"}]})
        assert (used.status_code, world.dispatcher.asked) == (400, [])
        assert (await api.post(url, json={"variables": [variable | {"component_instance": "3"}]})).status_code == 200
        world.dispatcher.asked.clear()


async def test_a_rejected_station_is_not_called__B03_FR_03(api, world) -> None:
    station = await world.add_station()
    await world.store.set_registration(station.id, "Rejected")
    for route, body in (("variable-readings", FIVE), ("commands/reset", {})):
        answer = await api.post(f"/api/v1/stations/CS1/{route}", json=body)
        assert (answer.status_code, world.dispatcher.asked) == (409, [])
