"""Fault scripts on a fleet that charges, and what is left of its energy."""

import asyncio
from random import Random
from typing import Any

import pytest

from busbar.model.values import IdToken
from busbar.station.faults import Fault, Kind, Script
from busbar.station.fleet import Fleet, FleetConfig
from busbar.station.panel import Panel
from busbar.station.sabotage import play, strike, struck
from busbar.station.scenario import Scenario
from busbar.station.virtual.visits import Habits

SETTINGS = {
    "MeterValueSampleInterval": "1",
    "RetryBackOffWaitMinimum": "1",
    "RetryBackOffRandomRange": "0",
    "TransactionMessageRetryInterval": "0",
    "MessageTimeout": "2",
}
HABITS = Habits(
    tokens=[IdToken("T", "ISO14443")], away_s=(0.0, 0.5), charge_s=(0.5, 1.5), pause_s=(0.02, 0.1), patience_s=2.0
)


def test_a_share_of_those_meant_is_struck_and_the_seed_says_who() -> None:
    names = [f"CS-{n}" for n in range(100)] + ["OTHER"]
    half = Fault(kind=Kind.CUT, stations="CS-*", share=0.5)
    first = struck(half, names, Random(1))
    assert first == struck(half, names, Random(1)) != struck(half, names, Random(2))
    assert 30 < len(first) < 70
    assert "OTHER" not in first
    assert len(struck(Fault(kind=Kind.CUT), names, Random(1))) == 101


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_fleet_charges_on_through_every_kind_of_fault(csms: Any, kind: Kind) -> None:
    fault = Fault(kind=kind, at_s=0.8, every_s=1.0, for_s=0.4, delay_s=0.1, chance=0.3, by_s=5.0)
    stations = Scenario(count=3, settings=SETTINGS).stations()
    async with Fleet(FleetConfig(url=csms.url, stations=stations, habits=HABITS)) as fleet:
        task = asyncio.create_task(play(Script(faults=(fault,)), fleet.stations))
        await fleet.run(3.0)
        task.cancel()
        for runner in fleet.stations.values():
            Panel(runner).restore()
            runner.power_up()
        await asyncio.sleep(0.5)
        assert await fleet.stop()
        summary = fleet.summary()
    assert summary.sessions > 0
    assert summary.tally.crashed == summary.waiting == summary.discarded == 0
    assert summary.energy_station_wh == summary.delivered_wh


async def test_a_station_without_the_evse_meant_is_left_alone(csms: Any) -> None:
    async with Fleet(FleetConfig(url=csms.url, stations=Scenario(count=1).stations())) as fleet:
        panel = Panel(next(iter(fleet.stations.values())))
        strike(Fault(kind=Kind.CONNECTOR, evse=9), panel)
        assert panel.state()["evses"][0]["fault"] is None
