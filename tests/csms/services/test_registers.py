"""Registers find their place by their event's number."""

from datetime import UTC, datetime

from busbar.csms.rows import Transaction
from busbar.csms.services.registers import BEGIN, flag, note_start, note_stop, settle_energy, snapshot

AT = datetime(2026, 1, 1, tzinfo=UTC)


def row(**fields) -> Transaction:
    return Transaction(id=1, station_id=1, transaction_id="t", updated_at=AT, **fields)


def test_the_earlier_event_gives_the_first_register_and_the_later_one_the_last() -> None:
    transaction = row()
    for seq_no, wh in ((3, 130.0), (5, 150.0), (1, 110.0), (4, 140.0)):
        note_start(transaction, wh, seq_no, "Sample.Periodic")
        note_stop(transaction, wh, seq_no, "Sample.Periodic")
    assert (transaction.meter_start_wh, transaction.meter_stop_wh) == (110, 150)
    assert (transaction.first_seq_no, transaction.last_seq_no) == (1, 5)


def test_a_begin_sample_comes_first_whichever_event_brings_it() -> None:
    transaction = row()
    note_start(transaction, 110.0, 0, "Sample.Periodic")
    note_start(transaction, 100.0, 9, "Transaction.Begin")
    note_stop(transaction, 100.0, 9, "Transaction.Begin")
    assert (transaction.meter_start_wh, transaction.first_seq_no) == (100, BEGIN)
    assert transaction.meter_stop_wh is None


def test_of_two_begin_samples_the_lower_counts_in_either_order() -> None:
    for values in ((100.0, 101.0), (101.0, 100.0)):
        transaction = row()
        for wh in values:
            note_start(transaction, wh, 0, "Transaction.Begin")
        assert transaction.meter_start_wh == 100


def test_no_energy_without_both_registers() -> None:
    transaction = row(meter_start_wh=1.0, energy_wh=5.0)
    settle_energy(transaction)
    assert transaction.energy_wh is None


def test_flags_are_sorted_and_kept_once() -> None:
    transaction = row()
    for name in ("orphan", "clock", "orphan", "gap"):
        flag(transaction, name)
    assert transaction.flags == "clock,gap,orphan"
    flag(transaction, "gap", on=False)
    flag(transaction, "gap", on=False)
    assert transaction.flags == "clock,orphan"


def test_a_snapshot_does_not_follow_its_row() -> None:
    transaction = row(meter_start_wh=1.0)
    taken = snapshot(transaction)
    assert taken == transaction
    transaction.meter_start_wh = 2.0
    assert taken.meter_start_wh == 1
