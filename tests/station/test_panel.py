"""The buttons of a station that runs against a foreign CSMS."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.station.fleet import Fleet, FleetConfig
from busbar.station.panel import Panel
from busbar.station.scenario import StationSpec
from busbar.station.virtual.hardware import VirtualHardware

CARD = IdToken("CARD", "ISO14443")
SETTINGS = {"MeterValueSampleInterval": "1", "RetryBackOffWaitMinimum": "1", "RetryBackOffRandomRange": "0"}


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.fixture(params=list(Version))
async def panel(request: Any, csms: Any) -> AsyncIterator[Panel]:
    spec = StationSpec(identity="CS1", version=request.param, evses=2, settings=SETTINGS)
    async with Fleet(FleetConfig(url=csms.url, stations=[spec])) as fleet:
        found = Panel(fleet.stations["CS1"])
        await eventually(lambda: found.runner.station.online and found.runner.idle)
        yield found


def evse(panel: Panel, number: int = 1) -> dict[str, Any]:
    return next(e for e in panel.state()["evses"] if e["evse"] == number)  # type: ignore[no-any-return]


async def charging(panel: Panel) -> None:
    panel.plug_in(1)
    panel.present(CARD, 1)
    await eventually(lambda: evse(panel)["power_w"] > 0)


async def test_an_ev_charges_is_locked_and_leaves(panel: Panel) -> None:
    await charging(panel)
    assert evse(panel)["token"] == "CARD"
    assert evse(panel)["locked"]
    assert panel.display(1) == "Authorized"
    with pytest.raises(ValueError, match="locked"):
        panel.unplug(1)
    panel.present(CARD, 1)
    await eventually(lambda: not evse(panel)["locked"])
    panel.unplug(1)
    assert not evse(panel)["plugged"]
    await eventually(lambda: panel.runner.tally.ended == 1)


async def test_an_ev_that_nobody_unplugged_is_gone_when_the_station_ends(panel: Panel) -> None:
    await charging(panel)
    async with asyncio.timeout(10):
        await panel.runner.finish()
    assert panel.runner.tally.ended == 1


async def test_a_fault_ends_the_session_and_is_cleared(panel: Panel, csms: Any) -> None:
    await charging(panel)
    panel.fault(1, "GroundFailure")
    assert evse(panel)["fault"] == "GroundFailure"
    assert not evse(panel)["closed"]
    await eventually(lambda: panel.runner.tally.ended == 1)
    panel.clear_fault(1)
    assert evse(panel)["fault"] is None


async def test_a_cut_line_stays_cut_until_it_is_restored(panel: Panel, csms: Any) -> None:
    panel.cut()
    await eventually(lambda: not panel.state()["connected"])
    await asyncio.sleep(0.3)
    assert csms.connections == 1
    panel.restore()
    await eventually(lambda: panel.state()["online"])
    assert csms.connections == 2


async def test_a_cut_line_comes_back_after_its_time(panel: Panel, csms: Any) -> None:
    panel.cut(0.2)
    await eventually(lambda: csms.connections == 2)


async def test_a_session_goes_on_through_a_cut_and_loses_nothing(panel: Panel) -> None:
    await charging(panel)
    panel.cut()
    await eventually(lambda: panel.state()["waiting"] > 0)
    panel.restore()
    await eventually(lambda: panel.state()["waiting"] == 0)
    await panel.runner.finish()
    assert (panel.runner.tally.ended, panel.runner.station.discarded) == (1, 0)


async def test_a_power_cut_forgets_what_was_not_kept_and_boots_again(panel: Panel, csms: Any) -> None:
    await charging(panel)
    panel.power_cut(0.3)
    state = panel.state()
    assert not state["powered"]
    assert not evse(panel)["closed"]
    panel.present(CARD, 2)
    await eventually(lambda: csms.actions().count("BootNotification") == 2)
    await eventually(lambda: panel.runner.tally.ended == 1)
    assert evse(panel, 2)["token"] is None


async def test_nothing_passes_a_half_open_line_and_all_after(panel: Panel, csms: Any) -> None:
    panel.spoil(silent=True)
    heard = len(csms.heard)
    await charged_in_vain(panel)
    assert len(csms.heard) == heard
    assert panel.state()["connected"]
    panel.restore()
    panel.cut(0.1)
    await eventually(lambda: panel.state()["online"])


async def charged_in_vain(panel: Panel) -> None:
    panel.plug_in(1)
    panel.present(CARD, 1)
    await asyncio.sleep(0.3)


async def test_a_clock_that_jumps_moves_no_timer(panel: Panel) -> None:
    await charging(panel)
    before = panel.runner.tally.sent
    panel.shift_clock(-3600)
    assert (datetime.now(UTC) - panel.runner.clock).total_seconds() == pytest.approx(3600, abs=1)
    await eventually(lambda: panel.runner.tally.sent > before + 1)


async def test_a_meter_that_rolls_over_loses_no_energy(panel: Panel) -> None:
    await charging(panel)
    panel.roll_over(1)
    hardware = panel.runner.hardware
    assert isinstance(hardware, VirtualHardware)
    start = evse(panel)["register_wh"]
    dial = hardware.evse(1).dial
    assert dial is not None
    assert dial.shows(start) == 9_999_999
    assert dial.read(start + 5) == start + 5
    assert dial.shows(start + 5) == 4


async def test_an_evse_that_is_not_there_is_an_error(panel: Panel) -> None:
    for push in (panel.plug_in, panel.unplug, panel.clear_fault, panel.roll_over, panel.display):
        with pytest.raises(ValueError, match="no EVSE 3"):
            push(3)
    panel.plug_in(1)
    with pytest.raises(ValueError, match="is connected"):
        panel.plug_in(1)
