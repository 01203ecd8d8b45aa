"""From what a station tells to what an account is led on by: registers, power, current and the charging state."""

from datetime import datetime

from busbar.billing.accounts import Point
from busbar.billing.points import number, point
from busbar.csms.services.clock import plausible
from busbar.model.facts import MeterRead, TransactionEnded, TransactionStarted, TransactionUpdated
from busbar.model.values import ChargingState

Used = TransactionStarted | TransactionUpdated | TransactionEnded | MeterRead


def points(fact: Used, at: datetime) -> list[Point]:
    """Return what a fact received `at` tells of usage, in its order of time; a time that no set clock shows is `at`."""
    told = (point(reading, reading.at if plausible(reading.at, at) else at) for reading in fact.readings)
    found = sorted(told, key=_time)
    if isinstance(fact, MeterRead):
        return found
    when = fact.at if plausible(fact.at, at) else at
    state = None if fact.charging_state is None else fact.charging_state == ChargingState.CHARGING
    register = None if isinstance(fact, TransactionUpdated) else number(fact.meter_wh)
    if state is None and register is None and found:
        return found
    return [*found, Point(at=when, energy_wh=register, charging=state)]


def _time(point: Point) -> datetime:
    return point.at
