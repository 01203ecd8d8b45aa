"""Files that a local controller offers to its stations, as work. Knows no protocol of transfer."""

from dataclasses import dataclass

from busbar.station.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Work):
    """Offer a file until that is not wanted any more; tells Offered once, then Readers whenever their number changes.

    Attributes:
        folder, name: where it is.
        host: the address to listen at, by which other stations reach it, too.
        port: 0 for any that is free.
    """

    folder: str
    name: str
    host: str
    port: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """Where a file can be fetched."""

    url: str
    port: int


@dataclass(frozen=True, slots=True)
class Readers:
    """How many fetch a file now."""

    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard(Work):
    """Let a file go that is not offered any more; the result is None."""

    folder: str
    name: str
