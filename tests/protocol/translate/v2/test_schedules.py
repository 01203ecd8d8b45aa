from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from busbar.model.charging import (
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    SchedulePeriod,
    ScheduleUpdate,
)
from busbar.protocol.translate import Untranslatable
from busbar.protocol.translate.v2 import schedules
from busbar.protocol.wire import v21, v201

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def profile(**changed: Any) -> ChargingProfile:
    period = SchedulePeriod(start_period=0, limit=16.0, number_phases=3)
    schedule = ChargingSchedule(id=4, unit=RateUnit.A, periods=[period], start_schedule=AT, duration=600)
    fields: dict[str, Any] = {
        "id": 7,
        "stack_level": 2,
        "purpose": ProfilePurpose.TX_DEFAULT,
        "kind": ProfileKind.ABSOLUTE,
        "schedules": [schedule],
    }
    return ChargingProfile(**fields | changed)


RICH = profile(
    purpose=ProfilePurpose.TX,
    kind=ProfileKind.DYNAMIC,
    transaction_id="tx",
    dyn_update_interval=60,
    max_offline_duration=30,
    invalid_after_offline_duration=True,
    valid_to=AT,
    schedules=[
        ChargingSchedule(
            id=1,
            unit=RateUnit.W,
            randomized_delay=30,
            use_local_time=True,
            limit_at_soc={"soc": 80, "limit": 1000.0},
            sales_tariff={"id": 1, "salesTariffEntry": [{"relativeTimeInterval": {"start": 0}}]},
            periods=[
                SchedulePeriod(
                    start_period=0,
                    setpoint=-3000.0,
                    setpoint_l2=-10.0,
                    discharge_limit=-5000.0,
                    operation_mode="CentralSetpoint",
                    v2x_freq_watt_curve=[{"frequency": 49.9, "power": 1.0}],
                )
            ],
        )
    ],
)


@pytest.mark.parametrize("wire", [v201, v21])
def test_a_profile_is_the_same_on_both_sides(wire: Any) -> None:
    assert schedules.read_profile(schedules.profile(wire, profile(recurrency_kind="Daily"))) == profile(
        recurrency_kind="Daily"
    )


def test_all_that_2_1_has_passes_through__K01_FR_90() -> None:
    written = schedules.profile(v21, RICH)
    text = msgspec.json.encode(written)
    assert b'"limitAtSoC":{"soc":80' in text
    assert b'"setpoint_L2":-10.0' in text
    assert schedules.read_profile(msgspec.json.decode(text, type=v21.ChargingProfileType)) == RICH


def test_what_2_0_1_lacks_is_refused_by_name() -> None:
    with pytest.raises(Untranslatable, match="setpoint"):
        schedules.period(v201, SchedulePeriod(start_period=0, setpoint=1.0))
    with pytest.raises(Untranslatable, match="PriorityCharging"):
        schedules.profile(v201, profile(purpose=ProfilePurpose.PRIORITY))
    with pytest.raises(Untranslatable, match="limit"):
        schedules.period(v201, SchedulePeriod(start_period=0))


def test_a_schedule_without_a_number_is_the_first() -> None:
    neutral = ChargingSchedule(unit=RateUnit.W, periods=[SchedulePeriod(start_period=0, limit=1.0)])
    assert schedules.schedule(v21, neutral).id == 1


def test_values_of_a_dynamic_schedule_are_the_same_on_both_sides__K28_FR_07() -> None:
    values = ScheduleUpdate(limit=1.0, setpoint_reactive_l3=2.0, discharge_limit=-3.0)
    assert schedules.read_update(schedules.update(v21, values)) == values
    assert schedules.read_schedules(msgspec.UNSET) == []
