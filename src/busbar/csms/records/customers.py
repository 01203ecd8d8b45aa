"""What stations told of customers; kept for a while only, since it is personal."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record


class CustomerText(Record, kw_only=True):
    """One part of what a station holds of a customer."""

    station_id: int
    request_id: int
    seq_no: int
    data: str
    at: datetime
    expires_at: datetime


KINDS: Final[dict[type[Record], Kind]] = {
    CustomerText: Kind("customer_texts", key=("station_id", "request_id", "seq_no"), indexes=(("expires_at",),))
}
