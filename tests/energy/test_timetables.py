"""When a profile's periods hold, and when that changes next."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from busbar.energy.rates import Line
from busbar.energy.timetables import NEVER, compile_profile, second
from busbar.model.charging import (
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    SchedulePeriod,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
T = second(NOW)


def made(kind: ProfileKind, *starts: int, seed: str = "", recurrency: str | None = None, **more: Any) -> Any:
    periods = [SchedulePeriod(start_period=at, limit=10.0 + at) for at in starts]
    schedule = ChargingSchedule(unit=RateUnit.A, periods=periods, **more)
    profile = ChargingProfile(
        id=1, stack_level=0, purpose=ProfilePurpose.TX_DEFAULT, kind=kind, schedules=[schedule],
        recurrency_kind=recurrency,
    )  # fmt: skip
    return compile_profile(profile, Line(), T, seed)


def look(table: Any, after_s: int) -> tuple[float | None, int | None]:
    rate, following = table.at(T + after_s)
    return (None if rate is None else rate.current_a), (None if following == NEVER else following - T)


def test_nothing_holds_before_the_start__K01_FR_30() -> None:
    table = made(ProfileKind.ABSOLUTE, 0, start_schedule=NOW + timedelta(seconds=9), duration=5)
    assert [look(table, at) for at in (0, 9, 14)] == [(None, 9), (10.0, 14), (None, None)]


def test_a_day_later_it_starts_anew__K01_FR_13() -> None:
    table = made(ProfileKind.RECURRING, 0, recurrency="Daily", start_schedule=NOW, duration=5)
    assert look(table, 86_400 * 3) == (10.0, 86_400 * 3 + 5)
    assert look(table, 86_400 * 3 + 5) == (None, 86_400 * 4)


def test_periods_past_the_duration_are_not_executed__K01_FR_11() -> None:
    table = made(ProfileKind.RELATIVE, 0, 5, 20, duration=10)
    assert [look(table, at) for at in (4, 5, 10)] == [(10.0, 5), (15.0, 10), (None, None)]


@pytest.mark.parametrize("seed", ["CS1", "CS2"])
def test_delays_are_random_but_stay__K01_FR_92(seed: str) -> None:
    table = made(ProfileKind.RELATIVE, 0, 100, seed=seed, randomized_delay=60)
    assert table.starts[0] == 0
    assert 100 <= table.starts[1] <= 160
    assert made(ProfileKind.RELATIVE, 0, 100, seed=seed, randomized_delay=60) == table


def test_stations_are_delayed_differently__K01_FR_92() -> None:
    tables = {made(ProfileKind.RELATIVE, 0, 100, seed=f"CS{n}", randomized_delay=600).starts for n in range(20)}
    assert len(tables) > 10


def test_equal_neighbours_are_one() -> None:
    periods = [SchedulePeriod(start_period=at, limit=10.0) for at in range(50)]
    schedule = ChargingSchedule(unit=RateUnit.A, periods=periods)
    profile = ChargingProfile(
        id=1, stack_level=0, purpose=ProfilePurpose.TX, kind=ProfileKind.RELATIVE, schedules=[schedule]
    )
    assert len(compile_profile(profile, Line(), T).starts) == 1
