"""Limits from a state of charge on."""

import pytest

from busbar.energy.charges import by_charge, capped
from busbar.model.charging import (
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    SchedulePeriod,
)


def profile(at: dict[str, float] | None) -> ChargingProfile:
    periods = [
        SchedulePeriod(start_period=0, limit=16.0),
        SchedulePeriod(start_period=60, limit=4.0, setpoint=-8.0),
    ]
    schedule = ChargingSchedule(unit=RateUnit.A, periods=periods, limit_at_soc=at)
    return ChargingProfile(
        id=1, stack_level=0, purpose=ProfilePurpose.TX_DEFAULT, kind=ProfileKind.RELATIVE, schedules=[schedule]
    )


@pytest.mark.parametrize(
    ("soc", "limits"), [(None, [16.0, 4.0]), (79.9, [16.0, 4.0]), (80.0, [6.0, 4.0]), (100.0, [6.0, 4.0])]
)
def test_values_are_capped_from_a_charge_on__K01_FR_100(soc: float | None, limits: list[float]) -> None:
    made = capped(profile({"soc": 80, "limit": 6.0}), soc)
    assert [period.limit for period in made.schedules[0].periods] == limits
    assert made.schedules[0].periods[1].setpoint == -8.0


def test_others_stay_as_they_are() -> None:
    plain = profile(None)
    assert not by_charge(plain)
    assert capped(plain, 90.0) is plain
