"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block B, provisioning."""

import asyncio
from typing import Any

import pytest

from tests.cases.rig import SUBPROTOCOLS, Csms, Refused, Station, now
from tests.cases.steps_b import (
    boot,
    charging,
    event,
    read_as,
    reset,
    set_all,
    set_registration,
    stop,
    tell_statuses,
)

BOTH = pytest.mark.parametrize("version", ["2.0.1", "2.1"])
NOT_RUN: dict[str, str] = {}


@BOTH
async def test_accepts_a_station_that_boots__TC_B_01(csms: Csms, version: str) -> None:
    station = await csms.open(await csms.add_station(), version)
    answer = await boot(station)
    assert answer["status"] == "Accepted"
    assert answer["interval"] > 0
    assert answer["currentTime"].endswith("Z")
    await tell_statuses(station)
    await station.close()


@BOTH
async def test_lets_a_station_wait_and_then_in__TC_B_02(csms: Csms, version: str) -> None:
    station = await csms.open(await csms.add_station(registration="Pending"), version)
    assert (await boot(station))["status"] == "Pending"
    path = f"/stations/{station.identity}/commands"
    variable = {"component": "OCPPCommCtrlr", "variable": "OfflineThreshold"}
    asking = csms.post(f"{path}/get-variables", {"variables": [variable]})
    await station.during(asking, "GetVariables", read_as({"OfflineThreshold": "60"}))
    asking = csms.post(f"{path}/set-variables", {"variables": [variable | {"value": "61"}]})
    await station.during(asking, "SetVariables", set_all)
    asked, _ = await station.during(
        csms.post(f"{path}/get-base-report", {"base": "ConfigurationInventory"}),
        "GetBaseReport",
        {"status": "Accepted"},
    )
    await report(station, asked["requestId"])
    await set_registration(csms, station.identity, "Accepted")
    assert (await boot(station))["status"] == "Accepted"
    await tell_statuses(station)
    await station.close()


@BOTH
@pytest.mark.parametrize("registration", ["Pending", "Rejected"])
async def test_answers_a_station_that_is_not_in_by_an_error__TC_B_30(
    csms: Csms, version: str, registration: str
) -> None:
    station = await csms.open(await csms.add_station(registration=registration), version)
    assert (await boot(station))["status"] == registration
    with pytest.raises(Refused, match="SecurityError"):
        await station.status(1, "Available")
    with pytest.raises(Refused, match="SecurityError"):
        await station.call("NotifyEvent", event(1, "Available"))
    await station.close()


@BOTH
async def test_triggers_the_boot_of_a_station_that_waits__TC_B_31(csms: Csms, version: str) -> None:
    station = await csms.open(await csms.add_station(registration="Pending"), version)
    assert (await boot(station))["status"] == "Pending"
    asking = csms.post(f"/stations/{station.identity}/commands/trigger", {"message": "BootNotification"})
    asked, _ = await station.during(asking, "TriggerMessage", {"status": "Accepted"})
    assert asked == {"requestedMessage": "BootNotification"}
    await set_registration(csms, station.identity, "Accepted")
    assert (await boot(station, "Triggered"))["status"] == "Accepted"
    await tell_statuses(station)
    await station.close()


THRESHOLD = {"component": "OCPPCommCtrlr", "variable": "OfflineThreshold"}
REMOTE_START = {"component": "AuthCtrlr", "variable": "AuthorizeRemoteStart"}


def wire(variable: dict[str, str]) -> dict[str, Any]:
    """Return a variable as OCPP writes it."""
    name = {"name": variable["variable"]}
    if "variable_instance" in variable:
        name["instance"] = variable["variable_instance"]
    return {"component": {"name": variable["component"]}, "variable": name}


