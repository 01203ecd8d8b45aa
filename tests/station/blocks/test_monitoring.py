"""Monitors are set, found, reported and removed; what they notice is told, or kept for later by how grave it is."""

from datetime import timedelta
from typing import Any

import pytest

from busbar.model.device import Selection
from busbar.model.monitoring import (
    ClearMonitors,
    Event,
    EventsNotified,
    GetMonitoringReport,
    MonitorSetting,
    MonitorsReported,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
)
from busbar.model.orders import GetVariables, SetVariables, VariableName
from busbar.model.values import Sample
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.config import StationConfig

TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])
STATE = VariableName(component="EVSE", variable="AvailabilityState", evse=1)
POWER = VariableName(component="EVSE", variable="Power", evse=1)
HEARTBEAT = VariableName(component="OCPPCommCtrlr", variable="HeartbeatInterval")


def setting(name: VariableName = STATE, kind: str = "Delta", value: float = 1, **more: Any) -> MonitorSetting:
    return MonitorSetting(**{"name": name, "kind": kind, "value": value, "severity": 5} | more)


def began(play: Any, version: Version = Version.V21, **about: Any) -> Any:
    p = play(version)
    if about:
        p.config = StationConfig(identity="CS1", version=version, **about)
        p.station = p._new_station()
    p.go_online()
    return p


def put(p: Any, *settings: MonitorSetting) -> list[tuple[str, int | None]]:
    outcome = p.order(SetMonitors(monitors=list(settings)))
    return [(one.status, one.id) for one in outcome.monitors]


def told(p: Any) -> list[Event]:
    return [event for fact in p.csms.heard if isinstance(fact, EventsNotified) for event in fact.events]


def power(p: Any, watts: float) -> None:
    p.tell(ev.Metered(1, 0, (Sample(value=watts, measurand="Power.Active.Import", unit="W"),)))


def reported(p: Any) -> list[tuple[int, str, str | None]]:
    facts = [fact for fact in p.csms.heard if isinstance(fact, MonitorsReported)]
    assert [fact.part.seq_no for fact in facts] == list(range(len(facts)))
    assert [fact.part.more for fact in facts] == [True] * (len(facts) - 1) + [False]
    p.csms.heard.clear()
    return sorted((one.id, one.kind, one.origin) for fact in facts for one in fact.monitors)


@TWO
def test_a_change_is_told__N04_FR_08_FR_11_N07_FR_06_FR_19_FR_20(play: Any, version: Version) -> None:
    p = began(play, version)
    assert put(p, setting()) == [("Accepted", 1)]
    p.charge()
    event = told(p)[0]
    assert (event.name, event.value, event.trigger, event.origin) == (STATE, "Occupied", "Delta", "CustomMonitor")
    assert (event.monitor_id, event.severity, event.at) == (1, 5, p.now)
    assert len(told(p)) == 1


def test_a_threshold_is_seen_while_nothing_else_happens__N07_FR_02_FR_16(play: Any) -> None:
    p = began(play)
    put(p, setting(POWER, "UpperThreshold", 5000, transaction=True))
    power(p, 6000)
    p.wait(10)
    assert told(p) == []
    p.charge()
    power(p, 6000)
    p.wait(5)
    power(p, 100)
    p.wait(5)
    assert [(event.value, event.cleared, event.transaction_id) for event in told(p)] == [
        ("6000", False, "tx-1"),
        ("100", True, "tx-1"),
    ]


def test_what_was_exceeded_before_a_power_cut_is_cleared_after_it__N07_FR_13_FR_14(play: Any) -> None:
    p = began(play)
    put(p, setting(HEARTBEAT, "UpperThreshold", 200))
    assert [event.cleared for event in told(p)] == [False]
    p.order(SetVariables(values=[(HEARTBEAT, "100")]))
    p.order(SetVariables(values=[(HEARTBEAT, "300")]))
    p.csms.interval_s = 100
    p.power_cut()
    assert [event.cleared for event in told(p)] == [False, True, False, True]


def test_a_periodic_one_is_told_in_time__N08_FR_04_FR_05_FR_06(play: Any) -> None:
    p = began(play)
    put(p, setting(POWER, "Periodic", 60), setting(POWER, "PeriodicClockAligned", 900))
    p.wait(899)
    assert [event.at for event in told(p)] == [p.now - timedelta(seconds=899 - 60 * n) for n in range(1, 15)]
    p.wait(1)
    assert [event.monitor_id for event in told(p)[14:]] == [1, 2]
    assert {event.trigger for event in told(p)} == {"Periodic"}


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (setting(VariableName(component="None", variable="X")), "UnknownComponent"),
        (setting(VariableName(component="EVSE", variable="AvailabilityState", evse=9)), "UnknownComponent"),
        (setting(VariableName(component="EVSE", variable="X", evse=1)), "UnknownVariable"),
        (setting(STATE, "UpperThreshold"), "UnsupportedMonitorType"),
        (setting(POWER, "TargetDelta"), "UnsupportedMonitorType"),
        (setting(HEARTBEAT, "UpperThreshold", 1e9), "Rejected"),
        (setting(POWER, "Delta", -1), "Rejected"),
        (setting(POWER, "Periodic", 0), "Rejected"),
        (setting(POWER, "Periodic", 1e9), "Rejected"),
        (setting(POWER, severity=10), "Rejected"),
        (setting(POWER, id=77), "Rejected"),
        (setting(POWER, id=1), "Rejected"),
        (setting(severity=5), "Duplicate"),
    ],
)
def test_what_cannot_be_watched_is_refused__N04_FR_03_FR_04_FR_05_FR_06_FR_10_FR_13_FR_14_FR_16(
    play: Any, asked: MonitorSetting, status: str
) -> None:
    p = began(play)
    put(p, setting())
    assert put(p, asked) == [(status, asked.id)]


