"""Smart charging: profiles of every purpose, the limit in force, composite schedules, reports."""

from datetime import timedelta
from typing import Any

import pytest

from busbar.model import charging as model
from busbar.model.charging import ChargingProfile, ChargingSchedule, ProfileKind, ProfilePurpose, RateUnit
from busbar.model.facts import StatusChanged, TransactionEnded, TransactionUpdated
from busbar.model.orders import GetVariables, SetVariables, StartTransaction, StopTransaction, VariableName
from busbar.model.values import ChargingState, ConnectorStatus, IdToken, StopReason
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import effects as ef
from busbar.station import events as ev

P, K = ProfilePurpose, ProfileKind
ALL = pytest.mark.parametrize("version", list(Version))
V2 = pytest.mark.parametrize("version", [Version.V201, Version.V21])
T1 = IdToken("T1")


def profile(p: Any, *periods: tuple[int, float], **more: Any) -> ChargingProfile:
    """A profile of TxDefault that starts now, unless told otherwise."""
    relative = more.get("kind", K.ABSOLUTE) is K.RELATIVE
    shape: dict[str, Any] = {"unit": RateUnit.A, "id": 1, "start_schedule": None if relative else p.now}
    shape |= {
        name: more.pop(name) for name in list(more) if name in ChargingSchedule.__dataclass_fields__ and name != "id"
    }
    made = [model.SchedulePeriod(start_period=at, limit=limit) for at, limit in periods]
    given: dict[str, Any] = {"id": 1, "stack_level": 0, "purpose": P.TX_DEFAULT, "kind": K.ABSOLUTE} | more
    return ChargingProfile(schedules=[ChargingSchedule(periods=made, **shape)], **given)


def install(p: Any, evse: int, item: ChargingProfile) -> Any:
    return p.order(model.SetChargingProfile(evse=evse, profile=item))


def limits(effects: list[ef.Effect]) -> list[tuple[int, float]]:
    return [(item.evse, item.current_a) for item in effects if isinstance(item, ef.SetLimit)]


def charging(play: Any, version: Version, **more: Any) -> Any:
    p = play(version, **more)
    p.go_online()
    p.charge()
    return p


def transaction_id(p: Any) -> str:
    evse = p.station._cabinet.evses[1]
    return str(
        evse.transaction.id
        if p.config.version is not Version.V16
        else p.station._cabinet.queue.csms_id(evse.transaction.id)
    )


@ALL
def test_the_limit_reaches_the_hardware_at_every_period__K01_FR_12(play: Any, version: Version) -> None:
    p = charging(play, version)
    effects = p.run(
        ev.Ordered("o", model.SetChargingProfile(evse=0, profile=profile(p, (0, 16.0), (60, 10.0), duration=100)))
    )
    assert limits(effects) == [(1, 16.0)]
    limit = next(item for item in effects if isinstance(item, ef.SetLimit))
    assert (limit.power_w, limit.phases) == (11_040.0, 3)
    assert limits(p.wait(59)) == []
    assert limits(p.wait(2)) == [(1, 10.0)]
    assert limits(p.wait(60)) == [(1, 32.0)]


@ALL
def test_a_default_holds_from_the_moment_of_plugging_in__K01_FR_14(play: Any, version: Version) -> None:
    p = play(version, evses=2)
    p.go_online()
    assert install(p, 0, profile(p, (0, 10.0))).status == "Accepted"
    assert limits(p.run(ev.CablePluggedIn(2))) == [(2, 10.0)]


@ALL
def test_nothing_allowed_is_suspended_by_the_station(play: Any, version: Version) -> None:
    p = charging(play, version)
    install(p, 1, profile(p, (0, 0.0), (60, 8.0)))
    two = version is not Version.V16
    told = [fact.charging_state for fact in p.sent if isinstance(fact, TransactionUpdated)]
    statuses = [fact.status for fact in p.sent if isinstance(fact, StatusChanged)]
    assert told[-1:] == ([ChargingState.SUSPENDED_EVSE] if two else [])
    assert (statuses[-1] is ConnectorStatus.SUSPENDED_EVSE) is not two
    p.wait(61)
    told = [fact.charging_state for fact in p.sent if isinstance(fact, TransactionUpdated)]
    statuses = [fact.status for fact in p.sent if isinstance(fact, StatusChanged)]
    assert told[-1:] == ([ChargingState.CHARGING] if two else [])
    assert (statuses[-1] is ConnectorStatus.CHARGING) is not two