def asks_for(asked: dict[str, Any], *variables: dict[str, str]) -> bool:
    """Tell whether just these are asked for, in any order, and Actual among what is asked of each."""
    found = [{k: one[k] for k in ("component", "variable")} for one in asked["getVariableData"]]
    actual = all(one.get("attributeType", "Actual") == "Actual" for one in asked["getVariableData"])
    return actual and len(found) == len(variables) and all(wire(one) in found for one in variables)


@BOTH
@pytest.mark.parametrize("variables", [[THRESHOLD], [THRESHOLD, REMOTE_START]])
async def test_reads_variables__TC_B_06__TC_B_07(csms: Csms, version: str, variables: list[dict[str, str]]) -> None:
    async with csms.booted(version) as station:
        asking = csms.post(f"/stations/{station.identity}/commands/get-variables", {"variables": variables})
        answer = read_as({"OfflineThreshold": "60", "AuthorizeRemoteStart": "true"})
        asked, command = await station.during(asking, "GetVariables", answer)
        assert asks_for(asked, *variables)
        assert [one["value"] for one in command["variables"]] == ["60", "true"][: len(variables)]
        await station.quiet()


@BOTH
@pytest.mark.parametrize("route", ["commands/get-variables", "variable-readings"])
async def test_asks_for_no_more_variables_than_a_station_takes__TC_B_08(csms: Csms, version: str, route: str) -> None:
    device = {"component": "DeviceDataCtrlr"}
    limits = [
        device | {"variable": name, "variable_instance": instance}
        for name in ("ItemsPerMessage", "BytesPerMessage")
        for instance in ("GetReport", "GetVariables")
    ]
    answer = read_as(
        {
            "ItemsPerMessage[GetReport]": "5",
            "ItemsPerMessage[GetVariables]": "4",
            "BytesPerMessage[GetReport]": "9000",
            "BytesPerMessage[GetVariables]": "9000",
            "AuthorizeRemoteStart": "true",
        }
    )
    async with csms.booted(version) as station:
        path = f"/stations/{station.identity}/{route}"
        await station.during(csms.post(path, {"variables": [limits[1]]}), "GetVariables", answer)
        task = asyncio.create_task(csms.post(path, {"variables": [*limits, REMOTE_START]}))
        first = await station.expect("GetVariables", answer)
        second = await station.expect("GetVariables", answer)
        assert asks_for(first, *limits)
        assert asks_for(second, REMOTE_START)
        assert len((await task)["variables"]) == 5


@BOTH
@pytest.mark.parametrize(
    "values", [{"OfflineThreshold": "123"}, {"OfflineThreshold": "123", "AuthorizeRemoteStart": "false"}]
)
async def test_sets_variables__TC_B_09__TC_B_10(csms: Csms, version: str, values: dict[str, str]) -> None:
    async with csms.booted(version) as station:
        variables = [
            one | {"value": values[one["variable"]]} for one in (THRESHOLD, REMOTE_START) if one["variable"] in values
        ]
        asking = csms.post(f"/stations/{station.identity}/commands/set-variables", {"variables": variables})
        asked, command = await station.during(asking, "SetVariables", set_all)
        sent = [(one["component"], one["variable"], one["attributeValue"]) for one in asked["setVariableData"]]
        assert sent == [(*wire(one).values(), one["value"]) for one in variables]
        assert all(one.get("attributeType", "Actual") == "Actual" for one in asked["setVariableData"])
        assert [one["status"] for one in command["variables"]] == ["Accepted"] * len(variables)
        await station.quiet()


async def report(station: Station, number: int, value: str = "Available") -> None:
    """Bring a report of two parts."""
    parts = [("EVSE", "AvailabilityState", value), ("OCPPCommCtrlr", "OfflineThreshold", "60")]
    for seq, (component, variable, told) in enumerate(parts):
        data = {
            "component": {"name": component} | ({"evse": {"id": 1}} if component == "EVSE" else {}),
            "variable": {"name": variable},
            "variableAttribute": [{"type": "Actual", "value": told, "mutability": "ReadOnly"}],
            "variableCharacteristics": {"dataType": "string", "supportsMonitoring": False},
        }
        part = {
            "requestId": number,
            "generatedAt": now(),
            "seqNo": seq,
            "tbc": seq < len(parts) - 1,
            "reportData": [data],
        }
        assert await station.call("NotifyReport", part) == {}


