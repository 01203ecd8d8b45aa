from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from busbar.csms.services.charging_rules import Abilities, Broken, Standing, check, check_needs, check_start, replaced
from busbar.model.charging import (
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    SchedulePeriod,
)

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DEFAULT, TX, MAX = ProfilePurpose.TX_DEFAULT, ProfilePurpose.TX, ProfilePurpose.STATION_MAX


def period(start: int = 0, **changed: Any) -> SchedulePeriod:
    return SchedulePeriod(**{"start_period": start, "limit": 16.0} | changed)


def schedule(*periods: SchedulePeriod, **changed: Any) -> ChargingSchedule:
    fields: dict[str, Any] = {"id": 1, "unit": RateUnit.A, "periods": list(periods) or [period()]}
    return ChargingSchedule(**fields | {"start_schedule": AT} | changed)


def profile(*schedules: ChargingSchedule, **changed: Any) -> ChargingProfile:
    fields: dict[str, Any] = {"id": 5, "stack_level": 1, "purpose": DEFAULT, "kind": ProfileKind.ABSOLUTE}
    return ChargingProfile(**fields | {"schedules": list(schedules) or [schedule()]} | changed)


def relative(**changed: Any) -> ChargingProfile:
    return profile(schedule(start_schedule=None), kind=ProfileKind.RELATIVE, **changed)


def rule(broken: Broken | None) -> str | None:
    if broken is not None:
        assert broken.text
    return broken and broken.rule


@pytest.mark.parametrize(
    ("made", "evse"),
    [
        (profile(), 1),
        (profile(), 0),
        (profile(purpose=MAX), 0),
        (profile(purpose=TX, transaction_id="t"), 1),
        (relative(purpose=TX, transaction_id="t"), 1),
        (profile(kind=ProfileKind.RECURRING, recurrency_kind="Daily"), 1),
        (profile(schedule(period(0), period(60), duration=61)), 1),
        (profile(schedule(period(phase_to_use=2, number_phases=1))), 1),
        (profile(schedule(period(limit=None, setpoint=-5.0, operation_mode="CentralSetpoint"))), 1),
        (profile(schedule(randomized_delay=30)), 1),
        (relative(purpose=ProfilePurpose.PRIORITY), 1),
    ],
)
def test_a_proper_profile_may_be_sent(made: ChargingProfile, evse: int) -> None:
    assert check(made, evse) is None


