"""A monitor fires when the value says so, and not otherwise."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busbar.model.orders import VariableName
from busbar.station.blocks.monitor import Firing, Monitor, number_of

NOW = datetime(2026, 1, 1, 12, 0, 7, tzinfo=UTC)
NUMBERS = st.lists(st.integers(-20, 20), max_size=30)


def monitor(kind: str, value: float, at: str = "0") -> Monitor:
    made = Monitor(id=1, name=VariableName(variable="Power"), kind=kind, value=value, severity=5)
    made.begin(at, NOW)
    return made


@given(NUMBERS, st.integers(-20, 20), st.booleans())
def test_a_threshold_tells_each_crossing_once__N07_FR_02_FR_16_FR_17(
    values: list[int], bound: int, upper: bool
) -> None:
    one = monitor("UpperThreshold" if upper else "LowerThreshold", bound)
    fired = [one.check(str(value), NOW, numeric=True) for value in values]
    beyond = [value > bound if upper else value < bound for value in values]
    crossed = [
        Firing("Alerting", cleared=not is_) if is_ is not was else None
        for was, is_ in zip([False, *beyond], beyond, strict=False)
    ]
    assert fired == crossed


@given(NUMBERS, st.integers(0, 10))
def test_a_delta_is_measured_from_what_was_told_last__N07_FR_18(values: list[int], step: int) -> None:
    one, reference = monitor("Delta", step), 0
    for value in values:
        expected = value != reference and abs(value - reference) >= step
        assert one.check(str(value), NOW, numeric=True) == (Firing("Delta") if expected else None)
        reference = value if expected else reference


def test_every_change_of_a_text_is_a_delta__N07_FR_19() -> None:
    one = monitor("Delta", 1, "Available")
    said = ["Available", "Occupied", "Occupied", "Faulted"]
    assert [one.check(value, NOW, numeric=False) is not None for value in said] == [False, True, False, True]


def test_a_period_is_not_shifted_by_a_late_look_and_not_made_up_for__N08_FR_06() -> None:
    one = monitor("Periodic", 10)
    looks = [5, 10, 13, 21, 29, 30, 75, 76, 86]
    fired = [look for look in looks if one.check("1", NOW + timedelta(seconds=look), numeric=True)]
    assert fired == [10, 21, 30, 75, 86]


def test_an_aligned_period_is_counted_from_midnight__N08_FR_07() -> None:
    one = monitor("PeriodicClockAligned", 900)
    assert one.due == datetime(2026, 1, 1, 12, 15, tzinfo=UTC)
    assert one.check("1", one.due, numeric=True) == Firing("Periodic")
    assert one.due == datetime(2026, 1, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["UpperThreshold", "Delta"])
@pytest.mark.parametrize("value", ["", "x", "nan", "inf"])
def test_what_is_no_number_fires_nothing(kind: str, value: str) -> None:
    assert monitor(kind, -100).check(value, NOW, numeric=True) is None
    assert number_of(value) is None


def test_a_change_is_measured_from_the_first_number_there_is() -> None:
    one = monitor("Delta", 5, "")
    assert [one.check(value, NOW, numeric=True) for value in ("10", "14", "15")] == [None, None, Firing("Delta")]