@BOTH
@pytest.mark.parametrize("base", ["ConfigurationInventory", "FullInventory", "SummaryInventory"])
async def test_shows_a_base_report__TC_B_12__TC_B_13__TC_B_14(csms: Csms, version: str, base: str) -> None:
    async with csms.booted(version) as station:
        asking = csms.post(f"/stations/{station.identity}/commands/get-base-report", {"base": base})
        asked, _ = await station.during(asking, "GetBaseReport", {"status": "Accepted"})
        assert asked["reportBase"] == base
        assert asked["requestId"] >= 0
        await report(station, asked["requestId"])
        shown = await csms.get(f"/stations/{station.identity}/reports")
        assert [(one["kind"], one["state"], one["items"]) for one in shown["items"]] == [(base, "complete", 2)]
        held = await csms.get(f"/stations/{station.identity}/variables")
        values = {one["variable"]: one["attributes"][0]["value"] for one in held["items"]}
        assert values == {"AvailabilityState": "Available", "OfflineThreshold": "60"}


@BOTH
async def test_asks_for_a_report_of_some_components__TC_B_18(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        path = f"/stations/{station.identity}/commands/get-report"
        selection = {"component": "EVSE", "evse": 1, "variable": "AvailabilityState"}
        selected = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "AvailabilityState"}}
        body = {"criteria": ["Problem"], "selections": [selection]}
        asked, command = await station.during(csms.post(path, body), "GetReport", {"status": "EmptyResultSet"})
        assert asked["componentCriteria"] == ["Problem"]
        assert asked["componentVariable"] == [selected]
        assert command["status"] == "EmptyResultSet"
        body["criteria"] = ["Available"]
        asked, _ = await station.during(csms.post(path, body), "GetReport", {"status": "Accepted"})
        assert asked["componentCriteria"] == ["Available"]
        assert asked["componentVariable"] == [selected]
        await report(station, asked["requestId"])
        shown = await csms.get(f"/stations/{station.identity}/reports")
        assert [one["state"] for one in shown["items"]] == ["complete", "empty"]


