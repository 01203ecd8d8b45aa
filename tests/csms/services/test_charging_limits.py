from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from busbar.csms.changes import RowPut
from busbar.csms.happenings import ChargingLimitChanged
from busbar.csms.records.charging import DynamicValues, ExternalLimit, HeldState, PriorityCharging
from busbar.csms.rows import Station
from busbar.csms.services.charging_profiles import held
from busbar.csms.services.decisions import decide, needs
from busbar.csms.services.view import Context, Decision, RowNeed, StationView, Tokens
from busbar.model import charging as model
from busbar.model.facts import Acknowledged
from busbar.model.versions import Version

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
CONTEXT = Context(Tokens(), lambda: 1)
PERIOD = model.SchedulePeriod(start_period=0, setpoint=-3000.0, operation_mode="CentralSetpoint")
SCHEDULE = model.ChargingSchedule(id=1, unit=model.RateUnit.W, periods=[PERIOD])
DYNAMIC = held(
    model.ChargingProfile(
        id=3,
        stack_level=0,
        purpose=model.ProfilePurpose.TX_DEFAULT,
        kind=model.ProfileKind.DYNAMIC,
        schedules=[SCHEDULE],
    ),
    0,
    7,
    AT,
)


@pytest.fixture
def view() -> StationView:
    return StationView(Station(id=7, identity="CS1"), Version.V21, 1)


def tell(view: StationView, fact: Any, *rows: Any) -> Decision:
    for need in needs(fact, view, CONTEXT.tokens):
        assert isinstance(need, RowNeed)
        view.found[need] = tuple(row for row in rows if isinstance(row, need.kind))
    return decide(fact, view, CONTEXT, AT)


def test_a_limit_of_another_is_kept_and_told__K12_FR_02_TC_K_48_TC_K_52(view: StationView) -> None:
    fact = model.ChargingLimitNotified(evse=1, source="EMS", grid_critical=True, schedules=[SCHEDULE])
    decision = tell(view, fact)
    (change,) = decision.changes
    assert isinstance(change, RowPut)
    row = change.row
    assert isinstance(row, ExternalLimit)
    assert (row.evse, row.source, row.grid_critical, row.cleared_at) == (1, "EMS", True, None)
    assert row.schedules[0]["periods"][0]["setpoint"] == -3000.0
    assert decision.answer == Acknowledged()
    assert decision.happenings == [ChargingLimitChanged(station="CS1", at=AT, limit=row)]


def test_a_limit_that_is_gone_stays_as_gone__K13_FR_02_TC_K_50_TC_K_51(view: StationView) -> None:
    decision = tell(view, model.ChargingLimitCleared(evse=0, source="SO"))
    row = ExternalLimit(station_id=7, evse=0, source="SO", at=AT, cleared_at=AT, schedules=[])
    assert decision.changes == [RowPut(row)]


def test_priority_is_kept__K21_FR_09_K22_FR_06_TC_K_118(view: StationView) -> None:
    decision = tell(view, model.PriorityChargingNotified(transaction_id="t", activated=True))
    assert decision.answer == Acknowledged()
    assert decision.changes == [RowPut(PriorityCharging(station_id=7, transaction_id="t", at=AT, activated=True))]


def test_a_pull_gets_the_present_values__K28_FR_07_TC_K_121(view: StationView) -> None:
    fact = model.DynamicUpdatePulled(profile_id=3)
    newer = DynamicValues(station_id=7, profile_id=3, at=AT, values={"setpoint": -1.0})
    older = replace(newer, at=AT - timedelta(seconds=1))
    assert tell(view, fact, DYNAMIC, newer).answer == model.DynamicUpdateAnswer(
        update=model.ScheduleUpdate(setpoint=-1.0)
    )
    for rows in ([DYNAMIC], [DYNAMIC, older]):
        view.found.clear()
        assert tell(view, fact, *rows).answer == model.DynamicUpdateAnswer(
            update=model.ScheduleUpdate(setpoint=-3000.0)
        )


@pytest.mark.parametrize("rows", [[], [replace(DYNAMIC, state=HeldState.CLEARED)]])
def test_a_pull_for_no_profile_is_refused__K28_FR_12(view: StationView, rows: list[Any]) -> None:
    assert tell(view, model.DynamicUpdatePulled(profile_id=3), *rows).answer == model.DynamicUpdateAnswer(update=None)


def test_a_pull_counts_a_profile_that_was_taken_a_moment_ago__K28_FR_07(view: StationView) -> None:
    view.profiles[3] = replace(DYNAMIC, changed_at=AT + timedelta(seconds=1))
    update = model.ScheduleUpdate(setpoint=-3000.0)
    for rows in ([], [replace(DYNAMIC, state=HeldState.CLEARED)]):
        view.found.clear()
        assert tell(view, model.DynamicUpdatePulled(profile_id=3), *rows).answer == model.DynamicUpdateAnswer(
            update=update
        )
    view.profiles[3] = DYNAMIC
    view.found.clear()
    gone = replace(DYNAMIC, state=HeldState.CLEARED)
    assert tell(view, model.DynamicUpdatePulled(profile_id=3), gone).answer == model.DynamicUpdateAnswer(update=None)
