"""Priority charging is given and taken, by the CSMS and by the driver."""

from typing import Any

from busbar.model import charging as model
from busbar.model.charging import ChargingProfile, ChargingSchedule, ProfileKind, ProfilePurpose, RateUnit
from busbar.model.versions import Version
from busbar.station import events as ev


def install(p: Any, limit: float, number: int, purpose: ProfilePurpose) -> None:
    periods = [model.SchedulePeriod(start_period=0, limit=limit)]
    schedule = ChargingSchedule(id=1, unit=RateUnit.A, start_schedule=p.now, periods=periods)
    item = ChargingProfile(id=number, stack_level=0, purpose=purpose, kind=ProfileKind.ABSOLUTE, schedules=[schedule])
    assert p.order(model.SetChargingProfile(evse=0, profile=item)).status == "Accepted"


def offered(p: Any) -> Any:
    return p.station._cabinet.evses[1].offer[0].value


def charging(play: Any) -> Any:
    p = play(Version.V21)
    p.go_online()
    p.charge()
    install(p, 10.0, 1, ProfilePurpose.TX_DEFAULT)
    return p


def told(p: Any) -> list[bool]:
    return [fact.activated for fact in p.sent if isinstance(fact, model.PriorityChargingNotified)]


def test_the_csms_gives_and_takes_priority__K21_FR_01_08(play: Any) -> None:
    p = charging(play)
    begin = model.UsePriorityCharging(transaction_id="tx-1", activate=True)
    assert p.order(begin).status == "NoProfile"
    install(p, 25.0, 2, ProfilePurpose.PRIORITY)
    assert p.order(model.UsePriorityCharging(transaction_id="no", activate=True)).reason == "TxNotFound"
    assert p.order(begin).status == "Accepted"
    assert offered(p) == 25.0
    end = model.UsePriorityCharging(transaction_id="tx-1", activate=False)
    assert [p.order(end).status, p.order(end).status] == ["Accepted", "Accepted"]
    assert offered(p) == 10.0
    assert told(p) == [True, False]


def test_the_driver_asks_for_priority__K22_FR_02_05(play: Any) -> None:
    p = charging(play)
    p.run(ev.PriorityAsked(1, activate=True))
    assert told(p) == []
    install(p, 25.0, 2, ProfilePurpose.PRIORITY)
    p.run(ev.PriorityAsked(1, activate=True))
    assert offered(p) == 25.0
    p.run(ev.PriorityAsked(1, activate=False))
    assert offered(p) == 10.0
    assert told(p) == [True, False]


def test_priority_ends_with_its_transaction__K01_FR_70(play: Any) -> None:
    p = charging(play)
    install(p, 25.0, 2, ProfilePurpose.PRIORITY)
    p.run(ev.PriorityAsked(1, activate=True), ev.CableUnplugged(1))
    p.charge()
    assert offered(p) == 10.0
