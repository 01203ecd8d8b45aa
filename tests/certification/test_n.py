"""Part 6, 2.15: what is watched."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from busbar.model.monitoring import MonitorSetting
from busbar.model.orders import VariableName
from busbar.model.versions import Version
from busbar.station.config import StationConfig
from tests.certification.rig import TWO, Case, matches, playing

EVSE = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "AvailabilityState"}}
STATION = {"component": {"name": "ChargingStation"}, "variable": {"name": "AvailabilityState"}}
POWER = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"}}
PASSWORD = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
MOST_W = 22_080


def monitor(
    of: dict[str, Any], kind: str = "Delta", value: float = 1, severity: int = 8, **more: Any
) -> dict[str, Any]:
    return of | {"type": kind, "value": value, "severity": severity} | more


async def put(case: Case, *monitors: dict[str, Any], status: str = "Accepted") -> list[int]:
    """Set monitors, which all have the same status; return their ids."""
    answer = await case.call("SetVariableMonitoring", {"setMonitoringData": list(monitors)})
    results = answer["setMonitoringResult"]
    for one, result in zip(monitors, results, strict=True):
        same = {name: one[name] for name in ("component", "variable", "type", "severity")}
        assert matches(result, same | {"status": status}), result
    return [result.get("id") for result in results]


async def reported(case: Case, **asked: Any) -> list[Any]:
    """Ask for monitors; return each with its component and variable."""
    await case.call("GetMonitoringReport", {"requestId": 5} | asked, status="Accepted")
    found = await case.report(5, "NotifyMonitoringReport")
    return [
        {"component": one["component"], "variable": one["variable"]} | monitor
        for one in found
        for monitor in one["variableMonitoring"]
    ]


async def none(case: Case, **asked: Any) -> None:
    await case.call("GetMonitoringReport", {"requestId": 5} | asked, status="EmptyResultSet")


async def event(case: Case, **wanted: Any) -> Any:
    """See one event that has what is wanted."""
    (data,) = (await case.expect("NotifyEvent", seqNo=0))["eventData"]
    assert matches(data, wanted), data
    return data


def built(*, hard: bool = False) -> Callable[[StationConfig], StationConfig]:
    """Return how a station is built that watches the state of EVSE 1 from the start."""
    name = VariableName(component="EVSE", evse=1, variable="AvailabilityState")
    setting = MonitorSetting(name=name, kind="Delta", value=1.0, severity=5)
    field = "hard_wired_monitors" if hard else "preconfigured_monitors"
    return lambda config: replace(config, **{field: (setting,)})


@TWO
async def test_reports_monitors_by_criteria__TC_N_01(version: Version) -> None:
    groups = {
        "ThresholdMonitoring": {"UpperThreshold", "LowerThreshold"},
        "DeltaMonitoring": {"Delta"},
        "PeriodicMonitoring": {"Periodic", "PeriodicClockAligned"},
    }
    async with playing(version) as case:
        kinds = {kind for group in groups.values() for kind in group}
        await put(case, *(monitor(POWER, kind, 1000) for kind in sorted(kinds - {"LowerThreshold"})))
        await put(case, monitor(POWER, "LowerThreshold", 0, 7))
        for criterion, group in groups.items():
            found = await reported(case, monitoringCriteria=[criterion])
            assert {one["type"] for one in found} == group
        found = await reported(case, monitoringCriteria=list(groups))
        assert {one["type"] for one in found} == kinds


@TWO
async def test_reports_monitors_of_variables__TC_N_02(version: Version) -> None:
    async with playing(version) as case:
        await put(case, monitor(EVSE), monitor(STATION))
        whole = {"component": EVSE["component"]}
        found = await reported(case, componentVariable=[STATION, whole])
        assert {one["component"]["name"] for one in found} == {"ChargingStation", "EVSE"}
        assert {one["type"] for one in found} == {"Delta"}


@TWO
async def test_reports_monitors_of_variables_by_criteria__TC_N_03(version: Version) -> None:
    async with playing(version) as case:
        await put(case, monitor(EVSE), monitor(STATION))
        asked = {"componentVariable": [STATION, EVSE]}
        await none(case, monitoringCriteria=["ThresholdMonitoring"], **asked)
        found = await reported(case, monitoringCriteria=["DeltaMonitoring"], **asked)
        assert {one["component"]["name"] for one in found} == {"ChargingStation", "EVSE"}


async def base(case: Case, name: str) -> None:
    await case.call("SetMonitoringBase", {"monitoringBase": name}, status="Accepted")


@TWO
async def test_takes_a_monitoring_base__TC_N_05(version: Version) -> None:
    async with playing(version) as case:
        for name in ("All", "FactoryDefault", "HardWiredOnly"):
            await base(case, name)


@TWO
async def test_gives_up_monitors_with_the_base__TC_N_06(version: Version) -> None:
    async with playing(version) as case:
        await put(case, monitor(STATION))
        assert len(await reported(case, componentVariable=[STATION])) == 1
        await base(case, "HardWiredOnly")
        await none(case, componentVariable=[STATION])


@TWO
@pytest.mark.parametrize(
    "monitors",
    [
        pytest.param([monitor(EVSE)], id="N_08"),
        pytest.param([monitor(EVSE), monitor(STATION)], id="N_09"),
        pytest.param([monitor(EVSE), monitor(EVSE, severity=7)], id="N_10"),
    ],
)
async def test_takes_monitors__TC_N_08__TC_N_09__TC_N_10(version: Version, monitors: list[dict[str, Any]]) -> None:
    async with playing(version) as case:
        ids = await put(case, *monitors)
        found = {one["id"]: one for one in await reported(case, componentVariable=[EVSE, STATION])}
        for number, one in zip(ids, monitors, strict=True):
            assert matches(found[number], one)


def at(component: str, evse: int | None = None, variable: str = "AvailabilityState") -> dict[str, Any]:
    where = {"name": component} | ({"evse": {"id": evse}} if evse else {})
    return {"component": where, "variable": {"name": variable}}


@TWO
@pytest.mark.parametrize(
    ("one", "status"),
    [
        pytest.param(monitor(at("EVSE", 99)), "UnknownComponent", id="N_11"),
        pytest.param(monitor(at("NonExistent")), "UnknownComponent", id="N_11b"),
        pytest.param(monitor(EVSE, value=-1), "Rejected", id="N_12"),
        pytest.param(monitor(POWER, "UpperThreshold", MOST_W + 1), "Rejected", id="N_13"),
        pytest.param(monitor(at("EVSE", 1, "unknownVariable")), "UnknownVariable", id="N_37"),
    ],
)
async def test_takes_no_monitor_that_cannot_be__TC_N_11__TC_N_12__TC_N_13__TC_N_37(
    version: Version, one: dict[str, Any], status: str
) -> None:
    async with playing(version) as case:
        assert await put(case, one, status=status) == [None]


@TWO
async def test_takes_no_monitor_twice__TC_N_15(version: Version) -> None:
    async with playing(version) as case:
        answer = await case.call("SetVariableMonitoring", {"setMonitoringData": [monitor(EVSE), monitor(EVSE)]})
        assert [one["status"] for one in answer["setMonitoringResult"]] == ["Accepted", "Duplicate"]


@TWO
async def test_tells_only_what_is_grave_enough__TC_N_16(version: Version) -> None:
    async with playing(version) as case:
        await put(case, monitor(EVSE))
        await case.call("SetMonitoringLevel", {"severity": 7}, status="Accepted")
        await case.connected()
        await case.quiet()


@TWO
async def test_takes_no_level_that_there_is_not__TC_N_17(version: Version) -> None:
    async with playing(version) as case:
        await case.call("SetMonitoringLevel", {"severity": 10}, status="Rejected")
        if version is Version.V201:  # in 2.1 it breaks the schema
            await case.call("SetMonitoringLevel", {"severity": -1}, status="Rejected")


@TWO
async def test_clears_monitors__TC_N_18(version: Version) -> None:
    async with playing(version) as case:
        ids = await put(case, monitor(EVSE), monitor(STATION))
        answer = await case.call("ClearVariableMonitoring", {"id": ids})
        assert [one["status"] for one in answer["clearMonitoringResult"]] == ["Accepted", "Accepted"]
        await none(case, componentVariable=[STATION, EVSE])


@TWO
async def test_clears_no_monitor_that_there_is_not__TC_N_19(version: Version) -> None:
    async with playing(version) as case:
        wanted = [{"status": "NotFound", "id": 123_456}]
        await case.call("ClearVariableMonitoring", {"id": [123_456]}, clearMonitoringResult=wanted)


@TWO
async def test_tells_that_a_threshold_is_exceeded__TC_N_20(version: Version) -> None:
    async with playing(version) as case:
        (upper,) = await put(case, monitor(POWER, "UpperThreshold", 100))
        transaction = await case.charging()
        over = await event(case, trigger="Alerting", variableMonitoringId=upper, transactionId=transaction, **POWER)
        assert float(over["actualValue"]) > 100
        assert not over.get("cleared", False)
        assert over["eventNotificationType"] == "CustomMonitor"
        (lower,) = await put(case, monitor(POWER, "LowerThreshold", 10))
        await case.stopped()
        found = {}
        while len(found) < 2:
            for data in (await case.expect("NotifyEvent", seqNo=0))["eventData"]:
                found[data["variableMonitoringId"]] = data
        assert found[upper]["cleared"] is True
        assert not found[lower].get("cleared", False)
        assert {data["trigger"] for data in found.values()} == {"Alerting"}


@TWO
async def test_tells_what_the_maker_watches__TC_N_21(version: Version) -> None:
    async with playing(version, build=built(hard=True)) as case:
        await case.connected()
        told = await event(case, trigger="Delta", **EVSE)
        assert told["eventNotificationType"] in {"HardWiredNotification", "HardWiredMonitor"}


@TWO
@pytest.mark.parametrize(
    ("severity", "told"), [pytest.param("8", True, id="N_22"), pytest.param("7", False, id="N_23")]
)
async def test_keeps_what_is_grave_enough_to_tell_later__TC_N_22__TC_N_23(
    version: Version, severity: str, told: bool
) -> None:
    async with playing(version) as case:
        await put(case, monitor(EVSE))
        await case.configure("MonitoringCtrlr", "OfflineQueuingSeverity", severity)
        await case.offline()
        case.plug()
        await case.online()
        await case.statuses({1: "Occupied"})
        if told:
            await event(case, trigger="Delta", actualValue="Occupied", **EVSE)
        await case.quiet()


@TWO
async def test_tells_a_value_again_and_again__TC_N_24(version: Version) -> None:
    async with playing(version) as case:
        await put(case, monitor(EVSE, "Periodic", 2))
        for _ in range(3):
            await event(case, trigger="Periodic", **EVSE)
        await base(case, "HardWiredOnly")


@TWO
async def test_takes_no_monitor_of_what_the_component_has_not__TC_N_39(version: Version) -> None:
    async with playing(version) as case:
        await put(case, monitor(EVSE))
        before = await reported(case)
        refused = monitor(at("ChargingStation", variable="Power"), "UpperThreshold", 100)
        answer = await case.call("SetVariableMonitoring", {"setMonitoringData": [refused]})
        assert answer["setMonitoringResult"][0]["status"] in {"Rejected", "UnknownVariable"}
        assert await reported(case) == before


@TWO
async def test_replaces_a_monitor__TC_N_40(version: Version) -> None:
    async with playing(version) as case:
        (number,) = await put(case, monitor(EVSE))
        await put(case, monitor(EVSE, severity=4, id=number))
        (found,) = await reported(case, componentVariable=[EVSE], monitoringCriteria=["DeltaMonitoring"])
        assert (found["id"], found["severity"]) == (number, 4)


@TWO
async def test_goes_back_to_what_the_maker_watches__TC_N_41(version: Version) -> None:
    asked = {"componentVariable": [EVSE], "monitoringCriteria": ["DeltaMonitoring"]}
    async with playing(version, build=built()) as case:
        (first,) = await reported(case, **asked)
        await put(case, monitor(EVSE, severity=6, id=first["id"]))
        (changed,) = await reported(case, **asked)
        assert changed["severity"] == 6
        await base(case, "FactoryDefault")
        assert await reported(case, **asked) == [first]


@TWO
async def test_takes_the_monitors_that_can_be__TC_N_43(version: Version) -> None:
    async with playing(version) as case:
        monitors = [
            monitor(POWER, "UpperThreshold", 100),
            monitor(POWER, value=-1),
            monitor(POWER, "LowerThreshold", 0),
        ]
        answer = await case.call("SetVariableMonitoring", {"setMonitoringData": monitors})
        assert [one["status"] for one in answer["setMonitoringResult"]] == ["Accepted", "Rejected", "Accepted"]


@TWO
async def test_clears_nothing_that_is_built_in__TC_N_44(version: Version) -> None:
    async with playing(version, build=built(hard=True)) as case:
        (first,) = await reported(case)
        wanted = [{"status": "Rejected", "id": first["id"]}]
        await case.call("ClearVariableMonitoring", {"id": [first["id"]]}, clearMonitoringResult=wanted)


@TWO
async def test_tells_that_a_value_changed_much__TC_N_45(version: Version) -> None:
    async with playing(version) as case:
        (number,) = await put(case, monitor(POWER, value=10_000))
        await case.charging()
        await event(case, trigger="Delta", variableMonitoringId=number, **POWER)


@TWO
async def test_tells_that_a_state_changed__TC_N_56(version: Version) -> None:
    async with playing(version) as case:
        (number,) = await put(case, monitor(EVSE))
        await case.connected()
        await event(case, trigger="Delta", variableMonitoringId=number, **EVSE)


@TWO
async def test_reports_all_monitors__TC_N_47(version: Version) -> None:
    async with playing(version) as case:
        ids = await put(case, monitor(EVSE), monitor(STATION))
        assert {one["id"] for one in await reported(case)} == set(ids)


@TWO
async def test_tells_that_a_secret_changed_and_not_what_it_is__TC_N_48(version: Version) -> None:
    async with playing(version) as case:
        await put(case, monitor(PASSWORD))
        value = PASSWORD | {"attributeValue": "another-password"}
        answer = await case.call("SetVariables", {"setVariableData": [value]})
        assert answer["setVariableResult"][0]["attributeStatus"] in {"Accepted", "RebootRequired"}
        await event(case, trigger="Delta", actualValue="", **PASSWORD)


@TWO
async def test_a_replaced_monitor_watches_anew__TC_N_51(version: Version) -> None:
    async with playing(version) as case:
        (number,) = await put(case, monitor(POWER, "UpperThreshold", MOST_W - 1))
        await case.charging()
        await case.quiet(0.02)
        await put(case, monitor(POWER, "UpperThreshold", 100, id=number))
        over = await event(case, trigger="Alerting", variableMonitoringId=number)
        assert float(over["actualValue"]) > 100


@TWO
async def test_does_not_watch_what_is_cleared__TC_N_52(version: Version) -> None:
    async with playing(version) as case:
        (number,) = await put(case, monitor(POWER, "UpperThreshold", 0))
        await case.charging()
        await event(case, trigger="Alerting", variableMonitoringId=number)
        wanted = [{"status": "Accepted", "id": number}]
        await case.call("ClearVariableMonitoring", {"id": [number]}, clearMonitoringResult=wanted)
        await none(case, componentVariable=[POWER], monitoringCriteria=["ThresholdMonitoring"])
        await case.stopped()
        await case.quiet()


@TWO
async def test_watches_over_a_restart__TC_N_53(version: Version) -> None:
    async with playing(version) as case:
        (number,) = await put(case, monitor(POWER, "UpperThreshold", 100))
        await case.call("Reset", {"type": "Immediate"}, status="Accepted")
        await case.booted()
        (found,) = await reported(case, monitoringCriteria=["ThresholdMonitoring"])
        assert (found["id"], found["type"]) == (number, "UpperThreshold")
