"""What only memory has to do by itself; the rest is the contract in test_records.py."""

from datetime import UTC, datetime

import pytest

from busbar.csms.ports import Test
from busbar.csms.records.leases import Lease
from busbar.csms.storage.memory_records import equals, holds

ROW = Lease(name="a", holder="b", until=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_comparison_with_nothing_is_false_as_in_sql() -> None:
    row = Lease(name="a", holder=None, until=ROW.until)  # type: ignore[arg-type]
    assert not holds(row, Test("holder", "!=", "x"))
    assert holds(row, Test("holder", "null", True))


def test_unknown_fields_and_operations_are_refused() -> None:
    for test in (Test("none", "=", 1), Test("name", "like", "a")):
        with pytest.raises(ValueError, match="searched"):
            holds(ROW, test)


def test_a_tuple_means_one_of_its_values() -> None:
    assert equals(ROW, {"name": ("a", "z"), "holder": "b"})
    assert not equals(ROW, {"name": ("y", "z")})
