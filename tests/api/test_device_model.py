"""The device model is shown as it is known, and its variables are read and written."""

from busbar.csms.changes import RowPut
from busbar.csms.records.device_model import AttributeForm, ModelValue, PendingValue
from busbar.csms.rows import CommandState
from busbar.csms.services.device_model import path, value_row, variable_row
from busbar.model.device import Characteristics
from busbar.model.orders import SetVariables, VariableName
from tests.api.conftest import NOON

VARIABLES = "/api/v1/stations/CS1/variables"
POWER = VariableName(variable="Power", component="EVSE", evse=1)
KEY = VariableName(variable="HeartbeatInterval")


async def fill(world) -> None:
    station = await world.add_station()
    about = Characteristics(data_type="decimal", supports_monitoring=True, unit="W")
    forms = [AttributeForm("Actual", "ReadWrite", True), AttributeForm("MaxSet", "ReadOnly")]
    waiting = PendingValue(
        station_id=station.id, path=path(POWER), attribute="Actual", value="7", since=NOON, command_id="c"
    )
    await world.store.commit(
        [
            RowPut(variable_row(station.id, POWER, forms, about, NOON)),
            RowPut(value_row(station.id, POWER, "5", NOON, "report")),
            RowPut(waiting),
            RowPut(variable_row(station.id, KEY)),
            RowPut(value_row(station.id, KEY, "300", NOON, "read")),
            RowPut(variable_row(station.id + 1, POWER)),
        ]
    )


async def test_variables_are_listed_with_values_limits_and_what_waits(api, world) -> None:
    await fill(world)
    key, power = (await api.get(VARIABLES)).json()["items"]
    assert (key["component"], key["attributes"][0]["value"]) == (None, "300")
    assert power["characteristics"]["unit"] == "W"
    actual, most = power["attributes"]
    assert (actual["value"], actual["pending"], actual["mutability"], actual["source"]) == (
        "5",
        "7",
        "ReadWrite",
        "report",
    )
    assert (most["attribute"], most["value"], most["mutability"]) == ("MaxSet", None, "ReadOnly")


async def test_variables_are_found_by_name_whatever_its_case_and_by_evse(api, world) -> None:
    await fill(world)
    for query in ("component=evse", "variable=POWER", "evse=1"):
        items = (await api.get(f"{VARIABLES}?{query}")).json()["items"]
        assert [item["variable"] for item in items] == ["Power"]
    assert (await api.get(f"{VARIABLES}?component=other")).json()["items"] == []


async def test_variables_are_paged(api, world) -> None:
    await fill(world)
    first = (await api.get(f"{VARIABLES}?limit=1")).json()
    second = (await api.get(f"{VARIABLES}?limit=1&cursor={first['next']}")).json()
    assert [page["items"][0]["variable"] for page in (first, second)] == ["HeartbeatInterval", "Power"]
    assert second["next"] is None


async def test_variables_are_written_and_each_has_its_result(api, world) -> None:
    await world.add_station()
    world.dispatcher.script = {
        "state": CommandState.ACCEPTED,
        "action": "SetVariables",
        "payload": b'{"setVariableData":[{"attributeValue":"1","component":{"name":"C"},"variable":{"name":"V"}}]}',
        "answer": b'{"setVariableResult":[{"attributeStatus":"RebootRequired","component":{"name":"C"},'
        b'"variable":{"name":"V"}}]}',
    }
    body = {"variables": [{"component": "C", "variable": "V", "value": "1"}]}
    answer = (await api.post("/api/v1/stations/CS1/variable-writings", json=body)).json()
    assert [(item["variable"], item["status"]) for item in answer["variables"]] == [("V", "RebootRequired")]
    ((_, order, _),) = world.dispatcher.asked
    assert order == SetVariables(values=[(VariableName(component="C", variable="V"), "1")])


async def test_a_writing_of_nothing_is_refused(api, world) -> None:
    await world.add_station()
    answer = await api.post("/api/v1/stations/CS1/variable-writings", json={"variables": []})
    assert answer.status_code == 400
    assert await world.store.find(ModelValue) == []
