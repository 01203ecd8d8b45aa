"""A cursor comes back as the key it was made of, or is refused."""

import pytest

from busbar.csms.ports import Query
from busbar.csms.storage import cursor


def test_a_key_comes_back() -> None:
    for key, kinds in (((1,), (int,)), ((-5, "ä/+?"), (int, str)), ((2**63 - 1, ""), (int, str))):
        assert cursor.decode(cursor.encode(key), kinds) == key


@pytest.mark.parametrize("text", ["", "=", "ä", "x" * 5, cursor.encode(("a",)), cursor.encode((1, 1)), "bnVsbA", "W10"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="leave it out to begin at the first page"):
        cursor.decode(text, (int,))


def test_a_number_that_no_database_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="cursor"):
        cursor.decode(cursor.encode((2**63,)), (int,))


def test_filters_and_limits_are_checked() -> None:
    cursor.check(Query(limit=1000, text="a"), "tokens", "text")
    with pytest.raises(ValueError, match="limit is 1001"):
        cursor.check(Query(limit=1001), "tokens", "text")
    with pytest.raises(ValueError, match="tokens cannot be filtered by station_id"):
        cursor.check(Query(station_id=0), "tokens", "text")


def test_the_end_of_a_prefix_is_above_all_that_starts_with_it() -> None:
    assert "ab\uffff" < cursor.prefix_end("ab") < "ac"
