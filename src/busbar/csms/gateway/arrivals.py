"""Stations whose connection is opening: whoever has a command for one waits a moment for it. Knows no command.

Between the upgrade and the session's view lie a look at the store and a commit; a station in that state is not offline.
"""

import asyncio
import contextlib
from typing import Final

WAIT_S: Final = 2.0


class Arrivals:
    """The newest connection of each station that is opening, by the station's number."""

    def __init__(self) -> None:
        self._opening: dict[int, tuple[object, asyncio.Event]] = {}

    def begin(self, station_id: int, connection: object) -> None:
        """Note that a connection opens; who waits for an earlier one waits for this one."""
        before = self._opening.get(station_id)
        self._opening[station_id] = (connection, asyncio.Event())
        if before is not None:
            before[1].set()

    def __contains__(self, station_id: object) -> bool:
        """Tell whether a connection of a station is opening."""
        return station_id in self._opening

    def end(self, station_id: int, connection: object) -> None:
        """Note that a connection is open, or is over."""
        known = self._opening.get(station_id)
        if known is not None and known[0] is connection:
            del self._opening[station_id]
            known[1].set()

    async def over(self, station_id: int) -> None:
        """Wait until no connection of a station is opening, for `WAIT_S` at most."""
        if station_id not in self._opening:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAIT_S):
                while (known := self._opening.get(station_id)) is not None:
                    await known[1].wait()