@BOTH
async def test_resets_a_station_when_idle__TC_B_20(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await reset(csms, station, "OnIdle")
        assert (await boot(station, "RemoteReset"))["status"] == "Accepted"
        await tell_statuses(station)
        shown = await csms.get(f"/stations/{station.identity}/provisioning")
        assert shown["pending_resets"] == []


@BOTH
async def test_resets_a_station_after_its_transaction__TC_B_21(csms: Csms, version: str) -> None:
    async with csms.booted(version, evses=2) as station:
        session = await charging(csms, station)
        await reset(csms, station, "OnIdle", "Scheduled")
        await stop(session)
        assert (await boot(station, "ScheduledReset"))["status"] == "Accepted"
        await tell_statuses(station)


@BOTH
async def test_resets_a_station_with_a_transaction_at_once__TC_B_22(csms: Csms, version: str) -> None:
    async with csms.booted(version, evses=2) as station:
        session = await charging(csms, station)
        await reset(csms, station, "Immediate")
        await session.tell("Ended", "ResetCommand", "EVConnected", info={"stoppedReason": "ImmediateReset"})
        assert (await boot(station, "RemoteReset"))["status"] == "Accepted"
        await tell_statuses(station, "Occupied")


@BOTH
async def test_resets_an_evse__TC_B_25(csms: Csms, version: str) -> None:
    async with csms.booted(version, evses=2) as station:
        await reset(csms, station, "OnIdle", evse=1)


@BOTH
async def test_resets_an_evse_after_its_transaction__TC_B_26(csms: Csms, version: str) -> None:
    async with csms.booted(version, evses=2) as station:
        session = await charging(csms, station)
        await reset(csms, station, "OnIdle", "Scheduled", evse=1)
        await stop(session)


@BOTH
async def test_resets_an_evse_with_a_transaction_at_once__TC_B_27(csms: Csms, version: str) -> None:
    async with csms.booted(version, evses=2) as station:
        session = await charging(csms, station)
        await reset(csms, station, "Immediate", evse=1)
        await session.tell("Ended", "ResetCommand", "EVConnected", info={"stoppedReason": "ImmediateReset"})


PROFILE = {
    "slot": 2,
    "url": "wss://csms.example:9000/ocpp",
    "interface": "Wireless1",
    "message_timeout_s": 45,
    "version": "OCPP20",
    "security_profile": 1,
}
CONNECTION = {
    "messageTimeout": 45,
    "ocppCsmsUrl": "wss://csms.example:9000/ocpp",
    "ocppInterface": "Wireless1",
    "ocppTransport": "JSON",
    "ocppVersion": "OCPP20",
    "securityProfile": 1,
}


@BOTH
async def test_sets_a_network_profile__TC_B_42(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        asking = csms.post(f"/stations/{station.identity}/commands/set-network-profile", PROFILE)
        asked, command = await station.during(asking, "SetNetworkProfile", {"status": "Accepted"})
        assert asked == {"configurationSlot": 2, "connectionData": CONNECTION}
        assert command["state"] == "accepted"
        held = await csms.get(f"/stations/{station.identity}/network-profiles")
        assert [one["slot"] for one in held["items"]] == [2]


@BOTH
async def test_takes_it_that_a_network_profile_failed__TC_B_44(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        asking = csms.post(f"/stations/{station.identity}/commands/set-network-profile", PROFILE)
        _, command = await station.during(asking, "SetNetworkProfile", {"status": "Failed"})
        assert (command["state"], command["status"]) == ("rejected", "Failed")
        assert (await csms.get(f"/stations/{station.identity}/network-profiles"))["items"] == []
        await station.quiet()
        assert await station.call("Heartbeat")


@BOTH
async def test_takes_a_version_that_it_knows__TC_B_58(csms: Csms, version: str) -> None:
    identity = await csms.add_station()
    unknown = await csms.open(identity, version, subprotocols=["ocpp0.1"])
    assert unknown.ws.subprotocol is None  # part 4 §3.1.2: an answer without the header, and then the end
    await asyncio.wait_for(unknown.ws.wait_closed(), 2)
    station = await csms.open(identity, version, subprotocols=["ocpp0.1", SUBPROTOCOLS[version]])
    assert station.ws.response is not None
    assert station.ws.response.headers.get_all("Sec-WebSocket-Protocol") == [SUBPROTOCOLS[version]]
    assert (await station.boot())["status"] == "Accepted"
    await station.close()


async def test_sets_a_network_profile_with_identity_and_password__TC_B_100(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        body = PROFILE | {"version": None, "identity": "CS-NEW", "password": "a-password-of-the-new-csms"}
        asking = csms.post(f"/stations/{station.identity}/commands/set-network-profile", body)
        asked, _ = await station.during(asking, "SetNetworkProfile", {"status": "Accepted"})
        expected = CONNECTION | {"identity": "CS-NEW", "basicAuthPassword": "a-password-of-the-new-csms"}
        del expected["ocppVersion"]
        assert asked == {"configurationSlot": 2, "connectionData": expected}
        (held,) = (await csms.get(f"/stations/{station.identity}/network-profiles"))["items"]
        assert (held["identity"], held["has_password"]) == ("CS-NEW", True)


async def test_resumes_a_transaction_after_a_reset__TC_B_103(csms: Csms) -> None:
    async with csms.booted("2.1", evses=2) as station:
        session = await charging(csms, station)
        await reset(csms, station, "ImmediateAndResume")
        await session.tell("Updated", "ResetCommand", "EVConnected")
        assert (await boot(station, "RemoteReset"))["status"] == "Accepted"
        await tell_statuses(station, "Occupied")
        await session.tell("Updated", "TxResumed", "Charging")
        running = (await csms.get("/sessions", station=station.identity))["items"]
        assert [(one["transaction_id"], one["active"], one["flags"]) for one in running] == [(session.number, True, [])]
        await station.quiet()


@pytest.mark.parametrize("evse", [None, 1])
async def test_resets_to_resume_without_a_transaction__TC_B_104(csms: Csms, evse: int | None) -> None:
    async with csms.booted("2.1", evses=2) as station:
        await reset(csms, station, "ImmediateAndResume", evse=evse)
        if evse is None:
            assert (await boot(station, "RemoteReset"))["status"] == "Accepted"
        await tell_statuses(station)


async def test_adds_a_network_configuration_by_variables__TC_B_105(csms: Csms) -> None:
    values = {
        "OcppCsmsUrl": "wss://csms.example:9000/ocpp",
        "OcppInterface": "Wired0",
        "OcppTransport": "JSON",
        "MessageTimeout": "30",
        "SecurityProfile": "1",
        "Identity": "CS-NEW",
        "BasicAuthPassword": "a-password-of-the-new-csms",
        "ApnEnabled": "false",
        "VpnEnabled": "false",
    }
    async with csms.booted("2.1") as station:
        path = f"/stations/{station.identity}/commands"
        slot = {"component": "NetworkConfiguration", "component_instance": "2"}
        variables = [slot | {"variable": name, "value": value} for name, value in values.items()]
        asked, command = await station.during(
            csms.post(f"{path}/set-variables", {"variables": variables}), "SetVariables", set_all
        )
        assert {one["variable"]["name"]: one["attributeValue"] for one in asked["setVariableData"]} == values
        assert all(
            one["component"] == {"name": "NetworkConfiguration", "instance": "2"} for one in asked["setVariableData"]
        )
        assert command["state"] == "accepted"
        priority = {"component": "OCPPCommCtrlr", "variable": "NetworkConfigurationPriority", "value": "2,1"}
        asked, _ = await station.during(
            csms.post(f"{path}/set-variables", {"variables": [priority]}), "SetVariables", set_all
        )
        assert asked["setVariableData"][0]["attributeValue"] == "2,1"
        await reset(csms, station, "Immediate")


@pytest.mark.parametrize("evse", [None, 1])
async def test_sends_the_profile_of_a_resumed_transaction_again__TC_B_116(csms: Csms, evse: int | None) -> None:
    async with csms.booted("2.1", evses=2) as station:
        session = await charging(csms, station)
        periods = [{"start_period": 0, "limit": 10.0}]
        profile = {
            "stack_level": 0,
            "purpose": "TxProfile",
            "kind": "Relative",
            "transaction_id": session.number,
            "schedules": [{"unit": "A", "periods": periods}],
        }
        path = f"/stations/{station.identity}/commands/set-charging-profile"
        asking = csms.post(path, {"evse": 1, "profile": profile})
        first, _ = await station.during(asking, "SetChargingProfile", {"status": "Accepted"})
        assert first["chargingProfile"]["transactionId"] == session.number
        await reset(csms, station, "ImmediateAndResume", evse=evse)
        await session.tell("Updated", "ResetCommand", "EVConnected")
        if evse is None:
            assert (await boot(station, "RemoteReset"))["status"] == "Accepted"
        await tell_statuses(station, "Occupied")
        await session.tell("Updated", "TxResumed", "Charging")
        again = await station.expect("SetChargingProfile", {"status": "Accepted"})
        assert again == first
        await station.quiet()
