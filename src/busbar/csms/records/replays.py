"""Replays of parked messages: what came of it when an operator had one taken in again."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record, Unique


class Replay(Record, kw_only=True):
    """One try to take in a parked message of the log.

    Attributes:
        exchange_id: the message's number in the log.
        done: it was taken in; a message is so only once.
        result: `stored`, an error code, or why it could not be read.
    """

    id: int | None = None
    exchange_id: int
    station_id: int
    at: datetime
    by: str
    done: bool
    result: str


KINDS: Final[dict[type[Record], Kind]] = {
    Replay: Kind(
        "replays",
        key=("id",),
        generated=True,
        indexes=(("station_id",),),
        unique=(Unique(("exchange_id",), where=("done", True)),),
    )
}
