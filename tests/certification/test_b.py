"""Part 6, 2.3: how a station is provisioned."""

from typing import Any

import pytest

from busbar.model.versions import Version
from busbar.station.blocks.device.controllers import CONTROLLERS
from tests.certification.rig import TOKEN, TWO, Case, Refused, matches, playing

THRESHOLD = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}
OFFLINE = {"component": {"name": "AuthCtrlr"}, "variable": {"name": "LocalAuthorizeOffline"}}
STATES = {"Available", "Occupied", "Reserved", "Unavailable", "Faulted"}
LISTS = {"OptionList", "SequenceList", "MemberList"}


def named(component: str, variable: str, instance: str | None = None, evse: int | None = None) -> dict[str, Any]:
    """Return how OCPP names a variable."""
    where = {"name": component} | ({"evse": {"id": evse}} if evse else {})
    return {"component": where, "variable": {"name": variable} | ({"instance": instance} if instance else {})}


def accepting(case: Case) -> dict[str, Any]:
    return {"status": "Accepted", "currentTime": case.at(), "interval": 86_400}


@TWO
async def test_boots_and_tells_the_state_of_all_connectors__TC_B_01(version: Version) -> None:
    async with playing(version, boots=False) as case:
        boot = await case.booted(reason="PowerUp")
        assert boot["chargingStation"]["vendorName"] == "Busbar"


@TWO
async def test_is_configured_while_it_is_pending__TC_B_02(version: Version) -> None:
    waits = {"status": "Pending", "currentTime": "2026-01-01T00:00:00Z", "interval": 86_400}
    async with playing(version, boots=False, answers=[("BootNotification", waits)]) as case:
        await case.expect("BootNotification")
        await case.call(
            "SetVariables",
            {"setVariableData": [THRESHOLD | {"attributeValue": "300"}]},
            setVariableResult=[{"attributeStatus": "Accepted"}],
        )
        await case.call(
            "GetVariables", {"getVariableData": [THRESHOLD]}, getVariableResult=[{"attributeStatus": "Accepted"}]
        )
        await case.call("GetBaseReport", {"requestId": 1, "reportBase": "FullInventory"}, status="Accepted")
        assert await case.report(1)
        await case.call("RequestStartTransaction", {"remoteStartId": 1, "idToken": TOKEN}, status="Rejected")
        case.answers["BootNotification"] = accepting(case)
        await case.call("TriggerMessage", {"requestedMessage": "BootNotification"}, status="Accepted")
        await case.booted(reason="Triggered")


@TWO
async def test_says_nothing_until_the_interval_of_a_rejection_has_passed__TC_B_03(version: Version) -> None:
    no = {"status": "Rejected", "currentTime": "2026-01-01T00:00:00Z", "interval": 4}
    async with playing(version, boots=False, answers=[("BootNotification", no)]) as case:
        await case.expect("BootNotification")
        at = case.now
        case.answers["BootNotification"] = accepting(case)
        await case.booted()
        assert (case.now - at).total_seconds() >= 3.9


@TWO
async def test_refuses_orders_while_it_is_rejected__TC_B_30(version: Version) -> None:
    no = {"status": "Rejected", "currentTime": "2026-01-01T00:00:00Z", "interval": 86_400}
    async with playing(version, boots=False, answers=[("BootNotification", no)]) as case:
        await case.expect("BootNotification")
        with pytest.raises(Refused, match="SecurityError"):
            await case.call("GetBaseReport", {"requestId": 1, "reportBase": "FullInventory"})


@TWO
async def test_reads_a_variable__TC_B_06(version: Version) -> None:
    async with playing(version) as case:
        await case.configure("OCPPCommCtrlr", "OfflineThreshold", "300")
        result = THRESHOLD | {"attributeStatus": "Accepted", "attributeType": "Actual", "attributeValue": "300"}
        await case.call(
            "GetVariables",
            {"getVariableData": [THRESHOLD | {"attributeType": "Actual"}]},
            getVariableResult=[result],
        )


@TWO
async def test_reads_two_variables__TC_B_07(version: Version) -> None:
    async with playing(version) as case:
        await case.configure("OCPPCommCtrlr", "OfflineThreshold", "300")
        await case.configure("AuthCtrlr", "LocalAuthorizeOffline", "true")
        asked = [one | {"attributeType": "Actual"} for one in (THRESHOLD, OFFLINE)]
        found = await case.call("GetVariables", {"getVariableData": asked})
        for one, value in ((THRESHOLD, "300"), (OFFLINE, "true")):
            wanted = one | {"attributeStatus": "Accepted", "attributeType": "Actual", "attributeValue": value}
            assert any(matches(result, wanted) for result in found["getVariableResult"])


