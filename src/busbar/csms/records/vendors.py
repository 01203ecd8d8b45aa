"""Vendors whose messages (DataTransfer) an operator takes in, and those messages."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record, Unique


class Vendor(Record, kw_only=True):
    """A vendor whose messages are kept, and how they are answered.

    Attributes:
        message_ids: the messages that are known; empty is all of them, and none.
        status: `Accepted` or `Rejected`.
        data: what the answer carries; with `echo` it is the message's own data.
    """

    id: int | None = None
    vendor_id: str
    message_ids: list[str]
    status: str
    data: str | None
    echo: bool


class VendorMessage(Record, kw_only=True):
    """A vendor's message from a station, and the status that it was answered with."""

    id: int | None = None
    station_id: int
    vendor_id: str
    message_id: str | None
    data: str | None
    status: str
    received_at: datetime


KINDS: Final[dict[type[Record], Kind]] = {
    Vendor: Kind("vendors", key=("id",), generated=True, unique=(Unique(("vendor_id",)),)),
    VendorMessage: Kind(
        "vendor_messages", key=("id",), generated=True, indexes=(("station_id",), ("vendor_id",), ("received_at",))
    ),
}
