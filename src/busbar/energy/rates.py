"""Limits of one instant in one form, amperes per phase, and how they combine. Knows no time and no purpose."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Self

from busbar.model.charging import RateUnit, SchedulePeriod, ScheduleUpdate

Amperes = tuple[float, float, float]

_PHASES: Final = 3  # K01.FR.49: what is not said


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What an EVSE is connected to, or the whole station.

    Attributes:
        voltage_v: the set voltage of the area, phase to neutral (K01.FR.50); for DC the nominal one.
        phases: how many it has; 1 for DC, whose limits have no phases.
        max_current_a: the most that each phase carries.
        least_a: an EV cannot be told less than this but nothing at all (IEC 61851-1: 6 A; DC: 0).
    """

    voltage_v: float = 230.0
    phases: int = 3
    max_current_a: float = 32.0
    least_a: float = 6.0
    dc: bool = False

    @property
    def open(self) -> "Rate":
        """Return its own limit."""
        return Rate(limit=(self.max_current_a, self.max_current_a, self.max_current_a), phases=self.phases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What holds at one instant, in amperes of each phase; None is not said.

    Attributes:
        limit: at most this is charged.
        discharge: at most this is discharged; not above 0.
        setpoint: this is to be charged, discharged where below 0.
        phases: how many phases may be used.
        phase_to_use: which, where it is one.
        mode: the operation mode (2.1), None for charging alone.
    """

    limit: Amperes | None = None
    discharge: Amperes | None = None
    setpoint: Amperes | None = None
    phases: int = _PHASES
    phase_to_use: int | None = None
    mode: str | None = None

    @property
    def current_a(self) -> float:
        """Return what every phase in use may carry: the setpoint where there is one, never below 0."""
        wanted = self.setpoint or self.limit or (0.0,) * 3
        return max(0.0, min(wanted[: self.phases]))

    def under(self, other: Self) -> Self:
        """Return what is within both: the lower limits and setpoints, the weaker discharge (K08.FR.04)."""
        return replace(
            self,
            limit=_merge(min, self.limit, other.limit),
            discharge=_merge(max, self.discharge, other.discharge),
            setpoint=_merge(min, self.setpoint, other.setpoint),
            phases=min(self.phases, other.phases),
            phase_to_use=self.phase_to_use or other.phase_to_use,
            mode=self.mode or other.mode,
        )

    def plus(self, other: Self) -> Self:
        """Return the sum of the limits, such as what is generated on the spot (K04.FR.05)."""
        return replace(
            self,
            limit=_merge(_add, self.limit, other.limit),
            discharge=_merge(_add, self.discharge, other.discharge),
            setpoint=_merge(_add, self.setpoint, other.setpoint),
            phases=max(self.phases, other.phases),
        )

    def capped(self) -> Self:
        """Keep a setpoint between the discharge limit and the limit (K08.FR.08)."""
        point = self.setpoint
        if point is None:
            return self
        if self.limit is not None:
            point = _merge(min, point, self.limit)
        if self.discharge is not None and point is not None:
            point = _merge(max, point, self.discharge)
        return replace(self, setpoint=point)


def read(period: SchedulePeriod, unit: RateUnit, line: Line) -> Rate:
    """Read what a period of a schedule allows at a line.

    A limit in watts is one of all phases together, and each carries its share (K01.FR.50); with values of the second
    or third phase it is the first one's. A number of phases above the line's is the line's (K01.FR.45).
    """
    phases = line.phases if line.dc else min(period.number_phases or _PHASES, line.phases)

    def triple(name: str) -> Amperes | None:
        first: float | None = getattr(period, name)
        second: float | None = getattr(period, name + "_l2")
        third: float | None = getattr(period, name + "_l3")
        if first is None:
            return None
        single = second is not None or third is not None
        divisor = 1.0
        if unit is RateUnit.W:
            divisor = line.voltage_v * (1 if single else max(1, phases))
        return (
            first / divisor,
            (first if second is None else second) / divisor,
            (first if third is None else third) / divisor,
        )

    return Rate(
        limit=triple("limit"),
        discharge=triple("discharge_limit"),
        setpoint=triple("setpoint"),
        phases=phases,
        phase_to_use=None if line.dc else period.phase_to_use,
        mode=period.operation_mode,
    )


def convert(period: SchedulePeriod, unit: RateUnit, wanted: RateUnit, line: Line) -> float | None:
    """Return the limit of a period in another unit; None where it has none."""
    return period.limit if unit is wanted else write(read(period, unit, line), 0, wanted, line).limit


def write(rate: Rate, at_s: int, unit: RateUnit, line: Line) -> SchedulePeriod:
    """Write a rate as a period; numbers have one decimal, as OCPP's have."""
    period = SchedulePeriod(start_period=at_s, operation_mode=rate.mode)
    if not line.dc:
        period.number_phases = rate.phases
        period.phase_to_use = rate.phase_to_use if rate.phases == 1 else None
    _put(period, "limit", rate.limit, unit, line, rate.phases)
    _put(period, "discharge_limit", rate.discharge, unit, line, rate.phases)
    _put(period, "setpoint", rate.setpoint, unit, line, rate.phases)
    return period


def _put(period: ScheduleUpdate, name: str, amperes: Amperes | None, unit: RateUnit, line: Line, phases: int) -> None:
    if amperes is None:
        return
    used = amperes[: max(1, phases)]
    factor = line.voltage_v if unit is RateUnit.W else 1.0
    if len(set(used)) == 1:
        setattr(period, name, round(used[0] * factor * (len(used) if unit is RateUnit.W else 1), 1))
        return
    for suffix, value in zip(("", "_l2", "_l3"), used, strict=False):
        setattr(period, name + suffix, round(value * factor, 1))


def _add(one: float, other: float) -> float:
    return one + other


def _merge(how: Callable[[float, float], float], one: Amperes | None, other: Amperes | None) -> Amperes | None:
    if one is None or other is None:
        return one or other
    return how(one[0], other[0]), how(one[1], other[1]), how(one[2], other[2])