@pytest.mark.parametrize(
    ("made", "evse", "broken"),
    [
        (profile(purpose=ProfilePurpose.EXTERNAL), 0, "K01.FR.22"),
        (profile(purpose=MAX), 1, "K01"),
        (relative(purpose=MAX), 0, "K01.FR.38"),
        (profile(purpose=TX, transaction_id="t"), 0, "K01.FR.16"),
        (profile(purpose=TX), 1, "K01.FR.03"),
        (profile(transaction_id="t"), 1, "K01.FR.03"),
        (profile(schedule(duration=60), purpose=ProfilePurpose.PRIORITY), 1, "K01.FR.70"),
        (profile(kind=ProfileKind.RECURRING), 1, "K01"),
        (profile(recurrency_kind="Daily"), 1, "K01"),
        (profile(schedule(period(0), period(60)), kind=ProfileKind.DYNAMIC), 1, "K28.FR.01"),
        (profile(dyn_update_interval=10), 1, "K28"),
        (profile(valid_from=AT, valid_to=AT), 1, "K01.FR.36"),
        (profile(schedules=[]), 1, "K15.FR.07"),
        (profile(*(schedule(id=number) for number in range(4)), purpose=TX, transaction_id="t"), 1, "K15.FR.07"),
        (profile(schedule(), schedule(id=2)), 1, "K01.FR.34"),
        (profile(schedule(), schedule(), purpose=TX, transaction_id="t"), 1, "K01"),
        (profile(schedule(start_schedule=None)), 1, "K01.FR.40"),
        (profile(kind=ProfileKind.RELATIVE), 1, "K01.FR.41"),
        (profile(schedule(randomized_delay=30), purpose=MAX), 0, "K01.FR.95"),
        (profile(schedule(period(1))), 1, "K01.FR.31"),
        (profile(schedule(periods=[])), 1, "K01.FR.31"),
        (profile(schedule(period(0), period(60), period(60))), 1, "K01.FR.35"),
        (profile(schedule(period(0), period(60), duration=60)), 1, "K01.FR.11"),
        (profile(schedule(period(phase_to_use=1))), 1, "K01.FR.19"),
        (profile(schedule(period(limit=-1.0))), 1, "K01"),
        (profile(schedule(period(limit=None))), 1, "K01"),
        (profile(schedule(period(operation_mode="Idle", limit=None)), purpose=MAX), 0, "K01.FR.111"),
        (
            profile(schedule(period(operation_mode="Idle", limit=None)), purpose=ProfilePurpose.LOCAL_GENERATION),
            0,
            "K01.FR.113",
        ),
        (profile(schedule(period(limit_l2=5.0))), 1, "K01.FR.143"),
        (
            profile(
                schedule(period(limit=None, limit_l3=5.0, operation_mode="ExternalLimits")),
                purpose=TX,
                transaction_id="t",
            ),
            1,
            "K01.FR.145",
        ),
        (profile(schedule(period(operation_mode="CentralSetpoint", setpoint=1.0))), 1, "Q03.FR.02"),
        (
            profile(
                schedule(period(limit=None, discharge_limit=-1.0, operation_mode="CentralSetpoint")),
                purpose=TX,
                transaction_id="t",
            ),
            1,
            "Q03.FR.02",
        ),
        (profile(schedule(period(limit=None, setpoint=1.0, operation_mode="LocalFrequency"))), 1, "Q08.FR.01"),
        (
            profile(schedule(period(limit=None, v2x_baseline=0.0, operation_mode="LocalFrequency"))),
            1,
            "Q08.FR.03",
        ),
        (profile(schedule(period(operation_mode="Idle"))), 1, "Q10.FR.01"),
        (
            profile(schedule(period(operation_mode="CentralFrequency", setpoint=1.0)), kind=ProfileKind.DYNAMIC),
            1,
            "Q07.FR.03",
        ),
        (profile(schedule(period(limit=None, operation_mode="CentralFrequency", setpoint=1.0))), 1, "Q07.FR.02"),
        (profile(schedule(period(limit=None, setpoint=1.0, setpoint_l2=1.0, operation_mode="X"))), 1, "V2X.09"),
        (
            profile(
                schedule(period(limit=None, setpoint_l2=1.0, operation_mode="CentralSetpoint")),
                purpose=TX,
                transaction_id="t",
            ),
            1,
            "V2X.07",
        ),
        (profile(schedule(period(setpoint=17.0, operation_mode="ExternalLimits"))), 1, "V2X.05"),
        (profile(schedule(period(setpoint=-2.0, discharge_limit=-1.0, operation_mode="X"))), 1, "V2X.05"),
    ],
)
def test_a_broken_rule_is_named__K01_FR_03_06_16_19_22_31_34_35_38_40_41(
    made: ChargingProfile, evse: int, broken: str
) -> None:
    assert rule(check(made, evse)) == broken


def test_schedules_to_choose_from_are_for_an_ev_that_told_its_needs__K01_FR_34() -> None:
    made = profile(schedule(), schedule(id=2), purpose=TX, transaction_id="t")
    assert check(made, 1) is None
    assert rule(check(made, 1, needs_known=False)) == "K01.FR.34"


@pytest.mark.parametrize(
    ("made", "told", "broken"),
    [
        ({"limit_l2": 5.0}, ("AC_BPT", {"v2xChargingParameters": {"maxChargePower_L2": 7000}}), None),
        ({"limit_l3": 5.0}, ("AC_BPT", {"v2xChargingParameters": {"maxChargePower_L2": 7000}}), "K01.FR.142"),
        ({"limit_l2": 5.0}, (None, {}), "K01.FR.142"),
        ({"setpoint_l2": 5.0}, ("AC_BPT", {"v2xChargingParameters": {"maxChargePower_L2": 7000}}), "V2X.08"),
        ({"setpoint": 5.0}, ("AC_three_phase", {}), "Q02.FR.02"),
        ({"setpoint": 5.0}, ("DC_ACDP_BPT", {}), None),
        ({"setpoint": 5.0}, (None, {}), None),
    ],
)
def test_a_profile_suits_the_ev__K01_FR_142_Q02_FR_02(made: dict[str, Any], told: Any, broken: str | None) -> None:
    assert rule(check_needs(profile(schedule(period(**made))), *told)) == broken


