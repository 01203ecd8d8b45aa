"""What ports define beside signatures."""

from busbar.csms.ports import Conflict, Page, Query


def test_a_conflict_names_the_field() -> None:
    assert Conflict("identity", "taken").field == "identity"


def test_a_query_filters_nothing_by_default() -> None:
    query = Query()
    assert query.limit == 100
    assert all(getattr(query, name) is None for name in query.__struct_fields__ if name != "limit")


def test_the_last_page_has_no_next() -> None:
    assert Page([1]).next is None
