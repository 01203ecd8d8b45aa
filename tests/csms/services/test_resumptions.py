"""A resumed transaction gets its charging profile again, where the station did not keep it (B13.FR.31)."""

from typing import Any

import pytest

from busbar.csms.records.charging import HeldProfile, HeldState
from busbar.csms.records.device_model import ModelValue
from busbar.csms.services.charging_profiles import held
from busbar.model.charging import (
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    SchedulePeriod,
    SetChargingProfile,
)

PATH = '["smartchargingctrlr","",0,0,"chargingprofilepersistence","txprofile"]'


def profile(number: int, purpose: ProfilePurpose = ProfilePurpose.TX, transaction: str = "tx") -> ChargingProfile:
    schedule = ChargingSchedule(id=1, unit=RateUnit.A, periods=[SchedulePeriod(start_period=0, limit=10.0)])
    return ChargingProfile(
        id=number,
        stack_level=0,
        purpose=purpose,
        kind=ProfileKind.RELATIVE,
        transaction_id=transaction,
        schedules=[schedule],
    )


def keep(world, given: ChargingProfile, **fields: Any) -> None:
    row = held(given, 1, 7, world.T0)
    for name, value in fields.items():
        setattr(row, name, value)
    world.rows.setdefault(HeldProfile, []).append(row)


@pytest.fixture
def running(world):
    world.tell(world.started())
    keep(world, profile(3))
    return world


def test_its_profile_is_sent_again__B13_FR_31(running) -> None:
    keep(running, profile(4), state=HeldState.CLEARED)
    keep(running, profile(5, transaction="other"))
    keep(running, profile(6), source="EMS")
    keep(running, profile(7), valid_to=running.T0)
    (errand,) = running.tell(running.updated(1, 5, trigger="TxResumed")).errands
    assert errand.order == SetChargingProfile(evse=1, profile=profile(3))
    assert errand.key == "resumed:tx:1:3"


def test_a_repeated_event_sends_nothing(running) -> None:
    running.tell(running.updated(1, 5, trigger="TxResumed"))
    assert running.tell(running.updated(1, 5, trigger="TxResumed")).errands == []


@pytest.mark.parametrize(("value", "sent"), [("true", 0), ("false", 1)])
def test_a_station_that_keeps_profiles_is_sent_none__B13_FR_31(running, value: str, sent: int) -> None:
    row = ModelValue(station_id=7, path=PATH, attribute="Actual", value=value, at=running.T0, source="report")
    running.rows[ModelValue] = [row]
    assert len(running.tell(running.updated(1, 5, trigger="TxResumed")).errands) == sent


def test_another_update_costs_no_look(running) -> None:
    before = running.lookups
    assert running.tell(running.updated(1, 5)).errands == []
    assert running.lookups == before
