from datetime import UTC, datetime

from busbar.csms.services.charging_profiles import held
from busbar.csms.services.charging_rules import Standing
from busbar.csms.services.charging_shapes import compact, profile_of, standing
from busbar.model.charging import (
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    SchedulePeriod,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)
PROFILE = ChargingProfile(
    id=3,
    stack_level=1,
    purpose=ProfilePurpose.TX_DEFAULT,
    kind=ProfileKind.ABSOLUTE,
    valid_from=AT,
    schedules=[
        ChargingSchedule(id=1, unit=RateUnit.W, start_schedule=AT, periods=[SchedulePeriod(start_period=0, limit=0.0)])
    ],
)


def test_a_profile_is_kept_without_what_is_empty_and_comes_back() -> None:
    kept = compact(PROFILE)
    assert kept["schedules"][0]["periods"] == [{"start_period": 0, "limit": 0.0}]
    assert "valid_to" not in kept
    assert profile_of(kept) == PROFILE


def test_a_held_profile_stands_for_rules() -> None:
    expected = Standing(id=3, evse=2, purpose=ProfilePurpose.TX_DEFAULT, stack_level=1, valid_from=AT)
    assert standing(held(PROFILE, 2, 7, AT)) == expected
