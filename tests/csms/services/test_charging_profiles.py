import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from busbar.csms.changes import RowAdded, RowGone, RowPut
from busbar.csms.records.charging import (
    Clearing,
    DynamicValues,
    FetchedSchedule,
    HeldProfile,
    ProfileQuestion,
    ProfileReport,
    SentProfile,
    SentState,
    Uncontrolled,
)
from busbar.csms.rows import Command, CommandState, Station
from busbar.csms.services import commands
from busbar.csms.services.charging_profiles import reported, reported_needs
from busbar.csms.services.conclusions import conclude
from busbar.csms.services.view import Context, StationView, Tokens
from busbar.model import charging as model
from busbar.model.facts import Acknowledged
from busbar.model.orders import Outcome, StartTransaction
from busbar.model.values import IdToken
from busbar.model.versions import Version

AT = datetime(2026, 1, 1, tzinfo=UTC)
CONTEXT = Context(Tokens(), lambda: 1)
PROFILE = model.ChargingProfile(
    id=3,
    stack_level=1,
    purpose=model.ProfilePurpose.TX,
    kind=model.ProfileKind.RELATIVE,
    transaction_id="t",
    schedules=[
        model.ChargingSchedule(
            id=1, unit=model.RateUnit.W, periods=[model.SchedulePeriod(start_period=0, limit=7000.0)]
        )
    ],
)
SET = model.SetChargingProfile(evse=1, profile=PROFILE)


@pytest.fixture
def view() -> StationView:
    return StationView(Station(id=7, identity="CS1"), Version.V201, 1)


def command(state: CommandState, **fields: Any) -> Command:
    made = commands.make("c1", 7, "SetChargingProfile", b"{}", at=AT, ttl_s=60)
    return replace(made, state=state, requested_by="api:k", **fields)


def test_an_accepted_profile_is_held_and_the_station_under_control(view: StationView) -> None:
    ended = command(CommandState.ACCEPTED)
    sent, held, controlled = conclude(SET, ended, Outcome(status="Accepted"), view, AT).changes
    assert isinstance(sent, RowAdded)
    assert isinstance(sent.row, SentProfile)
    assert (sent.row.state, sent.row.reason, sent.row.by) == (SentState.ACCEPTED, None, "api:k")
    assert isinstance(held, RowPut)
    assert isinstance(held.row, HeldProfile)
    assert (held.row.profile_id, held.row.evse, held.row.source, held.row.transaction_id) == (3, 1, "CSO", "t")
    assert held.row.profile["schedules"][0]["periods"] == [{"start_period": 0, "limit": 7000.0}]
    assert controlled == RowGone(Uncontrolled, (7,))


@pytest.mark.parametrize(
    ("state", "fields", "outcome", "kept", "reason"),
    [
        (
            CommandState.REJECTED,
            {},
            Outcome(status="Rejected", reason="TxNotFound"),
            SentState.REJECTED,
            "Rejected: TxNotFound",
        ),
        (CommandState.ERROR, {"error": "NotSupported"}, None, SentState.REJECTED, "NotSupported"),
        (CommandState.TIMED_OUT, {}, None, SentState.UNKNOWN, "timed-out"),
        (CommandState.UNKNOWN, {}, None, SentState.UNKNOWN, "unknown"),
        (CommandState.EXPIRED, {"error": "offline"}, None, SentState.UNSENT, "offline"),
    ],
)
def test_a_refusal_or_silence_is_kept_and_the_station_uncontrolled__TC_K_15_TC_K_02(
    view: StationView, state: CommandState, fields: dict[str, Any], outcome: Outcome | None, kept: str, reason: str
) -> None:
    sent, flag = conclude(SET, command(state, **fields), outcome, view, AT).changes
    assert isinstance(sent, RowAdded)
    assert isinstance(sent.row, SentProfile)
    assert (sent.row.state, sent.row.reason) == (kept, reason)
    assert flag == RowAdded(Uncontrolled(station_id=7, since=AT, reason=reason))


def test_a_profile_of_a_remote_start_is_kept_too__K05(view: StationView) -> None:
    profile = replace_profile(transaction_id=None)
    order = StartTransaction(token=IdToken("T"), remote_start_id=1, evse=2, profile=profile)
    outcome = Outcome(status="Accepted", transaction_id="met")
    _start, _, held, _ = conclude(order, command(CommandState.ACCEPTED), outcome, view, AT).changes
    assert isinstance(held, RowPut)
    assert isinstance(held.row, HeldProfile)
    assert (held.row.evse, held.row.transaction_id) == (2, "met")
    order.profile = None
    assert len(conclude(order, command(CommandState.ACCEPTED), outcome, view, AT).changes) == 1


