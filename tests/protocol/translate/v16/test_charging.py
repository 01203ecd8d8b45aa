from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from busbar.model import charging as model
from busbar.model.orders import StartTransaction
from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ProtocolViolation
from busbar.protocol.translate import TRANSLATORS
from busbar.protocol.translate.v16.schedules import profile, read_profile

SPEAKER = TRANSLATORS[Version.V16]
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make(**changed: Any) -> model.ChargingProfile:
    periods = [model.SchedulePeriod(start_period=0, limit=16.0, number_phases=3)]
    schedule = model.ChargingSchedule(
        unit=model.RateUnit.A, periods=periods, start_schedule=AT, duration=60, min_charging_rate=6.0
    )
    fields: dict[str, Any] = {
        "id": 1,
        "stack_level": 0,
        "purpose": model.ProfilePurpose.TX,
        "kind": model.ProfileKind.RECURRING,
        "recurrency_kind": "Daily",
        "valid_from": AT,
        "transaction_id": "12",
        "schedules": [schedule],
    }
    return model.ChargingProfile(**fields | changed)


def over(order: Any) -> Any:
    action, payload = SPEAKER.from_order(order)
    return SPEAKER.to_order(action, codec.decode_request(Version.V16, action, codec.encode(payload)))


STATION_MAX = model.ProfilePurpose.STATION_MAX
ORDERS = [
    model.SetChargingProfile(evse=1, profile=make()),
    model.SetChargingProfile(evse=0, profile=make(purpose=STATION_MAX, transaction_id=None)),
    model.ClearChargingProfile(profile_id=1),
    model.ClearChargingProfile(evse=0, purpose=STATION_MAX, stack_level=0),
    model.ClearChargingProfile(),
    model.GetCompositeSchedule(evse=1, duration=60, unit=model.RateUnit.W),
    model.GetCompositeSchedule(evse=0, duration=60),
    StartTransaction(token=IdToken("T"), evse=1, profile=make(transaction_id=None)),
]


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_goes_over_the_wire_and_back__TC_056_TC_057_TC_059_TC_066_TC_067(order: Any) -> None:
    assert over(order) == order


def test_the_stations_profile_is_named_as_1_6_does() -> None:
    _, payload = SPEAKER.from_order(ORDERS[1])
    assert b'"chargingProfilePurpose":"ChargePointMaxProfile"' in codec.encode(payload)


def test_a_limit_has_one_decimal() -> None:
    one = make()
    one.schedules[0].periods[0].limit = 7.3499
    assert read_profile(profile(one)).schedules[0].periods[0].limit == 7.3


@pytest.mark.parametrize(
    "changed",
    [
        {"purpose": model.ProfilePurpose.PRIORITY},
        {"kind": model.ProfileKind.DYNAMIC},
        {"transaction_id": "abc"},
        {"max_offline_duration": 3},
        {"schedules": []},
        {
            "schedules": [
                model.ChargingSchedule(
                    unit=model.RateUnit.A, periods=[model.SchedulePeriod(start_period=0, setpoint=1.0)]
                )
            ]
        },
        {"schedules": [model.ChargingSchedule(unit=model.RateUnit.A, periods=[], use_local_time=True)]},
    ],
)
def test_what_1_6_lacks_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ProtocolViolation):
        profile(make(**changed))


def test_a_composite_schedule_is_read__TC_066() -> None:
    sent = {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": "2026-03-01T12:00:00Z",
        "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}]},
    }
    response = codec.decode_response(Version.V16, "GetCompositeSchedule", msgspec.json.encode(sent))
    found = SPEAKER.to_outcome("GetCompositeSchedule", None, response)  # type: ignore[arg-type]
    assert isinstance(found, model.CompositeSchedule)
    assert found.evse == 1
    assert found.schedule is not None
    assert (found.schedule.start_schedule, found.schedule.periods[0].limit) == (AT, 16.0)


def test_1_6_cannot_list_profiles() -> None:
    with pytest.raises(ProtocolViolation):
        SPEAKER.from_order(model.GetChargingProfiles(request_id=1))
    with pytest.raises(ProtocolViolation):
        SPEAKER.from_order(model.GetCompositeSchedule(evse=-1, duration=1))
