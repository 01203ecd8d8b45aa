"""Ranges hold the same numbers as a set."""

from hypothesis import given
from hypothesis import strategies as st

from busbar.csms.services.sequences import Sequences


@given(st.lists(st.integers(0, 40)))
def test_it_behaves_as_a_set(numbers) -> None:
    ranges, known = Sequences(), set()
    for number in numbers:
        assert ranges.add(number) is (number not in known)
        known.add(number)
        assert ranges.last == max(known)
        assert ranges.unbroken is (len(known) == max(known) - min(known) + 1)
    assert [n for n in range(-1, 42) if n in ranges] == sorted(known)


def test_a_long_session_is_one_range() -> None:
    ranges = Sequences(range(100_000))
    assert ranges.unbroken
    assert len(ranges._ranges) == 1


def test_beyond_the_limit_the_lowest_range_is_forgotten_and_counts_as_broken() -> None:
    ranges = Sequences(range(0, 40, 2), limit=4)
    assert [n for n in range(40) if n in ranges] == [32, 34, 36, 38]
    assert not ranges.unbroken


def test_nothing_is_unbroken_and_has_no_last() -> None:
    assert Sequences().unbroken
    assert Sequences().last is None
