"""One monitor of a variable, and when it fires (N07, N08). Pure.

It must not know where values come from nor who hears of an event.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from busbar.model.monitoring import MonitorSetting, ReportedMonitor, StreamRate
from busbar.model.orders import VariableName
from busbar.station.blocks import metering

CUSTOM: Final = "CustomMonitor"
PRECONFIGURED: Final = "PreconfiguredMonitor"
HARD_WIRED: Final = "HardWiredMonitor"
THRESHOLDS: Final = ("UpperThreshold", "LowerThreshold")
PERIODS: Final = ("Periodic", "PeriodicClockAligned")
KINDS: Final = (*THRESHOLDS, "Delta", *PERIODS)
LONGEST_S: Final = 10_000_000


class Firing(NamedTuple):
    """Why an event is to be told (EventTriggerEnumType); `cleared`: the value is within the threshold again."""

    trigger: str
    cleared: bool = False


@dataclass(slots=True, kw_only=True)
class Monitor:
    """A monitor and what it saw last.

    Attributes:
        transaction: it watches while a transaction goes on.
        origin: CUSTOM, PRECONFIGURED or HARD_WIRED.
        over: the threshold is exceeded; `reference`: the value that a change is measured from.
        due: when a periodic one fires next.
    """

    id: int
    name: VariableName
    kind: str
    value: float
    severity: int
    transaction: bool = False
    origin: str = CUSTOM
    stream: StreamRate | None = None
    over: bool = False
    reference: str | None = None
    due: datetime | None = None

    def begin(self, value: str, now: datetime) -> None:
        """Watch from now on; a threshold may be exceeded already."""
        self.reference = value
        self.due = self._next(now) if self.kind in PERIODS else None

    def check(self, value: str, now: datetime, *, numeric: bool) -> Firing | None:
        """Take in the present value; return whether that is an event."""
        if self.kind in THRESHOLDS:
            return self._threshold(value)
        if self.kind == "Delta":
            return self._delta(value, numeric)
        if self.due is None or now < self.due:
            return None
        following = self._next(self.due)  # from the time that was set: a late look must not shift all that follow
        self.due = following if following > now else self._next(now)
        return Firing("Periodic")

    def reported(self) -> ReportedMonitor:
        """Return it as reports tell it."""
        return ReportedMonitor(
            id=self.id,
            name=self.name,
            kind=self.kind,
            value=self.value,
            severity=self.severity,
            transaction=self.transaction,
            origin=self.origin,
        )

    def _threshold(self, value: str) -> Firing | None:
        number = number_of(value)
        if number is None:
            return None
        over = number > self.value if self.kind == "UpperThreshold" else number < self.value  # N07.FR.16, .17
        if over is self.over:
            return None
        self.over = over
        return Firing("Alerting", cleared=not over)

    def _delta(self, value: str, numeric: bool) -> Firing | None:
        old, new = number_of(self.reference or ""), number_of(value)
        if not numeric:
            changed = value != self.reference  # N07.FR.19
        else:
            changed = old is not None and new is not None and value != self.reference and abs(new - old) >= self.value
            if old is None and new is not None:
                self.reference = value
        if not changed:
            return None
        self.reference = value
        return Firing("Delta")

    def _next(self, after: datetime) -> datetime:
        seconds = max(1.0, self.value)
        if self.kind == "Periodic":
            return after + timedelta(seconds=seconds)
        return metering.next_mark(after, int(seconds))  # N08.FR.07


def monitor_of(setting: MonitorSetting, number: int, origin: str = CUSTOM) -> Monitor:
    """Make a monitor as it was asked for."""
    return Monitor(
        id=number,
        name=setting.name,
        kind=setting.kind,
        value=setting.value,
        severity=setting.severity,
        transaction=setting.transaction,
        origin=origin,
        stream=setting.stream,
    )


def number_of(value: str) -> float | None:
    """Return a value as a finite number, None where it is none."""
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
