"""Shows what a fleet does: a live table in a terminal, a line now and then elsewhere. Knows no CSMS."""

import asyncio
import contextlib
import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from busbar.cli.serving import until_signal
from busbar.station.fleet import Fleet, Summary
from busbar.station.runtime import Runner
from busbar.station.virtual.hardware import VirtualHardware

_LINE_EVERY_S: Final = 5.0
_ROWS: Final = 24
_REFRESH_S: Final = 1.0


class Progress:
    """Progress of one fleet. Use as `with`."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()
        self._live = Live(console=self._console, auto_refresh=False) if self._console.is_terminal else None
        self._next_line = 0.0

    def __enter__(self) -> Self:
        if self._live:
            self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.__exit__(kind, error, trace)

    def show(self, fleet: Fleet, left_s: float | None) -> None:
        """Show the present state; `left_s` is the time to the end, None where there is none."""
        text = _line(fleet.summary(), left_s)
        if self._live:
            self._live.update(_table(fleet, text), refresh=True)
        elif time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _LINE_EVERY_S
            self._console.print(text, highlight=False, soft_wrap=True)


async def watch(fleet: Fleet, for_s: float | None) -> None:
    """Show progress until the time is over or a signal comes."""
    loop = asyncio.get_running_loop()
    deadline = None if for_s is None else loop.time() + for_s
    async with until_signal() as signal_came:
        with Progress() as progress:
            while not signal_came.is_set():
                left = None if deadline is None else deadline - loop.time()
                if left is not None and left <= 0:
                    return
                progress.show(fleet, left)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(signal_came.wait(), _REFRESH_S if left is None else min(_REFRESH_S, left))


def _line(now: Summary, left_s: float | None) -> str:
    left = "Ctrl-C ends" if left_s is None else f"{left_s:.0f} s left"
    return (
        f"{now.connected}/{now.stations} connected, {now.charging} charging, {now.sessions} sessions ended, "
        f"{now.delivered_wh} Wh, {now.messages} messages, {now.errors} errors; {left}"
    )


def _table(fleet: Fleet, caption: str) -> Table:
    table = Table(caption=caption, caption_justify="left", box=None)
    for column in ("station", "OCPP", "connection", "sessions", "ended Wh", "meter Wh", "queue"):
        table.add_column(column, justify="left" if column in ("station", "connection") else "right")
    for identity, runner in list(fleet.stations.items())[:_ROWS]:
        table.add_row(identity, *_cells(runner))
    return table


def _cells(runner: Runner) -> list[str]:
    station, hardware = runner.station, runner.hardware
    assert isinstance(hardware, VirtualHardware)
    state = runner.refusal or "connecting"
    if runner.connected:
        state = f"charging {hardware.charging}" if hardware.charging else "idle"
    account = station.account
    cells = (account.sessions, account.energy_wh, hardware.delivered_wh, station.waiting)
    return [runner.version.value, state, *map(str, cells)]
