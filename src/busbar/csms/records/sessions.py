"""What stations said of transactions when they were asked (2.x E14)."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record


class StatusReport(Record, kw_only=True):
    """A station's last word on a transaction by its id on the wire.

    Attributes:
        ongoing: it runs; None where the station did not say.
        messages_in_queue: the station still has messages for us.
    """

    station_id: int
    transaction_id: str
    at: datetime
    ongoing: bool | None
    messages_in_queue: bool

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        return self.ongoing is False and not self.messages_in_queue


KINDS: Final[dict[type[Record], Kind]] = {
    StatusReport: Kind("status_reports", key=("station_id", "transaction_id")),
}
