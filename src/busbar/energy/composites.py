"""The composite schedule: what all profiles of an EVSE, or of the station, come to (K08; 1.6 §3.13.3).

Work is bounded whatever the profiles are: a walk ends after so many steps, and its schedule is the shorter for it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from busbar.energy.rates import Line, Rate, write
from busbar.energy.timetables import NEVER, Timetable, compile_profile, second
from busbar.model.charging import ChargingProfile, ChargingSchedule, ProfilePurpose, RateUnit, SchedulePeriod

MOST_STEPS: Final = 10_000
MOST_PERIODS: Final = 1_000
P = ProfilePurpose

At = Callable[[int], tuple[Rate, int]]
"""What holds at a second, and when it may be different next."""


@dataclass(frozen=True, slots=True)
class Mix:
    """The profiles that bear on one place, by purpose; the highest stack level first.

    Attributes:
        externals: what each of several others allows: all hold, beside the external constraints among `tables`.
        priority: priority charging is on, and overrules what else is for the transaction (K21.FR.04).
    """

    line: Line
    tables: Mapping[ProfilePurpose, Sequence[Timetable]] = field(default_factory=dict)
    priority: bool = False
    externals: Sequence[Sequence[Timetable]] = ()

    def at(self, now: int) -> tuple[Rate, int]:
        """Return what holds at a second, never above what the line carries, and when that may be different next."""
        following = NEVER
        found: dict[ProfilePurpose, Rate] = {}
        for purpose, tables in self.tables.items():
            rate, until = _leading(tables, now)
            following = min(following, until)
            if rate is not None:
                found[purpose] = rate
        holding = [found.get(purpose) for purpose in (self._own(found), P.STATION_MAX, P.EXTERNAL)]
        for tables in self.externals:
            rate, until = _leading(tables, now)
            following = min(following, until)
            holding.append(rate)
        result: Rate | None = None
        for rate in holding:
            if rate is not None:
                result = rate if result is None else result.under(rate)
        if result is None:
            return self.line.open, following
        generated = found.get(P.LOCAL_GENERATION)
        if generated is not None and generated.limit is not None and result.limit is not None:
            result = result.plus(Rate(limit=generated.limit, phases=result.phases))
        return result.under(self.line.open).capped(), following

    def least(self) -> float:
        """Return the highest minimum charging rate that a profile names, in amperes per phase."""
        return max((table.least for tables in self.tables.values() for table in tables), default=0.0)

    def _own(self, found: Mapping[ProfilePurpose, Rate]) -> ProfilePurpose:
        if self.priority and P.PRIORITY in found:
            return P.PRIORITY
        return P.TX if P.TX in found else P.TX_DEFAULT


def mix(
    profiles: Iterable[ChargingProfile],
    line: Line,
    started: datetime,
    *,
    priority: bool = False,
    seed: str = "",
    externals: Iterable[Iterable[ChargingProfile]] = (),
) -> Mix:
    """Make ready the profiles that bear on one place; `started` and `seed` are those of `compile_profile`."""
    tables: dict[ProfilePurpose, list[Timetable]] = {}
    begun = second(started)
    for profile in profiles:
        tables.setdefault(profile.purpose, []).append(compile_profile(profile, line, begun, seed))
    for ranked in tables.values():
        ranked.sort(key=lambda table: -table.level)
    others = [[compile_profile(profile, line, begun) for profile in group] for group in externals]
    return Mix(line, tables, priority, others)


def total(parts: Sequence[At], cap: At) -> At:
    """Return what a station draws from the grid: the sum of its EVSEs, at most what the cap allows (K08.FR.03)."""

    def at(now: int) -> tuple[Rate, int]:
        limit, following = cap(now)
        added: Rate | None = None
        for part in parts:
            rate, until = part(now)
            following = min(following, until)
            added = rate if added is None else added.plus(rate)
        return (limit if added is None else limit.under(added)), following

    return at


def walk(at: At, start: int, end: int) -> tuple[list[tuple[int, Rate]], int]:
    """Return when each different rate begins from `start` on, and until when that is known: `end`, or the last step."""
    steps: list[tuple[int, Rate]] = []
    now = start
    for _ in range(MOST_STEPS):
        if now >= end:
            return steps, end
        rate, following = at(now)
        if not steps or steps[-1][1] != rate:
            if len(steps) == MOST_PERIODS:
                return steps, now
            steps.append((now, rate))
        now = following
    return steps, min(now, end)


def compose(at: At, start: datetime, duration: int, unit: RateUnit, line: Line) -> ChargingSchedule:
    """Return the composite schedule from `start` for so many seconds, in a unit, equal periods merged."""
    begin = second(start)
    steps, known = walk(at, begin, begin + max(0, duration))
    periods: list[SchedulePeriod] = []
    for when, rate in steps:
        period = write(rate, when - begin, unit, line)
        if periods and _same(periods[-1], period):  # what differs by less than a decimal
            continue
        periods.append(period)
    started = start - timedelta(microseconds=start.microsecond)
    return ChargingSchedule(unit=unit, periods=periods, start_schedule=started, duration=known - begin)


def _same(one: SchedulePeriod, other: SchedulePeriod) -> bool:
    names = (name for name in SchedulePeriod.__dataclass_fields__ if name != "start_period")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _leading(tables: Sequence[Timetable], now: int) -> tuple[Rate | None, int]:
    """Return the rate of the highest stack level that has one now (K01.FR.17); below it nothing matters until then."""
    following = NEVER
    for table in tables:
        rate, until = table.at(now)
        following = min(following, until)
        if rate is not None:
            return rate, following
    return None, following
