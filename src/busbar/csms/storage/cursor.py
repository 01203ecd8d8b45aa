"""Cursors of keyset-paged lists: the sort key of the last row, opaque to whoever holds it.

It must not know any list; each list says which types its key has.
"""

import base64
import binascii

import msgspec

from busbar.csms.ports import Query

Key = tuple[int | str, ...]

BIGGEST = 2**63
FILTERS = ("station_id", "site_id", "transaction", "since", "until", "active", "text", "action", "outcome")


def encode(key: Key) -> str:
    """Return the cursor that continues after the row with this sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode(cursor: str, kinds: tuple[type, ...]) -> Key:
    """Return the sort key in a cursor whose parts have these types. Raises ValueError where it has not."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts = msgspec.json.decode(raw, type=tuple[bool | int | str, ...])
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        parts = ()
    fits = tuple(map(type, parts)) == kinds
    if not fits or any(isinstance(part, int) and not -BIGGEST <= part < BIGGEST for part in parts):
        raise ValueError("the cursor does not belong to this list; leave it out to begin at the first page")
    return parts


def check(query: Query, name: str, allowed: str) -> None:
    """Raise ValueError where a query has a limit out of bounds, or a filter that the list has not."""
    check_limit(query.limit)
    for option in FILTERS:
        if option not in allowed.split() and getattr(query, option) is not None:
            raise ValueError(f"{name} cannot be filtered by {option}")


def check_limit(limit: int) -> None:
    """Raise ValueError where a page is to be too short or too long."""
    if not 1 <= limit <= 1000:
        raise ValueError(f"limit is {limit}; it must be 1 to 1000")


def prefix_end(text: str) -> str:
    """Return a bound above every text that starts with `text`, in the order of code points."""
    return text + "\U0010ffff"
