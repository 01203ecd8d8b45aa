"""The Range of an HTTP request (RFC 9110 §14): which bytes of a file are wanted. Pure."""

import re
from typing import Final

_ONE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Unsatisfiable(Exception):
    """No byte of the range is in the file (416)."""


def read_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last; None where the whole file is to be sent.

    Several ranges, other units and what cannot be read are answered with the whole file, as a server may (§14.2).
    Raises Unsatisfiable.
    """
    one = _ONE.fullmatch(header.strip()) if header else None
    if one is None or one[0] == "bytes=-":
        return None
    if not one[1]:
        last = int(one[2])
        if last == 0 or size == 0:
            raise Unsatisfiable
        return max(0, size - last), size
    start = int(one[1])
    end = int(one[2]) + 1 if one[2] else size
    if one[2] and end <= start:
        return None
    if start >= size:
        raise Unsatisfiable
    return start, min(end, size)
