from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from busbar.csms.changes import RowPut
from busbar.csms.records.authorization import TokenProfile
from busbar.csms.records.charging import (
    AllowedTransfers,
    ChargingNeeds,
    ChargingPolicy,
    EVSchedule,
    HeldProfile,
    NeedsPolicy,
)
from busbar.csms.records.device_model import ModelValue
from busbar.csms.rows import CommandState, Station, Transaction
from busbar.csms.services import commands
from busbar.csms.services.access_rules import Policy
from busbar.csms.services.charging_needs import OWN_PROFILES
from busbar.csms.services.charging_profiles import held
from busbar.csms.services.conclusions import conclude
from busbar.csms.services.decisions import decide, needs
from busbar.csms.services.device_model import path
from busbar.csms.services.view import Context, Decision, PolicyNeed, RowNeed, StationView, Tokens
from busbar.model import charging as model
from busbar.model.orders import Outcome, VariableName
from busbar.model.versions import Version

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
PROFILES = {"card": TokenProfile(key="card", energy_transfers=("DC",))}
CONTEXT = Context(Tokens(policy=Policy(profiles=PROFILES)), lambda: 1)
FIXED = ChargingPolicy(station_id=7, needs=NeedsPolicy.PROFILE, limit=7000.0)


@pytest.fixture
def view() -> StationView:
    made = StationView(Station(id=7, identity="CS1"), Version.V21, 1)
    made.transactions["t"] = Transaction(id=1, station_id=7, transaction_id="t", evse=1, updated_at=AT)
    made.transactions["u"] = Transaction(id=2, station_id=7, transaction_id="u", evse=2, updated_at=AT)
    return made


def tell(view: StationView, fact: Any, *rows: Any) -> Decision:
    """Decide, with records that are found where they are needed."""
    for need in needs(fact, view, CONTEXT.tokens):
        assert isinstance(need, RowNeed)
        view.found[need] = tuple(row for row in rows if isinstance(row, need.kind))
    assert not needs(fact, view, CONTEXT.tokens)
    return decide(fact, view, CONTEXT, AT)


def wish(**changed: Any) -> model.ChargingNeedsNotified:
    fields: dict[str, Any] = {"evse": 1, "needs": {"requestedEnergyTransfer": "DC"}, "energy_transfer": "DC"}
    return model.ChargingNeedsNotified(**fields | changed)


@pytest.mark.parametrize(
    ("policy", "mode", "status"),
    [
        (None, None, "Rejected"),
        (None, "ScheduledControl", "NoChargingProfile"),
        (None, "DynamicControl", "NoChargingProfile"),
        (ChargingPolicy(station_id=0, needs=NeedsPolicy.LATER), None, "Processing"),
        (FIXED, None, "Accepted"),
        (ChargingPolicy(station_id=7, needs=NeedsPolicy.PROFILE), None, "Rejected"),
    ],
)
def test_needs_are_answered_by_policy__K15_FR_03_K15_FR_04_K15_FR_05_K18_FR_04_K19_FR_04_TC_K_126(
    view: StationView, policy: ChargingPolicy | None, mode: str | None, status: str
) -> None:
    decision = tell(view, wish(control_mode=mode), *([policy] if policy else []))
    assert decision.answer == model.NeedsAnswer(status=model.NeedsStatus(status))
    (change,) = decision.changes
    assert isinstance(change, RowPut)
    assert isinstance(change.row, ChargingNeeds)
    assert (change.row.transaction_id, change.row.answer, change.row.at) == ("t", status, AT)
    assert len(decision.happenings) == 1
    assert bool(decision.errands) is (status == "Accepted")


