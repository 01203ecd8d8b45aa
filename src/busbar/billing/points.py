"""From a meter's reading to what an account is led on by: register, power, current. Knows no message.

Times are local to a site where prices look at them: `zone` gives what its name means.
"""

from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from busbar.billing.accounts import Point
from busbar.model.values import Reading

UTC_NAME: Final = "UTC"
_MOST: Final = 1e12
_DIGITS: Final = Decimal("0.000001")
_PHASES: Final = frozenset({"L1", "L2", "L3"})


def point(reading: Reading, at: datetime) -> Point:
    """Return what a reading tells, as of `at`."""
    energy, power, _ = reading.measured()
    return Point(at=at, energy_wh=number(energy), power_w=number(power), current_a=_current(reading))


def number(value: float | None) -> Decimal | None:
    """Return a measured value as a decimal; None for one that no meter shows."""
    if value is None or not 0 <= value < _MOST:
        return None
    return Decimal(str(value)).quantize(_DIGITS)


def zone(name: str) -> tzinfo:
    """Return a time zone; UTC for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # what is no key, or names no zone here
        return ZoneInfo(UTC_NAME)


def _current(reading: Reading) -> Decimal | None:
    """Return the current over all phases: their sum, else what was told without a phase."""
    whole, phases = None, []
    for sample in reading.samples:
        if sample.measurand != "Current.Import" or sample.value is None or sample.location not in (None, "Outlet"):
            continue
        if sample.phase in _PHASES:
            phases.append(sample.value)
        elif sample.phase is None:
            whole = sample.value
    return number(sum(phases)) if phases else number(whole)
