"""Charging profiles and schedules of 1.6 ↔ their neutral form: one schedule, and limits alone."""

from datetime import UTC, datetime
from typing import Any, Final

from msgspec import UNSET

from busbar.model.charging import (
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    SchedulePeriod,
)
from busbar.protocol.translate.errors import required, unsupported, word
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.v16.words import number
from busbar.protocol.wire import v16

STATION_MAX: Final = "ChargePointMaxProfile"  # 2.x: ChargingStationMaxProfile
_PERIOD: Final = {"start_period", "limit", "number_phases"}
_SCHEDULE: Final = {"id", "unit", "periods", "start_schedule", "duration", "min_charging_rate"}
_PROFILE: Final = {
    "id",
    "stack_level",
    "purpose",
    "kind",
    "schedules",
    "recurrency_kind",
    "valid_from",
    "valid_to",
    "transaction_id",
}


def read_purpose(sent: str) -> ProfilePurpose:
    """Read a purpose."""
    return ProfilePurpose.STATION_MAX if sent == STATION_MAX else ProfilePurpose(sent)


def purpose(neutral: ProfilePurpose) -> str:
    """Write a purpose, which the version may not have."""
    return STATION_MAX if neutral is ProfilePurpose.STATION_MAX else neutral.value


def read_schedule(sent: v16.ChargingSchedule) -> ChargingSchedule:
    """Read a schedule."""
    return ChargingSchedule(
        unit=RateUnit(sent.charging_rate_unit.value),
        periods=[
            SchedulePeriod(start_period=item.start_period, limit=item.limit, number_phases=_given(item.number_phases))
            for item in sent.charging_schedule_period
        ],
        start_schedule=_utc(sent.start_schedule),
        duration=_given(sent.duration),
        min_charging_rate=_given(sent.min_charging_rate),
    )


def read_profile(sent: v16.ChargingProfile) -> ChargingProfile:
    """Read a profile."""
    transaction_id = _given(sent.transaction_id)
    return ChargingProfile(
        id=sent.charging_profile_id,
        stack_level=sent.stack_level,
        purpose=read_purpose(sent.charging_profile_purpose.value),
        kind=ProfileKind(sent.charging_profile_kind.value),
        schedules=[read_schedule(sent.charging_schedule)],
        recurrency_kind=sent.recurrency_kind.value if sent.recurrency_kind else None,
        valid_from=_utc(sent.valid_from),
        valid_to=_utc(sent.valid_to),
        transaction_id=None if transaction_id is None else str(transaction_id),
    )


def profile(neutral: ChargingProfile) -> v16.ChargingProfile:
    """Write a profile. Raises Untranslatable for what 1.6 cannot say."""
    _only(neutral, _PROFILE)
    if len(neutral.schedules) != 1:
        raise unsupported("a 1.6 charging profile has one schedule")
    recurrency = neutral.recurrency_kind
    return v16.ChargingProfile(
        charging_profile_id=neutral.id,
        transaction_id=UNSET if neutral.transaction_id is None else number(neutral.transaction_id),
        stack_level=neutral.stack_level,
        charging_profile_purpose=word(v16.ChargingProfileChargingProfilePurpose, purpose(neutral.purpose)),
        charging_profile_kind=word(v16.ChargingProfileChargingProfileKind, neutral.kind),
        recurrency_kind=UNSET if recurrency is None else word(v16.ChargingProfileRecurrencyKind, recurrency),
        valid_from=_time(neutral.valid_from),
        valid_to=_time(neutral.valid_to),
        charging_schedule=schedule(neutral.schedules[0]),
    )


def schedule(neutral: ChargingSchedule) -> v16.ChargingSchedule:
    """Write a schedule. Raises Untranslatable for what 1.6 cannot say."""
    _only(neutral, _SCHEDULE)
    least = neutral.min_charging_rate
    return v16.ChargingSchedule(
        duration=UNSET if neutral.duration is None else neutral.duration,
        start_schedule=_time(neutral.start_schedule),
        charging_rate_unit=word(v16.ChargingScheduleChargingRateUnit, neutral.unit),
        charging_schedule_period=[_period(item) for item in neutral.periods],
        min_charging_rate=UNSET if least is None else round(least, 1),
    )


def _period(neutral: SchedulePeriod) -> v16.ChargingSchedulePeriod:
    """Write a period; a limit has one decimal (1.6 §7.14)."""
    _only(neutral, _PERIOD)
    return v16.ChargingSchedulePeriod(
        start_period=neutral.start_period,
        limit=round(required(neutral.limit, "limit"), 1),
        number_phases=UNSET if neutral.number_phases is None else neutral.number_phases,
    )


def _only(neutral: Any, known: set[str]) -> None:
    for name in type(neutral).__dataclass_fields__:
        if name not in known and getattr(neutral, name) is not None:
            raise unsupported(f"1.6 has no {name} in charging profiles")


def _given(sent: Any) -> Any:
    return None if sent is UNSET else sent


def _utc(sent: Any) -> datetime | None:
    return sent.astimezone(UTC) if sent else None


def _time(neutral: datetime | None) -> Any:
    return UNSET if neutral is None else seconds(neutral)
