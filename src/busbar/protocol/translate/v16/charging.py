"""Smart charging of 1.6 (profile SmartCharging) ↔ orders and outcomes."""

from typing import Any, Final

from msgspec import UNSET

from busbar.model import charging as model
from busbar.model.orders import Outcome
from busbar.protocol.translate.errors import improper, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Written, read_status
from busbar.protocol.translate.v16 import schedules
from busbar.protocol.wire import v16


def _connector(evse: int) -> int:
    if evse < 0:
        raise improper("a connector number is not negative")
    return evse


def _read_set(sent: v16.SetChargingProfileRequest) -> model.SetChargingProfile:
    profile = schedules.read_profile(sent.cs_charging_profiles)
    return model.SetChargingProfile(evse=sent.connector_id, profile=profile)


def _write_set(order: model.SetChargingProfile) -> Written:
    return "SetChargingProfile", v16.SetChargingProfileRequest(
        connector_id=_connector(order.evse), cs_charging_profiles=schedules.profile(order.profile)
    )


def _read_clear(sent: v16.ClearChargingProfileRequest) -> model.ClearChargingProfile:
    purpose = sent.charging_profile_purpose
    return model.ClearChargingProfile(
        profile_id=None if sent.id is UNSET else sent.id,
        evse=None if sent.connector_id is UNSET else sent.connector_id,
        purpose=schedules.read_purpose(purpose.value) if purpose else None,
        stack_level=None if sent.stack_level is UNSET else sent.stack_level,
    )


def _write_clear(order: model.ClearChargingProfile) -> Written:
    purpose: Any = UNSET
    if order.purpose is not None:
        purpose = word(v16.ClearChargingProfileChargingProfilePurpose, schedules.purpose(order.purpose))
    return "ClearChargingProfile", v16.ClearChargingProfileRequest(
        id=UNSET if order.profile_id is None else order.profile_id,
        connector_id=UNSET if order.evse is None else _connector(order.evse),
        charging_profile_purpose=purpose,
        stack_level=UNSET if order.stack_level is None else order.stack_level,
    )


def _read_composite(sent: v16.GetCompositeScheduleRequest) -> model.GetCompositeSchedule:
    unit = model.RateUnit(sent.charging_rate_unit.value) if sent.charging_rate_unit else None
    return model.GetCompositeSchedule(evse=sent.connector_id, duration=sent.duration, unit=unit)


def _write_composite(order: model.GetCompositeSchedule) -> Written:
    unit = UNSET if order.unit is None else word(v16.GetCompositeScheduleChargingRateUnit, order.unit)
    return "GetCompositeSchedule", v16.GetCompositeScheduleRequest(
        connector_id=_connector(order.evse), duration=order.duration, charging_rate_unit=unit
    )


def _read_composed(_request: Any, sent: v16.GetCompositeScheduleResponse) -> Outcome:
    """Read the schedule; it starts at `scheduleStart`, and periods count from there (1.6 §6.22)."""
    outcome = model.CompositeSchedule(status=sent.status.value)
    outcome.evse = None if sent.connector_id is UNSET else sent.connector_id
    if sent.charging_schedule is not UNSET:
        outcome.schedule = schedules.read_schedule(sent.charging_schedule)
        if sent.schedule_start is not UNSET:
            outcome.schedule.start_schedule = sent.schedule_start
    return outcome


def _write_composed(outcome: Outcome) -> v16.GetCompositeScheduleResponse:
    status = word(v16.GetCompositeScheduleStatus, outcome.status)
    if not isinstance(outcome, model.CompositeSchedule) or outcome.schedule is None or outcome.evse is None:
        return v16.GetCompositeScheduleResponse(status=status)
    start = outcome.schedule.start_schedule
    return v16.GetCompositeScheduleResponse(
        status=status,
        connector_id=outcome.evse,
        schedule_start=UNSET if start is None else seconds(start),
        charging_schedule=schedules.schedule(outcome.schedule),
    )


def _write_set_outcome(outcome: Outcome) -> v16.SetChargingProfileResponse:
    return v16.SetChargingProfileResponse(status=word(v16.SetChargingProfileStatus, outcome.status))


def _write_cleared(outcome: Outcome) -> v16.ClearChargingProfileResponse:
    return v16.ClearChargingProfileResponse(status=word(v16.ClearChargingProfileStatus, outcome.status))


PART: Final = Part(
    calls={
        "ClearChargingProfile": Call(_read_clear, read_status, _write_cleared),
        "GetCompositeSchedule": Call(_read_composite, _read_composed, _write_composed),
        "SetChargingProfile": Call(_read_set, read_status, _write_set_outcome),
    },
    orders={
        model.ClearChargingProfile: _write_clear,
        model.GetCompositeSchedule: _write_composite,
        model.SetChargingProfile: _write_set,
    },
)