@TWO
@pytest.mark.parametrize(
    ("name", "status"),
    [
        pytest.param(named("UnknownComponent", "OfflineThreshold"), "UnknownComponent", id="B_32"),
        pytest.param(named("OCPPCommCtrlr", "UnknownVariable"), "UnknownVariable", id="B_33"),
        pytest.param(THRESHOLD | {"attributeType": "Target"}, "NotSupportedAttributeType", id="B_34"),
    ],
)
async def test_reads_nothing_where_there_is_nothing__TC_B_32__TC_B_33__TC_B_34(
    version: Version, name: dict[str, Any], status: str
) -> None:
    async with playing(version) as case:
        wanted = name | {"attributeStatus": status}
        await case.call("GetVariables", {"getVariableData": [name]}, getVariableResult=[wanted])


@TWO
async def test_sets_a_variable__TC_B_09(version: Version) -> None:
    async with playing(version) as case:
        wanted = THRESHOLD | {"attributeStatus": "Accepted", "attributeType": "Actual"}
        value = THRESHOLD | {"attributeValue": "300", "attributeType": "Actual"}
        await case.call("SetVariables", {"setVariableData": [value]}, setVariableResult=[wanted])


@TWO
async def test_sets_two_variables__TC_B_10(version: Version) -> None:
    async with playing(version) as case:
        values = [
            THRESHOLD | {"attributeValue": "300", "attributeType": "Actual"},
            OFFLINE | {"attributeValue": "true", "attributeType": "Actual"},
        ]
        wanted = [one | {"attributeStatus": "Accepted", "attributeType": "Actual"} for one in (THRESHOLD, OFFLINE)]
        await case.call("SetVariables", {"setVariableData": values}, setVariableResult=wanted)


@TWO
@pytest.mark.parametrize(
    ("name", "status"),
    [
        pytest.param(named("UnknownComponent", "OfflineThreshold"), "UnknownComponent", id="B_35"),
        pytest.param(named("OCPPCommCtrlr", "UnknownVariable"), "UnknownVariable", id="B_36"),
        pytest.param(THRESHOLD | {"attributeType": "Target"}, "NotSupportedAttributeType", id="B_37"),
        pytest.param(named("OCPPCommCtrlr", "MessageTimeout", "Default"), "Rejected", id="B_39"),
    ],
)
async def test_sets_nothing_that_cannot_be_set__TC_B_35__TC_B_36__TC_B_37__TC_B_39(
    version: Version, name: dict[str, Any], status: str
) -> None:
    async with playing(version) as case:
        wanted = name | {"attributeStatus": status}
        value = name | {"attributeValue": "300"}
        await case.call("SetVariables", {"setVariableData": [value]}, setVariableResult=[wanted])


@TWO
async def test_takes_only_values_of_the_right_form__TC_B_11(version: Version) -> None:
    forms = {
        ("OCPPCommCtrlr", "OfflineThreshold"): {"300"},
        ("SmartChargingCtrlr", "LimitChangeSignificance"): {"30", "30.1"},
        ("AuthCtrlr", "AuthorizeRemoteStart"): {"true"},
    }
    async with playing(version) as case:
        for (component, variable), right in forms.items():
            values = ["300", "300.1", "true", case.at(), "abc", *sorted(right)]
            for value in values:
                data = named(component, variable) | {"attributeValue": value}
                answer = await case.call("SetVariables", {"setVariableData": [data]})
                status = answer["setVariableResult"][0]["attributeStatus"]
                assert status == ("Accepted" if value in right else "Rejected"), (variable, value)


def check(reported: list[Any]) -> None:
    """Check what holds for any inventory."""
    for one in reported:
        characteristics = one["variableCharacteristics"]
        for attribute in one["variableAttribute"]:
            if attribute.get("mutability") == "WriteOnly":
                assert "value" not in attribute
        if characteristics["dataType"] in LISTS:
            allowed = characteristics["valuesList"].split(",")
            for attribute in one["variableAttribute"]:
                assert set(attribute["value"].split(",")) - {""} <= {value.strip() for value in allowed}, one


def names(reported: list[Any]) -> set[tuple[str, str, str | None]]:
    return {(one["component"]["name"], one["variable"]["name"], one["variable"].get("instance")) for one in reported}


@TWO
async def test_reports_what_can_be_configured__TC_B_12(version: Version) -> None:
    async with playing(version) as case:
        await case.call("GetBaseReport", {"requestId": 7, "reportBase": "ConfigurationInventory"}, status="Accepted")
        reported = await case.report(7)
        check(reported)
        for one in reported:
            assert {attribute["mutability"] for attribute in one["variableAttribute"]} <= {"ReadWrite", "WriteOnly"}
        assert ("OCPPCommCtrlr", "OfflineThreshold", None) in names(reported)


