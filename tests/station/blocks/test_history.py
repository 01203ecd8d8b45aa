"""The readings that the end of a transaction tells, over time."""

from typing import Any

import pytest

from busbar.model.facts import TransactionEnded
from busbar.model.orders import SetVariables, VariableName
from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.station import events as ev
from busbar.station.blocks import history

REGISTER = "Energy.Active.Import.Register"
V16 = {"StopTxnSampledData": REGISTER, "MeterValueSampleInterval": "60"}
V2X = {"TxEndedInterval": "60"}
ALL = pytest.mark.parametrize(
    ("version", "settings"), [(Version.V16, V16), (Version.V201, V2X), (Version.V21, V2X)], ids=lambda v: str(v)[:5]
)


def charge(p: Any, minutes: int) -> None:
    p.meter(1000)
    p.charge("T")
    for minute in range(1, minutes + 1):
        p.meter(1000 + minute * 100)
        p.wait(60)


def told(p: Any) -> list[tuple[str, float | None]]:
    (ended,) = [fact for fact in p.sent if isinstance(fact, TransactionEnded)]
    return [(sample.context, sample.value) for reading in ended.readings for sample in reading.samples]


@ALL
def test_the_end_tells_begin_samples_and_end__TC_J_07_CS(play: Any, version: Version, settings: dict[str, str]) -> None:
    p = play(version, settings=settings)
    p.go_online()
    charge(p, 3)
    p.meter(1350)
    p.run(ev.TokenRead(IdToken("T"), 1))
    assert told(p) == [
        ("Transaction.Begin", 1000.0),
        ("Sample.Periodic", 1100.0),
        ("Sample.Periodic", 1200.0),
        ("Sample.Periodic", 1300.0),
        ("Transaction.End", 1350.0),
    ]
    assert not [key for key in p.kept if key.startswith("history/")]
    assert not [name for name in p.timers if name.startswith("history/")]


@ALL
def test_a_power_cut_costs_no_reading(play: Any, version: Version, settings: dict[str, str]) -> None:
    p = play(version, settings=settings)
    p.go_online()
    charge(p, 2)
    p.power_cut()
    assert [value for _, value in told(p)][:3] == [1000.0, 1100.0, 1200.0]
    assert not [key for key in p.kept if key.startswith("history/")]


@pytest.mark.parametrize(
    ("version", "settings"),
    [
        (Version.V16, {"StopTxnAlignedData": REGISTER, "ClockAlignedDataInterval": "60"}),
        (Version.V201, {"AlignedTxEndedInterval": "60", "TxEndedMeasurands": ""}),
    ],
)
def test_clock_marks_are_told_at_the_end(play: Any, version: Version, settings: dict[str, str]) -> None:
    p = play(version, settings=settings)
    p.go_online()
    p.wait(30)
    charge(p, 2)
    p.run(ev.TokenRead(IdToken("T"), 1))
    assert told(p) == [("Sample.Clock", 1100.0), ("Sample.Clock", 1200.0)]


def test_a_long_transaction_loses_readings_from_between_only__E06_FR_13__J02_FR_20(play: Any) -> None:
    p = play(Version.V201, settings=V2X)
    p.go_online()
    charge(p, 3 * history.LIMIT)
    p.run(ev.TokenRead(IdToken("T"), 1))
    found = told(p)
    assert len(found) <= history.LIMIT + 2
    assert (found[0], found[-1]) == (("Transaction.Begin", 1000.0), ("Transaction.End", 31_000.0))
    assert [value for _, value in found] == sorted(value or 0 for _, value in found)


def test_readings_that_nobody_wants_any_more_do_not_stay(play: Any) -> None:
    p = play(Version.V201, settings=V2X)
    p.go_online()
    charge(p, 2)
    name = VariableName(component="SampledDataCtrlr", variable="TxEndedInterval")
    p.order(SetVariables(values=[(name, "0")]))
    p.power_cut()
    assert not [key for key in p.kept if key.startswith("history/")]


@pytest.mark.parametrize("version", list(Version))
def test_without_such_settings_nothing_is_kept(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    charge(p, 2)
    assert p.station._fittings.known(history.History) is None
