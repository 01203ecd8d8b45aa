"""Messages on displays: what each station was told to show and holds, and when it last told all of it."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record
from busbar.model.display import Message


class DisplayMessage(Record, kw_only=True):
    """A message at a station, by its number there.

    Attributes:
        held: the station took it, or told that it has it; else `status` is why it did not.
        at: when that was last known.
    """

    station_id: int
    message_id: int
    held: bool
    status: str
    at: datetime
    message: Message


class DisplayInventory(Record, kw_only=True):
    """The reports that a station was asked for without a filter: what is older than the last complete one is gone.

    Attributes:
        request_id, asked_at: the newest request.
        since: when the last complete report was asked for; None while there is none.
    """

    station_id: int
    request_id: int
    asked_at: datetime
    since: datetime | None = None


KINDS: Final[dict[type[Record], Kind]] = {
    DisplayMessage: Kind("display_messages", key=("station_id", "message_id")),
    DisplayInventory: Kind("display_inventories", key=("station_id",)),
}