def replace_profile(**changed: Any) -> model.ChargingProfile:
    fields = {name: getattr(PROFILE, name) for name in model.ChargingProfile.__dataclass_fields__}
    return model.ChargingProfile(**fields | changed)


@pytest.mark.parametrize(("status", "noted"), [("Accepted", True), ("Unknown", True), ("Rejected", False)])
def test_what_is_cleared_is_noted__K10_FR_01(view: StationView, status: str, noted: bool) -> None:
    order = model.ClearChargingProfile(profile_id=3)
    changes = conclude(order, command(CommandState.ACCEPTED), Outcome(status=status), view, AT).changes
    row = Clearing(command_id="c1", station_id=7, at=AT, profile_ids=[3])
    assert changes == ([RowPut(row)] if noted else [])
    assert conclude(order, command(CommandState.TIMED_OUT), None, view, AT).changes == []


@pytest.mark.parametrize(("status", "empty"), [("Accepted", False), ("NoProfiles", True)])
def test_a_question_is_noted__K09_FR_01(view: StationView, status: str, empty: bool) -> None:
    order = model.GetChargingProfiles(request_id=4, evse=1, sources=["EMS"])
    changes = conclude(order, command(CommandState.ACCEPTED), Outcome(status=status), view, AT).changes
    row = ProfileQuestion(station_id=7, request_id=4, at=AT, empty=empty, evse=1, sources=["EMS"])
    assert changes == [RowPut(row)]
    assert conclude(order, command(CommandState.ERROR), None, view, AT).changes == []


def test_what_a_dynamic_profile_allows_now_is_kept__K28(view: StationView) -> None:
    order = model.UpdateDynamicSchedule(profile_id=3, update=model.ScheduleUpdate(limit=5.0))
    changes = conclude(order, command(CommandState.ACCEPTED), Outcome(status="Accepted"), view, AT).changes
    assert changes == [RowPut(DynamicValues(station_id=7, profile_id=3, at=AT, values={"limit": 5.0}))]
    assert conclude(order, command(CommandState.REJECTED), Outcome(status="Rejected"), view, AT).changes == []


def test_reported_profiles_are_held_with_their_source__K09_FR_02_TC_K_31(view: StationView) -> None:
    fact = model.ProfilesReported(request_id=4, evse=0, source="EMS", profiles=[PROFILE], more=False)
    (need,) = reported_needs(fact, view, CONTEXT.tokens)
    part = ProfileReport(station_id=7, request_id=4, at=AT, complete=False, profile_ids=[1, 2])
    view.found[need] = (part,)
    assert reported_needs(fact, view, CONTEXT.tokens) == ()
    decision = reported(fact, view, CONTEXT, AT)
    report, held = (change.row for change in decision.changes if isinstance(change, RowPut))
    assert decision.answer == Acknowledged()
    assert report == ProfileReport(station_id=7, request_id=4, at=AT, complete=True, profile_ids=[1, 2, 3])
    assert isinstance(held, HeldProfile)
    assert (held.source, held.reported_at, held.evse) == ("EMS", AT, 0)


def test_a_taken_profile_is_remembered_until_profiles_are_cleared(view: StationView) -> None:
    for number in range(1, 20):
        taken = model.SetChargingProfile(evse=1, profile=dataclasses.replace(PROFILE, id=number))
        conclude(taken, command(CommandState.ACCEPTED), Outcome(status="Accepted"), view, AT)
    assert list(view.profiles) == list(range(4, 20))
    refused = model.SetChargingProfile(evse=1, profile=dataclasses.replace(PROFILE, id=30))
    conclude(refused, command(CommandState.REJECTED), Outcome(status="Rejected"), view, AT)
    assert 30 not in view.profiles
    cleared = model.ClearChargingProfile(profile_id=1)
    conclude(cleared, command(CommandState.ACCEPTED), Outcome(status="Accepted"), view, AT)
    assert view.profiles == {}


def test_what_will_hold_is_kept__K08(view: StationView) -> None:
    order = model.GetCompositeSchedule(evse=1, duration=300)
    ended = command(CommandState.ACCEPTED)
    assert conclude(order, ended, model.CompositeSchedule(status="Accepted"), view, AT).changes == []
    schedule = dataclasses.replace(PROFILE.schedules[0], start_schedule=AT)
    told = model.CompositeSchedule(status="Accepted", evse=1, schedule=schedule)
    (change,) = conclude(order, ended, told, view, AT).changes
    begins = "2026-01-01T00:00:00Z"
    kept = {"id": 1, "unit": "W", "periods": [{"start_period": 0, "limit": 7000.0}], "start_schedule": begins}
    assert change == RowPut(FetchedSchedule(station_id=7, evse=1, at=AT, duration=300, schedule=kept))
