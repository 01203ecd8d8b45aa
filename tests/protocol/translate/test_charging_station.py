"""The station's side of smart charging: what it writes, the CSMS's side reads as the same."""

from datetime import UTC, datetime
from typing import Any

import pytest

from busbar.model import charging as model
from busbar.model.facts import TransactionUpdated
from busbar.model.orders import Outcome
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import TRANSLATORS

V2 = [Version.V201, Version.V21]
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERIODS = [model.SchedulePeriod(start_period=0, limit=16.0, number_phases=3)]
SCHEDULE = model.ChargingSchedule(unit=model.RateUnit.A, start_schedule=AT, duration=600, periods=PERIODS)
PROFILE = model.ChargingProfile(
    id=3,
    stack_level=1,
    purpose=model.ProfilePurpose.TX_DEFAULT,
    kind=model.ProfileKind.ABSOLUTE,
    schedules=[model.ChargingSchedule(id=1, unit=model.RateUnit.A, start_schedule=AT, periods=PERIODS)],
)


def back(version: Version, order: Any, outcome: Outcome) -> Outcome:
    translator = TRANSLATORS[version]
    action, request = translator.from_order(order)
    text = codec.encode(translator.from_outcome(action, outcome))
    return translator.to_outcome(action, request, codec.decode_response(version, action, text))


def heard(version: Version, fact: Any) -> Any:
    action, payload = TRANSLATORS[version].from_fact(fact)
    return TRANSLATORS[version].to_fact(action, codec.decode_request(version, action, codec.encode(payload)))


@pytest.mark.parametrize("version", list(Version))
def test_a_composite_schedule_arrives(version: Version) -> None:
    order = model.GetCompositeSchedule(evse=1, duration=600)
    given = model.CompositeSchedule(status="Accepted", evse=1, schedule=SCHEDULE)
    read = back(version, order, given)
    assert isinstance(read, model.CompositeSchedule)
    assert read.schedule is not None
    assert (read.evse, read.schedule.periods) == (1, PERIODS)
    assert (read.schedule.start_schedule, read.schedule.duration) == (AT, 600)
    refused = back(version, order, model.CompositeSchedule(status="Rejected"))
    assert (refused.status, getattr(refused, "schedule", None)) == ("Rejected", None)


@pytest.mark.parametrize("version", list(Version))
def test_statuses_arrive(version: Version) -> None:
    set_ = model.SetChargingProfile(evse=1, profile=PROFILE if version in V2 else SIXTEEN)
    assert back(version, set_, Outcome(status="Rejected", reason="TxNotFound")).status == "Rejected"
    assert back(version, model.ClearChargingProfile(), Outcome(status="Unknown")).status == "Unknown"


SIXTEEN = model.ChargingProfile(
    id=3,
    stack_level=1,
    purpose=model.ProfilePurpose.TX_DEFAULT,
    kind=model.ProfileKind.ABSOLUTE,
    schedules=[model.ChargingSchedule(unit=model.RateUnit.A, start_schedule=AT, periods=PERIODS)],
)


@pytest.mark.parametrize("version", V2)
@pytest.mark.parametrize(
    "fact",
    [
        model.ProfilesReported(request_id=5, evse=1, source="CSO", profiles=[PROFILE], more=True),
        model.ChargingLimitNotified(evse=1, source="EMS", grid_critical=True, schedules=PROFILE.schedules),
        model.ChargingLimitNotified(evse=0, source="SO"),
        model.ChargingLimitCleared(evse=0, source="EMS"),
    ],
)
def test_facts_arrive(version: Version, fact: Any) -> None:
    assert heard(version, fact) == fact


def test_facts_of_2_1_arrive() -> None:
    for fact in (
        model.PriorityChargingNotified(transaction_id="tx", activated=True),
        model.DynamicUpdatePulled(profile_id=3),
        model.ChargingLimitNotified(evse=0, source="EMS", local_generation=True),
    ):
        assert heard(Version.V21, fact) == fact


def test_answers_of_2_1_arrive() -> None:
    translator, action = TRANSLATORS[Version.V21], "PullDynamicScheduleUpdate"
    for answer in (
        model.DynamicUpdateAnswer(update=model.ScheduleUpdate(limit=8.0)),
        model.DynamicUpdateAnswer(update=None),
    ):
        text = codec.encode(translator.from_answer(action, answer))
        assert translator.to_answer(action, codec.decode_response(Version.V21, action, text)) == answer
    order: Any = model.UsePriorityCharging(transaction_id="tx", activate=True)
    assert back(Version.V21, order, Outcome(status="NoProfile")).status == "NoProfile"
    order = model.UpdateDynamicSchedule(profile_id=3, update=model.ScheduleUpdate(limit=5.0))
    assert back(Version.V21, order, Outcome(status="Rejected")).status == "Rejected"
    order = model.AllowEnergyTransfer(transaction_id="tx", modes=["DC"])
    assert back(Version.V21, order, Outcome(status="Accepted")).status == "Accepted"


def test_the_operation_mode_goes_with_an_update_of_2_1__K01_FR_110() -> None:
    fact = TransactionUpdated(
        transaction_id="tx", at=AT, seq_no=1, trigger="OperationModeChanged", operation_mode="ExternalLimits"
    )
    action, payload = TRANSLATORS[Version.V21].from_fact(fact)
    assert b'"operationMode":"ExternalLimits"' in codec.encode(payload)
    codec.decode_request(Version.V21, action, codec.encode(payload))