@ALL
def test_less_than_an_ev_can_be_told_is_nothing(play: Any, version: Version) -> None:
    p = charging(play, version)
    item = profile(p, (0, 5.0))
    assert limits(p.run(ev.Ordered("o", model.SetChargingProfile(evse=1, profile=item)))) == [(1, 0.0)]


@ALL
def test_a_tx_profile_overrules_the_default_and_goes_with_its_transaction(play: Any, version: Version) -> None:
    p = charging(play, version)
    install(p, 0, profile(p, (0, 10.0)))
    own = profile(p, (0, 20.0), id=2, purpose=P.TX, kind=K.RELATIVE, transaction_id=transaction_id(p))
    assert install(p, 1, own).status == "Accepted"
    assert p.station._cabinet.evses[1].offer[0].value == 20.0
    p.order(StopTransaction(transaction_id=transaction_id(p)))
    p.run(ev.CableUnplugged(1))
    p.charge()
    assert p.station._cabinet.evses[1].offer[0].value == 10.0
    assert p.order(model.ClearChargingProfile(profile_id=2)).status == "Unknown"


@ALL
def test_a_tx_profile_needs_its_transaction__K01_FR_09_33(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    item = profile(p, (0, 20.0), purpose=P.TX, kind=K.RELATIVE, transaction_id="77")
    assert install(p, 1, item).reason == "TxNotFound"
    p.charge()
    assert install(p, 1, item).reason == "TxNotFound"


def test_in_1_6_a_tx_profile_is_for_the_connectors_transaction__1_6_7_8(play: Any) -> None:
    p = charging(play, Version.V16)
    assert install(p, 1, profile(p, (0, 20.0), purpose=P.TX, kind=K.RELATIVE)).status == "Accepted"


@V2
def test_a_tx_profile_names_its_transaction__K01_FR_03(play: Any, version: Version) -> None:
    p = charging(play, version)
    assert install(p, 1, profile(p, (0, 20.0), purpose=P.TX, kind=K.RELATIVE)).reason == "InvalidProfile"


@V2
def test_profiles_may_not_clash__K01_FR_05_06_52_53(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    assert install(p, 0, profile(p, (0, 10.0))).status == "Accepted"
    assert install(p, 0, profile(p, (0, 10.0), id=2)).reason == "DuplicateProfile"
    assert install(p, 1, profile(p, (0, 10.0), id=2)).reason == "DuplicateProfile"
    assert install(p, 1, profile(p, (0, 10.0), id=2, stack_level=1)).status == "Accepted"
    assert install(p, 0, profile(p, (0, 12.0))).status == "Accepted"
    later = p.now + timedelta(days=1)
    p.order(model.ClearChargingProfile(profile_id=1))
    assert install(p, 1, profile(p, (0, 9.0), id=3, stack_level=2, valid_to=later)).status == "Accepted"
    assert install(p, 1, profile(p, (0, 9.0), id=4, stack_level=2, valid_from=later)).status == "Accepted"


def test_in_1_6_the_same_purpose_and_level_are_replaced__1_6_3_13_2(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    assert install(p, 0, profile(p, (0, 10.0))).status == "Accepted"
    assert install(p, 0, profile(p, (0, 12.0), id=2)).status == "Accepted"
    assert p.order(model.ClearChargingProfile(profile_id=1)).status == "Unknown"
    assert install(p, 1, profile(p, (0, 14.0), id=3)).status == "Accepted"
    p.charge()
    assert p.station._cabinet.evses[1].offer[0].value == 14.0


@ALL
def test_profiles_survive_a_power_cut__K01_FR_27(play: Any, version: Version) -> None:
    p = charging(play, version)
    install(p, 0, profile(p, (0, 10.0)))
    own = profile(p, (0, 20.0), id=2, purpose=P.TX, kind=K.RELATIVE, transaction_id=transaction_id(p))
    install(p, 1, own)
    p.power_cut()
    p.charge()
    assert p.station._cabinet.evses[1].offer[0].value == 10.0
    assert p.order(model.ClearChargingProfile(profile_id=1)).status == "Accepted"
    assert not [key for key in p.kept if key.startswith("charging/")]


@ALL
def test_the_station_limit_is_shared_by_its_evses__K04_FR_05(play: Any, version: Version) -> None:
    p = play(version, evses=2)
    p.go_online()
    install(p, 0, profile(p, (0, 24.0), purpose=P.STATION_MAX))
    p.charge("T1", 1)
    assert p.station._cabinet.evses[1].offer[0].value == 24.0
    p.charge("T2", 2)
    assert [p.station._cabinet.evses[n].offer[0].value for n in (1, 2)] == [12.0, 12.0]


@ALL
def test_what_is_cleared_limits_no_more__K10_FR_05(play: Any, version: Version) -> None:
    p = charging(play, version)
    install(p, 1, profile(p, (0, 10.0)))
    effects = p.run(ev.Ordered("o", model.ClearChargingProfile(purpose=P.TX_DEFAULT, stack_level=0, evse=1)))
    assert limits(effects) == [(1, 32.0)]
    assert p.order(model.ClearChargingProfile()).status == "Unknown"


@ALL
def test_what_will_hold_is_told__K08_FR_02(play: Any, version: Version) -> None:
    p = charging(play, version, evses=2)
    install(p, 0, profile(p, (0, 16.0), (60, 10.0)))
    install(p, 0, profile(p, (0, 24.0), id=2, purpose=P.STATION_MAX))
    one = p.order(model.GetCompositeSchedule(evse=1, duration=100))
    assert [(item.start_period, item.limit) for item in one.schedule.periods] == [(0, 16.0), (60, 10.0)]
    assert (one.evse, one.schedule.duration, one.schedule.unit) == (1, 100, RateUnit.A)
    grid = p.order(model.GetCompositeSchedule(evse=0, duration=100, unit=RateUnit.W))
    assert [(i.start_period, i.limit) for i in grid.schedule.periods] == [(0, 24 * 690.0), (60, 20 * 690.0)]
    assert p.order(model.GetCompositeSchedule(evse=3, duration=100)).status == "Rejected"


@V2
def test_profiles_are_reported_in_pages__K09_FR_01_02_06(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    for number in range(7):
        install(p, 0, profile(p, (0, 10.0), id=number, stack_level=number))
    install(p, 1, profile(p, (0, 10.0), id=9, stack_level=9))
    assert p.order(model.GetChargingProfiles(request_id=5)).status == "Accepted"
    reports = [fact for fact in p.sent if isinstance(fact, model.ProfilesReported)]
    assert [(fact.evse, len(fact.profiles), fact.more, fact.request_id) for fact in reports] == [
        (0, 5, True, 5),
        (0, 2, True, 5),
        (1, 1, False, 5),
    ]
    assert p.order(model.GetChargingProfiles(request_id=6, evse=1, stack_level=3)).status == "NoProfiles"
    assert p.order(model.GetChargingProfiles(request_id=7, sources=["EMS"])).status == "NoProfiles"


@ALL
def test_a_start_from_afar_brings_its_profile__K05_FR_03_05(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    wrong = StartTransaction(token=T1, remote_start_id=1, evse=1, profile=profile(p, (0, 7.0)))
    assert p.order(wrong).reason == "InvalidProfile"
    item = profile(p, (0, 7.0), purpose=P.TX, kind=K.RELATIVE)
    start = StartTransaction(token=T1, remote_start_id=2, evse=None, profile=item)
    effects = p.run(ev.Ordered("o", start))
    assert [item.outcome.status for item in effects if isinstance(item, ef.Reply)] == ["Accepted"]
    assert limits(effects) == [(1, 7.0)]
    p.run(ev.CablePluggedIn(1))
    p.wait(600)
    assert p.station._cabinet.evses[1].offer[0].value == 7.0
    p.run(ev.CableUnplugged(1), ev.CablePluggedIn(1))
    assert p.order(model.ClearChargingProfile(profile_id=1)).status == "Unknown"


@ALL
def test_meter_values_show_what_is_offered(play: Any, version: Version) -> None:
    p = charging(play, version, settings={"MeterValuesSampledData": "Power.Offered,Current.Offered"})
    install(p, 1, profile(p, (0, 10.0)))
    p.wait(61)
    samples = [
        (sample.measurand, sample.value)
        for fact in p.sent
        for reading in getattr(fact, "readings", [])
        for sample in reading.samples
    ]
    assert ("Current.Offered", 10.0) in samples
    assert ("Power.Offered", 6900.0) in samples


def test_dynamic_limits_are_pushed_and_pulled__K28(play: Any) -> None:
    p = charging(play, Version.V21)
    item = profile(p, (0, 10.0), kind=K.DYNAMIC, dyn_update_interval=30, start_schedule=None)
    assert install(p, 1, item).status == "Accepted"
    update = model.UpdateDynamicSchedule(profile_id=1, update=model.ScheduleUpdate(limit=12.0))
    assert p.order(update).status == "Accepted"
    assert p.station._cabinet.evses[1].offer[0].value == 12.0
    usual = p.csms.answer
    p.csms.answer = lambda fact, now: (
        model.DynamicUpdateAnswer(update=model.ScheduleUpdate(limit=14.0))
        if isinstance(fact, model.DynamicUpdatePulled)
        else usual(fact, now)
    )
    p.wait(31)
    assert p.station._cabinet.evses[1].offer[0].value == 14.0
    p.wait(30)
    assert len([fact for fact in p.sent if isinstance(fact, model.DynamicUpdatePulled)]) == 2
    install(p, 1, profile(p, (0, 10.0), stack_level=3, id=2))
    assert p.order(model.UpdateDynamicSchedule(profile_id=2, update=model.ScheduleUpdate(limit=1.0))).reason


def test_a_profile_ends_with_the_connection_where_it_says_so__K01_FR_101_102(play: Any) -> None:
    p = charging(play, Version.V21)
    install(p, 1, profile(p, (0, 20.0), id=1, max_offline_duration=60))
    once = {"max_offline_duration": 30, "invalid_after_offline_duration": True}
    install(p, 1, profile(p, (0, 10.0), id=2, stack_level=1, **once))
    p.run(ev.Disconnected())
    assert limits(p.wait(32)) == [(1, 20.0)]
    assert limits(p.wait(30)) == [(1, 32.0)]
    assert limits(p.run(ev.Connected())) == [(1, 20.0)]


def test_ways_of_transfer_are_heard(play: Any) -> None:
    p = charging(play, Version.V21)
    tx = transaction_id(p)
    assert p.order(model.AllowEnergyTransfer(transaction_id=tx, modes=["AC_three_phase"])).status == "Accepted"
    assert p.order(model.AllowEnergyTransfer(transaction_id=tx, modes=["DC"])).status == "Rejected"
    assert p.order(model.AllowEnergyTransfer(transaction_id="no", modes=["DC"])).reason == "TxNotFound"


def test_a_suspended_transaction_still_ends(play: Any) -> None:
    p = charging(play, Version.V201)
    install(p, 1, profile(p, (0, 0.0)))
    p.run(ev.CableUnplugged(1))
    ended = [fact for fact in p.sent if isinstance(fact, TransactionEnded)]
    assert [fact.reason for fact in ended] == [StopReason.EV_DISCONNECTED]
    assert not p.station._cabinet.evses[1].limited


def entries(p: Any) -> int:
    name = VariableName(component="SmartChargingCtrlr", variable="Entries", variable_instance="ChargingProfiles")
    return int(p.order(GetVariables(names=[name])).variables[0].value)


def test_the_device_model_counts_what_is_installed(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    install(p, 0, profile(p, (0, 10.0)))
    install(p, 1, profile(p, (0, 10.0), id=2, stack_level=1))
    assert entries(p) == 2
    p.order(model.ClearChargingProfile())
    assert entries(p) == 0


def test_times_beyond_all_bounds_do_no_harm(play: Any) -> None:
    p = charging(play, Version.V21)
    for number, interval in enumerate((10**15, -5)):
        item = profile(p, (0, 10.0), kind=K.DYNAMIC, id=number, stack_level=number, dyn_update_interval=interval)
        install(p, 1, item)
    install(p, 1, profile(p, (0, 10.0), (10**18, 12.0), id=7, stack_level=7, max_offline_duration=10**15))
    p.run(ev.Disconnected())
    p.wait(3600)
    p.run(ev.Connected())
    assert p.order(model.GetCompositeSchedule(evse=0, duration=10**12)).status == "Accepted"
    assert not [fact for fact in p.sent if isinstance(fact, model.DynamicUpdatePulled)]


@ALL
def test_profiles_are_stacked__TC_K_40__TC_072(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    install(p, 1, profile(p, (0, 6.0), (100, 8.0), (200, 10.0), duration=400))
    install(p, 1, profile(p, (0, 7.0), (100, 9.0), id=2, stack_level=1, duration=150))
    p.wait(10)
    told = p.order(model.GetCompositeSchedule(evse=1, duration=350, unit=RateUnit.A))
    limits_ = [(item.start_period, item.limit) for item in told.schedule.periods]
    assert limits_ == [(0, 7.0), (90, 9.0), (140, 8.0), (190, 10.0)]
    assert told.schedule.duration == 350


@ALL
def test_purposes_are_combined__TC_K_41__TC_066(play: Any, version: Version) -> None:
    p = charging(play, version)
    install(p, 0, profile(p, (0, 10.0), purpose=P.STATION_MAX, duration=86_400))
    install(p, 1, profile(p, (0, 6.0), (60, 10.0), (120, 8.0), (180, 15.0), (260, 8.0), id=2, duration=300))
    own = {"purpose": P.TX, "transaction_id": transaction_id(p), "id": 3, "duration": 260}
    install(p, 1, profile(p, (0, 8.0), (50, 11.0), (140, 16.0), (200, 6.0), (240, 12.0), **own))
    told = p.order(model.GetCompositeSchedule(evse=1, duration=400, unit=RateUnit.A))
    limits_ = [(item.start_period, item.limit) for item in told.schedule.periods]
    assert limits_ == [(0, 8.0), (50, 10.0), (200, 6.0), (240, 10.0), (260, 8.0), (300, 10.0)]


@V2
def test_a_station_without_smart_charging_refuses_it__TC_K_15__TC_K_38(play: Any, version: Version) -> None:
    p = play(version, settings={"SmartChargingEnabled": "false"})
    p.go_online()
    refused = install(p, 0, profile(p, (0, 10.0)))
    assert isinstance(refused, ef.Refuse)
    assert refused.code is ErrorCode.NOT_SUPPORTED
    start = StartTransaction(token=T1, remote_start_id=1, evse=1, profile=profile(p, (0, 7.0), purpose=P.TX))
    assert p.order(start).status == "Accepted"
    assert limits(p.run(ev.CablePluggedIn(1))) == []


@V2
def test_smart_charging_can_be_turned_off_and_on(play: Any, version: Version) -> None:
    p = charging(play, version)
    install(p, 0, profile(p, (0, 10.0)))
    name = VariableName(component="SmartChargingCtrlr", variable="Enabled")
    assert limits(p.run(ev.Ordered("o", SetVariables(values=[(name, "false")])))) == [(1, 32.0)]
    assert limits(p.run(ev.Ordered("o", SetVariables(values=[(name, "true")])))) == [(1, 10.0)]
