"""Grid controls: which go before which, when they begin and end, what of them is reported (2.1 R04, R05)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from busbar.model.der import (
    AskControls,
    ClearControls,
    Control,
    ControlsReported,
    ControlSwitched,
    ControlType,
    GridAlarmed,
    SendSignal,
    SetControl,
)
from busbar.model.orders import GetVariables, VariableName
from busbar.model.versions import Version
from busbar.station import events as ev
from busbar.station.blocks.der import LIMIT, PAGE, Der

KIND = ControlType.LIMIT_MAX_DISCHARGE


def station(play: Any, **settings: str) -> Any:
    p = play(Version.V21, settings=settings)
    p.go_online()
    return p


def put(
    p: Any, name: str, priority: int = 1, after_s: float | None = None, for_s: float = 60, kind: ControlType = KIND
) -> tuple[str, list[str]]:
    """Set a default control, or with `after_s` one that begins then."""
    settings: dict[str, Any] = {"priority": priority}
    if after_s is not None:
        settings |= {"startTime": (p.now + timedelta(seconds=after_s)).isoformat(), "duration": for_s}
    control = Control(id=name, type=kind, default=after_s is None, settings=settings)
    outcome = p.order(SetControl(control=control))
    return outcome.status, outcome.superseded


def held(p: Any, **which: Any) -> dict[str, bool]:
    """Ask for controls; return which are superseded."""
    p.sent.clear()
    assert p.order(AskControls(request_id=7, **which)).status == "Accepted"
    parts = [fact for fact in p.sent if isinstance(fact, ControlsReported)]
    assert [part.more for part in parts] == [True] * (len(parts) - 1) + [False]
    assert {part.request_id for part in parts} == {7}
    return {control.id: control.superseded for part in parts for control in part.controls}


def switched(p: Any) -> list[tuple[str, bool, list[str]]]:
    return [(fact.id, fact.started, fact.superseded) for fact in p.sent if isinstance(fact, ControlSwitched)]


def running(p: Any) -> str | None:
    found = p.station._fittings.get(Der).in_force(KIND)
    return None if found is None else str(found.id)


def test_a_control_that_is_not_supported__R04_FR_01_36_43(play: Any) -> None:
    p = station(play, DerModes="VoltVar")
    assert put(p, "a") == ("NotSupported", [])
    assert p.order(AskControls(request_id=1, type=KIND)).status == "NotSupported"
    assert p.order(ClearControls(default=True, type=KIND)).status == "NotSupported"


def test_a_default_is_taken_and_kept__R04_FR_02__R01_FR_03(play: Any) -> None:
    p = station(play)
    assert put(p, "a") == ("Accepted", [])
    p.power_cut()
    assert held(p) == {"a": False}
    assert running(p) == "a"


def test_a_stronger_default_supersedes_a_weaker__R04_FR_03_09(play: Any) -> None:
    p = station(play)
    put(p, "weak", 5)
    assert put(p, "strong", 1) == ("Accepted", ["weak"])
    assert held(p) == {"weak": True, "strong": False}
    assert put(p, "late", 3) == ("Accepted", ["late"])
    assert running(p) == "strong"


def test_a_scheduled_one_runs_in_its_time_then_the_default_again__R04_FR_05_10_11_20_22(play: Any) -> None:
    p = station(play)
    put(p, "default")
    assert put(p, "s", after_s=100, for_s=50) == ("Accepted", [])
    assert running(p) == "default"
    p.wait(100)
    assert (running(p), switched(p)) == ("s", [("s", True, [])])
    p.wait(50)
    assert (running(p), switched(p)) == ("default", [("s", True, []), ("s", False, [])])
    assert held(p) == {"default": False}


def test_a_default_does_not_touch_what_runs__R04_FR_04(play: Any) -> None:
    p = station(play)
    put(p, "s", after_s=0)
    assert put(p, "default") == ("Accepted", [])
    assert running(p) == "s"


def test_of_scheduled_ones_the_stronger_is_kept__R04_FR_06(play: Any) -> None:
    p = station(play)
    put(p, "weak", 5, after_s=100)
    assert put(p, "strong", 1, after_s=500) == ("Accepted", ["weak"])
    p.wait(150)
    assert (running(p), switched(p)) == (None, [])


def test_one_that_runs_goes_on_until_a_stronger_begins__R04_FR_07_21(play: Any) -> None:
    p = station(play)
    put(p, "b", 5, after_s=0, for_s=1000)
    assert put(p, "a", 1, after_s=100) == ("Accepted", [])
    assert running(p) == "b"
    p.wait(100)
    assert (running(p), switched(p)[-1]) == ("a", ("a", True, ["b"]))
    assert held(p) == {"b": True, "a": False}


def test_a_weaker_than_what_runs_is_superseded_at_once__R04_FR_08(play: Any) -> None:
    p = station(play)
    put(p, "b", 1, after_s=0, for_s=1000)
    assert put(p, "a", 5, after_s=100) == ("Accepted", ["a"])
    p.wait(100)
    assert running(p) == "b"


def test_what_is_no_control_is_refused__R04_FR_14(play: Any) -> None:
    p = station(play)
    assert put(p, "a", after_s=0, kind=ControlType.GRADIENTS)[0] == "Rejected"
    assert put(p, "a", after_s=0, for_s=0)[0] == "Rejected"
    broken = Control(id="x", type=KIND, default=False, settings={"priority": 1, "startTime": "x", "duration": 1})
    assert p.order(SetControl(control=broken)).status == "Rejected"


def test_the_end_of_what_ran_during_a_power_cut_is_told(play: Any) -> None:
    p = station(play)
    put(p, "s", after_s=0, for_s=50)
    p.now += timedelta(seconds=100)
    p.power_cut()
    assert switched(p)[-1] == ("s", False, [])


def test_reports_by_kind_and_name_and_in_parts__R04_FR_30_to_35(play: Any) -> None:
    p = station(play)
    assert p.order(AskControls(request_id=1)).status == "NotFound"
    put(p, "d")
    put(p, "s", after_s=100)
    put(p, "v", kind=ControlType.VOLT_VAR)
    assert held(p, default=True) == {"d": False, "v": False}
    assert held(p, type=KIND) == {"d": False, "s": False}
    assert held(p, id="v") == {"v": False}
    for number in range(PAGE):
        put(p, f"n{number}", after_s=100 + number, kind=ControlType.FREQ_WATT)
    assert len(held(p)) == PAGE + 3


def test_clears_by_kind_and_name__R04_FR_41_42_44_45(play: Any) -> None:
    p = station(play)
    assert p.order(ClearControls(default=True, type=KIND)).status == "NotFound"
    assert p.order(ClearControls(default=True, id="d")).status == "NotFound"
    put(p, "d")
    put(p, "v", kind=ControlType.VOLT_VAR)
    put(p, "s", after_s=100)
    assert p.order(ClearControls(default=True, type=KIND)).status == "Accepted"
    assert p.order(ClearControls(default=False)).status == "Accepted"
    assert held(p) == {"v": False}
    assert p.order(ClearControls(default=True, id="v")).status == "Accepted"
    p.power_cut()
    assert p.order(AskControls(request_id=1)).status == "NotFound"


def test_there_is_room_for_so_many(play: Any) -> None:
    p = station(play)
    said = [put(p, str(number), after_s=1000 + number)[0] for number in range(LIMIT + 1)]
    assert said == ["Accepted"] * LIMIT + ["Rejected"]
    assert put(p, "0", after_s=5)[0] == "Accepted"  # in the place of the one with its name


def alarms(p: Any) -> list[tuple[ControlType, str | None, bool]]:
    return [(fact.type, fact.fault, fact.ended) for fact in p.sent if isinstance(fact, GridAlarmed)]


def test_alarms_are_told_once_and_taken_over__R05_FR_01_to_04(play: Any) -> None:
    p = station(play)
    p.run(*[ev.GridFaulted(ControlType.HV_MAY_TRIP, "OverVoltage")] * 2)
    p.run(ev.GridFaulted(ControlType.FREQ_WATT, "OverFrequency"), *[ev.GridRestored()] * 2)
    assert alarms(p) == [
        (ControlType.HV_MAY_TRIP, "OverVoltage", False),
        (ControlType.FREQ_WATT, "OverFrequency", False),
        (ControlType.FREQ_WATT, "OverFrequency", True),
    ]


def test_an_alarm_offline_is_told_later(play: Any) -> None:
    p = station(play)
    p.run(ev.Disconnected(), ev.GridFaulted(ControlType.HV_MAY_TRIP, "OverVoltage"))
    assert alarms(p) == []
    p.run(ev.Connected())
    assert len(alarms(p)) == 1


def test_a_signal_that_nothing_follows_is_refused(play: Any) -> None:
    p = station(play)
    assert p.order(SendSignal(at=p.now, signal=5)).status == "Rejected"


@pytest.mark.parametrize("version", [Version.V16, Version.V201])
def test_older_stations_tell_no_alarm(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    p.run(ev.GridFaulted(ControlType.HV_MAY_TRIP, "OverVoltage"))
    assert alarms(p) == []


@pytest.mark.parametrize(
    ("phases", "there", "other"), [(0, "DCDERCtrlr", "ACDERCtrlr"), (3, "ACDERCtrlr", "DCDERCtrlr")]
)
def test_a_station_tells_what_its_inverter_can__R01_FR_01__R03_FR_03(
    play: Any, phases: int, there: str, other: str
) -> None:
    p = play(Version.V21)
    p.config = replace(p.config, phases=phases, power_w=50_000)
    p.station = p._new_station()
    p.go_online()

    def read(component: str, variable: str, evse: int | None) -> tuple[str, str | None]:
        name = VariableName(component=component, variable=variable, evse=evse)
        result = p.order(GetVariables(names=[name])).variables[0]
        return result.status, result.value

    evse = 1 if phases == 0 else None
    status, modes = read(there, "ModesSupported", evse)
    assert (status, modes is not None and "VoltVar" in modes) == ("Accepted", True)
    assert read(other, "ModesSupported", None)[0] == "UnknownComponent"
    if phases == 0:
        assert read(there, "MaxW", 1) == ("Accepted", "50000")
        assert read(there, "InverterManufacturer", 1) == ("Accepted", "Busbar")
