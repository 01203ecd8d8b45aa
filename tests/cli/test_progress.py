"""Progress is a line where there is no terminal, and a table where there is one."""

import io

from rich.console import Console

from busbar.cli.progress import Progress
from busbar.model.versions import Version
from busbar.station.fleet import Fleet, FleetConfig
from busbar.station.scenario import StationSpec


async def shown(*, terminal: bool) -> str:
    out = io.StringIO()
    spec = StationSpec(identity="CS-7", version=Version.V201)
    async with Fleet(FleetConfig(url="ws://127.0.0.1:1/ocpp", stations=[spec])) as fleet:
        with Progress(Console(file=out, force_terminal=terminal, width=120)) as progress:
            progress.show(fleet, 12.0)
            progress.show(fleet, 11.0)
    return out.getvalue()


async def test_without_a_terminal_it_is_a_line_now_and_then() -> None:
    text = await shown(terminal=False)
    assert text.count("\n") == 1
    assert "0/1 connected" in text
    assert "12 s left" in text


async def test_in_a_terminal_it_is_a_table_of_stations() -> None:
    text = await shown(terminal=True)
    assert "CS-7" in text
    assert "2.0.1" in text
