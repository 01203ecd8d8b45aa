"""The blocks beyond the core, and who of them obeys what. A new block is one line here."""

from collections.abc import Callable
from typing import Any, Final

from busbar.station.blocks.block import Block

BLOCKS: Final[tuple[type[Block], ...]] = ()


def _joined(name: str) -> dict[Any, tuple[type[Block], Callable[..., Any]]]:
    return {key: (block, act) for block in BLOCKS for key, act in getattr(block, name).items()}


ORDERS: Final = _joined("ORDERS")
TRIGGERS: Final = _joined("TRIGGERS")
TIMERS: Final = _joined("TIMERS")


def hearers() -> dict[Any, list[tuple[type[Block], Callable[..., Any]]]]:
    """Return who hears an event: more than one may."""
    found: dict[Any, list[tuple[type[Block], Callable[..., Any]]]] = {}
    for block in BLOCKS:
        for kind, act in block.EVENTS.items():
            found.setdefault(kind, []).append((block, act))
    return found


EVENTS: Final = hearers()