@TWO
async def test_reports_all_there_is__TC_B_13__TC_B_53(version: Version) -> None:
    required = {v.place for v in CONTROLLERS if v.place is not None and not v.newer}
    async with playing(version) as case:
        await case.call("GetBaseReport", {"requestId": 7, "reportBase": "FullInventory"}, status="Accepted")
        reported = await case.report(7)
        check(reported)
        assert required <= names(reported)


@TWO
async def test_reports_how_available_it_is__TC_B_14(version: Version) -> None:
    async with playing(version) as case:
        await case.call("GetBaseReport", {"requestId": 1, "reportBase": "SummaryInventory"}, status="Accepted")
        reported = await case.report(1)
        check(reported)
        places = [one["component"] for one in reported if one["variable"]["name"] == "AvailabilityState"]
        for name, evses in (("ChargingStation", [None]), ("EVSE", [1, 2]), ("Connector", [1, 2])):
            assert [place.get("evse", {}).get("id") for place in places if place["name"] == name] == evses


@TWO
async def test_reports_which_components_are_enabled__TC_B_16(version: Version) -> None:
    async with playing(version) as case:
        await case.call("GetReport", {"requestId": 1, "componentCriteria": ["Enabled"]}, status="Accepted")
        reported = await case.report(1)
        await case.call("GetBaseReport", {"requestId": 2, "reportBase": "FullInventory"}, status="Accepted")
        enabled = [
            one
            for one in await case.report(2)
            if one["variable"]["name"] == "Enabled" and one["variableAttribute"][0].get("value") == "true"
        ]
        told = [one for one in reported if one["variable"]["name"] == "Enabled"]
        assert names(told) == names(enabled) != set(), names(told) ^ names(enabled)
        for one in told:
            assert one["variableAttribute"][0]["value"] == "true"
            name = {"component": one["component"], "variable": one["variable"]}
            wanted = {"attributeStatus": "Accepted", "attributeValue": "true"}
            await case.call("GetVariables", {"getVariableData": [name]}, getVariableResult=[wanted])


STATE = named("EVSE", "AvailabilityState", evse=1)


def check_state(one: Any) -> None:
    assert matches(one, STATE | {"variableCharacteristics": {"dataType": "OptionList"}})
    assert set(one["variableCharacteristics"]["valuesList"].split(",")) == STATES
    assert matches(one["variableAttribute"], [{"mutability": "ReadOnly"}])
    assert one["variableAttribute"][0].get("type", "Actual") == "Actual"


@TWO
async def test_reports_one_variable__TC_B_17(version: Version) -> None:
    async with playing(version) as case:
        await case.call("GetReport", {"requestId": 1, "componentVariable": [STATE]}, status="Accepted")
        (one,) = await case.report(1)
        check_state(one)


@TWO
async def test_reports_one_variable_of_what_meets_a_criterion__TC_B_18(version: Version) -> None:
    async with playing(version) as case:
        asked = {"requestId": 1, "componentVariable": [STATE]}
        await case.call("GetReport", asked | {"componentCriteria": ["Available"]}, status="Accepted")
        (one,) = await case.report(1)
        check_state(one)
        await case.call("GetReport", asked | {"componentCriteria": ["Problem"]}, status="EmptyResultSet")


ITEMS = ("DeviceDataCtrlr", "ItemsPerMessage")


@TWO
async def test_reports_all_instances_where_none_is_named__TC_B_54(version: Version) -> None:
    async with playing(version) as case:
        await case.call("GetReport", {"requestId": 1, "componentVariable": [named(*ITEMS)]}, status="Accepted")
        found = names(await case.report(1))
        assert found >= {(*ITEMS, "GetReport"), (*ITEMS, "GetVariables")}


@TWO
async def test_reports_the_instance_that_is_named__TC_B_55(version: Version) -> None:
    async with playing(version) as case:
        asked = {"requestId": 1, "componentVariable": [named(*ITEMS, "GetReport")]}
        await case.call("GetReport", asked, status="Accepted")
        assert names(await case.report(1)) == {(*ITEMS, "GetReport")}


@TWO
async def test_reports_every_evse_where_none_is_named__TC_B_56(version: Version) -> None:
    async with playing(version) as case:
        asked = {"requestId": 1, "componentVariable": [named("EVSE", "AvailabilityState")]}
        await case.call("GetReport", asked, status="Accepted")
        reported = await case.report(1)
        assert [one["component"]["evse"]["id"] for one in reported] == [1, 2]
