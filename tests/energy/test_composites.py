"""Composite schedules are what a plain look at every second says; hostile profiles cost a bounded amount of work."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from busbar.energy.composites import MOST_PERIODS, MOST_STEPS, At, compose, mix, total, walk
from busbar.energy.rates import Line, Rate
from busbar.energy.timetables import second
from busbar.model.charging import (
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    SchedulePeriod,
)

P, K = ProfilePurpose, ProfileKind
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINE = Line()
SPAN = 40


def profile(*periods: tuple[int, float], **more: Any) -> ChargingProfile:
    shape = {"unit": RateUnit.A, "start_schedule": NOW, "duration": None} | {
        name: more.pop(name) for name in ("unit", "start_schedule", "duration", "min_charging_rate") if name in more
    }
    made = [SchedulePeriod(start_period=at, limit=limit) for at, limit in periods]
    given_: dict[str, Any] = {"id": 1, "stack_level": 0, "purpose": P.TX_DEFAULT, "kind": K.ABSOLUTE} | more
    return ChargingProfile(schedules=[ChargingSchedule(periods=made, **shape)], **given_)


def limits(schedule: ChargingSchedule) -> list[tuple[int, float | None]]:
    return [(period.start_period, period.limit) for period in schedule.periods]


def composed(*profiles: ChargingProfile, line: Line = LINE, unit: RateUnit = RateUnit.A, **more: Any) -> Any:
    return limits(compose(mix(profiles, line, NOW, **more).at, NOW, SPAN, unit, line))


def oracle_period(item: ChargingProfile, second_: int, started: int) -> SchedulePeriod | None:
    """Which period holds so many seconds after NOW, found by going through all of them."""
    schedule = item.schedules[0]
    if item.valid_from is not None and second_ < (item.valid_from - NOW).total_seconds():
        return None
    if item.valid_to is not None and second_ >= (item.valid_to - NOW).total_seconds():
        return None
    begins = started
    if item.kind is not K.RELATIVE and schedule.start_schedule is not None:
        begins = int((schedule.start_schedule - NOW).total_seconds())
    if second_ < begins:
        return None
    if item.kind is K.RECURRING:
        cycle = 86_400 if item.recurrency_kind == "Daily" else 604_800
        while begins + cycle <= second_:
            begins += cycle
    if schedule.duration is not None and second_ - begins >= schedule.duration:
        return None
    found = None
    for period in schedule.periods:
        if period.start_period <= second_ - begins:
            found = period
    return found


def oracle(items: list[ChargingProfile], second_: int, started: int, priority: bool) -> tuple[float, int]:
    """The amperes per phase and the phases of one second."""
    best: dict[ProfilePurpose, tuple[int, SchedulePeriod, RateUnit]] = {}
    for item in items:
        period = oracle_period(item, second_, started)
        if period is not None and (item.purpose not in best or best[item.purpose][0] < item.stack_level):
            best[item.purpose] = (item.stack_level, period, item.schedules[0].unit)
    if priority and P.PRIORITY in best:
        best.pop(P.TX, None)
        best.pop(P.TX_DEFAULT, None)
    else:
        best.pop(P.PRIORITY, None)
    if P.TX in best:
        best.pop(P.TX_DEFAULT, None)
    local = best.pop(P.LOCAL_GENERATION, None)

    def amperes(found: tuple[int, SchedulePeriod, RateUnit]) -> tuple[float, int]:
        _, period, unit = found
        phases = min(period.number_phases or 3, LINE.phases)
        assert period.limit is not None
        return (period.limit if unit is RateUnit.A else period.limit / (230.0 * phases)), phases

    if not best:
        return 32.0, 3
    current = min(amperes(found)[0] for found in best.values())
    phases = min(amperes(found)[1] for found in best.values())
    if local is not None:
        current += amperes(local)[0]
    return min(32.0, current), phases


@st.composite
def profiles(draw: st.DrawFn) -> list[ChargingProfile]:
    made, taken = [], set()
    for number in range(draw(st.integers(0, 5))):
        purpose, level = draw(st.sampled_from(list(P))), draw(st.integers(0, 3))
        if (purpose, level) in taken:
            continue
        taken.add((purpose, level))
        starts = sorted({0, *draw(st.lists(st.integers(1, 50), max_size=4))})
        kind = draw(st.sampled_from([K.ABSOLUTE, K.RECURRING, K.RELATIVE]))
        unit = draw(st.sampled_from(list(RateUnit)))
        days = draw(st.integers(0, 15)) * 86_400 if kind is K.RECURRING else 0
        start = NOW + timedelta(seconds=draw(st.integers(-30, 30)) - days)
        # values far enough apart that no rounding decides which is the lower
        values = st.sampled_from([0.0, 6.0, 10.0, 16.0] if unit is RateUnit.A else [0.0, 2300.0, 5000.0, 9000.0])
        schedule = ChargingSchedule(
            unit=unit,
            start_schedule=None if kind is K.RELATIVE else start,
            duration=draw(st.none() | st.integers(1, 90)),
            periods=[
                SchedulePeriod(
                    start_period=at, limit=draw(values), number_phases=draw(st.sampled_from([None, 1, 2, 3]))
                )
                for at in starts
            ],
        )
        made.append(
            ChargingProfile(
                id=number,
                stack_level=level,
                purpose=purpose,
                kind=kind,
                recurrency_kind=draw(st.sampled_from(["Daily", "Weekly"])) if kind is K.RECURRING else None,
                schedules=[schedule],
                valid_from=draw(st.none() | st.integers(-20, 30).map(lambda s: NOW + timedelta(seconds=s))),
                valid_to=draw(st.none() | st.integers(0, 50).map(lambda s: NOW + timedelta(seconds=s))),
            )
        )
    return made


@settings(max_examples=250, deadline=None)
@given(profiles(), st.integers(-20, 0), st.booleans())
def test_a_composite_schedule_says_of_every_second_what_a_plain_look_says__K08_FR_04(
    items: list[ChargingProfile], started: int, priority: bool
) -> None:
    at = mix(items, LINE, NOW + timedelta(seconds=started), priority=priority).at
    schedule = compose(at, NOW, SPAN, RateUnit.A, LINE)
    assert schedule.duration == SPAN
    assert schedule.periods[0].start_period == 0
    for second_ in range(SPAN):
        period = [item for item in schedule.periods if item.start_period <= second_][-1]
        current, phases = oracle(items, second_, started, priority)
        assert period.limit is not None
        assert abs(period.limit - current) <= 0.05001
        assert period.number_phases == phases
    for one, other in zip(schedule.periods, schedule.periods[1:], strict=False):
        assert (one.limit, one.number_phases, one.phase_to_use) != (
            other.limit,
            other.number_phases,
            other.phase_to_use,
        )


def test_without_profiles_the_line_is_the_limit__K06_FR_02() -> None:
    assert composed() == [(0, 32.0)]


def test_the_higher_level_leads_while_it_has_a_period__K01_FR_17() -> None:
    low = profile((0, 10.0))
    high = profile((0, 20.0), id=2, stack_level=3, duration=15, start_schedule=NOW + timedelta(seconds=5))
    assert composed(low, high) == [(0, 10.0), (5, 20.0), (20, 10.0)]


def test_a_tx_profile_overrules_the_default_until_it_ends__K01_FR_13() -> None:
    own = profile((0, 20.0), (8, 25.0), id=2, purpose=P.TX, kind=K.RELATIVE, start_schedule=None, duration=12)
    assert composed(profile((0, 10.0)), own) == [(0, 20.0), (8, 25.0), (12, 10.0)]


def test_priority_overrules_what_is_for_the_transaction__K21_FR_04() -> None:
    items = (
        profile((0, 10.0)),
        profile((0, 24.0), id=2, purpose=P.PRIORITY),
        profile((0, 20.0), id=3, purpose=P.STATION_MAX),
    )
    assert composed(*items) == [(0, 10.0)]
    assert composed(*items, priority=True) == [(0, 20.0)]


def test_local_generation_comes_on_top_but_not_above_the_line__K04_FR_05() -> None:
    local = profile((0, 6.0), (10, 40.0), id=2, purpose=P.LOCAL_GENERATION)
    assert composed(profile((0, 10.0)), local) == [(0, 16.0), (10, 32.0)]


def test_watts_are_shared_by_the_phases__K01_FR_50() -> None:
    watts = profile((0, 11_040.0), unit=RateUnit.W)
    assert composed(watts) == [(0, 16.0)]
    assert composed(watts, unit=RateUnit.W) == [(0, 11_040.0)]
    assert composed(watts, line=Line(phases=1, max_current_a=50.0)) == [(0, 48.0)]


def test_a_station_is_the_sum_of_its_evses_under_its_cap__K08_FR_03() -> None:
    parts: list[At] = [mix([profile((0, 10.0), (5, 16.0))], LINE, NOW).at, mix([profile((0, 12.0))], LINE, NOW).at]
    cap = mix([profile((0, 25.0), purpose=P.STATION_MAX)], Line(max_current_a=64.0), NOW).at
    assert limits(compose(total(parts, cap), NOW, SPAN, RateUnit.A, Line(max_current_a=64.0))) == [(0, 22.0), (5, 25.0)]


def test_setpoints_stay_within_limits__K08_FR_08() -> None:
    own = profile((0, 10.0))
    own.schedules[0].periods[0].setpoint = 20.0
    assert compose(mix([own], LINE, NOW).at, NOW, 10, RateUnit.A, LINE).periods[0].setpoint == 10.0
    own.schedules[0].periods[0].setpoint, own.schedules[0].periods[0].discharge_limit = -20.0, -8.0
    period = compose(mix([own], LINE, NOW).at, NOW, 10, RateUnit.A, LINE).periods[0]
    assert (period.setpoint, period.discharge_limit, period.limit) == (-8.0, -8.0, 10.0)


def test_the_highest_minimum_rate_counts__K01_FR_21() -> None:
    assert mix([profile((0, 9.0), min_charging_rate=8.0), profile((0, 9.0))], LINE, NOW).least() == 8.0


def test_hostile_profiles_cost_bounded_work() -> None:
    endless = profile(*((at, float(at % 7)) for at in range(10_000)), kind=K.RECURRING, recurrency_kind="Daily")
    calls = 0

    def counted(now: int) -> tuple[Rate, int]:
        nonlocal calls
        calls += 1
        return made.at(now)

    made = mix([endless], LINE, NOW)
    steps, known = walk(counted, second(NOW), second(NOW) + 10 * 365 * 86_400)
    assert calls <= MOST_STEPS
    assert len(steps) == MOST_PERIODS
    assert known == steps[-1][0] + 1  # what is not known is not said
    schedule = compose(made.at, NOW, 10 * 365 * 86_400, RateUnit.A, LINE)
    assert schedule.duration == known - second(NOW)


def test_a_restless_schedule_of_one_rate_ends_the_walk_too() -> None:
    steps, known = walk(lambda now: (LINE.open, now + 1), 0, 10**9)
    assert (len(steps), known) == (1, MOST_STEPS)
