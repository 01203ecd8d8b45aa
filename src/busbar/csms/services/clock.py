"""Whether a station's clock can be believed; the raw time is kept in any case. Knows no clock of its own."""

from datetime import UTC, datetime, timedelta

from busbar.model.facts import TransactionEnded, TransactionStarted, TransactionUpdated

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)


def plausible(at: datetime, received: datetime) -> bool:
    """Whether `at` is a time that a set clock can show: not before 2020, not a day ahead of our own time."""
    return at >= EARLIEST and at - received <= AHEAD


def event_time(fact: TransactionStarted | TransactionUpdated | TransactionEnded, received: datetime) -> datetime:
    """Return by which time a token in an event is judged: when it happened, where that is believable (C15, E04).

    2.x says what waited in a queue; 1.6 does not, so there its time alone has to tell. It is never ahead of us.
    """
    queued = fact.offline or fact.seq_no is None
    return min(fact.at, received) if queued and plausible(fact.at, received) else received
