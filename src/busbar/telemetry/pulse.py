"""How late the event loop is: a beat that should come twice a second. It must not know who asks."""

import asyncio
from collections import deque
from typing import Final

BEAT_S: Final = 0.5
KEPT: Final = 20
"""Beats that are remembered: ten seconds."""


class Pulse:
    """The beat of one loop."""

    def __init__(self) -> None:
        self._late: deque[float] = deque(maxlen=KEPT)
        self._handle: asyncio.TimerHandle | None = None
        self._due = 0.0

    def start(self) -> None:
        """Begin to beat."""
        self._plan()

    def stop(self) -> None:
        """End."""
        if self._handle is not None:
            self._handle.cancel()

    @property
    def lag_s(self) -> float:
        """How late the loop was, at worst, in the last seconds; a beat that is still due counts too."""
        if self._handle is None:
            return 0.0
        due = asyncio.get_running_loop().time() - self._due
        return max(0.0, due, *self._late)

    def _plan(self) -> None:
        loop = asyncio.get_running_loop()
        self._due = loop.time() + BEAT_S
        self._handle = loop.call_at(self._due, self._beat)

    def _beat(self) -> None:
        self._late.append(asyncio.get_running_loop().time() - self._due)
        self._plan()