def test_a_monitor_is_replaced_by_its_id__N04_FR_12(play: Any) -> None:
    p = began(play)
    put(p, setting(POWER, "Delta", 5))
    assert put(p, setting(POWER, "Periodic", 60, id=1)) == [("Accepted", 1)]
    p.order(GetMonitoringReport(request_id=3))
    assert reported(p) == [(1, "Periodic", "CustomMonitor")]


def test_monitors_are_cleared__N06_FR_01_FR_02_FR_03_FR_05_N04_FR_18(play: Any) -> None:
    p = began(play, hard_wired_monitors=(setting(),))
    assert put(p, setting(POWER)) == [("Accepted", 2)]
    outcome = p.order(ClearMonitors(ids=[1, 2, 3]))
    assert [one.status for one in outcome.monitors] == ["Rejected", "Accepted", "NotFound"]
    assert put(p, setting(id=1, value=2)) == [("Rejected", 1)]
    p.charge()
    assert [event.origin for event in told(p)] == ["HardWiredMonitor"]


def test_a_base_says_what_is_there_to_begin_with__N03(play: Any) -> None:
    p = began(play, hard_wired_monitors=(setting(),), preconfigured_monitors=(setting(POWER),))
    put(p, setting(POWER, "Periodic", 60), setting(POWER, value=9, id=2))

    def base(name: str) -> list[tuple[int, str]]:
        assert p.order(SetMonitoringBase(base=name)).status == "Accepted"
        p.order(GetMonitoringReport(request_id=3))
        return [(number, origin or "") for number, _, origin in reported(p)]

    hard, custom, factory = (1, "HardWiredMonitor"), (3, "CustomMonitor"), (2, "PreconfiguredMonitor")
    assert base("All") == [hard, (2, "CustomMonitor"), custom]
    assert base("FactoryDefault") == [hard, factory]
    assert base("HardWiredOnly") == [hard]
    p.power_cut()
    p.order(GetMonitoringReport(request_id=3))
    assert [number for number, *_ in reported(p)] == [1]
    assert base("All") == [hard, factory]
    assert p.order(SetMonitoringBase(base="Other")).status == "NotSupported"
    name = VariableName(component="MonitoringCtrlr", variable="ActiveMonitoringBase")
    assert p.order(GetVariables(names=[name])).variables[0].value == "All"


def test_only_what_is_grave_enough_is_told__N05_FR_01_FR_02_FR_03_N07_FR_15(play: Any) -> None:
    p = began(play)
    put(p, setting(), setting(severity=2))
    assert p.order(SetMonitoringLevel(severity=10)).status == "Rejected"
    assert p.order(SetMonitoringLevel(severity=4)).status == "Accepted"
    p.charge()
    assert [event.severity for event in told(p)] == [2]


def test_what_is_grave_enough_waits_for_the_connection__N07_FR_04(play: Any) -> None:
    p = began(play)
    name = VariableName(component="MonitoringCtrlr", variable="OfflineQueuingSeverity")
    p.order(SetVariables(values=[(name, "3")]))
    put(p, setting(), setting(severity=3))
    p.run(ev.Disconnected())
    p.charge()
    p.power_cut()
    assert [event.severity for event in told(p)] == [3]


def test_a_report_is_limited_and_comes_in_pages__N02(play: Any) -> None:
    p = began(play)
    put(
        p,
        *(setting(POWER, kind, 100, severity=n) for kind in ("Delta", "UpperThreshold", "Periodic") for n in range(10)),
    )
    p.csms.heard.clear()
    assert p.order(GetMonitoringReport(request_id=3)).status == "Accepted"
    assert len(reported(p)) == 30
    p.order(GetMonitoringReport(request_id=3, criteria=["ThresholdMonitoring"]))
    assert {kind for _, kind, _ in reported(p)} == {"UpperThreshold"}
    select = [Selection(component="Connector")]
    assert p.order(GetMonitoringReport(request_id=3, selections=select)).status == "EmptyResultSet"
    p.order(GetMonitoringReport(request_id=3, criteria=["DeltaMonitoring"], selections=[Selection(component="EVSE")]))
    assert len(reported(p)) == 10
    assert p.order(GetMonitoringReport(request_id=3, criteria=["TargetDeltaMonitoring"])).status == "NotSupported"


def test_more_than_the_limit_is_refused__N04_FR_09(play: Any) -> None:
    p = began(play)
    answer = p.order(SetMonitors(monitors=[setting(POWER)] * 101))
    assert isinstance(answer, ef.Refuse)


def test_monitoring_can_be_switched_off(play: Any) -> None:
    p = began(play)
    put(p, setting())
    name = VariableName(component="MonitoringCtrlr", variable="Enabled")
    p.order(SetVariables(values=[(name, "false")]))
    p.charge()
    assert told(p) == []