def test_a_profile_for_the_transaction_follows__K15_FR_07_TC_K_53(view: StationView) -> None:
    (errand,) = tell(view, wish(), FIXED, ChargingPolicy(station_id=0, needs=NeedsPolicy.REFUSE)).errands
    assert isinstance(errand.order, model.SetChargingProfile)
    profile = errand.order.profile
    assert (errand.order.evse, profile.purpose, profile.transaction_id) == (1, model.ProfilePurpose.TX, "t")
    assert profile.schedules[0].periods == [model.SchedulePeriod(start_period=0, limit=7000.0)]


def test_needs_without_a_transaction_get_no_profile(view: StationView) -> None:
    view.transactions.clear()
    decision = tell(view, wish(), FIXED)
    assert (decision.answer, decision.errands) == (model.NeedsAnswer(status=model.NeedsStatus.REJECTED), [])


def ours(*periods: tuple[int, float], **changed: Any) -> HeldProfile:
    schedule = model.ChargingSchedule(
        id=1,
        unit=model.RateUnit.W,
        start_schedule=AT,
        periods=[model.SchedulePeriod(start_period=start, limit=limit) for start, limit in periods],
    )
    fields: dict[str, Any] = {
        "id": 3,
        "stack_level": 0,
        "purpose": model.ProfilePurpose.TX,
        "kind": model.ProfileKind.ABSOLUTE,
        "transaction_id": "t",
        "schedules": [schedule],
    }
    return held(model.ChargingProfile(**fields | changed), 1, 7, AT)


def test_a_transaction_keeps_the_profile_that_an_operator_gave_it__K01_FR_39_K16_FR_12(view: StationView) -> None:
    found = []
    for row in (ours((0, 6000)), ours((0, 6000), stack_level=1), ours((0, 6000), transaction_id="before")):
        view.found.clear()
        (errand,) = tell(view, wish(), FIXED, row).errands
        found.append(errand.order.profile.id)
    assert found == [3, OWN_PROFILES + 1, OWN_PROFILES + 1]


def plan(*periods: tuple[int, float], unit: str = "W", after_s: int = 0) -> model.EVScheduleNotified:
    made = [model.SchedulePeriod(start_period=start, limit=limit) for start, limit in periods]
    schedule = model.ChargingSchedule(id=1, unit=model.RateUnit(unit), periods=made)
    return model.EVScheduleNotified(evse=1, time_base=AT + timedelta(seconds=after_s), schedule=schedule)


@pytest.mark.parametrize(
    ("fact", "row", "accepted"),
    [
        (plan((0, 7000)), None, True),
        (plan((0, 7000)), ours((0, 7000)), True),
        (plan((0, 7100)), ours((0, 7000)), False),
        (plan((0, 7000), (600, 9000)), ours((0, 9000), (600, 7000)), False),
        (plan((0, 9000)), ours((0, 9000), (600, 7000)), False),
        (plan((0, 9000), (500, 7000)), ours((0, 9000), (600, 7000), (60000, 7000)), True),
        (plan((0, 9000), (500, 7000), after_s=600), ours((0, 9000), (600, 7000)), False),
        (plan((0, 32), unit="A"), ours((0, 7)), True),
        (plan((0, 9000)), ours((0, 7000), kind=model.ProfileKind.DYNAMIC), True),
        (plan((0, 9000)), ours((0, 7000), transaction_id="old"), True),
    ],
)
def test_an_evs_schedule_is_held_against_its_profile__K15_FR_11_K15_FR_12(
    view: StationView, fact: model.EVScheduleNotified, row: HeldProfile | None, accepted: bool
) -> None:
    decision = tell(view, fact, *([row] if row else []))
    assert decision.answer == model.EVScheduleAnswer(accepted=accepted)
    (change,) = decision.changes
    assert isinstance(change, RowPut)
    assert isinstance(change.row, EVSchedule)
    assert (change.row.accepted, change.row.transaction_id) == (accepted, "t")
    assert decision.errands == []


def test_a_new_negotiation_begins_where_the_policy_sends_profiles__K17_FR_13(view: StationView) -> None:
    (errand,) = tell(view, plan((0, 9000)), ours((0, 7000)), FIXED).errands
    assert isinstance(errand.order, model.SetChargingProfile)
    assert errand.order.profile.id == 3


