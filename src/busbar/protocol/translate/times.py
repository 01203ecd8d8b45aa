"""Times as they are sent: UTC, in whole seconds."""

from datetime import UTC, datetime


def seconds(at: datetime) -> datetime:
    """Return an instant in UTC without the fraction of its second.

    2.x allows three decimals and recommends none (2.1 part 2, time format); the encoder would write six.
    """
    return at.astimezone(UTC).replace(microsecond=0)
