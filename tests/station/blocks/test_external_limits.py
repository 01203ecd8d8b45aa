"""Limits that others set: they hold, they are told, and they are no business of the CSMS's orders."""

from typing import Any

import pytest

from busbar.model import charging as model
from busbar.model.charging import ChargingSchedule, RateUnit, SchedulePeriod
from busbar.model.facts import TransactionUpdated
from busbar.model.versions import Version
from busbar.station import events as ev

V2 = pytest.mark.parametrize("version", [Version.V201, Version.V21])


def given(limit: float, source: str = "EMS", evse: int = 0, **more: Any) -> ev.LimitGiven:
    periods = [SchedulePeriod(start_period=0, limit=limit)]
    return ev.LimitGiven(evse, source, ChargingSchedule(unit=RateUnit.A, periods=periods), **more)


def charging(play: Any, version: Version, **settings: str) -> Any:
    p = play(version, settings=settings)
    p.go_online()
    p.charge()
    return p


def offered(p: Any) -> Any:
    return p.station._cabinet.evses[1].offer[0].value


def told(p: Any, kind: type[Any]) -> list[Any]:
    return [fact for fact in p.sent if isinstance(fact, kind)]


@V2
def test_a_limit_holds_and_is_told__K11_FR_01_04(play: Any, version: Version) -> None:
    p = charging(play, version)
    p.run(given(10.0, grid_critical=True))
    assert offered(p) == 10.0
    (fact,) = told(p, model.ChargingLimitNotified)
    assert (fact.evse, fact.source, fact.grid_critical, len(fact.schedules)) == (0, "EMS", True, 1)
    assert told(p, TransactionUpdated)[-1].trigger == "ChargingRateChanged"


@V2
def test_a_limit_is_released__K13_FR_01_03(play: Any, version: Version) -> None:
    p = charging(play, version)
    p.run(given(10.0), ev.LimitTaken(0, "EMS"), ev.LimitTaken(0, "EMS"))
    assert offered(p) == 32.0
    assert len(told(p, model.ChargingLimitCleared)) == 1


@V2
def test_the_lower_of_two_sources_counts(play: Any, version: Version) -> None:
    p = charging(play, version)
    p.run(given(10.0), given(8.0, "SO", evse=1), given(20.0, "Other"))
    assert offered(p) == 8.0


@V2
def test_small_changes_are_not_told__K11_FR_02(play: Any, version: Version) -> None:
    p = charging(play, version, LimitChangeSignificance="20", NotifyChargingLimitWithSchedules="false")
    p.run(given(10.0), given(11.0), given(20.0))
    assert [fact.schedules for fact in told(p, model.ChargingLimitNotified)] == [[], []]
    assert offered(p) == 20.0


@V2
def test_orders_do_not_touch_it_but_reports_show_it__K10_FR_09_K11_FR_06(play: Any, version: Version) -> None:
    p = charging(play, version)
    p.run(given(10.0))
    assert p.order(model.ClearChargingProfile()).status == "Unknown"
    assert p.order(model.GetChargingProfiles(request_id=1, sources=["EMS"])).status == "Accepted"
    (report,) = told(p, model.ProfilesReported)
    assert (report.source, report.profiles[0].purpose) == ("EMS", model.ProfilePurpose.EXTERNAL)
    assert report.profiles[0].id < 0


@V2
def test_what_was_not_told_is_told_later(play: Any, version: Version) -> None:
    p = charging(play, version)
    p.run(ev.Disconnected(), given(10.0))
    assert not told(p, model.ChargingLimitNotified)
    p.run(ev.Connected())
    assert len(told(p, model.ChargingLimitNotified)) == 1


def test_limits_of_others_may_be_disallowed__K11_FR_07(play: Any) -> None:
    p = charging(play, Version.V21, ExternalConstraintsProfileDisallowed="true")
    p.run(given(10.0))
    assert not told(p, model.ChargingLimitNotified)


def test_local_generation_comes_on_top__K27_FR_01_03(play: Any) -> None:
    p = charging(play, Version.V21)
    p.run(given(10.0), given(6.0, "Other", local_generation=True))
    assert offered(p) == 16.0
    assert told(p, model.ChargingLimitNotified)[-1].local_generation is True


def test_1_6_has_no_such_messages(play: Any) -> None:
    p = charging(play, Version.V16)
    p.run(given(10.0))
    assert offered(p) == 10.0
    assert not told(p, model.ChargingLimitNotified)


def test_a_dynamic_profile_for_limits_of_others_follows_them__K29_FR_03(play: Any) -> None:
    p = charging(play, Version.V21)
    periods = [SchedulePeriod(start_period=0, operation_mode="ExternalLimits")]
    profile = model.ChargingProfile(
        id=1,
        stack_level=0,
        purpose=model.ProfilePurpose.TX_DEFAULT,
        kind=model.ProfileKind.DYNAMIC,
        schedules=[ChargingSchedule(id=1, unit=RateUnit.W, periods=periods)],
    )
    assert p.order(model.SetChargingProfile(evse=1, profile=profile)).status == "Accepted"
    event = told(p, TransactionUpdated)[-1]
    assert (event.trigger, event.operation_mode) == ("OperationModeChanged", "ExternalLimits")  # K01.FR.110
    p.run(given(10.0), given(8.0, evse=1))
    assert offered(p) == 8.0
    assert not told(p, model.ChargingLimitNotified)
    p.order(model.ClearChargingProfile(profile_id=1))
    event = told(p, TransactionUpdated)[-1]
    assert (event.trigger, event.operation_mode) == ("OperationModeChanged", "ChargingOnly")
