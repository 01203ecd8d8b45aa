"""Slots are tried in turn."""

from hypothesis import given
from hypothesis import strategies as st

from busbar.station.rotation import Rotation


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4, unique=True), st.integers(1, 4))
def test_each_slot_gets_its_attempts_and_then_the_round_begins_anew__B10_FR_03_08(
    order: list[int], attempts: int
) -> None:
    rotation, tried = Rotation(), []
    for _ in range(2 * attempts * len(order)):
        tried.append(rotation.slot(order))
        rotation.failed(attempts)
    assert tried == [slot for slot in order for _ in range(attempts)] * 2


def test_a_slot_that_worked_gets_all_its_attempts_again() -> None:
    rotation = Rotation()
    rotation.failed(2)
    rotation.connected()
    rotation.failed(2)
    assert rotation.slot([1, 2]) == 1
    rotation.failed(2)
    assert rotation.slot([1, 2]) == 2


def test_an_order_that_grew_shorter_is_gone_through_all_the_same() -> None:
    rotation = Rotation()
    rotation.failed(1)
    assert rotation.slot([3]) == 3
