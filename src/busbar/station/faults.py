"""Fault scripts: what goes wrong, when, and where, read from TOML or JSON.

    seed = 7
    [[faults]]
    kind = "cut"            # see Kind
    at_s = 10               # seconds after the start
    every_s = 60            # again and again; without it once
    for_s = 15              # how long it lasts, for what lasts
    stations = "CS-00*"     # a pattern; all without it
    share = 0.2             # of these, drawn anew each time; all without it

It must not know how a fault is acted out.
"""

import json
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import msgspec

_MOST_BYTES: Final = 1 << 20
_MOST_FAULTS: Final = 1000


class Kind(StrEnum):
    """What goes wrong. What lasts `for_s`: cut, half_open, slow, late, twice, power, connector; 0 is for ever."""

    CUT = "cut"  # no connection
    HALF_OPEN = "half_open"  # a connection over which nothing arrives
    SLOW = "slow"  # every message takes `delay_s`
    LATE = "late"  # a message takes `delay_s` with `chance`, and others pass it
    TWICE = "twice"  # a message arrives twice with `chance`
    CLOCK = "clock"  # the clock jumps `by_s`
    POWER = "power"  # a power cut: a reboot from what was kept
    CONNECTOR = "connector"  # a fault `code` of the EVSE
    ROLL_OVER = "roll_over"  # the meter of the EVSE begins again at zero


Positive = Annotated[float, msgspec.Meta(ge=0, le=31_536_000)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of trouble; the fields are explained above and at Kind."""

    kind: Kind
    at_s: Positive = 0.0
    every_s: Annotated[float, msgspec.Meta(ge=0.1)] | None = None
    for_s: Positive = 0.0
    stations: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] = "*"
    share: Share = 1.0
    evse: Annotated[int, msgspec.Meta(ge=1)] = 1
    code: Annotated[str, msgspec.Meta(max_length=50)] = "OtherError"
    delay_s: Positive = 1.0
    chance: Share = 0.1
    by_s: Annotated[float, msgspec.Meta(ge=-31_536_000, le=31_536_000)] = 3600.0


class Script(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Faults; the same seed strikes the same stations at the same times."""

    faults: Annotated[tuple[Fault, ...], msgspec.Meta(max_length=_MOST_FAULTS)]
    seed: int = 1


def read(path: Path) -> Script:
    """Read a script, JSON where the name says so, else TOML. Raises ValueError that says what is wrong, and OSError."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"{path}: larger than {_MOST_BYTES} bytes")
    text = path.read_text()
    try:
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        return msgspec.convert(found, Script)
    except (ValueError, msgspec.ValidationError) as error:
        raise ValueError(f"{path}: {error}") from None
