"""Counters that begin again."""

from hypothesis import given
from hypothesis import strategies as st

from busbar.station.counter import Counter

LIMIT = 1000


@given(st.lists(st.integers(0, LIMIT // 2 - 1)))
def test_the_register_is_what_was_counted_however_often_the_meter_began_again(steps: list[int]) -> None:
    counter, true = Counter(), 0
    for step in steps:
        true += step
        assert counter.read(true % LIMIT, LIMIT) == true


def test_a_meter_that_falls_a_little_does_not_move_the_register() -> None:
    counter = Counter()
    assert counter.read(700, LIMIT) == 700
    assert counter.read(690, LIMIT) == 700
    assert counter.read(710, LIMIT) == 710
