"""Lengths of time as people type them: `60s`, `5m`, `1h`, or plain seconds."""

import re
from typing import Final

_UNITS: Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_FORM: Final = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)([smh]?)")


def seconds(text: str) -> float:
    """Return a length of time in seconds. Raises ValueError that says what it takes."""
    found = _FORM.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a length of time; write 60s, 5m or 1h")
    return float(found[1]) * _UNITS[found[2]]
