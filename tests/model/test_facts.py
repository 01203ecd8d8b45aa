"""Facts stay independent of each other and of their translators."""

from datetime import UTC, datetime

from busbar.model import facts
from busbar.model.values import STATION, Reading

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_two_facts_never_share_their_readings() -> None:
    one = facts.TransactionUpdated(transaction_id="a", at=AT, seq_no=1, trigger="Trigger")
    other = facts.TransactionUpdated(transaction_id="b", at=AT, seq_no=1, trigger="Trigger")
    one.readings.append(Reading(AT))
    assert other.readings == []


def test_a_transaction_event_without_evse_is_about_the_station() -> None:
    assert facts.TransactionEnded(transaction_id="a", at=AT).place == STATION
