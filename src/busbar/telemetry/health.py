"""What has to hold for a server to be ready, asked within a bound of time, however slow the answer. Knows no store."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Final

WITHIN_S: Final = 2.0
KEEP_S: Final = 2.0
"""How long an answer counts, so that asking often costs nothing."""

OK: Final = "ok"
FAILED: Final = "failed"
SLOW: Final = "slow"

log = logging.getLogger(__name__)


class Probe:
    """One question that takes its time. It is asked once at a time, however many want to know."""

    def __init__(self, ask: Callable[[], Awaitable[object]]) -> None:
        self._ask = ask
        self._task: asyncio.Task[str] | None = None
        self._told = ""
        self._at = 0.0

    async def look(self, within_s: float) -> str:
        """Return `ok`, `failed`, or `slow` where there is no answer in time; the question stays asked then."""
        if self._task is None and self._told and monotonic() - self._at < KEEP_S:
            return self._told
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        await asyncio.wait((self._task,), timeout=within_s)
        return self._told if self._task is None else SLOW

    async def _run(self) -> str:
        try:
            await self._ask()
            self._told = OK
        except Exception as error:  # whatever it is, the answer is no
            if self._told != FAILED:
                log.warning("not ready: %s", error)
            self._told = FAILED
        self._at, self._task = monotonic(), None
        return self._told

    def close(self) -> None:
        """Ask no more."""
        if self._task is not None:
            self._task.cancel()


class Readiness:
    """All that has to hold: probes, which take their time, and conditions, which are known at once.

    Attributes:
        stopping: the server is about to end; nothing new should be sent to it.
    """

    def __init__(
        self, probes: Mapping[str, Callable[[], Awaitable[object]]], conditions: Mapping[str, Callable[[], bool]]
    ) -> None:
        self.stopping = False
        self._probes = {name: Probe(ask) for name, ask in probes.items()}
        self._conditions = conditions

    async def parts(self, within_s: float = WITHIN_S) -> dict[str, str]:
        """Return how each part is: `ok`, `failed` or `slow`. Takes `within_s` at most."""
        told = await asyncio.gather(*(probe.look(within_s) for probe in self._probes.values()))
        found = dict(zip(self._probes, told, strict=True))
        found |= {name: OK if holds() else FAILED for name, holds in self._conditions.items()}
        return found | {"serving": FAILED if self.stopping else OK}

    def close(self) -> None:
        """End questions that have no answer yet."""
        for probe in self._probes.values():
            probe.close()
