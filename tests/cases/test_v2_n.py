"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block N, diagnostics."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from busbar.cli.bootstrap import Running, running
from busbar.cli.settings import Settings
from tests.cases.rig import Csms, Station, now
from tests.cases.steps_lp import BOTH, events, path

both = pytest.mark.parametrize("version", BOTH)
ACCEPTED = {"status": "Accepted"}
EMPTY = {"status": "EmptyResultSet"}
POWER = {"component": "ChargingStation", "variable": "Power"}
STATION_STATE = {"component": "ChargingStation", "variable": "AvailabilityState"}
EVSE_POWER = {"component": "EVSE", "evse": 1, "variable": "Power"}
EVSE_STATE = {"component": "EVSE", "evse": 1, "variable": "AvailabilityState"}


def _wire(selection: dict[str, Any]) -> dict[str, Any]:
    """Return a selection as it is on the wire: nothing in it that was not asked for."""
    component: dict[str, Any] = {"name": selection["component"]}
    if "evse" in selection:
        component["evse"] = {"id": selection["evse"]}
    return {"component": component, "variable": {"name": selection["variable"]}}


async def _ask_report(csms: Csms, station: Station, answer: dict[str, Any], **body: Any) -> dict[str, Any]:
    asked, _ = await station.during(
        csms.post(path(station, "commands/get-monitoring-report"), body), "GetMonitoringReport", answer
    )
    criteria, selections = body.get("criteria"), body.get("selections")
    assert asked.get("monitoringCriteria") == criteria
    assert asked.get("componentVariable") == (None if selections is None else [_wire(item) for item in selections])
    number: int = asked["requestId"]
    return {"requestId": number, "generatedAt": now()}


async def _report(
    station: Station,
    head: dict[str, Any],
    number: int,
    selection: dict[str, Any],
    kind: str,
    *,
    seq: int = 0,
    **more: Any,
) -> None:
    monitor = {"id": number, "transaction": False, "value": 1.0, "type": kind, "severity": 8}
    if station.version == "2.1":
        monitor["eventNotificationType"] = "CustomMonitor"
    told = head | {"seqNo": seq, "monitor": [_wire(selection) | {"variableMonitoring": [monitor]}]} | more
    assert await station.call("NotifyMonitoringReport", told) == {}


async def _monitors(csms: Csms, station: Station) -> list[tuple[Any, ...]]:
    page = await csms.get(path(station, "monitors"))
    return [(item["component"], item["evse"], item["variable"], item["kind"]) for item in page["items"]]


