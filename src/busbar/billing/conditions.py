"""When a price applies, and at which moments that may change. Knows no money.

Minimum and maximum of energy, time and power are inclusive and exclusive. Of idle time the period that lasts is meant,
of charging time all of the session. What was never measured meets no condition on it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Final

from busbar.model.tariffs import Conditions, EvseKind, Part, Tariff, Weekday

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_DAYS: Final = tuple(Weekday)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What conditions look at: `local` is the site's wall clock, durations are seconds."""

    local: datetime
    energy_wh: Decimal = Decimal(0)
    power_w: Decimal | None = None
    current_a: Decimal | None = None
    elapsed_s: Decimal = Decimal(0)
    charging_s: Decimal = Decimal(0)
    idle_s: Decimal = Decimal(0)
    evse_kind: EvseKind | None = None
    payment_brand: str | None = None
    payment_recognition: str | None = None


def applicable(part: Part | None, moment: Moment) -> int | None:
    """Return the index of the first price that applies, None where there is none (I12.FR.34)."""
    if part is None:
        return None
    return next((i for i, price in enumerate(part.prices) if holds(price.conditions, moment)), None)


def holds(conditions: Conditions | None, moment: Moment) -> bool:
    """Tell whether all conditions are met."""
    if conditions is None:
        return True
    c, m = conditions, moment
    return (
        _calendar(c, m.local)
        and _within(m.energy_wh, c.min_energy, c.max_energy)
        and _within(m.power_w, c.min_power, c.max_power)
        and _within(m.current_a, c.min_current, c.max_current)
        and _within(m.elapsed_s, c.min_time, c.max_time)
        and _within(m.charging_s, c.min_charging_time, c.max_charging_time)
        and _within(m.idle_s, c.min_idle_time, c.max_idle_time)
        and (c.evse_kind is None or c.evse_kind == m.evse_kind)
        and (c.payment_brand is None or c.payment_brand == m.payment_brand)
        and (c.payment_recognition is None or c.payment_recognition == m.payment_recognition)
    )


def _within(value: Decimal | None, low: Decimal | int | None, high: Decimal | int | None) -> bool:
    if low is None and high is None:
        return True
    return value is not None and (low is None or value >= low) and (high is None or value < high)


def _calendar(c: Conditions, local: datetime) -> bool:
    today = local.date()
    if c.day_of_week and _DAYS[local.weekday()] not in c.day_of_week:
        return False
    if c.valid_from_date is not None and today < date.fromisoformat(c.valid_from_date):
        return False
    if c.valid_to_date is not None and today >= date.fromisoformat(c.valid_to_date):
        return False
    if c.start_time_of_day is None and c.end_time_of_day is None:
        return True
    start, end = time.fromisoformat(c.start_time_of_day or "00:00"), time.fromisoformat(c.end_time_of_day or "00:00")
    now = local.time()
    if start < end:
        return start <= now < end
    return now >= start or now < end  # it goes on into the next day; an end of 00:00 is the day's


@dataclass(frozen=True, slots=True)
class Edges:
    """All values at which a price of a tariff may begin or end to apply."""

    clock: tuple[time, ...]
    energy_wh: tuple[Decimal, ...]
    elapsed_s: tuple[Decimal, ...]
    charging_s: tuple[Decimal, ...]
    idle_s: tuple[Decimal, ...]

    def instants(self, start: datetime, end: datetime, zone: tzinfo) -> Iterator[datetime]:
        """Return when, strictly between two moments, the wall clock shows an edge or is itself changed (I12.FR.37)."""
        if not self.clock:
            return
        day = start.astimezone(zone).date() - _DAY
        last = end.astimezone(zone).date() + _DAY
        while day <= last:
            for clock in self.clock:
                for fold in (0, 1):
                    at = datetime.combine(day, clock, zone).replace(fold=fold).astimezone(UTC)
                    if start < at < end:
                        yield at
            day += _DAY
        yield from _shifts(start, end, zone)


def edges(tariff: Tariff) -> Edges:
    """Collect the edges of a tariff's prices for energy and time."""
    found = [c for part in (tariff.energy, tariff.charging_time, tariff.idle_time) for c in _of(part)]
    clock = {time.fromisoformat(text) for c in found for text in (c.start_time_of_day, c.end_time_of_day) if text}
    if clock or any(c.day_of_week or c.valid_from_date or c.valid_to_date for c in found):
        clock.add(time(0))
    return Edges(
        clock=tuple(sorted(clock)),
        energy_wh=_values(v for c in found for v in (c.min_energy, c.max_energy)),
        elapsed_s=_values(v for c in found for v in (c.min_time, c.max_time)),
        charging_s=_values(v for c in found for v in (c.min_charging_time, c.max_charging_time)),
        idle_s=_values(v for c in found for v in (c.min_idle_time, c.max_idle_time)),
    )


def _of(part: Part | None) -> list[Conditions]:
    return [] if part is None else [price.conditions for price in part.prices if price.conditions is not None]


def _values(values: Iterable[Decimal | int | None]) -> tuple[Decimal, ...]:
    return tuple(sorted({Decimal(value) for value in values if value is not None}))


def _shifts(start: datetime, end: datetime, zone: tzinfo) -> Iterator[datetime]:
    """Return when the offset from UTC changes, looked for day by day, to the second."""
    while start < end:
        stop = min(start + _DAY, end)
        if _offset(start, zone) != _offset(stop, zone):
            low, high = start, stop
            while high - low > _SECOND:
                middle = (low + (high - low) / 2).replace(microsecond=0)
                if middle <= low:
                    break
                low, high = (middle, high) if _offset(middle, zone) == _offset(start, zone) else (low, middle)
            if start < high < end:
                yield high
        start = stop


def _offset(at: datetime, zone: tzinfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
