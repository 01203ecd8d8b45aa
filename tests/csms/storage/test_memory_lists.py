"""Pages of the store in memory are cut behind the cursor; that they agree with the databases is in test_lists.py."""

from datetime import timedelta

from busbar.csms.ports import Query
from busbar.csms.rows import Site
from busbar.csms.storage.memory_lists import cut, same, within
from tests.fixtures.rows import NOON


def test_a_page_goes_on_behind_its_cursor_in_both_directions() -> None:
    rows = [Site(id=number, name=str(number)) for number in (3, 1, 2)]
    for newest, expected in ((False, [1, 2, 3]), (True, [3, 2, 1])):
        page = cut(rows, Query(limit=2), lambda row: (row.id,), (int,), newest=newest)
        rest = cut(rows, Query(limit=2, cursor=page.next), lambda row: (row.id,), (int,), newest=newest)
        assert [row.id for row in page.items + rest.items] == expected
        assert rest.next is None


def test_since_is_included_and_until_is_not() -> None:
    query = Query(since=NOON, until=NOON + timedelta(seconds=1))
    assert [within(query, NOON + timedelta(seconds=s)) for s in (-1, 0, 1)] == [False, True, False]
    assert within(Query(), NOON)


def test_a_filter_that_is_off_is_met() -> None:
    assert [same(None, 1), same(1, 1), same(False, True)] == [True, True, False]
