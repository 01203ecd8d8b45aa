"""Our station under our CSMS: grid controls and battery swaps over the wire (2.1 blocks R and S)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from busbar.model.batteries import Battery
from busbar.model.der import ControlType
from busbar.model.versions import Version
from busbar.station.events import BatteryInserted, BatteryRemoved, GridFaulted, GridRestored
from busbar.station.scenario import StationSpec
from busbar.station.virtual.hardware import VirtualHardware
from tests.cases.ours import SETTINGS, command, connected, station
from tests.cases.rig import PASSWORD, Csms


async def listed(csms: Csms, path: str, count: int) -> list[dict[str, Any]]:
    """Wait for so many items."""
    items: list[dict[str, Any]] = []
    for _ in range(200):
        if len(items := (await csms.get(path))["items"]) == count:
            return items
        await asyncio.sleep(0.05)
    raise AssertionError(items)


async def test_grid_controls_are_set_run_reported_and_cleared__R04__R05(csms: Csms) -> None:
    async with station(csms, Version.V21) as runner:
        settings: dict[str, Any] = {"priority": 1, "pctMaxDischargePower": 50.0}
        start = (datetime.now(UTC) + timedelta(seconds=1)).replace(microsecond=0).isoformat()
        timed = settings | {"startTime": start, "duration": 600.0}
        for name, default, given in (("d", True, settings), ("s", False, timed)):
            body = {"id": name, "type": "LimitMaxDischarge", "default": default, "settings": given}
            assert (await command(csms, runner, "set-grid-control", body))["status"] == "Accepted"
        path = f"/stations/{runner.identity}/grid-controls"
        for _ in range(200):
            held = {item["id"]: item for item in (await csms.get(path))["items"]}
            if held["s"]["running"]:
                break
            await asyncio.sleep(0.05)
        assert held["s"]["running"]
        assert (await command(csms, runner, "ask-grid-controls", {}))["status"] == "Accepted"
        runner.feed(GridFaulted(ControlType.LIMIT_MAX_DISCHARGE, "OverVoltage"))
        runner.feed(GridRestored())
        alarms = await listed(csms, f"/grid-alarms?station={runner.identity}", 2)
        assert sorted(alarm["ended"] for alarm in alarms) == [False, True]
        assert (await command(csms, runner, "clear-grid-controls", {"default": False}))["status"] == "Accepted"
        assert [item["id"] for item in await listed(csms, path, 1)] == ["d"]
        assert (runner.tally.call_errors, runner.tally.dropped) == (0, 0)


async def test_batteries_are_swapped__S02__S03(csms: Csms) -> None:
    token = await csms.add_token()
    spec = StationSpec(
        identity=await csms.add_station(),
        version=Version.V21,
        password=PASSWORD,
        evses=2,
        swaps=True,
        settings=dict(SETTINGS) | {"TxStartPoint": "EVConnected", "TxStopPoint": "EVConnected"},
    )
    async with connected(csms, spec, VirtualHardware(spec.supply, [iter(()), iter(())], {})) as runner:
        runner.feed(BatteryInserted(Battery(evse=1, serial="full", soc_pct=90.0, soh_pct=99.0)))
        body = {"token": token}
        assert (await command(csms, runner, "battery-swap", body))["status"] == "Accepted"
        runner.feed(BatteryInserted(Battery(evse=2, serial="empty", soc_pct=9.0, soh_pct=97.0)))
        runner.feed(BatteryRemoved(1))
        out, put_in = await listed(csms, f"/battery-swaps?station={runner.identity}", 2)
        assert (put_in["event"], out["event"]) == ("BatteryIn", "BatteryOut")
        assert put_in["request_id"] == out["request_id"]
        assert [one["serial"] for one in (put_in["batteries"] + out["batteries"])] == ["empty", "full"]
        assert (runner.tally.call_errors, runner.tally.dropped) == (0, 0)
