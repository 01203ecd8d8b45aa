"""Our own station against our own CSMS: its device model, its keys, and its network profiles."""

import asyncio

import pytest

from busbar.model.versions import Version
from tests.cases.ours import command, station, until
from tests.cases.rig import Csms

TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])


@TWO
async def test_the_csms_learns_the_whole_device_model__B07(csms: Csms, version: Version) -> None:
    async with station(csms, version) as runner:
        answer = await command(csms, runner, "get-base-report", {"base": "FullInventory"})
        assert answer["status"] == "Accepted"
        path = f"/stations/{runner.identity}/reports"
        async with asyncio.timeout(10):
            while (report := (await csms.get(path))["items"][0])["state"] != "complete":
                await asyncio.sleep(0.05)
        assert report["parts"] > 1
        assert report["items"] > 80
        assert report["missing"] == []


@TWO
async def test_the_csms_sets_and_reads_variables__B05_B06(csms: Csms, version: Version) -> None:
    name = {"component": "OCPPCommCtrlr", "variable": "OfflineThreshold"}
    nowhere = {"component": "Nowhere", "variable": "Nothing"}
    async with station(csms, version) as runner:
        values = [name | {"value": "77"}, nowhere | {"value": "1"}]
        answer = await command(csms, runner, "set-variables", {"variables": values})
        assert [result["status"] for result in answer["variables"]] == ["Accepted", "UnknownComponent"]
        assert runner.station.number("OfflineThreshold") == 77
        answer = await command(csms, runner, "get-variables", {"variables": [name, nowhere]})
        assert [(result["status"], result["value"]) for result in answer["variables"]] == [
            ("Accepted", "77"),
            ("UnknownComponent", None),
        ]


async def test_the_csms_reads_and_changes_keys_of_16(csms: Csms) -> None:
    async with station(csms, Version.V16) as runner:
        answer = await command(csms, runner, "get-variables", {"variables": []})
        values = {result["variable"]: result["value"] for result in answer["variables"]}
        assert values["NumberOfConnectors"] == "2"
        answer = await command(
            csms, runner, "set-variables", {"variables": [{"variable": "ConnectionTimeOut", "value": "33"}]}
        )
        assert answer["status"] == "Accepted"
        assert runner.station.number("ConnectionTimeOut") == 33


@TWO
async def test_the_csms_moves_a_station_to_another_address__B09_B10(csms: Csms, version: Version) -> None:
    async with station(csms, version) as runner:
        url = next(url for url in csms.running.ocpp_urls if url.startswith("ws:")).replace("127.0.0.1", "localhost")
        profile = {"slot": 2, "url": url, "interface": "Wired0", "security_profile": 1, "version": "OCPP20"}
        assert (await command(csms, runner, "set-network-profile", profile))["status"] == "Accepted"
        priority = {"component": "OCPPCommCtrlr", "variable": "NetworkConfigurationPriority"}
        answer = await command(csms, runner, "set-variables", {"variables": [priority | {"value": "2,1"}]})
        assert [result["status"] for result in answer["variables"]] == ["RebootRequired"]
        assert (await command(csms, runner, "reset", {"kind": "OnIdle"}))["status"] == "Accepted"
        await until(lambda: runner.tally.connected == 2 and runner.station.online)
        active = {"component": "OCPPCommCtrlr", "variable": "ActiveNetworkProfile"}
        answer = await command(csms, runner, "get-variables", {"variables": [active]})
        assert [result["value"] for result in answer["variables"]] == ["2"]
