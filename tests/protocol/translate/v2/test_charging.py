from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from busbar.model import charging as model
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ProtocolViolation
from busbar.protocol.translate import TRANSLATORS, Untranslatable, translator
from busbar.station.virtual.vehicle import Supply, Vehicle

V2 = [Version.V201, Version.V21]
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERIODS = [model.SchedulePeriod(start_period=0, limit=11000.0)]
PROFILE = model.ChargingProfile(
    id=3,
    stack_level=1,
    purpose=model.ProfilePurpose.TX,
    kind=model.ProfileKind.RELATIVE,
    transaction_id="tx-1",
    schedules=[model.ChargingSchedule(id=1, unit=model.RateUnit.W, periods=PERIODS)],
)
TX_DEFAULT = model.ProfilePurpose.TX_DEFAULT
ORDERS = [
    model.SetChargingProfile(evse=1, profile=PROFILE),
    model.ClearChargingProfile(profile_id=3),
    model.ClearChargingProfile(evse=0, purpose=TX_DEFAULT, stack_level=0),
    model.ClearChargingProfile(),
    model.GetChargingProfiles(request_id=9, profile_ids=[1, 2]),
    model.GetChargingProfiles(request_id=9, evse=0, purpose=TX_DEFAULT, stack_level=0, sources=["EMS", "CSO"]),
    model.GetCompositeSchedule(evse=0, duration=600, unit=model.RateUnit.A),
    model.GetCompositeSchedule(evse=1, duration=600),
]
NEWER = [
    model.UsePriorityCharging(transaction_id="tx", activate=True),
    model.UpdateDynamicSchedule(profile_id=3, update=model.ScheduleUpdate(limit=5.0, setpoint_l2=-1.0)),
    model.AllowEnergyTransfer(transaction_id="tx", modes=["AC_BPT", "DC"]),
]


def over(version: Version, order: Any) -> Any:
    action, payload = TRANSLATORS[version].from_order(order)
    return TRANSLATORS[version].to_order(action, codec.decode_request(version, action, codec.encode(payload)))


def fact(version: Version, action: str, **sent: Any) -> Any:
    payload = codec.decode_request(version, action, msgspec.json.encode(sent))
    return TRANSLATORS[version].to_fact(action, payload)


def answered(version: Version, action: str, answer: Any) -> bytes:
    text = codec.encode(TRANSLATORS[version].from_answer(action, answer))
    codec.decode_response(version, action, text)
    return text


def outcome(version: Version, order: Any, **sent: Any) -> Any:
    action, payload = TRANSLATORS[version].from_order(order)
    response = codec.decode_response(version, action, msgspec.json.encode(sent))
    return TRANSLATORS[version].to_outcome(action, payload, response)


@pytest.mark.parametrize("version", V2)
@pytest.mark.parametrize("order", ORDERS)
def test_an_order_goes_over_the_wire_and_back(version: Version, order: Any) -> None:
    assert over(version, order) == order


@pytest.mark.parametrize("order", NEWER)
def test_what_only_2_1_has_goes_over_the_wire_and_back(order: Any) -> None:
    assert over(Version.V21, order) == order
    with pytest.raises(ProtocolViolation):
        TRANSLATORS[Version.V201].from_order(order)


def test_any_source_may_be_asked_for_in_2_1_and_four_in_2_0_1() -> None:
    order = model.GetChargingProfiles(request_id=9, sources=["VPP"])
    assert over(Version.V21, order) == order
    with pytest.raises(ProtocolViolation):
        TRANSLATORS[Version.V201].from_order(order)


@pytest.mark.parametrize("version", V2)
def test_a_composite_schedule_is_read__K08(version: Version) -> None:
    order = model.GetCompositeSchedule(evse=1, duration=600)
    composed = {
        "evseId": 1,
        "duration": 600,
        "scheduleStart": "2026-03-01T12:00:00Z",
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 11000}],
    }
    found = outcome(version, order, status="Accepted", schedule=composed)
    assert (found.evse, found.accepted) == (1, True)
    assert found.schedule == model.ChargingSchedule(
        unit=model.RateUnit.W, periods=PERIODS, start_schedule=AT, duration=600
    )
    refused = outcome(version, order, status="Rejected", statusInfo={"reasonCode": "UnknownEvse"})
    assert (refused.schedule, refused.reason) == (None, "UnknownEvse")


@pytest.mark.parametrize("version", V2)
def test_profiles_are_reported_in_parts__K09_FR_02(version: Version) -> None:
    profile = msgspec.to_builtins(TRANSLATORS[version].from_order(ORDERS[0])[1].charging_profile)
    sent = {"requestId": 9, "chargingLimitSource": "EMS", "chargingProfile": [profile], "evseId": 1}
    found = fact(version, "ReportChargingProfiles", **sent, tbc=True)
    assert found == model.ProfilesReported(request_id=9, evse=1, source="EMS", profiles=[PROFILE], more=True)
    assert not fact(version, "ReportChargingProfiles", **sent).more


