"""Sessions are written as a whole until they are known, and then only where more than the usual has changed."""

from typing import Any

import pytest

from busbar.csms.rows import Transaction
from busbar.csms.storage import schema
from busbar.csms.storage.sessions import COLD, HOT, KEPT, LIMIT, Put, Sessions, rarely_changed, stored
from busbar.csms.storage.times import to_micros
from busbar.model.values import AuthorizationStatus
from tests.fixtures.rows import LATER, NOON, transaction

KEY = (1, "t7")


def put(row: Transaction) -> dict[tuple[int, str], Put]:
    return {(row.station_id, row.transaction_id): (row.id, row.start_key, to_micros(row.updated_at), row, 1)}


def known(**fields: Any) -> Sessions:
    """Return sessions that have written transaction 7 of station 1."""
    sessions = Sessions()
    sessions.split(put(transaction(7, **fields)))
    sessions.learn([(*KEY, 7)])
    return sessions


def test_every_column_is_kept_cold_or_hot() -> None:
    assert sorted(KEPT + COLD + HOT) == sorted(schema.transactions.c.keys())
    assert sorted(KEPT + COLD + HOT) == sorted((*Transaction.__struct_fields__, "organisation_id"))


def test_a_hot_column_is_in_no_index() -> None:
    indexed = {column.name for index in schema.transactions.indexes for column in index.columns}
    assert indexed.isdisjoint(HOT)


def test_cold_values_stand_in_the_order_of_their_columns() -> None:
    row = transaction(7, ended_at=LATER, token_status=AuthorizationStatus.INVALID, stop_reason="Local", evse=3)
    assert rarely_changed(row) == tuple(getattr(row, name) for name in COLD)
    values = dict(zip(COLD, stored(rarely_changed(row)), strict=True))
    assert (values["started_at"], values["ended_at"]) == (to_micros(NOON), to_micros(LATER))
    assert (type(values["token_status"]), values["stop_reason"], values["evse"]) == (str, "Local", 3)


def test_only_a_known_session_is_changed_in_part() -> None:
    row = transaction(7, updated_at=LATER, energy_wh=2.5, events=4)
    whole, changed = Sessions().split(put(row))
    assert (len(whole), changed) == (len(KEPT + COLD + HOT), [])
    whole, changed = known().split(put(row))
    assert (whole, changed) == ([], [to_micros(LATER), None, 2.5, None, None, None, 4, 7])


@pytest.mark.parametrize("name", COLD)
def test_a_change_of_any_cold_column_is_written_as_a_whole_and_then_known(name: str) -> None:
    value = {"started_at": LATER, "ended_at": LATER, "complete": True}.get(name, "9")
    sessions, row = known(), transaction(7, **{name: value})
    assert sessions.split(put(row))[1] == []
    assert sessions.split(put(row))[0] == []


def test_a_number_is_asked_for_once() -> None:
    sessions = Sessions()
    sessions.split(put(transaction(7)))
    assert sessions.unknown([KEY, KEY]) == [*KEY]
    assert sessions.number(KEY, 8) == 8
    sessions.learn([(*KEY, 7)])
    assert sessions.unknown([KEY]) == []
    assert sessions.number(KEY, 8) == 7


def test_a_session_known_by_its_events_alone_is_written_as_a_whole() -> None:
    sessions = Sessions()
    sessions.learn([(*KEY, 7)])
    whole, changed = sessions.split(put(transaction(7)))
    assert whole
    assert not changed


def test_the_sessions_of_one_station_are_forgotten() -> None:
    sessions = known()
    sessions.learn([(2, "t7", 9)])
    sessions.forget(1)
    sessions.forget(3)
    assert sessions.unknown([KEY, (2, "t7")]) == [*KEY]


def test_everything_is_forgotten_after_what_was_undone() -> None:
    sessions = known()
    sessions.clear()
    assert sessions.split(put(transaction(7)))[1] == []


def test_memory_is_bounded() -> None:
    sessions = known()
    sessions.learn((2, str(number), number) for number in range(LIMIT))
    assert sessions.split(put(transaction(7)))[1] == []
    assert sessions.number((2, "1"), 5) == 5
