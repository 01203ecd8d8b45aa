from datetime import UTC, datetime

import msgspec
import pytest

from busbar.api import charging_models
from busbar.api.charging_models import (
    ChargingProfile,
    ChargingSchedule,
    SchedulePeriod,
    ScheduleUpdate,
    shown_profile,
    shown_schedule,
)
from busbar.csms.services.charging_shapes import compact
from busbar.model import charging as model

JSON = {
    "stack_level": 0,
    "purpose": "TxDefaultProfile",
    "kind": "Absolute",
    "valid_to": "2026-03-01T12:00:00Z",
    "schedules": [
        {
            "unit": "W",
            "start_schedule": "2026-03-01T12:00:00Z",
            "periods": [{"start_period": 0, "limit": 7000, "v2x_freq_watt_curve": [{"frequency": 50, "power": 1}]}],
        }
    ],
}


def test_a_profile_becomes_neutral_and_comes_back() -> None:
    made = msgspec.convert(JSON, ChargingProfile).neutral(44)
    assert made.id == 44
    assert made.schedules[0].id == 1
    assert made.valid_to == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert made.schedules[0].periods[0].v2x_freq_watt_curve == [{"frequency": 50.0, "power": 1.0}]
    assert shown_profile(compact(made)).neutral(0) == made
    assert shown_schedule(compact(made.schedules[0])).unit is model.RateUnit.W


@pytest.mark.parametrize(
    ("shown", "neutral"),
    [
        (ChargingProfile, model.ChargingProfile),
        (charging_models.ChargingSchedule, model.ChargingSchedule),
        (SchedulePeriod, model.SchedulePeriod),
        (ScheduleUpdate, model.ScheduleUpdate),
    ],
)
def test_all_of_a_profile_can_be_said(shown: type[msgspec.Struct], neutral: type) -> None:
    assert set(shown.__struct_fields__) == set(neutral.__dataclass_fields__)


@pytest.mark.parametrize("wrong", [{"stack_level": -1}, {"schedules": []}, {"purpose": "X"}, {"unknown": 1}])
def test_what_is_out_of_bounds_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(JSON | wrong, ChargingProfile)


def test_values_become_neutral() -> None:
    assert ScheduleUpdate(limit=3.0).neutral() == model.ScheduleUpdate(limit=3.0)


def test_signals_and_states_of_charge_stay_whole__K01() -> None:
    curve = [{"signal": -100, "power": 5000.5}]
    made = msgspec.json.decode(msgspec.json.encode({"start_period": 0, "v2x_signal_watt_curve": curve}))
    (point,) = msgspec.convert(made, SchedulePeriod).v2x_signal_watt_curve or []
    assert (type(point["signal"]), point) == (int, curve[0])
    limit = msgspec.convert(JSON["schedules"][0] | {"limit_at_soc": {"soc": 80, "limit": 6}}, ChargingSchedule)
    assert type((limit.limit_at_soc or {})["soc"]) is int
