"""Counts that cost next to nothing: plain numbers, raised on the loop's thread and read when somebody asks.

It must not know who reads them, nor any format.
"""

from bisect import bisect_left
from collections.abc import Mapping
from itertools import accumulate
from types import MappingProxyType
from typing import Final

from busbar.model.versions import Version
from busbar.protocol.actions import ACTIONS
from busbar.protocol.errors import ErrorCode

OTHER: Final = "other"
CALL_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
COMMIT_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
COMMIT_CHANGES: Final = (1.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1000.0, 5000.0)
RESULTS: Final = frozenset({"ok", "parked", "timeout", "lost", *(code.value for code in ErrorCode)})
"""Words for what came of a call; what a station makes up is `other`."""


class Buckets:
    """How often a value was at most each of the bounds, and the sum of all."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def cumulative(self) -> list[tuple[str, float]]:
        """Return each bound, as Prometheus writes it, with how many values are not above it."""
        names = [*(repr(bound) for bound in self.bounds), "+Inf"]
        return list(zip(names, map(float, accumulate(self.counts)), strict=True))


class CallTally:
    """The calls of one action in one version and direction."""

    __slots__ = ("results", "took")

    def __init__(self) -> None:
        self.results: dict[str, int] = {}
        self.took = Buckets(CALL_S)

    def add(self, result: str, took_s: float | None) -> None:
        """Count a call with its result; `took_s` is None where there was no answer."""
        results = self.results
        try:
            results[result] += 1
        except KeyError:
            if result not in RESULTS:
                result = OTHER
            results[result] = results.get(result, 0) + 1
        if took_s is not None:
            self.took.add(took_s)


class ActionTallies:
    """The calls of one version in one direction, by action; those it does not know share one tally."""

    __slots__ = ("_other", "by_action")

    def __init__(self, version: Version) -> None:
        self.by_action: dict[str, CallTally] = {name: CallTally() for name in ACTIONS[version]}
        self._other = self.by_action[OTHER] = CallTally()

    def add(self, action: str, result: str, took_s: float | None) -> None:
        """Count a call."""
        self.by_action.get(action, self._other).add(result, took_s)


class CallTallies:
    """All calls of a node: what stations call (`received`) and what it calls (`sent`)."""

    __slots__ = ("received", "sent")

    def __init__(self) -> None:
        self.received: Mapping[Version, ActionTallies] = MappingProxyType({v: ActionTallies(v) for v in Version})
        self.sent: Mapping[Version, ActionTallies] = MappingProxyType({v: ActionTallies(v) for v in Version})


class CommitTally:
    """The commits of a store.

    Attributes:
        failed: commits that could not be made; `refused`: submissions that can never be stored.
        sizes: changes per commit; `took`: seconds per commit, from its beginning to what it was told.
    """

    __slots__ = ("began_at", "failed", "refused", "sizes", "took")

    def __init__(self) -> None:
        self.began_at = 0.0
        self.failed = 0
        self.refused = 0
        self.sizes = Buckets(COMMIT_CHANGES)
        self.took = Buckets(COMMIT_S)

    def add(self, changes: int, now: float) -> None:
        """Count a commit that was made, at a time of the clock of `began_at`."""
        self.sizes.add(changes)
        self.took.add(now - self.began_at)
