"""A price applies when all its conditions hold, by the wall clock of the site."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from busbar.billing.conditions import Moment, applicable, edges, holds
from busbar.model.tariffs import Conditions, EvseKind, Part, Price, Tariff, Weekday

D = Decimal
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 1, 5, 12, 0, tzinfo=BERLIN)


def at(clock: str) -> Moment:
    return Moment(local=datetime.combine(MONDAY.date(), time.fromisoformat(clock), BERLIN))


def tariff(*conditions: Conditions) -> Tariff:
    prices = tuple(Price(amount=D(1), conditions=each) for each in conditions)
    return Tariff(id="t", currency="EUR", energy=Part(prices=prices))


@pytest.mark.parametrize(
    ("start", "end", "clock", "expected"),
    [
        ("08:00", "18:00", "08:00", True),
        ("08:00", "18:00", "17:59", True),
        ("08:00", "18:00", "18:00", False),
        ("22:00", "06:00", "23:00", True),
        ("22:00", "06:00", "05:59", True),
        ("22:00", "06:00", "06:00", False),
        ("18:00", "00:00", "23:59", True),
        ("18:00", "00:00", "00:00", False),
        (None, "06:00", "05:00", True),
        ("20:00", None, "19:00", False),
    ],
)
def test_times_of_day_wrap_around_midnight(start: str | None, end: str | None, clock: str, expected: bool) -> None:
    assert holds(Conditions(start_time_of_day=start, end_time_of_day=end), at(clock)) is expected


def test_weekdays_and_dates_are_local_and_the_last_date_is_not_included() -> None:
    late_sunday_utc = Moment(local=datetime(2026, 1, 4, 23, 30, tzinfo=UTC).astimezone(BERLIN))
    assert holds(Conditions(day_of_week=(Weekday.MONDAY,)), late_sunday_utc)
    assert not holds(Conditions(day_of_week=(Weekday.SUNDAY,)), late_sunday_utc)
    assert holds(Conditions(valid_from_date="2026-01-05"), late_sunday_utc)
    assert not holds(Conditions(valid_to_date="2026-01-05"), late_sunday_utc)


@pytest.mark.parametrize("kind", ["energy", "power", "current", "time", "charging_time", "idle_time"])
def test_a_minimum_is_inclusive_and_a_maximum_is_not(kind: str) -> None:
    names = {"energy": "energy_wh", "power": "power_w", "current": "current_a", "time": "elapsed_s"}
    names |= {"charging_time": "charging_s", "idle_time": "idle_s"}

    def moment(value: Decimal) -> Moment:
        given: dict[str, Any] = {names[kind]: value}
        return Moment(local=MONDAY, **given)

    low: dict[str, Any] = {f"min_{kind}": 10}
    high: dict[str, Any] = {f"max_{kind}": 10}
    assert holds(Conditions(**low), moment(D(10)))
    assert not holds(Conditions(**low), moment(D("9.999")))
    assert holds(Conditions(**high), moment(D("9.999")))
    assert not holds(Conditions(**high), moment(D(10)))


def test_what_was_not_measured_meets_no_condition() -> None:
    assert not holds(Conditions(max_power=D(10)), Moment(local=MONDAY))


def test_the_payer_is_a_condition() -> None:
    card = Moment(local=MONDAY, evse_kind=EvseKind.DC, payment_brand="VISA", payment_recognition="CC")
    assert holds(Conditions(evse_kind=EvseKind.DC, payment_brand="VISA", payment_recognition="CC"), card)
    assert not holds(Conditions(payment_recognition="Debit"), card)
    assert not holds(Conditions(evse_kind=EvseKind.AC), card)


def test_the_first_price_that_applies_counts__I12_FR_34() -> None:
    part = Part(prices=(Price(amount=D(2), conditions=Conditions(min_energy=D(5))), Price(amount=D(1))))
    assert applicable(part, Moment(local=MONDAY, energy_wh=D(5))) == 0
    assert applicable(part, Moment(local=MONDAY)) == 1
    assert applicable(None, Moment(local=MONDAY)) is None


def test_edges_are_where_the_wall_clock_shows_them() -> None:
    found = edges(tariff(Conditions(start_time_of_day="08:00", end_time_of_day="18:00")))
    start = datetime(2026, 1, 5, 0, 30, tzinfo=UTC)
    assert sorted(set(found.instants(start, start + timedelta(days=1), BERLIN))) == [
        datetime(2026, 1, 5, 7, tzinfo=UTC),
        datetime(2026, 1, 5, 17, tzinfo=UTC),
        datetime(2026, 1, 5, 23, tzinfo=UTC),
    ]


def test_a_price_that_has_only_an_end_begins_at_midnight() -> None:
    found = edges(tariff(Conditions(end_time_of_day="06:00")))
    start = datetime(2026, 1, 5, 21, tzinfo=UTC)
    instants = sorted(set(found.instants(start, start + timedelta(hours=9), BERLIN)))
    assert instants == [datetime(2026, 1, 5, 23, tzinfo=UTC), datetime(2026, 1, 6, 5, tzinfo=UTC)]


def test_a_clock_that_is_put_back_is_an_edge__I12_FR_37() -> None:
    found = edges(tariff(Conditions(end_time_of_day="02:30")))
    start = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00 in summer time; at 01:00 UTC it is 02:00 again
    instants = sorted(set(found.instants(start, start + timedelta(hours=2), BERLIN)))
    assert instants == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ]


def test_a_tariff_without_calendar_has_no_instants() -> None:
    found = edges(tariff(Conditions(min_energy=D(3), max_time=60)))
    assert not list(found.instants(MONDAY, MONDAY + timedelta(days=9), BERLIN))
    assert (found.energy_wh, found.elapsed_s) == ((D(3),), (D(60),))
