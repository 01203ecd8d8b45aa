"""Acts out a fault script on running stations. It must not know the CSMS, nor what follows from a fault."""

import asyncio
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from random import Random
from typing import Final

from busbar.station.faults import Fault, Kind, Script
from busbar.station.panel import Panel
from busbar.station.runtime import Runner

_FOR_EVER: Final = 0.0
_REBOOT_S: Final = 0.1


async def play(script: Script, stations: Mapping[str, Runner]) -> None:
    """Let everything go wrong in its time, in real seconds from now; ends with the last fault that is not repeated."""
    async with asyncio.TaskGroup() as group:
        for number, fault in enumerate(script.faults):
            chance = Random(f"{script.seed} {number}")  # noqa: S311
            group.create_task(_play(fault, stations, chance))


async def _play(fault: Fault, stations: Mapping[str, Runner], chance: Random) -> None:
    await asyncio.sleep(fault.at_s)
    while True:
        for identity in struck(fault, stations, chance):
            strike(fault, Panel(stations[identity]))
        if fault.every_s is None:
            return
        await asyncio.sleep(fault.every_s)


def struck(fault: Fault, identities: Iterable[str], chance: Random) -> list[str]:
    """Return whom a fault strikes this time."""
    meant = sorted(identity for identity in identities if fnmatchcase(identity, fault.stations))
    return [identity for identity in meant if fault.share >= 1 or chance.random() < fault.share]


def strike(fault: Fault, panel: Panel) -> None:
    """Let one fault happen to one station; nothing happens where it has no such EVSE."""
    if fault.evse not in panel.runner.station.evses:
        return
    match fault.kind:
        case Kind.CUT:
            panel.cut(fault.for_s)
        case Kind.HALF_OPEN:
            panel.spoil(fault.for_s, silent=True)
        case Kind.SLOW:
            panel.spoil(fault.for_s, slow_s=fault.delay_s)
        case Kind.LATE:
            panel.spoil(fault.for_s, late=fault.chance, late_s=fault.delay_s)
        case Kind.TWICE:
            panel.spoil(fault.for_s, twice=fault.chance)
        case Kind.CLOCK:
            panel.shift_clock(fault.by_s)
        case Kind.POWER:
            panel.power_cut(fault.for_s or _REBOOT_S)
        case Kind.CONNECTOR:
            panel.fault(fault.evse, fault.code)
            if fault.for_s > _FOR_EVER:
                asyncio.get_running_loop().call_later(fault.for_s, panel.clear_fault, fault.evse)
        case Kind.ROLL_OVER:
            panel.roll_over(fault.evse)
