"""When the periods of one profile hold: kinds, recurrence, validity, duration. Knows no other profile.

Times are whole seconds since 1970, UTC; what is finer is cut off.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zlib import crc32

from busbar.energy.rates import Line, Rate, read
from busbar.model.charging import ChargingProfile, ChargingSchedule, ProfileKind

NEVER: Final = 2**62
_CYCLES: Final = {"Daily": 86_400, "Weekly": 604_800}


def second(at: datetime) -> int:
    """Return an aware time as a whole second."""
    return int(at.timestamp() // 1)


@dataclass(frozen=True, slots=True)
class Timetable:
    """One profile, made ready to look up.

    Attributes:
        starts, rates: where each period begins, in seconds after the start of the schedule, and what it allows; equal
            neighbours are one.
        anchor: when the schedule starts.
        ends: when it is over, after its start.
        cycle: after how many seconds it starts anew; 0 for never.
        least: the minimum charging rate in amperes per phase: below it charging is inefficient (K01.FR.21).
    """

    level: int
    starts: tuple[int, ...]
    rates: tuple[Rate, ...]
    anchor: int
    ends: int
    cycle: int
    valid_from: int
    valid_to: int
    least: float = 0.0

    def at(self, now: int) -> tuple[Rate | None, int]:
        """Return what holds at a second, and when that may be different next (NEVER, where it will not)."""
        if now < self.valid_from:
            return None, self.valid_from
        if now >= self.valid_to:
            return None, NEVER
        rate, following = self._period(now)
        return rate, min(following, self.valid_to)

    def _period(self, now: int) -> tuple[Rate | None, int]:
        if now < self.anchor:  # K01.FR.30
            return None, self.anchor
        passed = (now - self.anchor) % self.cycle if self.cycle else now - self.anchor
        base = now - passed
        again = base + self.cycle if self.cycle else NEVER
        if passed >= self.ends:  # K01.FR.11, .13
            return None, again
        index = bisect_right(self.starts, passed)
        following = self.starts[index] if index < len(self.starts) else NEVER
        following = min(base + min(following, self.ends), again)
        return (self.rates[index - 1] if index else None), following


def compile_profile(profile: ChargingProfile, line: Line, started: int, seed: str = "") -> Timetable:
    """Make a timetable of a profile's first schedule.

    `started`: when energy could flow first, from which a relative schedule counts (K01.FR.42), and one of 1.6 that
    names no start (1.6 §7.13). `seed`: where there is one, it makes the random delays of periods (K01.FR.92).
    """
    schedule = profile.schedules[0]
    starts: list[int] = []
    rates: list[Rate] = []
    for number, period in enumerate(schedule.periods):
        rate = read(period, schedule.unit, line)
        start = max(period.start_period + _delay(schedule, number, profile.id, seed), starts[-1] if starts else 0)
        if rates and rates[-1] == rate:
            continue
        starts.append(start)
        rates.append(rate)
    cycle = _CYCLES.get(profile.recurrency_kind or "", 0) if profile.kind is ProfileKind.RECURRING else 0
    return Timetable(
        level=profile.stack_level,
        starts=tuple(starts),
        rates=tuple(rates),
        anchor=_anchor(profile, schedule, started),
        ends=NEVER if schedule.duration is None else schedule.duration,
        cycle=cycle,
        valid_from=-NEVER if profile.valid_from is None else second(profile.valid_from),
        valid_to=NEVER if profile.valid_to is None else second(profile.valid_to),
        least=_least(schedule, line),
    )


def _anchor(profile: ChargingProfile, schedule: ChargingSchedule, started: int) -> int:
    if profile.kind is ProfileKind.RELATIVE:
        return started
    given = profile.dyn_update_time if profile.kind is ProfileKind.DYNAMIC else None
    given = given or schedule.start_schedule
    return started if given is None else second(given)


def _delay(schedule: ChargingSchedule, number: int, profile_id: int, seed: str) -> int:
    if number == 0 or not seed or not schedule.randomized_delay:  # K01.FR.94
        return 0
    return crc32(f"{seed}/{profile_id}/{number}".encode()) % (schedule.randomized_delay + 1)


def _least(schedule: ChargingSchedule, line: Line) -> float:
    least = schedule.min_charging_rate or 0.0
    return least if schedule.unit == "A" else least / (line.voltage_v * max(1, line.phases))
