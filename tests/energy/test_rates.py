"""Limits in amperes and watts, of phases alone and together."""

from busbar.energy.rates import Line, Rate, convert, read, write
from busbar.model.charging import RateUnit, SchedulePeriod


def test_single_phases_have_their_own_limits() -> None:
    period = SchedulePeriod(start_period=0, limit=2300.0, limit_l2=1150.0, limit_l3=690.0)
    rate = read(period, RateUnit.W, Line())
    assert rate.limit == (10.0, 5.0, 3.0)
    assert rate.current_a == 3.0
    written = write(rate, 0, RateUnit.W, Line())
    assert (written.limit, written.limit_l2, written.limit_l3) == (2300.0, 1150.0, 690.0)


def test_more_phases_than_the_line_has_are_the_lines__K01_FR_45() -> None:
    rate = read(SchedulePeriod(start_period=0, limit=2300.0, number_phases=3), RateUnit.W, Line(phases=1))
    assert (rate.phases, rate.current_a) == (1, 10.0)


def test_no_phases_said_are_three__K01_FR_49() -> None:
    assert read(SchedulePeriod(start_period=0, limit=6900.0), RateUnit.W, Line()).limit == (10.0, 10.0, 10.0)


def test_dc_has_no_phases() -> None:
    line = Line(dc=True, phases=1, voltage_v=400.0, max_current_a=125.0, least_a=0.0)
    rate = read(SchedulePeriod(start_period=0, limit=20_000.0, number_phases=3, phase_to_use=2), RateUnit.W, line)
    assert (rate.phases, rate.current_a, rate.phase_to_use) == (1, 50.0, None)
    written = write(rate, 5, RateUnit.W, line)
    assert (written.start_period, written.limit, written.number_phases) == (5, 20_000.0, None)


def test_the_phase_is_told_only_where_one_is_used__K01_FR_46() -> None:
    one = read(SchedulePeriod(start_period=0, limit=10.0, number_phases=1, phase_to_use=2), RateUnit.A, Line())
    assert write(one, 0, RateUnit.A, Line()).phase_to_use == 2
    assert write(Rate(limit=(1, 1, 1), phase_to_use=2), 0, RateUnit.A, Line()).phase_to_use is None


def test_discharging_is_not_charging() -> None:
    assert Rate(setpoint=(-5.0, -5.0, -5.0), limit=(9.0, 9.0, 9.0)).current_a == 0.0
    both = Rate(discharge=(-5.0,) * 3).under(Rate(discharge=(-3.0,) * 3))
    assert both.discharge == (-3.0, -3.0, -3.0)
    assert Rate(limit=(1.0,) * 3).plus(Rate(limit=(2.0,) * 3)).limit == (3.0, 3.0, 3.0)


def test_a_limit_is_converted_to_the_other_unit() -> None:
    period = SchedulePeriod(start_period=0, limit=10.0)
    assert convert(period, RateUnit.A, RateUnit.W, Line()) == 6900.0
    assert convert(period, RateUnit.A, RateUnit.A, Line()) == 10.0
    assert convert(SchedulePeriod(start_period=0), RateUnit.A, RateUnit.W, Line()) is None
