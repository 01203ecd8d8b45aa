"""Local controllers: which stations are behind one. Each still connects, through it, with an identity of its own."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record


class BehindController(Record, kw_only=True):
    """A station whose connection passes a local controller, itself a station by its own identity (2.x part 1)."""

    station_id: int
    controller_id: int
    since: datetime


KINDS: Final[dict[type[Record], Kind]] = {
    BehindController: Kind("behind_controllers", key=("station_id",), indexes=(("controller_id",),)),
}