@pytest.mark.parametrize("version", V2)
def test_needs_are_read_with_all_they_say__K15_FR_01(version: Version) -> None:
    needs = {
        "requestedEnergyTransfer": "DC",
        "departureTime": "2026-03-01T12:00:00Z",
        "dcChargingParameters": {"evMaxCurrent": 200, "evMaxVoltage": 500, "stateOfCharge": 20},
    }
    found = fact(version, "NotifyEVChargingNeeds", evseId=1, maxScheduleTuples=3, chargingNeeds=needs)
    assert (found.evse, found.energy_transfer, found.departure_at) == (1, "DC", AT)
    assert (found.max_schedule_tuples, found.control_mode, found.at) == (3, None, None)
    assert found.needs["dcChargingParameters"]["stateOfCharge"] == 20
    answer = model.NeedsAnswer(status=model.NeedsStatus.PROCESSING)
    assert answered(version, "NotifyEVChargingNeeds", answer) == b'{"status":"Processing"}'


def test_needs_of_iso_15118_20_tell_their_mode__K19_FR_01() -> None:
    needs = {"requestedEnergyTransfer": "AC_BPT", "controlMode": "DynamicControl"}
    found = fact(Version.V21, "NotifyEVChargingNeeds", evseId=1, timestamp="2026-03-01T12:00:00Z", chargingNeeds=needs)
    assert (found.control_mode, found.at) == ("DynamicControl", AT)
    answer = model.NeedsAnswer(status=model.NeedsStatus.NO_PROFILE)
    assert answered(Version.V21, "NotifyEVChargingNeeds", answer) == b'{"status":"NoChargingProfile"}'


@pytest.mark.parametrize("version", V2)
def test_an_evs_schedule_is_read_and_judged__K15_FR_11(version: Version) -> None:
    schedule = {"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 11000}]}
    found = fact(
        version, "NotifyEVChargingSchedule", timeBase="2026-03-01T12:00:00Z", evseId=1, chargingSchedule=schedule
    )
    assert found == model.EVScheduleNotified(evse=1, time_base=AT, schedule=PROFILE.schedules[0])
    for accepted, status in ((True, b"Accepted"), (False, b"Rejected")):
        answer = model.EVScheduleAnswer(accepted=accepted)
        assert status in answered(version, "NotifyEVChargingSchedule", answer)


@pytest.mark.parametrize("version", V2)
def test_limits_of_others_are_read__K12_K13(version: Version) -> None:
    limit = {"chargingLimitSource": "EMS", "isGridCritical": True}
    schedule = {"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 11000}]}
    found = fact(version, "NotifyChargingLimit", chargingLimit=limit, chargingSchedule=[schedule])
    assert found == model.ChargingLimitNotified(
        evse=0, source="EMS", grid_critical=True, schedules=[PROFILE.schedules[0]]
    )
    gone = fact(version, "ClearedChargingLimit", chargingLimitSource="SO", evseId=2)
    assert gone == model.ChargingLimitCleared(evse=2, source="SO")


def test_priority_and_pulls_are_read__K21_FR_09_K28_FR_12() -> None:
    found = fact(Version.V21, "NotifyPriorityCharging", transactionId="tx", activated=True)
    assert found == model.PriorityChargingNotified(transaction_id="tx", activated=True)
    assert fact(Version.V21, "PullDynamicScheduleUpdate", chargingProfileId=3).profile_id == 3
    action, update = "PullDynamicScheduleUpdate", model.ScheduleUpdate(limit=7.0)
    assert b'"limit":7.0' in answered(Version.V21, action, model.DynamicUpdateAnswer(update=update))
    refused = answered(Version.V21, action, model.DynamicUpdateAnswer(update=None))
    assert refused == b'{"status":"Rejected","statusInfo":{"reasonCode":"InvalidProfile"}}'


@pytest.mark.parametrize("version", V2)
@pytest.mark.parametrize("dc", [False, True])
def test_what_an_ev_needs_and_plans_goes_over_the_wire_and_back__K15_FR_01_10(version: Version, dc: bool) -> None:
    supply, speaker = Supply(dc=dc), translator(version)
    needs = Vehicle().needs(supply)
    told = model.ChargingNeedsNotified(
        evse=1, needs=needs, energy_transfer=needs["requestedEnergyTransfer"], max_schedule_tuples=3
    )
    schedule = model.ChargingSchedule(
        id=1, unit=model.RateUnit.A, periods=[model.SchedulePeriod(start_period=0, limit=6.0)]
    )
    planned = model.EVScheduleNotified(evse=1, time_base=AT, schedule=schedule)
    if version is Version.V21:
        told.at, planned.selected_schedule_id = AT, 1
    for fact_ in (told, planned):
        action, payload = speaker.from_fact(fact_)
        assert speaker.to_fact(action, codec.decode_request(version, action, codec.encode(payload))) == fact_


def test_needs_both_ways_are_2_1s() -> None:
    needs = Vehicle(bidirectional=True).needs(Supply(dc=True))
    told = model.ChargingNeedsNotified(evse=1, needs=needs, energy_transfer="DC_BPT", control_mode="ScheduledControl")
    action, payload = translator(Version.V21).from_fact(told)
    back = translator(Version.V21).to_fact(action, codec.decode_request(Version.V21, action, codec.encode(payload)))
    assert back == told
    with pytest.raises(Untranslatable):
        translator(Version.V201).from_fact(told)
