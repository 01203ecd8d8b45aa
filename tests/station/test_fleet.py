"""Many stations against a foreign CSMS."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import uvloop

from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.station.fleet import Fleet, FleetConfig
from busbar.station.scenario import Scenario, StationSpec
from busbar.station.store import SqliteStore
from busbar.station.virtual.visits import Habits

SETTINGS = {"MeterValueSampleInterval": "1", "RetryBackOffWaitMinimum": "1", "RetryBackOffRandomRange": "0"}
HABITS = Habits(
    tokens=[IdToken(f"T{n}", "ISO14443") for n in range(5)],
    odd_tokens=[(IdToken("NOBODY", "ISO14443"), 0.1), (IdToken("BLOCKED", "ISO14443"), 0.1)],
    away_s=(0.0, 0.5),
    charge_s=(0.5, 1.5),
    pause_s=(0.02, 0.1),
    patience_s=1.0,
)


def config(csms: Any, count: int = 6, **more: Any) -> FleetConfig:
    stations = Scenario(count=count, settings=SETTINGS).stations()
    return FleetConfig(**{"url": csms.url, "stations": stations, "habits": HABITS} | more)


def energy_csms_wh(csms: Any) -> float:
    """The energy of all transactions as the CSMS heard it, in every version."""
    total, starts = 0.0, {}
    for number, start in enumerate(csms.payloads("StartTransaction"), start=101):
        starts[number] = start["meterStart"]
    for stop in csms.payloads("StopTransaction"):
        total += stop["meterStop"] - starts[stop["transactionId"]]
    for event in csms.payloads("TransactionEvent"):
        sign = {"Started": -1, "Updated": 0, "Ended": 1}[event["eventType"]]
        samples = [s for value in event.get("meterValue", []) for s in value["sampledValue"]]
        total += sign * next((s["value"] for s in samples if s["measurand"] == "Energy.Active.Import.Register"), 0)
    return total


async def test_a_mixed_fleet_charges_ends_everything_and_agrees_with_the_csms_to_the_wh(csms: Any) -> None:
    csms.verdicts |= {"NOBODY": "Invalid", "BLOCKED": "Blocked"}
    async with Fleet(config(csms)) as fleet:
        await fleet.run(2.5)
        during = fleet.summary()
        assert during.stations == during.connected == 6
        assert await fleet.stop()
        after = fleet.summary()
    assert after.stations == after.connected == after.charging == after.waiting == 0
    assert after.sessions_started == after.sessions_ended == after.sessions > 3
    assert after.energy_station_wh == after.delivered_wh == energy_csms_wh(csms) > 0
    assert after.errors == 0
    assert sum(energy_wh for _, _, energy_wh in fleet.transactions()) == after.energy_station_wh
    assert after.messages == after.tally.sent + after.tally.received > 50
    assert {"BootNotification", "StartTransaction", "TransactionEvent"} <= set(csms.actions())


async def test_stations_come_and_go_while_others_run(csms: Any) -> None:
    async with Fleet(config(csms, 2, habits=None)) as fleet:
        with pytest.raises(ValueError, match="runs already"):
            fleet.add(StationSpec(identity="CS-0001", version=Version.V16))
        fleet.add(StationSpec(identity="LATE", version=Version.V21))
        await csms.until(lambda: {"CS-0001", "CS-0002", "LATE"} <= set(csms.points))
        assert await fleet.remove("LATE", 5.0)
        assert set(fleet.stations) == {"CS-0001", "CS-0002"}
        assert fleet.summary().tally.connected == 3


async def test_a_csms_that_is_gone_does_not_keep_the_fleet_from_stopping(csms: Any) -> None:
    async with Fleet(config(csms, 3)) as fleet:
        await csms.until(lambda: {"StartTransaction", "TransactionEvent"} & set(csms.actions()))
        await csms.close()
        assert not await fleet.stop(1.5)
        assert fleet.summary().waiting > 0


async def test_what_a_fleet_could_not_tell_is_told_by_the_next_one_on_the_same_file(csms: Any, tmp_path: Path) -> None:
    path = tmp_path / "fleet.db"
    told = asyncio.Event()
    told.set()
    first = SqliteStore(path, through_power_cuts=False)
    async with Fleet(config(csms, 3), first) as fleet:
        await csms.until(lambda: {"StartTransaction", "TransactionEvent"} & set(csms.actions()))
        await csms.close()
        await fleet.run(1.0)
        await fleet.run(until=told)
        await fleet.stop(1.5)
        assert fleet.summary().waiting > 0
    first.close()
    await csms.open()
    second = SqliteStore(path)
    async with Fleet(config(csms, 3, habits=None), second) as fleet:
        assert fleet.summary().waiting > 0
        assert await fleet.stop()
        after = fleet.summary()
    assert after.energy_station_wh == energy_csms_wh(csms)
    assert after.errors == after.delivered_wh == 0
    second.close()


async def test_stations_power_on_one_after_another(csms: Any) -> None:
    async with Fleet(config(csms, 2, habits=None, start_over_s=600.0)) as fleet:
        await csms.until(lambda: set(csms.points) == {"CS-0001"})
        assert await fleet.stop(5.0)
    assert csms.connections == 1


async def test_one_station_that_fails_is_counted_and_leaves_the_others_alone(csms: Any) -> None:
    async with Fleet(config(csms, 2, habits=None)) as fleet:
        await csms.until(lambda: len(csms.points) == 2)
        broken = fleet.stations["CS-0001"]

        def fail(*_: Any) -> Any:
            raise RuntimeError("a fault")

        broken.station.on_event = fail  # type: ignore[method-assign]
        csms.points["CS-0001"]._connection.transport.abort()
        async with asyncio.timeout(15):
            while not fleet.summary().tally.crashed:
                await asyncio.sleep(0.01)
        assert fleet.stations["CS-0002"].connected
        assert fleet.summary().errors == 1


def test_a_fleet_runs_on_uvloop_too(make_csms: Any) -> None:
    async def scenario() -> None:
        csms = make_csms()
        await csms.open()
        async with Fleet(config(csms, 3)) as fleet:
            await csms.until(lambda: {"StopTransaction", "TransactionEvent"} & set(csms.actions()))
            assert await fleet.stop()
        assert fleet.summary().energy_station_wh == energy_csms_wh(csms)
        assert fleet.summary().errors == 0
        await csms.close()

    uvloop.run(scenario())
