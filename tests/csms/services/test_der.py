"""The store knows which grid controls a station holds, and which of them count."""

from datetime import timedelta

import pytest

from busbar.csms.records.der import DerControl, DerRun, DerSupersession, DerWipe, GridAlarm
from busbar.csms.services.der import improper, standing
from busbar.model.der import (
    AskControls,
    ClearControls,
    Control,
    ControlSet,
    ControlsReported,
    ControlSwitched,
    ControlType,
    GridAlarmed,
    SetControl,
)

VOLT_VAR, GRADIENTS = ControlType.VOLT_VAR, ControlType.GRADIENTS


def control(name: str, kind: ControlType = VOLT_VAR, *, default: bool = True, superseded: bool = False, **settings):
    return Control(id=name, type=kind, default=default, settings={"priority": 1} | settings, superseded=superseded)


async def put(stand, what: Control, outcome="Accepted") -> None:
    stand.now += timedelta(minutes=1)
    await stand.end(SetControl(control=what), outcome)


async def held(stand) -> dict[str, str | None]:
    kinds = (DerControl, DerWipe, DerSupersession, DerRun)
    found = [await stand.store.find(kind, station_id=1) for kind in kinds]
    return {s.row.control_id: s.superseded_by for s in standing(*found, stand.now) if s.row.held}


async def test_a_control_that_was_accepted_is_held_and_may_supersede__R04_FR_02_FR_03(stand):
    await put(stand, control("a"))
    await put(stand, control("b"), ControlSet(status="Accepted", superseded=["a"]))
    assert await held(stand) == {"a": "b", "b": None}
    await put(stand, control("a"))
    assert (await held(stand))["a"] is None


async def test_a_refusal_is_kept__R04_FR_01(stand):
    await put(stand, control("a"), "NotSupported")
    await put(stand, control("b"), None)
    assert await held(stand) == {}
    assert (await stand.store.get(DerControl, 1, "a")).status == "NotSupported"


@pytest.mark.parametrize(
    ("order", "left"),
    [
        (ClearControls(default=True), {"s"}),
        (ClearControls(default=True, type=GRADIENTS), {"d", "s"}),
        (ClearControls(default=False, id="s"), {"d", "g"}),
        (ClearControls(default=False, type=GRADIENTS), {"d", "g", "s"}),
    ],
)
async def test_clearing_is_by_default_type_or_id__R04_FR_44_FR_45_FR_46(stand, order, left):
    for each in (control("d"), control("g", GRADIENTS), control("s", default=False)):
        await put(stand, each)
    stand.now += timedelta(minutes=1)
    await stand.end(order, "Rejected")
    assert set(await held(stand)) == {"d", "g", "s"}
    await stand.end(order, "Accepted")
    assert set(await held(stand)) == left


async def test_a_report_says_all_that_is_held_of_what_was_asked__R04_FR_31_FR_32(stand):
    for each in (control("d"), control("g", GRADIENTS), control("s", default=False)):
        await put(stand, each)
    stand.now += timedelta(minutes=1)
    await stand.end(AskControls(request_id=3, default=True), "Accepted")
    stand.now += timedelta(minutes=1)
    await stand.tell(ControlsReported(request_id=3, controls=[control("n", superseded=True)], more=True))
    assert set(await held(stand)) == {"d", "g", "s", "n"}
    await stand.tell(ControlsReported(request_id=3, controls=[control("g", GRADIENTS)]))
    assert await held(stand) == {"g": None, "s": None, "n": ""}


async def test_nothing_found_is_known_too__R04_FR_30(stand):
    for each in (control("d"), control("s", default=False)):
        await put(stand, each)
    stand.now += timedelta(minutes=1)
    await stand.end(AskControls(request_id=3, id="d"), "NotFound")
    assert set(await held(stand)) == {"s"}
    await stand.end(AskControls(request_id=4), "NotFound")
    assert await held(stand) == {}


async def test_a_scheduled_control_runs_and_supersedes__R04_FR_20_FR_21(stand):
    await put(stand, control("a", default=False))
    await put(stand, control("b", default=False))
    await stand.tell(ControlSwitched(id="b", started=True, at=stand.now, superseded=["a"]))
    assert await held(stand) == {"a": "b", "b": None}
    assert (await stand.store.get(DerRun, 1, "b")).started


async def test_a_control_that_is_over_is_gone__R04_FR_10(stand):
    await put(stand, control("a", default=False, startTime="2026-05-01T08:30:00Z", duration=60.0))
    assert set(await held(stand)) == {"a"}
    stand.now = stand.at(31)
    assert await held(stand) == {}


async def test_an_alarm_and_its_end_are_kept_and_told__R05_FR_01_FR_02(stand):
    await stand.tell(GridAlarmed(type=VOLT_VAR, at=stand.now, fault="OverVoltage", info="x"))
    await stand.tell(GridAlarmed(type=VOLT_VAR, at=stand.now, ended=True))
    assert [(row.fault, row.ended) for row in await stand.store.find(GridAlarm)] == [
        ("OverVoltage", False),
        (None, True),
    ]
    assert [h.ended for h in stand.happenings] == [False, True]


def test_controls_that_must_not_be_sent_are_named__R04_FR_12_FR_14():
    assert improper(control("a", default=True, duration=5)) is not None
    assert improper(control("a", GRADIENTS, default=False)) is not None
    assert improper(control("a", default=False, duration=5)) is None
    assert improper(control("a", GRADIENTS)) is None
