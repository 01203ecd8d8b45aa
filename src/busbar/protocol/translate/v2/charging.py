"""Smart charging of 2.x (block K) ↔ orders, outcomes, facts and answers; `wire` is the version's module of types."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import UNSET

from busbar.model import charging as model
from busbar.model.facts import Acknowledged
from busbar.model.orders import Outcome
from busbar.protocol.translate.errors import improper, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.translate.v2 import schedules
from busbar.protocol.translate.v2.hashes import status_info
from busbar.protocol.wire.shapes import read_custom


def part(wire: Any) -> Part:
    """Return what 2.0.1 and 2.1 share."""
    limited, released, reported = (
        wire.NotifyChargingLimitResponse(),
        wire.ClearedChargingLimitResponse(),
        wire.ReportChargingProfilesResponse(),
    )
    cleared = _status(wire, wire.ClearChargingProfileResponse, wire.ClearChargingProfileStatusEnumType)
    found = _status(wire, wire.GetChargingProfilesResponse, wire.GetChargingProfileStatusEnumType)
    was_set = _status(wire, wire.SetChargingProfileResponse, wire.ChargingProfileStatusEnumType)
    calls = {
        "ClearChargingProfile": Call(_read_clear, read_status, cleared),
        "GetChargingProfiles": Call(_read_get, read_status, found),
        "GetCompositeSchedule": Call(_read_composite, _read_composed, lambda outcome: _write_composed(wire, outcome)),
        "SetChargingProfile": Call(_read_set, read_status, was_set),
    }
    return Part(
        reports={
            "ClearedChargingLimit": Report(_read_cleared, lambda _: released, lambda _: Acknowledged()),
            "NotifyChargingLimit": Report(_read_limit, lambda _: limited, lambda _: Acknowledged()),
            "NotifyEVChargingNeeds": Report(
                _read_needs,
                lambda answer: _needs_answer(wire, answer),
                lambda sent: model.NeedsAnswer(status=model.NeedsStatus(sent.status.value)),
            ),
            "NotifyEVChargingSchedule": Report(
                _read_ev_schedule,
                lambda answer: _ev_schedule_answer(wire, answer),
                lambda sent: model.EVScheduleAnswer(accepted=sent.status is wire.GenericStatusEnumType.ACCEPTED),
            ),
            "ReportChargingProfiles": Report(_read_report, lambda _: reported, lambda _: Acknowledged()),
        },
        facts={
            model.ChargingNeedsNotified: lambda fact: _write_needs(wire, fact),
            model.EVScheduleNotified: lambda fact: _write_ev_schedule(wire, fact),
            model.ChargingLimitCleared: lambda fact: _write_cleared(wire, fact),
            model.ChargingLimitNotified: lambda fact: _write_limit(wire, fact),
            model.ProfilesReported: lambda fact: _write_report(wire, fact),
        },
        calls=calls,
        orders={
            model.ClearChargingProfile: lambda order: _write_clear(wire, order),
            model.GetChargingProfiles: lambda order: _write_get(wire, order),
            model.GetCompositeSchedule: lambda order: _write_composite(wire, order),
            model.SetChargingProfile: lambda order: (
                "SetChargingProfile",
                wire.SetChargingProfileRequest(
                    evse_id=order.evse, charging_profile=schedules.profile(wire, order.profile)
                ),
            ),
        },
    )


def part_21(wire: Any) -> Part:
    """Return what only 2.1 has: priority, dynamic schedules, allowed ways of energy transfer."""
    noticed = wire.NotifyPriorityChargingResponse()

    def write_priority(order: model.UsePriorityCharging) -> Written:
        return "UsePriorityCharging", wire.UsePriorityChargingRequest(
            transaction_id=order.transaction_id, activate=order.activate
        )

    def write_update(order: model.UpdateDynamicSchedule) -> Written:
        return "UpdateDynamicSchedule", wire.UpdateDynamicScheduleRequest(
            charging_profile_id=order.profile_id, schedule_update=schedules.update(wire, order.update)
        )

    def write_allowed(order: model.AllowEnergyTransfer) -> Written:
        modes = [word(wire.EnergyTransferModeEnumType, mode) for mode in order.modes]
        return "NotifyAllowedEnergyTransfer", wire.NotifyAllowedEnergyTransferRequest(
            transaction_id=order.transaction_id, allowed_energy_transfer=modes
        )

    def write_pulled(answer: model.DynamicUpdateAnswer) -> Any:
        statuses = wire.ChargingProfileStatusEnumType
        if answer.update is None:  # K28.FR.12
            info = wire.StatusInfoType(reason_code="InvalidProfile")
            return wire.PullDynamicScheduleUpdateResponse(status=statuses.REJECTED, status_info=info)
        update = schedules.update(wire, answer.update)
        return wire.PullDynamicScheduleUpdateResponse(status=statuses.ACCEPTED, schedule_update=update)

    def read_pulled(sent: Any) -> model.DynamicUpdateAnswer:
        given = sent.schedule_update if sent.status is wire.ChargingProfileStatusEnumType.ACCEPTED else None
        return model.DynamicUpdateAnswer(update=schedules.read_update(given) if given else None)

    allowed = _status(wire, wire.NotifyAllowedEnergyTransferResponse, wire.NotifyAllowedEnergyTransferStatusEnumType)
    updated = _status(wire, wire.UpdateDynamicScheduleResponse, wire.ChargingProfileStatusEnumType)
    prioritised = _status(wire, wire.UsePriorityChargingResponse, wire.PriorityChargingStatusEnumType)

    return Part(
        reports={
            "NotifyPriorityCharging": Report(_read_prioritised, lambda _: noticed, lambda _: Acknowledged()),
            "PullDynamicScheduleUpdate": Report(
                lambda sent: model.DynamicUpdatePulled(profile_id=sent.charging_profile_id), write_pulled, read_pulled
            ),
        },
        facts={
            model.DynamicUpdatePulled: lambda fact: (
                "PullDynamicScheduleUpdate",
                wire.PullDynamicScheduleUpdateRequest(charging_profile_id=fact.profile_id),
            ),
            model.PriorityChargingNotified: lambda fact: (
                "NotifyPriorityCharging",
                wire.NotifyPriorityChargingRequest(transaction_id=fact.transaction_id, activated=fact.activated),
            ),
        },
        calls={
            "NotifyAllowedEnergyTransfer": Call(_read_allowed, read_status, allowed),
            "UpdateDynamicSchedule": Call(_read_update, read_status, updated),
            "UsePriorityCharging": Call(_read_priority, read_status, prioritised),
        },
        orders={
            model.AllowEnergyTransfer: write_allowed,
            model.UpdateDynamicSchedule: write_update,
            model.UsePriorityCharging: write_priority,
        },
    )


def _given(value: Any) -> Any:
    return None if value is UNSET else value


def _kept(value: Any) -> Any:
    return UNSET if value is None else value


def _status(wire: Any, response: type[Any], statuses: type[StrEnum]) -> Callable[[Outcome], Any]:
    """Return a writer of a response that is a status and, where given, why."""

    def write(outcome: Outcome) -> Any:
        info = status_info(wire, outcome.reason, outcome.detail)
        return response(status=word(statuses, outcome.status), status_info=info)

    return write


# orders


def _read_set(sent: Any) -> model.SetChargingProfile:
    return model.SetChargingProfile(evse=sent.evse_id, profile=schedules.read_profile(sent.charging_profile))


def _read_clear(sent: Any) -> model.ClearChargingProfile:
    order = model.ClearChargingProfile(profile_id=_given(sent.charging_profile_id))
    criteria = sent.charging_profile_criteria
    if criteria:
        order.evse, order.stack_level = _given(criteria.evse_id), _given(criteria.stack_level)
        order.purpose = _purpose(criteria.charging_profile_purpose)
    return order


def _write_clear(wire: Any, order: model.ClearChargingProfile) -> Written:
    """Leave out the criteria where a profile is named: they are for those without an id (K10.FR.02)."""
    criteria = UNSET
    if (order.evse, order.purpose, order.stack_level) != (None, None, None):
        criteria = wire.ClearChargingProfileType(
            evse_id=_kept(order.evse),
            charging_profile_purpose=_wire_purpose(wire, order.purpose),
            stack_level=_kept(order.stack_level),
        )
    return "ClearChargingProfile", wire.ClearChargingProfileRequest(
        charging_profile_id=_kept(order.profile_id), charging_profile_criteria=criteria
    )


def _read_get(sent: Any) -> model.GetChargingProfiles:
    asked = sent.charging_profile
    return model.GetChargingProfiles(
        request_id=sent.request_id,
        evse=_given(sent.evse_id),
        profile_ids=list(asked.charging_profile_id or ()),
        purpose=_purpose(asked.charging_profile_purpose),
        stack_level=_given(asked.stack_level),
        sources=[str(source) for source in asked.charging_limit_source or ()],
    )


def _write_get(wire: Any, order: model.GetChargingProfiles) -> Written:
    criterion = wire.ChargingProfileCriterionType(
        charging_profile_purpose=_wire_purpose(wire, order.purpose),
        stack_level=_kept(order.stack_level),
        charging_profile_id=order.profile_ids or UNSET,
        charging_limit_source=_sources(wire, order.sources),
    )
    return "GetChargingProfiles", wire.GetChargingProfilesRequest(
        request_id=order.request_id, evse_id=_kept(order.evse), charging_profile=criterion
    )


def _source(wire: Any, source: str) -> Any:
    known: type[StrEnum] | None = getattr(wire, "ChargingLimitSourceEnumType", None)  # 2.1 takes any text
    return source if known is None else word(known, source)


def _sources(wire: Any, sources: list[str]) -> Any:
    return [_source(wire, source) for source in sources] or UNSET


def _read_composite(sent: Any) -> model.GetCompositeSchedule:
    unit = model.RateUnit(sent.charging_rate_unit.value) if sent.charging_rate_unit else None
    return model.GetCompositeSchedule(evse=sent.evse_id, duration=sent.duration, unit=unit)


def _write_composite(wire: Any, order: model.GetCompositeSchedule) -> Written:
    unit = UNSET if order.unit is None else word(wire.ChargingRateUnitEnumType, order.unit)
    return "GetCompositeSchedule", wire.GetCompositeScheduleRequest(
        evse_id=order.evse, duration=order.duration, charging_rate_unit=unit
    )


def _read_composed(request: Any, sent: Any) -> Outcome:
    plain, composed = read_status(request, sent), sent.schedule
    outcome = model.CompositeSchedule(status=plain.status, reason=plain.reason, detail=plain.detail)
    if composed:
        outcome.evse = composed.evse_id
        outcome.schedule = model.ChargingSchedule(
            unit=model.RateUnit(composed.charging_rate_unit.value),
            periods=[schedules.read_period(item) for item in composed.charging_schedule_period],
            start_schedule=_utc(composed.schedule_start),
            duration=composed.duration,
        )
    return outcome


def _write_composed(wire: Any, outcome: Outcome) -> Any:
    composed: Any = UNSET
    if isinstance(outcome, model.CompositeSchedule) and outcome.schedule is not None:
        schedule = outcome.schedule
        start, duration = schedule.start_schedule, schedule.duration
        if start is None or duration is None or outcome.evse is None:
            raise improper("a composite schedule has an EVSE, a start and a duration")
        composed = wire.CompositeScheduleType(
            evse_id=outcome.evse,
            duration=duration,
            schedule_start=seconds(start),
            charging_rate_unit=word(wire.ChargingRateUnitEnumType, schedule.unit),
            charging_schedule_period=[schedules.period(wire, item) for item in schedule.periods],
        )
    return wire.GetCompositeScheduleResponse(
        status=word(wire.GenericStatusEnumType, outcome.status),
        status_info=status_info(wire, outcome.reason, outcome.detail),
        schedule=composed,
    )


def _read_priority(sent: Any) -> model.UsePriorityCharging:
    return model.UsePriorityCharging(transaction_id=sent.transaction_id, activate=sent.activate)


def _read_update(sent: Any) -> model.UpdateDynamicSchedule:
    update = schedules.read_update(sent.schedule_update)
    return model.UpdateDynamicSchedule(profile_id=sent.charging_profile_id, update=update)


def _read_allowed(sent: Any) -> model.AllowEnergyTransfer:
    modes = [mode.value for mode in sent.allowed_energy_transfer]
    return model.AllowEnergyTransfer(transaction_id=sent.transaction_id, modes=modes)


def _purpose(sent: Any) -> model.ProfilePurpose | None:
    return model.ProfilePurpose(sent.value) if sent else None


def _wire_purpose(wire: Any, purpose: model.ProfilePurpose | None) -> Any:
    return UNSET if purpose is None else word(wire.ChargingProfilePurposeEnumType, purpose)


# facts


def _read_report(sent: Any) -> model.ProfilesReported:
    return model.ProfilesReported(
        request_id=sent.request_id,
        evse=sent.evse_id,
        source=str(sent.charging_limit_source),
        profiles=[schedules.read_profile(item) for item in sent.charging_profile],
        more=sent.tbc is True,
    )


def _read_needs(sent: Any) -> model.ChargingNeedsNotified:
    needs = sent.charging_needs
    control = getattr(needs, "control_mode", UNSET)
    return model.ChargingNeedsNotified(
        evse=sent.evse_id,
        needs=schedules.json_of(needs),
        energy_transfer=needs.requested_energy_transfer.value,
        control_mode=control.value if control else None,
        departure_at=_utc(needs.departure_time),
        max_schedule_tuples=_given(sent.max_schedule_tuples),
        at=_utc(getattr(sent, "timestamp", UNSET)),
    )


def _write_needs(wire: Any, fact: model.ChargingNeedsNotified) -> Written:
    """Write what an EV needs. Raises Untranslatable where the version cannot say that."""
    try:
        needs = msgspec.convert(fact.needs, wire.ChargingNeedsType, dec_hook=read_custom)
    except msgspec.ValidationError:
        raise improper("this version has no such needs") from None
    kind = wire.NotifyEVChargingNeedsRequest
    more = {"timestamp": seconds(fact.at)} if fact.at and "timestamp" in kind.__struct_fields__ else {}
    request = kind(evse_id=fact.evse, charging_needs=needs, max_schedule_tuples=_kept(fact.max_schedule_tuples), **more)
    return "NotifyEVChargingNeeds", request


def _write_ev_schedule(wire: Any, fact: model.EVScheduleNotified) -> Written:
    kind = wire.NotifyEVChargingScheduleRequest
    said = {
        "selected_charging_schedule_id": fact.selected_schedule_id,
        "power_tolerance_acceptance": fact.power_tolerance_accepted,
    }
    more = {name: value for name, value in said.items() if value is not None and name in kind.__struct_fields__}
    request = kind(
        evse_id=fact.evse,
        time_base=seconds(fact.time_base),
        charging_schedule=schedules.schedule(wire, fact.schedule),
        **more,
    )
    return "NotifyEVChargingSchedule", request


def _needs_answer(wire: Any, answer: model.NeedsAnswer) -> Any:
    return wire.NotifyEVChargingNeedsResponse(status=word(wire.NotifyEVChargingNeedsStatusEnumType, answer.status))


def _read_ev_schedule(sent: Any) -> model.EVScheduleNotified:
    return model.EVScheduleNotified(
        evse=sent.evse_id,
        time_base=sent.time_base.astimezone(UTC),
        schedule=schedules.read_schedule(sent.charging_schedule),
        selected_schedule_id=_given(getattr(sent, "selected_charging_schedule_id", UNSET)),
        power_tolerance_accepted=_given(getattr(sent, "power_tolerance_acceptance", UNSET)),
    )


def _ev_schedule_answer(wire: Any, answer: model.EVScheduleAnswer) -> Any:
    statuses = wire.GenericStatusEnumType
    return wire.NotifyEVChargingScheduleResponse(status=statuses.ACCEPTED if answer.accepted else statuses.REJECTED)


def _read_limit(sent: Any) -> model.ChargingLimitNotified:
    limit = sent.charging_limit
    return model.ChargingLimitNotified(
        evse=sent.evse_id or 0,
        source=str(limit.charging_limit_source),
        grid_critical=_given(limit.is_grid_critical),
        local_generation=_given(getattr(limit, "is_local_generation", UNSET)),
        schedules=schedules.read_schedules(sent.charging_schedule),
    )


def _write_report(wire: Any, fact: model.ProfilesReported) -> Written:
    return "ReportChargingProfiles", wire.ReportChargingProfilesRequest(
        request_id=fact.request_id,
        charging_limit_source=_source(wire, fact.source),
        charging_profile=[schedules.profile(wire, item) for item in fact.profiles],
        tbc=fact.more,
        evse_id=fact.evse,
    )


def _write_limit(wire: Any, fact: model.ChargingLimitNotified) -> Written:
    more = {} if fact.local_generation is None else {"is_local_generation": fact.local_generation}
    return "NotifyChargingLimit", wire.NotifyChargingLimitRequest(
        charging_schedule=[schedules.schedule(wire, item) for item in fact.schedules] or UNSET,
        evse_id=_kept(fact.evse or None),
        charging_limit=wire.ChargingLimitType(
            charging_limit_source=_source(wire, fact.source), is_grid_critical=_kept(fact.grid_critical), **more
        ),
    )


def _write_cleared(wire: Any, fact: model.ChargingLimitCleared) -> Written:
    return "ClearedChargingLimit", wire.ClearedChargingLimitRequest(
        charging_limit_source=_source(wire, fact.source), evse_id=_kept(fact.evse or None)
    )


def _read_cleared(sent: Any) -> model.ChargingLimitCleared:
    return model.ChargingLimitCleared(evse=sent.evse_id or 0, source=str(sent.charging_limit_source))


def _read_prioritised(sent: Any) -> model.PriorityChargingNotified:
    return model.PriorityChargingNotified(transaction_id=sent.transaction_id, activated=sent.activated)


def _utc(sent: datetime | Any) -> datetime | None:
    return sent.astimezone(UTC) if sent else None