def test_1_6_leaves_out_the_transaction_and_the_start() -> None:
    made = profile(schedule(start_schedule=None), purpose=TX)
    assert check(made, 1, abilities=Abilities(explicit=False)) is None


@pytest.mark.parametrize(
    ("abilities", "broken"),
    [
        (Abilities(max_stack_level=0), "ProfileStackLevel"),
        (Abilities(max_periods=1), "PeriodsPerSchedule"),
        (Abilities(units=("W",)), "K01.FR.26"),
        (Abilities(max_profiles=1), "Entries"),
        (Abilities(external_ids=5), "K01.FR.80"),
        (Abilities(phase_switching=False), "K01.FR.20"),
        (Abilities(max_stack_level=1, max_periods=2, units=("A", "W"), max_profiles=2, external_ids=4), None),
    ],
)
def test_a_stations_limits_count_where_they_are_known__K01_FR_20_26_80(
    abilities: Abilities, broken: str | None
) -> None:
    made = profile(schedule(period(phase_to_use=1, number_phases=1), period(60)))
    other = Standing(id=9, evse=3, purpose=DEFAULT, stack_level=7)
    assert rule(check(made, 1, standing=[other], abilities=abilities)) == broken


@pytest.mark.parametrize(
    ("other", "broken"),
    [
        ({}, "K01.FR.06"),
        ({"valid_to": AT}, None),
        ({"valid_from": AT + DAY}, None),
        ({"valid_from": AT + DAY / 2}, "K01.FR.06"),
        ({"stack_level": 2}, None),
        ({"id": 5}, None),
        ({"evse": 2}, None),
        ({"evse": 0}, "K01.FR.53"),
        ({"purpose": MAX, "evse": 0}, None),
        ({"id": 5, "purpose": ProfilePurpose.EXTERNAL}, "K01.FR.05"),
    ],
)
def test_profiles_do_not_clash__K01_FR_06_K01_FR_53(other: dict[str, Any], broken: str | None) -> None:
    fields: dict[str, Any] = {"id": 9, "evse": 1, "purpose": DEFAULT, "stack_level": 1}
    made = profile(valid_from=AT, valid_to=AT + DAY)
    assert rule(check(made, 1, standing=[Standing(**fields | other)])) == broken


def test_a_default_for_all_does_not_clash_with_that_of_one__K01_FR_52() -> None:
    other = Standing(id=9, evse=1, purpose=DEFAULT, stack_level=1)
    assert rule(check(profile(), 0, standing=[other])) == "K01.FR.52"


def test_a_transaction_has_one_profile_per_stack_level__K01_FR_39() -> None:
    made = profile(purpose=TX, transaction_id="t")
    other = Standing(id=9, evse=1, purpose=TX, stack_level=1, transaction_id="t")
    assert rule(check(made, 1, standing=[other])) == "K01.FR.39"
    other = Standing(id=9, evse=1, purpose=TX, stack_level=1, transaction_id="u")
    assert check(made, 1, standing=[other]) is None


@pytest.mark.parametrize(
    ("made", "broken"),
    [
        (relative(purpose=TX), None),
        (relative(), "F01.FR.09"),
        (relative(purpose=TX, transaction_id="t"), "F01.FR.11"),
        (profile(schedule(), schedule(id=2), purpose=TX), "K01.FR.34"),
    ],
)
def test_a_profile_that_goes_with_a_start__F01_FR_09_F01_FR_11(made: ChargingProfile, broken: str | None) -> None:
    assert rule(check_start(made)) == broken


def test_a_profile_takes_the_place_of_one_of_its_kind__K01_FR_05() -> None:
    made = profile(valid_from=AT, valid_to=AT + DAY)
    same = Standing(id=9, evse=1, purpose=made.purpose, stack_level=made.stack_level)
    assert replaced(made, 1, [same]) == 9
    assert replaced(made, 2, [same]) is None
    assert replaced(made, 1, [replace(same, stack_level=5), replace(same, valid_from=AT + DAY)]) is None
    of_transaction = profile(purpose=TX, transaction_id="t")
    other = replace(same, purpose=TX, transaction_id="u")
    assert replaced(of_transaction, 1, [other, replace(other, id=3, transaction_id="t")]) == 3
