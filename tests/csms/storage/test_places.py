"""Places are given once, and again after a transaction that was undone."""

from busbar.csms.storage.places import LIMIT, STATION, TRANSACTION, Places
from busbar.csms.storage.schema import BLOCK_BITS, SLOT_US

BLOCK = 2**BLOCK_BITS


def test_a_block_is_given_once_for_each_station() -> None:
    places = Places()
    assert places.blocks([1, 2, 1], 1) == [1, 0, 2, 0]
    assert places.blocks([1, 3], 4) == [3, 0]
    assert places.blocks([1, 1, 1], BLOCK - 1) == [1, 1]


def test_a_slot_is_given_once_for_each_station_and_transaction() -> None:
    places = Places()
    found = places.slots([0, SLOT_US - 1, SLOT_US], [7, 7, 7], [70, 70, 70])
    assert found == [STATION, 7, 0, STATION, 7, 1, TRANSACTION, 70, 0, TRANSACTION, 70, 1]
    assert places.slots([SLOT_US], [7], [71]) == [TRANSACTION, 71, 1]


def test_a_time_before_1970_has_a_slot() -> None:
    assert Places().slots([-1], [7], [70])[:3] == [STATION, 7, -1]


def test_what_was_undone_is_given_again() -> None:
    places = Places()
    places.blocks([1], 1)
    places.slots([0], [1], [1])
    places.clear()
    assert places.blocks([1], 1) == [1, 0]
    assert places.slots([0], [1], [1]) == [STATION, 1, 0, TRANSACTION, 1, 0]


def test_memory_is_bounded() -> None:
    places = Places()
    many = range(LIMIT + 1)
    places.blocks(many, 1)
    assert places.blocks([0], 1) == [0, 0]
    places.slots([0] * len(many), many, many)
    assert places.slots([0], [0], [0]) == [STATION, 0, 0, TRANSACTION, 0, 0]
