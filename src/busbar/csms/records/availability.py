"""What the operator wants of a place's availability, and what its station said of it."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record


class AvailabilityIntent(Record, kw_only=True):
    """The operator's last word on one place; it stands until the next one.

    Attributes:
        evse, connector: 0 and 0 is the station; connector 0 is the whole EVSE.
        operative: what is wanted.
        status: what the station answered to the last order (Accepted, Scheduled, Rejected); None where it did not.
        ordered_at, answered_at: when that order was made and answered.
        restore: send the order again where the station says something else after it came back.
    """

    station_id: int
    evse: int
    connector: int
    operative: bool
    wanted_at: datetime
    requested_by: str = ""
    restore: bool = False
    status: str | None = None
    ordered_at: datetime | None = None
    answered_at: datetime | None = None


KINDS: Final[dict[type[Record], Kind]] = {
    AvailabilityIntent: Kind("availability_intents", key=("station_id", "evse", "connector")),
}
