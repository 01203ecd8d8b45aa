"""Battery swaps: what happened, and which battery is in which slot."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record
from busbar.model.batteries import Battery, SwapEvent


class Swap(Record, kw_only=True):
    """One half of a swap, as a station told it; `request_id` joins both halves and the request for it."""

    id: int | None = None
    station_id: int
    request_id: int
    event: SwapEvent
    token: str
    token_kind: str | None
    batteries: list[Battery]
    received_at: datetime


class Slot(Record, kw_only=True):
    """The battery in a slot (an EVSE) of a station."""

    station_id: int
    evse: int
    serial: str
    soc_pct: float
    soh_pct: float
    produced_at: datetime | None
    vendor_info: str | None
    since: datetime


class SwapRequest(Record, kw_only=True):
    """A swap that a station was asked to begin; `status` is its answer, None while there is none."""

    request_id: int
    station_id: int
    token: str
    token_kind: str | None
    status: str | None
    at: datetime


KINDS: Final[dict[type[Record], Kind]] = {
    Swap: Kind("battery_swaps", key=("id",), generated=True, indexes=(("station_id", "request_id"),)),
    Slot: Kind("battery_slots", key=("station_id", "evse")),
    SwapRequest: Kind("battery_swap_requests", key=("station_id", "request_id")),
}