def test_a_profile_that_was_taken_a_moment_ago_counts_before_it_is_stored__K15_FR_11(view: StationView) -> None:
    newer = ours((0, 9000))
    view.profiles = {3: newer, 4: ours((0, 1000), id=4, transaction_id="old")}
    assert tell(view, plan((0, 9000)), ours((0, 7000))).answer == model.EVScheduleAnswer(accepted=True)
    view.found.clear()
    assert tell(view, plan((0, 9100))).answer == model.EVScheduleAnswer(accepted=False)


def test_what_a_driver_may_not_use_is_rejected__Q01_FR_04_K18_FR_22(view: StationView) -> None:
    view.transactions["t"].token = "CARD"
    both = wish(energy_transfer="DC_BPT", control_mode="ScheduledControl")
    assert tell(view, both, FIXED).answer.status is model.NeedsStatus.REJECTED
    view.found.clear()
    assert tell(view, wish(energy_transfer="DC"), FIXED).answer.status is model.NeedsStatus.ACCEPTED
    order = model.AllowEnergyTransfer(transaction_id="t", modes=["DC", "DC_BPT"])
    made = commands.make("c", 7, "NotifyAllowedEnergyTransfer", b"{}", at=AT, ttl_s=60)
    ended = replace(made, state=CommandState.ACCEPTED)
    assert conclude(order, ended, Outcome(status="Rejected"), view, AT).changes == []
    (change,) = conclude(order, ended, Outcome(status="Accepted"), view, AT).changes
    assert isinstance(change.row, AllowedTransfers)
    view.found.clear()
    assert tell(view, both, FIXED, change.row).answer.status is model.NeedsStatus.ACCEPTED


def test_only_an_ev_that_wants_to_discharge_gets_such_a_schedule__Q02_FR_01_Q02_FR_02(view: StationView) -> None:
    schedule = {"unit": "W", "periods": [{"start_period": 0, "setpoint": -5.0, "operation_mode": "CentralSetpoint"}]}
    policy = replace(FIXED, bidirectional=schedule)
    (errand,) = tell(view, wish(energy_transfer="AC_BPT_DER"), policy).errands
    (made,) = errand.order.profile.schedules
    assert (made.id, made.start_schedule, made.periods[0].setpoint) == (1, AT, -5.0)
    view.found.clear()
    (errand,) = tell(view, wish(energy_transfer="DC"), policy).errands
    assert errand.order.profile.schedules[0].periods[0].limit == 7000.0


def test_an_ev_gets_no_more_periods_than_it_takes__K15_FR_07(view: StationView) -> None:
    periods = [{"start_period": start, "setpoint": -5.0, "operation_mode": "CentralSetpoint"} for start in (0, 60)]
    policy = replace(FIXED, bidirectional={"unit": "W", "periods": periods})
    for most, status in ((2, "Accepted"), (1, "NoChargingProfile")):
        view.found.clear()
        fact = wish(energy_transfer="DC_BPT", control_mode="ScheduledControl", max_schedule_tuples=most)
        decision = tell(view, fact, policy)
        assert (decision.answer.status, len(decision.errands)) == (status, int(most == 2))
    told = {"station_id": 7, "path": path(VariableName(component="SmartChargingCtrlr", variable="PeriodsPerSchedule"))}
    view.found.clear()
    station = ModelValue(**told, attribute="Actual", value="1", at=AT, source="report")
    decision = tell(view, wish(energy_transfer="DC_BPT", control_mode="ScheduledControl"), policy, station)
    assert decision.answer.status == "NoChargingProfile"


def test_the_policy_of_tokens_is_read_where_it_is_not_known(view: StationView) -> None:
    assert PolicyNeed() in needs(wish(), view, Tokens())
