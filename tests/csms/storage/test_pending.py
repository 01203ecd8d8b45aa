from datetime import UTC, datetime

from busbar.csms.changes import RowAdded, RowGone, RowPut
from busbar.csms.records.leases import Lease
from busbar.csms.records.replays import Replay
from busbar.csms.storage.kinds import FORMS
from busbar.csms.storage.pending import Pending

AT = datetime(1970, 1, 1, tzinfo=UTC)


def lease(name: str, holder: str = "a") -> Lease:
    return Lease(name=name, holder=holder, until=AT)


def test_deletions_come_before_what_is_put_and_that_before_what_is_added() -> None:
    pending = Pending()
    pending.add(RowAdded(lease("added")))
    pending.put(RowPut(lease("put")))
    pending.remove(RowGone(Lease, ("gone",)))
    form = FORMS[Lease]
    assert [write for write, _ in pending.tables()] == [form.gone, form.put, form.add]


def test_one_statement_has_all_rows_of_a_kind() -> None:
    pending = Pending()
    for name in ("a", "b"):
        pending.put(RowPut(lease(name)))
    assert list(pending.tables()) == [(FORMS[Lease].put, [1, "a", "a", 0, 1, "b", "a", 0])]


def test_what_was_deleted_and_is_added_again_is_put() -> None:
    pending = Pending()
    pending.remove(RowGone(Lease, ("a",)))
    pending.add(RowAdded(lease("a")))
    assert [write for write, _ in pending.tables()] == [FORMS[Lease].gone, FORMS[Lease].put]


def test_what_is_put_or_added_and_then_deleted_is_only_deleted() -> None:
    pending = Pending()
    pending.put(RowPut(lease("a")))
    pending.add(RowAdded(lease("b")))
    pending.remove(RowGone(Lease, ("a",)))
    pending.remove(RowGone(Lease, ("b",)))
    assert list(pending.tables()) == [(FORMS[Lease].gone, ["a", "b"])]


def test_adding_a_known_key_changes_nothing() -> None:
    pending = Pending()
    pending.put(RowPut(lease("a", "put")))
    pending.add(RowAdded(lease("a", "added")))
    pending.add(RowAdded(lease("b", "first")))
    pending.add(RowAdded(lease("b", "second")))
    assert [values[2] for _, values in pending.tables()] == ["put", "first"]


def test_numbered_records_are_all_added_without_their_number() -> None:
    pending = Pending()
    for exchange in (1, 2):
        row = Replay(exchange_id=exchange, station_id=7, at=AT, by="me", done=False, result="")
        pending.add(RowAdded(row))
    ((write, values),) = pending.tables()
    assert write is FORMS[Replay].add
    assert len(values) == 2 * len(write.columns)
