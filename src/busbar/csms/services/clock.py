"""Whether a station's clock can be believed; the raw time is kept in any case. Knows no clock of its own."""

from datetime import UTC, datetime, timedelta

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)


def plausible(at: datetime, received: datetime) -> bool:
    """Whether `at` is a time that a set clock can show: not before 2020, not a day ahead of our own time."""
    return at >= EARLIEST and at - received <= AHEAD