@both
async def test_asks_for_monitors_by_criteria__TC_N_01(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _ask_report(csms, station, EMPTY, criteria=["DeltaMonitoring"])
        head = await _ask_report(csms, station, ACCEPTED, criteria=["ThresholdMonitoring"])
        await _report(station, head, 1, POWER, "UpperThreshold", tbc=True)
        await _report(station, head, 2, EVSE_POWER, "LowerThreshold", seq=1)
        assert await _monitors(csms, station) == [
            ("ChargingStation", None, "Power", "UpperThreshold"),
            ("EVSE", 1, "Power", "LowerThreshold"),
        ]
        shown = await csms.get(path(station, f"reports/monitors/{head['requestId']}"))
        assert (shown["state"], shown["items"]) == ("complete", 2)


@both
async def test_asks_for_monitors_by_variable__TC_N_02(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _ask_report(csms, station, EMPTY, selections=[POWER])
        head = await _ask_report(csms, station, ACCEPTED, selections=[EVSE_STATE])
        await _report(station, head, 3, EVSE_STATE, "Delta")
        assert await _monitors(csms, station) == [("EVSE", 1, "AvailabilityState", "Delta")]


@both
async def test_asks_for_monitors_by_criteria_and_variable__TC_N_03(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _ask_report(csms, station, EMPTY, criteria=["DeltaMonitoring"], selections=[EVSE_STATE])
        head = await _ask_report(csms, station, ACCEPTED, criteria=["ThresholdMonitoring"], selections=[POWER])
        await _report(station, head, 4, POWER, "UpperThreshold")
        assert await _monitors(csms, station) == [("ChargingStation", None, "Power", "UpperThreshold")]


@both
async def test_asks_for_monitors_by_criteria_and_variables__TC_N_60(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _ask_report(csms, station, EMPTY, criteria=["ThresholdMonitoring"], selections=[POWER, EVSE_POWER])
        states = [STATION_STATE, EVSE_STATE]
        head = await _ask_report(csms, station, ACCEPTED, criteria=["DeltaMonitoring"], selections=states)
        await _report(station, head, 5, STATION_STATE, "Delta", tbc=True)
        await _report(station, head, 6, EVSE_STATE, "Delta", seq=1)
        assert await _monitors(csms, station) == [
            ("ChargingStation", None, "AvailabilityState", "Delta"),
            ("EVSE", 1, "AvailabilityState", "Delta"),
        ]


@both
async def test_asks_for_all_monitors__TC_N_47(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        head = await _ask_report(csms, station, ACCEPTED)
        await _report(station, head, 7, EVSE_STATE, "Delta", tbc=True)
        await _report(station, head, 8, POWER, "Periodic", seq=1, tbc=False)
        assert len(await _monitors(csms, station)) == 2


@both
async def test_sets_each_monitoring_base__TC_N_05(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        for base in ("All", "FactoryDefault", "HardWiredOnly"):
            ordering = csms.post(path(station, "commands/set-monitoring-base"), {"base": base})
            asked, told = await station.during(ordering, "SetMonitoringBase", ACCEPTED)
            assert asked == {"monitoringBase": base}
            assert told["state"] == "accepted"


@both
@pytest.mark.parametrize(
    "names", [pytest.param([EVSE_STATE], id="TC_N_08"), pytest.param([EVSE_STATE, STATION_STATE], id="TC_N_09")]
)
async def test_sets_monitors(csms: Csms, version: str, names: list[dict[str, Any]]) -> None:
    async with csms.booted(version) as station:
        monitors = [name | {"kind": "Delta", "value": 1, "severity": 8} for name in names]
        wired = [_wire(name) | {"value": 1, "type": "Delta", "severity": 8, "transaction": False} for name in names]

        def answer(asked: Any) -> dict[str, Any]:
            results = [
                {name: item[name] for name in ("type", "severity", "component", "variable")}
                | {"status": "Accepted", "id": number}
                for number, item in enumerate(asked["setMonitoringData"], 11)
            ]
            return {"setMonitoringResult": results}

        ordering = csms.post(path(station, "monitors"), {"monitors": monitors})
        asked, told = await station.during(ordering, "SetVariableMonitoring", answer)
        assert asked == {"setMonitoringData": wired}
        assert [(item["id"], item["status"]) for item in told["results"]] == [
            (number, "Accepted") for number in range(11, 11 + len(names))
        ]
        assert len(await _monitors(csms, station)) == len(names)


@both
@pytest.mark.parametrize(
    ("status", "state"),
    [pytest.param("Accepted", "accepted", id="TC_N_16"), pytest.param("Rejected", "rejected", id="TC_N_17")],
)
async def test_sets_the_monitoring_level(csms: Csms, version: str, status: str, state: str) -> None:
    async with csms.booted(version) as station:
        ordering = csms.post(path(station, "commands/set-monitoring-level"), {"severity": 4})
        asked, told = await station.during(ordering, "SetMonitoringLevel", {"status": status})
        assert asked == {"severity": 4}
        assert told["state"] == state


def _cleared(status: str) -> Any:
    return lambda asked: {"clearMonitoringResult": [{"status": status, "id": number} for number in asked["id"]]}


@both
async def test_clears_more_monitors_than_fit_one_message__TC_N_18(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        key = {"component": "MonitoringCtrlr", "variable": "ItemsPerMessage"}
        key["variable_instance"] = "ClearVariableMonitoring"

        def limit(asked: Any) -> dict[str, Any]:
            (item,) = asked["getVariableData"]
            return {"getVariableResult": [item | {"attributeStatus": "Accepted", "attributeValue": "2"}]}

        reading = csms.post(path(station, "variable-readings"), {"variables": [key]})
        asked, _ = await station.during(reading, "GetVariables", limit)
        (item,) = asked["getVariableData"]
        assert item["variable"] == {"name": "ItemsPerMessage", "instance": "ClearVariableMonitoring"}
        clearing = asyncio.ensure_future(csms.post(path(station, "monitor-clearings"), {"ids": [901, 902, 903]}))
        first = await station.expect("ClearVariableMonitoring", _cleared("NotFound"))
        second, told = await station.during(clearing, "ClearVariableMonitoring", _cleared("NotFound"))
        assert [first["id"], second["id"]] == [[901, 902], [903]]
        assert [item["status"] for item in told["results"]] == ["NotFound"] * 3


@both
async def test_takes_in_that_a_monitor_stays__TC_N_44(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        clearing = csms.post(path(station, "monitor-clearings"), {"ids": [5]})
        asked, told = await station.during(clearing, "ClearVariableMonitoring", _cleared("Rejected"))
        assert asked == {"id": [5]}
        assert told["results"][0]["status"] == "Rejected"


@both
@pytest.mark.parametrize(
    "told",
    [
        pytest.param(
            {"eventNotificationType": "HardWiredMonitor", "trigger": "Alerting", "variableMonitoringId": 3},
            id="TC_N_21",
        ),
        pytest.param({"trigger": "Periodic", "variableMonitoringId": 4}, id="TC_N_24"),
        pytest.param({"actualValue": ""}, id="TC_N_48"),
        pytest.param({"trigger": "Alerting", "cleared": True, "actualValue": "1"}, id="TC_N_49"),
        pytest.param({"trigger": "Periodic", "actualValue": "17.5"}, id="TC_N_50"),
    ],
)
async def test_takes_in_events(csms: Csms, version: str, told: dict[str, Any]) -> None:
    async with csms.booted(version) as station:
        if version == "2.1":
            told = told | {"severity": 5}
        await events(station, told, more=True)
        await events(station, told, told, seq=1)
        page = await csms.get("/station-events", station=station.identity)
        assert len(page["items"]) == 3
        assert {item["cleared"] for item in page["items"]} == {told.get("cleared", False)}


async def _get_log(
    csms: Csms, station: Station, answer: dict[str, Any], kind: str = "DiagnosticsLog", **fields: Any
) -> tuple[Any, Any]:
    body = {"kind": kind} | fields
    asked, told = await station.during(csms.post(path(station, "logs"), body), "GetLog", answer)
    assert asked["logType"] == kind
    assert asked["requestId"] == told["id"]
    return asked, told


async def _tell(station: Station, number: int, *statuses: str) -> None:
    for status in statuses:
        assert await station.call("LogStatusNotification", {"status": status, "requestId": number}) == {}


TAKEN = {"status": "Accepted", "filename": "station.log"}


@both
@pytest.mark.parametrize(
    "kind", [pytest.param("DiagnosticsLog", id="TC_N_25"), pytest.param("SecurityLog", id="TC_N_35")]
)
async def test_gets_a_log(csms: Csms, version: str, kind: str) -> None:
    async with csms.booted(version) as station:
        asked, told = await _get_log(csms, station, TAKEN, kind)
        await _tell(station, told["id"], "Uploading")
        await _upload(asked["log"]["remoteLocation"])
        await _tell(station, told["id"], "Uploaded")
        shown = await csms.get(path(station, f"logs/{told['id']}"))
        assert (shown["state"], shown["filename"]) == ("done", "station.log")
        assert [file["size"] for file in shown["files"]] == [3]


async def _upload(url: str, status: int = 201, auth: Any = None, verify: Any = True) -> None:
    async with httpx2.AsyncClient(verify=verify) as client:
        answer = await client.put(url, content=b"log", auth=auth)
        assert answer.status_code == status


@both
async def test_takes_in_that_there_is_no_log__TC_N_34(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        _, told = await _get_log(csms, station, {"status": "Rejected"})
        assert told["state"] == "refused"


@both
async def test_asks_for_a_second_log_while_one_is_brought__TC_N_36(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        first, _ = await _get_log(csms, station, TAKEN)
        await _tell(station, first["requestId"], "Uploading")
        second, _ = await _get_log(csms, station, {"status": "AcceptedCanceled", "filename": "second.log"})
        assert second["requestId"] != first["requestId"]
        await _tell(station, first["requestId"], "AcceptedCanceled")
        await _tell(station, second["requestId"], "Uploading", "Uploaded")
        states = [(await csms.get(path(station, f"logs/{asked['requestId']}")))["state"] for asked in (first, second)]
        assert states == ["canceled", "done"]


async def test_gets_the_log_of_a_data_collector__TC_N_100(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        key = {"component": "DataCollector", "evse": 1, "variable": "Enabled", "value": "true"}

        def taken(asked: Any) -> dict[str, Any]:
            (item,) = asked["setVariableData"]
            kept = {name: item[name] for name in ("component", "variable")}
            return {"setVariableResult": [kept | {"attributeStatus": "Accepted"}]}

        writing = csms.post(path(station, "variable-writings"), {"variables": [key]})
        asked, _ = await station.during(writing, "SetVariables", taken)
        assert asked["setVariableData"][0]["component"] == {"name": "DataCollector", "evse": {"id": 1}}
        component = {"name": "DataCollector", "evse": {"id": 1}}
        await events(station, {"component": component, "variable": {"name": "Active"}, "actualValue": "false"})
        asked, told = await _get_log(csms, station, TAKEN, "DataCollectorLog")
        await _tell(station, told["id"], "Uploading", "Uploaded")
        assert (await csms.get(path(station, f"logs/{told['id']}")))["state"] == "done"


async def test_names_a_password_for_an_upload_over_http__TC_N_102(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        asked, told = await _get_log(csms, station, TAKEN, authentication="url")
        url = httpx2.URL(asked["log"]["remoteLocation"])
        assert url.scheme == "http"
        assert url.userinfo
        bare = str(url.copy_with(userinfo=b""))
        await _upload(bare, 401)
        await _upload(bare, 401, auth=(url.username, "another"))
        await _upload(bare, 201, auth=(url.username, url.password))
        await _tell(station, told["id"], "Uploading", "Uploaded")


async def test_names_a_password_for_an_upload_over_https__TC_N_102_2(csms: Csms, tmp_path: Path) -> None:
    issued = csms.server_authority.server()
    settings = Settings(
        database_url="memory:",
        secret_key_file=tmp_path / "key",
        ocpp_port=0,
        api_port=0,
        files_port=0,
        files_directory=tmp_path / "files",
        files_certificate=issued.chain,
        files_key=issued.key,
    )
    async with running(settings) as served, _served(csms, served) as other, other.booted("2.1") as station:
        asked, told = await _get_log(other, station, TAKEN, authentication="url")
        url = httpx2.URL(asked["log"]["remoteLocation"])
        assert url.scheme == "https"
        trust = ssl.create_default_context(cafile=csms.server_authority.path)
        bare = str(url.copy_with(userinfo=b""))
        await _upload(bare, 401, verify=trust)
        await _upload(bare, 201, auth=(url.username, url.password), verify=trust)
        await _tell(station, told["id"], "Uploading", "Uploaded")
        shown = await other.get(path(station, f"logs/{told['id']}"))
        assert (shown["state"], len(shown["files"])) == ("done", 1)


@contextlib.asynccontextmanager
async def _served(csms: Csms, served: Running) -> AsyncIterator[Csms]:
    """Return another CSMS beside the one of all cases."""
    headers = {"Authorization": f"Bearer {await served.make_key('cases')}"}
    async with httpx2.AsyncClient(base_url=f"{served.api_url}/api/v1", headers=headers, timeout=30) as api:
        yield replace(csms, running=served, api=api)


async def test_tells_a_password_that_an_operator_names_to_the_station_alone__TC_N_102_2(csms: Csms) -> None:
    location = "https://user:a-password@files.example/logs/"
    async with csms.booted("2.1") as station:
        asked, told = await _get_log(csms, station, TAKEN, location=location)
        assert asked["log"]["remoteLocation"] == location
        assert "a-password" not in json.dumps(told)
        await _tell(station, told["id"], "Uploading", "Uploaded")


async def test_asks_for_monitors_of_targets__TC_N_104(csms: Csms) -> None:
    async with csms.booted("2.1") as station:  # they are Delta's: the errata of 2.1 took TargetDeltaMonitoring back
        head = await _ask_report(csms, station, ACCEPTED, criteria=["DeltaMonitoring"])
        await _report(station, head, 9, POWER, "TargetDelta", tbc=True)
        await _report(station, head, 10, EVSE_POWER, "TargetDeltaRelative", seq=1)
        assert [kind for *_, kind in await _monitors(csms, station)] == ["TargetDelta", "TargetDeltaRelative"]


async def _streaming(csms: Csms, station: Station) -> None:
    """Set a monitor whose values come as a stream, and open that."""
    monitor = EVSE_POWER | {"kind": "Periodic", "value": 1, "severity": 8, "stream": {"interval_s": 5, "values": 10}}

    def answer(asked: Any) -> dict[str, Any]:
        (item,) = asked["setMonitoringData"]
        kept = {name: item[name] for name in ("type", "severity", "component", "variable")}
        return {"setMonitoringResult": [kept | {"status": "Accepted", "id": 21}]}

    ordering = asyncio.ensure_future(csms.post(path(station, "monitors"), {"monitors": [monitor]}))
    asked = await station.expect("SetVariableMonitoring", answer)
    (item,) = asked["setMonitoringData"]
    assert item["periodicEventStream"] == {"interval": 5, "values": 10}
    stream = {"id": 31, "variableMonitoringId": 21, "params": {"interval": 5, "values": 10}}
    assert (
        await station.call("OpenPeriodicEventStream", {"constantStreamData": stream}) == ACCEPTED
    )  # N11.FR.02: at once
    await ordering


async def test_takes_in_a_stream_of_frequent_values__TC_N_105(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        await _streaming(csms, station)
        values = [{"t": 0.0, "v": "100.0"}, {"t": 0.5, "v": "101.0"}]
        await station.send("NotifyPeriodicEventStream", {"id": 31, "pending": 0, "basetime": now(), "data": values})
        adjusting = csms.post(path(station, "commands/adjust-event-stream"), {"id": 31, "interval_s": 10, "values": 20})
        asked, told = await station.during(adjusting, "AdjustPeriodicEventStream", ACCEPTED)
        assert asked == {"id": 31, "params": {"interval": 10, "values": 20}}
        assert told["state"] == "accepted"
        assert await station.call("ClosePeriodicEventStream", {"id": 31}) == {}
        page = await csms.get(path(station, "event-streams/31/values"))
        assert sorted(item["value"] for item in page["items"]) == ["100.0", "101.0"]
        (stream,) = (await csms.get(path(station, "event-streams")))["items"]
        assert (stream["open"], stream["interval_s"]) == (False, 10)


async def test_asks_which_streams_are_open__TC_N_107(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        await _streaming(csms, station)
        stream = {"id": 31, "variableMonitoringId": 21, "params": {"interval": 5, "values": 10}}
        asking = csms.post(path(station, "commands/get-event-streams"))
        asked, _ = await station.during(asking, "GetPeriodicEventStream", {"constantStreamData": [stream]})
        assert asked == {}
        (shown,) = (await csms.get(path(station, "event-streams")))["items"]
        assert (shown["id"], shown["open"]) == (31, True)


def _customer(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a customer as the interface and as the station is told it."""
    return {"token": token, "token_kind": "ISO14443"}, {"idToken": {"idToken": token, "type": "ISO14443"}}


async def _ask_customer(
    csms: Csms,
    station: Station,
    customer: tuple[dict[str, Any], dict[str, Any]],
    *,
    report: bool = True,
    clear: bool = False,
    status: str = "Accepted",
) -> int:
    """Ask for what a station holds of a customer; nothing else of the customer may be named (N09.FR.04, N10.FR.08)."""
    said, wired = customer
    body = said | {"report": report, "clear": clear}
    ordering = csms.post(path(station, "commands/customer-information"), body)
    asked, told = await station.during(ordering, "CustomerInformation", {"status": status})
    number: int = asked["requestId"]
    assert asked == wired | {"requestId": number, "report": report, "clear": clear}
    assert told["status"] == status
    return number


async def _inform(csms: Csms, station: Station, number: int, *parts: str) -> None:
    for seq, data in enumerate(parts):
        told = {"data": data, "seqNo": seq, "generatedAt": now(), "requestId": number, "tbc": seq < len(parts) - 1}
        assert await station.call("NotifyCustomerInformation", told) == {}
    shown = await csms.get(path(station, f"customer-information/{number}"))
    assert (shown["state"], shown["data"]) == ("complete", "".join(parts))


@both
@pytest.mark.parametrize(
    ("clear", "parts"),
    [
        pytest.param(False, ("name: A. Driver; ", "sessions: 3"), id="TC_N_27"),
        pytest.param(False, ("",), id="TC_N_28"),
        pytest.param(True, ("name: A. Driver; ", "sessions: 3"), id="TC_N_30"),
        pytest.param(True, ("",), id="TC_N_31"),
    ],
)
async def test_asks_what_is_held_of_a_customer(csms: Csms, version: str, clear: bool, parts: tuple[str, ...]) -> None:
    async with csms.booted(version) as station:
        customer = _customer(await csms.add_token())
        number = await _ask_customer(csms, station, customer, clear=clear)
        await _inform(csms, station, number, *parts)
        await station.quiet()


@both
async def test_takes_in_that_nothing_is_told_of_a_customer__TC_N_29(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        number = await _ask_customer(csms, station, _customer("TAG-29"), status="Rejected")
        assert (await csms.get(path(station, f"customer-information/{number}")))["state"] == "refused"


@both
async def test_clears_a_customer_without_a_report__TC_N_32(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        number = await _ask_customer(csms, station, _customer("TAG-32"), report=False, clear=True)
        await _inform(csms, station, number, "cleared")


@both
async def test_clears_a_customer_by_an_identifier__TC_N_62(csms: Csms, version: str) -> None:
    customer = {"identifier": "OpenChargeAlliance"}, {"customerIdentifier": "OpenChargeAlliance"}
    async with csms.booted(version) as station:
        number = await _ask_customer(csms, station, customer, clear=True)
        await _inform(csms, station, number, "something")


@both
async def test_clears_a_customer_by_a_certificate__TC_N_63(csms: Csms, version: str) -> None:
    said = {"algorithm": "SHA256", "issuer_name_hash": "aa11", "issuer_key_hash": "bb22", "serial": "0f"}
    wired = {"hashAlgorithm": "SHA256", "issuerNameHash": "aa11", "issuerKeyHash": "bb22", "serialNumber": "0f"}
    async with csms.booted(version) as station:
        customer = {"certificate": said}, {"customerCertificate": wired}
        number = await _ask_customer(csms, station, customer, clear=True)
        await _inform(csms, station, number, "something")


@both
async def test_takes_a_cleared_customer_off_the_local_list__TC_N_46(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        token = await csms.add_token()
        syncing = asyncio.ensure_future(csms.post(path(station, "local-list/synchronisation"), {"per_message": 1000}))
        whole = await station.expect("SendLocalList", ACCEPTED)
        assert (await syncing)["messages"] == 1
        assert whole["updateType"] == "Full"
        assert token in [entry["idToken"]["idToken"] for entry in whole["localAuthorizationList"]]
        number = await _ask_customer(csms, station, _customer(token), clear=True)
        await _inform(csms, station, number, "something")
        await station.quiet()  # the list is changed when the operator says so, or where it is kept up to date by itself
        syncing = csms.post(path(station, "local-list/synchronisation"), {})
        asked, told = await station.during(syncing, "SendLocalList", ACCEPTED)
        assert asked == {
            "updateType": "Differential",
            "versionNumber": whole["versionNumber"] + 1,
            "localAuthorizationList": [{"idToken": {"idToken": token, "type": "ISO14443"}}],
        }
        assert told["status"] == "Accepted"


async def test_takes_a_stream_of_a_monitor_that_the_station_came_with__TC_N_105(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        stream = {"id": 32, "variableMonitoringId": 22, "params": {"interval": 5}}
        assert await station.call("OpenPeriodicEventStream", {"constantStreamData": stream}) == ACCEPTED
        adjusting = csms.post(path(station, "commands/adjust-event-stream"), {"id": 32, "interval_s": 10})
        asked, _ = await station.during(adjusting, "AdjustPeriodicEventStream", ACCEPTED)
        assert asked == {"id": 32, "params": {"interval": 10}}
        assert await station.call("ClosePeriodicEventStream", {"id": 32}) == {}
