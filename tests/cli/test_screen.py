"""The screen, by textual's own pilot, on a station that runs against a foreign CSMS."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from textual.widgets import DataTable, Static

from busbar.cli.screen import Screen
from busbar.model.versions import Version
from busbar.station.fleet import Fleet, FleetConfig
from busbar.station.panel import Panel
from busbar.station.scenario import StationSpec
from tests.station.conftest import ForeignCsms


@pytest.fixture
async def panel() -> AsyncIterator[Panel]:
    csms = ForeignCsms()
    await csms.open()
    spec = StationSpec(identity="CS1", version=Version.V201, evses=2, settings={"RetryBackOffWaitMinimum": "1"})
    async with Fleet(FleetConfig(url=csms.url, stations=[spec])) as fleet:
        found = Panel(fleet.stations["CS1"])
        await eventually(lambda: found.runner.station.online)
        yield found
    await csms.close()


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_driver_charges_by_the_keys_and_reads_the_display(panel: Panel) -> None:
    screen = Screen(panel, token="CARD")
    async with screen.run_test() as pilot:
        await pilot.press("down", "p", "t", "enter")
        await eventually(lambda: panel.state()["evses"][1]["drawing"])
        assert not panel.state()["evses"][0]["plugged"]
        screen.show()
        await pilot.pause()
        assert str(screen.query_one(DataTable).get_cell("2", "token")) == "CARD"
        assert "Authorized" in str(screen.query_one("#display", Static).content)
        assert "online" in str(screen.query_one("#line", Static).content)
        await pilot.press("p")
        assert panel.state()["evses"][1]["plugged"]
        assert any("locked" in note.message for note in screen._notifications)
        await pilot.press("t", "enter")
        await eventually(lambda: not panel.state()["evses"][1]["locked"])
        await pilot.press("p")
        assert not panel.state()["evses"][1]["plugged"]


async def test_what_goes_wrong_goes_wrong_by_keys_too(panel: Panel) -> None:
    screen = Screen(panel)
    async with screen.run_test() as pilot:
        await pilot.press("f")
        assert panel.state()["evses"][0]["fault"] == "OtherError"
        await pilot.press("f")
        assert panel.state()["evses"][0]["fault"] is None
        await pilot.press("c")
        await eventually(lambda: not panel.runner.connected)
        await pilot.press("c")
        await eventually(lambda: panel.runner.station.online)
        await pilot.press("o")
        assert not panel.runner.powered
        screen.show()
        assert "no power" in str(screen.query_one("#line", Static).content)
        await pilot.press("q")


async def test_a_display_text_is_shown_as_it_is(panel: Panel) -> None:
    screen = Screen(panel)
    async with screen.run_test():
        panel.runner.hardware._shown = {1: "[red]not markup[/]"}  # type: ignore[attr-defined]
        screen.show()
        assert "[red]not markup[/]" in str(screen.query_one("#display", Static).content)
