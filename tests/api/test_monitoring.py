"""Monitors are set and cleared in batches, and shown as they are known."""

import pytest

from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.monitoring import Monitor, MonitoringChoice
from busbar.csms.rows import CommandState
from busbar.csms.services.device_model import path
from busbar.model.device import Selection
from busbar.model.monitoring import (
    GetMonitoringReport,
    MonitorSetting,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
    StreamRate,
)
from busbar.model.orders import VariableName
from tests.api.conftest import NOON

BASE = "/api/v1/stations/CS1"


async def limit(world, instance: str, items: str) -> None:
    name = VariableName(variable="ItemsPerMessage", component="MonitoringCtrlr", variable_instance=instance)
    await world.store.put(
        ModelValue(station_id=1, path=path(name), attribute="Actual", value=items, at=NOON, source="read")
    )


@pytest.mark.parametrize(
    ("route", "body", "order"),
    [
        ("set-monitoring-base", {"base": "FactoryDefault"}, SetMonitoringBase(base="FactoryDefault")),
        ("set-monitoring-level", {"severity": 5}, SetMonitoringLevel(severity=5)),
        ("set-monitoring-level", {"severity": 10}, SetMonitoringLevel(severity=10)),  # TC_N_17: the station refuses it
        ("get-monitoring-report", {}, GetMonitoringReport(request_id=1)),
        (
            "get-monitoring-report",
            {"criteria": ["DeltaMonitoring"], "selections": [{"component": "EVSE", "evse": 1}]},
            GetMonitoringReport(
                request_id=1, criteria=["DeltaMonitoring"], selections=[Selection(component="EVSE", evse=1)]
            ),
        ),
    ],
)
async def test_an_order_is_sent__N02__N03__N05(api, world, route: str, body, order) -> None:
    await world.add_station()
    assert (await api.post(f"{BASE}/commands/{route}", json=body)).status_code == 200
    assert [asked for _, asked, _ in world.dispatcher.asked] == [order]


async def test_monitors_are_set_and_each_has_its_result__N04(api, world) -> None:
    await world.add_station()
    world.dispatcher.script = {
        "state": CommandState.REJECTED,
        "action": "SetVariableMonitoring",
        "payload": b'{"setMonitoringData":[{"value":1,"type":"Delta","severity":8,"component":{"name":"EVSE"},'
        b'"variable":{"name":"AvailabilityState"}}]}',
        "answer": b'{"setMonitoringResult":[{"status":"Accepted","id":5,"type":"Delta","severity":8,"component":'
        b'{"name":"EVSE"},"variable":{"name":"AvailabilityState"}}]}',
    }
    monitor = {
        "component": "EVSE",
        "variable": "AvailabilityState",
        "evse": 1,
        "kind": "Delta",
        "value": 1,
        "severity": 8,
        "stream": {"values": 3},
    }
    answer = await api.post(f"{BASE}/monitors", json={"monitors": [monitor]})
    assert [(item["id"], item["status"]) for item in answer.json()["results"]] == [(5, "Accepted")]
    name = VariableName(variable="AvailabilityState", component="EVSE", evse=1)
    setting = MonitorSetting(name=name, kind="Delta", value=1.0, severity=8, stream=StreamRate(values=3))
    assert [order for _, order, _ in world.dispatcher.asked] == [SetMonitors(monitors=[setting])]


async def test_more_monitors_than_a_message_holds_are_cleared_in_several__N06_FR_04(api, world) -> None:
    await world.add_station()
    await limit(world, "ClearVariableMonitoring", "2")
    answer = await api.post(f"{BASE}/monitor-clearings", json={"ids": [1, 2, 3]})
    assert [order.ids for _, order, _ in world.dispatcher.asked] == [[1, 2], [3]]
    assert answer.json()["complete"] is True


@pytest.mark.parametrize("body", [{"ids": []}, {"ids": [-1]}])
async def test_nothing_is_sent_for_ids_that_make_no_sense(api, world, body) -> None:
    await world.add_station()
    assert (await api.post(f"{BASE}/monitor-clearings", json=body)).status_code == 400
    assert world.dispatcher.asked == []


async def test_monitors_are_listed_with_whether_they_still_stand(api, world) -> None:
    station = await world.add_station()
    for number, origin in ((1, "HardWiredMonitor"), (2, "CustomMonitor")):
        await world.store.put(
            Monitor(
                station_id=station.id,
                id=number,
                path="p",
                component="EVSE",
                component_instance=None,
                variable="Power",
                variable_instance=None,
                evse=1,
                connector=None,
                kind="Delta",
                value=1,
                severity=8,
                transaction=False,
                origin=origin,
                known_at=NOON,
            )
        )
    await world.store.put(
        MonitoringChoice(station_id=station.id, name="base", value="HardWiredOnly", at=NOON.replace(hour=13))
    )
    items = (await api.get(f"{BASE}/monitors")).json()["items"]
    assert [(item["id"], item["active"]) for item in items] == [(1, True), (2, False)]
    shown = (await api.get(f"{BASE}/monitoring")).json()
    assert (shown["base"], shown["level"]) == ("HardWiredOnly", None)
