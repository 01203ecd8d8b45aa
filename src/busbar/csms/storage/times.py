"""Times as the databases keep them: whole microseconds since 1970 UTC.

An integer means the same on SQLite and PostgreSQL, sorts, and is made without a driver's conversions; a driver's own
type comes back without its zone from SQLite.
"""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_micros(at: datetime) -> int:
    """Return an aware time as microseconds since 1970, exactly. Raises TypeError for a naive one."""
    return (at - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return microseconds since 1970 as an aware time in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def maybe_micros(at: datetime | None) -> int | None:
    """Return a time as microseconds; None stays None."""
    return None if at is None else (at - EPOCH) // MICROSECOND
