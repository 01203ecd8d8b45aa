"""Work that takes the outside and time: what the core wants done, as data, and what came of it.

A kind of work is a subclass of `Work`; who does it is registered in `station.workers`. The core must not know how.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Work:
    """Something to do outside of the core, such as a download."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The result of work that came to nothing; `reason` is for people."""

    reason: str
