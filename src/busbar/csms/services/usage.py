"""From what a station tells to what an account is led on by: registers, power, current and the charging state."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from busbar.billing.accounts import Point
from busbar.csms.services.clock import plausible
from busbar.model.facts import MeterRead, TransactionEnded, TransactionStarted, TransactionUpdated
from busbar.model.values import ChargingState, Reading

_MOST: Final = 1e12
_DIGITS: Final = Decimal("0.000001")
_PHASES: Final = frozenset({"L1", "L2", "L3"})

Used = TransactionStarted | TransactionUpdated | TransactionEnded | MeterRead


def points(fact: Used, at: datetime) -> list[Point]:
    """Return what a fact received `at` tells of usage, in its order of time; a time that no set clock shows is `at`."""
    found = sorted((_point(reading, at) for reading in fact.readings), key=_time)
    if isinstance(fact, MeterRead):
        return found
    when = fact.at if plausible(fact.at, at) else at
    state = None if fact.charging_state is None else fact.charging_state == ChargingState.CHARGING
    register = None if isinstance(fact, TransactionUpdated) else number(fact.meter_wh)
    if state is None and register is None and found:
        return found
    return [*found, Point(at=when, energy_wh=register, charging=state)]


def number(value: float | None) -> Decimal | None:
    """Return a measured value as a decimal; None for one that no meter shows."""
    if value is None or not 0 <= value < _MOST:
        return None
    return Decimal(str(value)).quantize(_DIGITS)


def _point(reading: Reading, at: datetime) -> Point:
    energy, power, _ = reading.measured()
    when = reading.at if plausible(reading.at, at) else at
    return Point(at=when, energy_wh=number(energy), power_w=number(power), current_a=_current(reading))


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


def _time(point: Point) -> datetime:
    return point.at
