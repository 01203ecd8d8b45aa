"""The inputs that lists share."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from busbar.api.problems import Problem
from busbar.api.queries import page_of, take_paging, take_span
from busbar.csms.ports import Page


async def test_paging_becomes_the_stores_query():
    query = (await take_paging(limit=5, cursor="c")).query(active=True)
    assert (query.limit, query.cursor, query.active, query.text) == (5, "c", True, None)


async def test_a_span_needs_zones():
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert (await take_span(since=noon, until=None)).since == noon
    with pytest.raises(Problem) as caught:
        await take_span(since=noon, until=noon.replace(tzinfo=None))
    assert caught.value.errors[0].field == "until"


async def test_a_span_lies_within_the_calendar():
    west = timezone(timedelta(hours=-14))
    assert (await take_span(since=datetime(2026, 5, 1, tzinfo=west), until=None)).since.tzinfo is UTC
    with pytest.raises(Problem) as caught:
        await take_span(since=datetime.max.replace(tzinfo=west), until=None)
    assert caught.value.errors[0].field == "since"


async def test_a_cursor_that_the_store_refuses_is_the_callers_mistake():
    async def refuse() -> Page[int]:
        raise ValueError("not this list")

    with pytest.raises(Problem) as caught:
        await page_of(refuse())
    assert (caught.value.errors[0].field, caught.value.errors[0].reason) == ("cursor", "not this list")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/stations/%00", "identity"),
        ("/stations?q=%00", "q"),
        ("/sessions?station=%00", "station"),
        ("/tokens/%00", "value"),
        ("/messages?action=%00", "action"),
        ("/messages?outcome=%00", "outcome"),
        ("/commands?action=%00", "action"),
        ("/commands/%00", "command_id"),
    ],
)
async def test_no_text_with_nul_reaches_the_store(api, path, field):
    answer = await api.get(f"/api/v1{path}")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
