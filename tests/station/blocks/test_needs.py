"""What EVs need by ISO 15118, what they are offered, and what is told of their plans (K15 to K18)."""

from dataclasses import replace
from typing import Any

import pytest

from busbar.model.charging import (
    ChargingNeedsNotified,
    ChargingProfile,
    ChargingSchedule,
    EVScheduleAnswer,
    EVScheduleNotified,
    NeedsAnswer,
    NeedsStatus,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    SchedulePeriod,
    SetChargingProfile,
)
from busbar.model.facts import Fact, TransactionStarted
from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import effects as ef
from busbar.station import events as ev

TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])
NEEDS = ev.EvNeeds(1, {"requestedEnergyTransfer": "AC_three_phase"}, "AC_three_phase", most_periods=3)


def station(play: Any, status: NeedsStatus | None = NeedsStatus.ACCEPTED, version: Version = Version.V21) -> Any:
    p = play(version, settings={"MeterValueSampleInterval": "0"})
    answer = p.csms.answer

    def said(fact: Fact, now: Any) -> Any:
        given = answer(fact, now)
        if given is not None and isinstance(fact, ChargingNeedsNotified):
            return None if status is None else NeedsAnswer(status=status)
        return EVScheduleAnswer(accepted=True) if isinstance(fact, EVScheduleNotified) else given

    p.csms.answer = said
    p.go_online()
    return p


def plug(p: Any) -> list[ef.Effect]:
    effects: list[ef.Effect] = p.run(ev.CablePluggedIn(1), ev.TokenRead(IdToken("T1"), 1), NEEDS)
    return effects


def offered(effects: list[ef.Effect]) -> list[list[float | None]]:
    return [[p.limit for p in e.schedule.periods] for e in effects if isinstance(e, ef.OfferSchedule)]


def install(p: Any, limit: float, number: int = 5) -> list[ef.Effect]:
    schedule = ChargingSchedule(
        id=7, unit=RateUnit.A, start_schedule=p.now, periods=[SchedulePeriod(start_period=0, limit=limit)]
    )
    profile = ChargingProfile(
        id=number,
        stack_level=0,
        purpose=ProfilePurpose.TX,
        kind=ProfileKind.ABSOLUTE,
        transaction_id="tx-1",
        schedules=[schedule],
    )
    effects: list[ef.Effect] = p.run(ev.Ordered("o", SetChargingProfile(evse=1, profile=profile)))
    return effects


def told(p: Any, kind: type[Any]) -> list[Any]:
    return [fact for fact in p.sent if isinstance(fact, kind)]


@TWO
def test_needs_are_told_after_the_transaction__K15_FR_01_16(play: Any, version: Version) -> None:
    p = station(play, version=version)
    effects = plug(p)
    (fact,) = told(p, ChargingNeedsNotified)
    assert (fact.evse, fact.needs, fact.max_schedule_tuples, fact.at) == (1, NEEDS.needs, 3, None)
    assert p.sent.index(told(p, TransactionStarted)[0]) < p.sent.index(fact)
    assert offered(effects) == []  # a profile follows


def test_a_profile_is_offered_and_the_plan_is_told__K15_FR_07_10_21(play: Any) -> None:
    p = station(play)
    plug(p)
    effects = install(p, 10.0)
    assert offered(effects) == [[10.0]]
    (offer,) = [effect for effect in effects if isinstance(effect, ef.OfferSchedule)]
    plan = replace(offer.schedule, periods=[SchedulePeriod(start_period=0, limit=8.0)])
    p.run(ev.EvScheduled(1, plan))
    (fact,) = told(p, EVScheduleNotified)
    assert (fact.time_base, fact.schedule, fact.selected_schedule_id) == (p.now, plan, 7)


def test_a_plan_beyond_the_offer_is_not_told__K15_FR_09(play: Any) -> None:
    p = station(play)
    plug(p)
    (offer,) = [effect for effect in install(p, 10.0) if isinstance(effect, ef.OfferSchedule)]
    p.run(ev.EvScheduled(1, replace(offer.schedule, periods=[SchedulePeriod(start_period=0, limit=10.1)])))
    p.run(ev.EvScheduled(1, replace(offer.schedule, unit=RateUnit.W)))
    assert told(p, EVScheduleNotified) == []


def test_another_profile_is_offered_anew__K16(play: Any) -> None:
    p = station(play, NeedsStatus.PROCESSING)
    plug(p)
    assert offered(install(p, 10.0)) == [[10.0]]
    assert offered(install(p, 6.0)) == [[6.0]]


@pytest.mark.parametrize("status", [NeedsStatus.REJECTED, NeedsStatus.NO_PROFILE, None])
def test_without_help_of_the_csms_the_ev_has_what_holds__K15_FR_04__K18_FR_04(
    play: Any, status: NeedsStatus | None
) -> None:
    p = station(play, status)
    p.csms.error = ErrorCode.INTERNAL_ERROR
    assert offered(plug(p)) == [[32.0]]
    assert told(p, EVScheduleNotified) == []


def test_offline_the_ev_charges_and_the_csms_hears_when__K15_FR_15_20(play: Any) -> None:
    p = station(play)
    p.run(ev.TokenRead(IdToken("T1"), 1))
    p.run(ev.Disconnected())
    assert offered(p.run(ev.CablePluggedIn(1), NEEDS)) == [[32.0]]
    at = p.now
    p.wait(60)
    p.run(ev.Connected())
    (fact,) = told(p, ChargingNeedsNotified)
    assert fact.at == at


def test_needs_of_a_transaction_that_is_over_are_forgotten(play: Any) -> None:
    p = station(play)
    p.run(ev.TokenRead(IdToken("T1"), 1))
    p.run(ev.Disconnected())
    p.run(ev.CablePluggedIn(1), NEEDS, ev.CableUnplugged(1))
    p.run(ev.Connected())
    assert told(p, ChargingNeedsNotified) == []


def test_16_has_no_word_for_it(play: Any) -> None:
    p = station(play, version=Version.V16)
    plug(p)
    assert told(p, ChargingNeedsNotified) == []


def test_needs_that_come_before_the_transaction_wait_for_it(play: Any) -> None:
    p = station(play)
    p.config = replace(p.config, settings={"TxStartPoint": "EnergyTransfer", "TxStopPoint": "EVConnected"})
    p.station = p._new_station()
    p.go_online()
    plug(p)
    assert told(p, ChargingNeedsNotified) == []
    p.run(ev.EvDemandChanged(1, True))
    assert len(told(p, ChargingNeedsNotified)) == 1
    p.run(ev.CableUnplugged(1), ev.EvNeeds(1, {}, "DC"), ev.CablePluggedIn(1), ev.CableUnplugged(1))
    assert len(told(p, ChargingNeedsNotified)) == 1
