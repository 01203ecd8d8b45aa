"""Which profiles a station refuses, and by which reason."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from busbar.energy.rates import Line
from busbar.model.charging import (
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    SchedulePeriod,
)
from busbar.station.blocks.charging_verdicts import Abilities, check

P, K = ProfilePurpose, ProfileKind
AT = datetime(2026, 3, 1, tzinfo=UTC)
ABLE = Abilities(Line(), True, 5, 3, ("A", "W"), ("PriorityCharging",), -1, phase_switching=False, by_charge=False)
DC = Line(dc=True, phases=1, voltage_v=400.0, max_current_a=100.0)


def made(*periods: SchedulePeriod, schedule: dict[str, Any] | None = None, **more: Any) -> ChargingProfile:
    shape: dict[str, Any] = {"unit": RateUnit.A, "start_schedule": AT} | (schedule or {})
    items = list(periods) or [SchedulePeriod(start_period=0, limit=10.0)]
    given: dict[str, Any] = {"id": 1, "stack_level": 0, "purpose": P.TX_DEFAULT, "kind": K.ABSOLUTE} | more
    return ChargingProfile(schedules=[ChargingSchedule(periods=items, **shape)], **given)


def period(at: int = 0, **more: Any) -> SchedulePeriod:
    return SchedulePeriod(**({"start_period": at, "limit": 10.0} | more))


RELATIVE = {"start_schedule": None}
REFUSED: list[tuple[str, ChargingProfile, int, str]] = [
    ("K01.FR.22", made(purpose=P.EXTERNAL), 0, "InvalidProfile"),
    ("K01.FR.120", made(purpose=P.LOCAL_GENERATION), 0, "UnsupportedPurpose"),
    ("K04.FR.03", made(purpose=P.STATION_MAX), 1, "InvalidProfile"),
    ("K01.FR.16", made(purpose=P.TX), 0, "InvalidProfile"),
    ("K01.FR.81", made(id=-1), 0, "InvalidProfileId"),
    ("stack level", made(stack_level=6), 0, "InvalidStackLevel"),
    ("K01.FR.38", made(purpose=P.STATION_MAX, kind=K.RELATIVE, schedule=RELATIVE), 0, "InvalidProfile"),
    ("recurring", made(kind=K.RECURRING), 0, "InvalidProfile"),
    ("K01.FR.122", made(dyn_update_interval=5), 0, "InvalidProfile"),
    ("K28.FR.03", made(period(), period(5), kind=K.DYNAMIC), 0, "InvalidSchedule"),
    ("valid", made(valid_from=AT, valid_to=AT), 0, "InvalidProfile"),
    ("K01.FR.40", made(schedule=RELATIVE), 0, "InvalidSchedule"),
    ("K01.FR.41", made(kind=K.RELATIVE), 0, "InvalidSchedule"),
    ("K01.FR.70", made(purpose=P.PRIORITY, schedule={"duration": 5}), 0, "InvalidSchedule"),
    ("K01.FR.95", made(purpose=P.STATION_MAX, schedule={"randomized_delay": 5}), 0, "InvalidSchedule"),
    ("K01.FR.123", made(schedule={"use_local_time": True}), 0, "InvalidSchedule"),
    ("K01.FR.125", made(schedule={"limit_at_soc": {"soc": 80, "limit": 5}}), 0, "InvalidSchedule"),
    ("K01.FR.126", made(period(evse_sleep=True)), 0, "InvalidSchedule"),
    ("negative", made(schedule={"duration": -1}), 0, "InvalidSchedule"),
    ("periods", made(*(period(at) for at in range(4))), 0, "InvalidSchedule"),
    ("K01.FR.31", made(period(1)), 0, "InvalidSchedule"),
    ("K01.FR.35", made(period(), period(9), period(5)), 0, "InvalidSchedule"),
    ("K01.FR.19", made(period(phase_to_use=1)), 0, "InvalidSchedule"),
    ("K01.FR.48", made(period(phase_to_use=1, number_phases=1)), 0, "InvalidSchedule"),
    ("no limit", made(period(limit=None)), 0, "InvalidSchedule"),
    ("below 0", made(period(limit=-1.0)), 0, "InvalidSchedule"),
    ("K01.FR.71", made(period(operation_mode="ExternalLimits"), purpose=P.PRIORITY), 0, "InvalidSchedule"),
]


@pytest.mark.parametrize(("profile", "evse", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_breaks_a_rule_is_refused(profile: ChargingProfile, evse: int, reason: str) -> None:
    refusal = check(profile, evse, ABLE)
    assert refusal is not None
    assert refusal.reason == reason


def test_a_unit_that_the_station_lacks_is_refused__K01_FR_26() -> None:
    refusal = check(made(), 0, ABLE._replace(units=("W",)))
    assert refusal is not None
    assert refusal.reason == "UnsupportedRateUnit"


def test_phases_mean_nothing_to_dc__K01_FR_44() -> None:
    refusal = check(made(period(number_phases=3)), 0, ABLE._replace(line=DC))
    assert refusal is not None
    assert refusal.reason == "NoPhaseForDC"
    assert check(made(), 0, ABLE._replace(line=DC)) is None


def test_one_schedule_where_no_ev_chooses__K01_FR_34() -> None:
    profile = made()
    refusal = check(replace(profile, schedules=profile.schedules * 2), 0, ABLE)
    assert refusal is not None
    assert refusal.reason == "InvalidSchedule"


def test_good_profiles_are_taken() -> None:
    switching = ABLE._replace(phase_switching=True)
    assert check(made(period(phase_to_use=2, number_phases=1)), 1, switching) is None
    assert check(made(kind=K.RECURRING, recurrency_kind="Daily"), 0, ABLE) is None
    assert check(made(schedule=RELATIVE), 0, ABLE._replace(explicit=False)) is None
    setpoint = period(limit=None, setpoint=-5.0, operation_mode="CentralSetpoint")
    assert check(made(setpoint), 1, ABLE) is None


def test_a_limit_by_charge_where_that_is_supported__K01_FR_100() -> None:
    profile = made(schedule={"limit_at_soc": {"soc": 80, "limit": 5}})
    assert check(profile, 0, ABLE._replace(by_charge=True)) is None
