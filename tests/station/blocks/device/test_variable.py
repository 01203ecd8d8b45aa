"""A declared variable: types, bounds, lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from busbar.station.blocks.device.variable import Variable


def of(kind: str, default: str = "", low: float | None = None, high: float | None = None, *members: str) -> Variable:
    return Variable("X", None, ("C", "X", None), default, low, high, members, kind=kind)


@pytest.mark.parametrize(
    ("row", "value", "clean"),
    [
        (of("integer", "1", 0, 10), "10", "10"),
        (of("integer", "1", 0, 10), "11", None),  # B05.FR.08
        (of("integer", "1", 0, 10), "-1", None),
        (of("integer", "1", -5, 10), "-5", "-5"),
        (of("integer", "1", 0, 10), "1e3", None),  # B05.FR.07
        (of("integer", "1", 0, 10), "\u0663", None),
        (of("integer", "1", 0, 10), "9" * 400, None),
        (of("decimal", "1.0", 0, 100), "2.5", "2.5"),
        (of("decimal", "1.0", 0, 100), "nan", None),
        (of("decimal", "1.0", 0, 100), "100.1", None),
        (of("boolean", "true"), "TRUE", "true"),
        (of("boolean", "true"), "1", None),
        (of("OptionList", "a", None, None, "a", "b"), "b", "b"),
        (of("OptionList", "a", None, None, "a", "b"), "a,b", None),
        (of("MemberList", "a", None, None, "a", "b"), "b, a", "b,a"),
        (of("MemberList", "a", None, None, "a", "b"), "", ""),
        (of("MemberList", "a", None, None, "a", "b"), "a,a", None),
        (of("SequenceList", "a", None, None, "a", "b"), "b,c", None),
        (of("dateTime"), "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        (of("dateTime"), "yesterday", None),
        (of("string", "", 2, 3), "abc", "abc"),
        (of("string", "", 2, 3), "a", None),
        (of("string", "", 2, 3), "abcd", None),
        (of("string"), "x" * 1001, None),
    ],
)
def test_a_value_is_of_the_type_and_within_the_bounds__B05_FR_07_08(
    row: Variable, value: str, clean: str | None
) -> None:
    assert row.clean(value) == clean
    assert row.admits(value) is (clean is not None)


@given(st.integers(-20, 20), st.integers(-10, 0), st.integers(0, 10))
def test_a_whole_number_is_taken_exactly_within_its_bounds(value: int, low: int, high: int) -> None:
    assert of("integer", "0", low, high).admits(str(value)) is (low <= value <= high)


@given(st.lists(st.sampled_from("abcd"), unique=True))
def test_what_was_cleaned_stays_as_it_is(members: list[str]) -> None:
    row = of("MemberList", "a", None, None, *"abcd")
    clean = row.clean(" , ".join(members))
    assert clean is not None
    assert row.clean(clean) == clean


def test_the_default_tells_the_type_where_nothing_else_does() -> None:
    assert Variable("X", None, None, "true").data_type == "boolean"
    assert Variable("X", None, None, "5", 0, 9).data_type == "integer"
    assert Variable("X", None, None, "a", members=("a",)).data_type == "MemberList"
    assert Variable("X", None, None, "free").data_type == "string"


@pytest.mark.parametrize(
    ("row", "mutability"),
    [
        (Variable("X", None, None, ""), "ReadWrite"),
        (Variable("X", None, None, "", writable=False), "ReadOnly"),
        (Variable("X", None, None, "", secret=True), "WriteOnly"),
    ],
)
def test_who_may_do_what(row: Variable, mutability: str) -> None:
    assert row.mutability == mutability
