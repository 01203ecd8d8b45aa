"""Reservations as the CSMS keeps them."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from busbar.csms.records.kind import Kind, Record, Unique


class ReservationState(StrEnum):
    """How a reservation stands; PENDING and ACTIVE hold their place.

    PENDING: the station has not answered yet. REFUSED: it said no, or was not reached. USED: a transaction came with
    it. REMOVED: the station gave it up, as for a fault.
    """

    PENDING = "pending"
    ACTIVE = "active"
    REFUSED = "refused"
    USED = "used"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REMOVED = "removed"

    @property
    def final(self) -> bool:
        """Whether nothing will change any more."""
        return self not in OPEN


OPEN: Final = (ReservationState.PENDING, ReservationState.ACTIVE)


class Reservation(Record, kw_only=True):
    """A place kept for a token.

    Attributes:
        id: int32, what the station knows it by.
        evse: the EVSE (1.6: connector); 0 is any EVSE of the station.
        connector_type: any connector of this type (2.x).
        token, token_kind, group, group_kind: who may use it; the group's holders may too.
        holds: it keeps an EVSE of its own from other reservations: none is held twice.
        status: what the station answered (Accepted, Occupied, Faulted, Unavailable, Rejected), else the command's end.
        command: the command's id.
        transaction: Busbar's number of the session that used it.
    """

    id: int
    station_id: int
    evse: int
    connector_type: str | None = None
    token: str
    token_kind: str | None = None
    group: str | None = None
    group_kind: str | None = None
    created_at: datetime
    expires_at: datetime
    state: ReservationState = ReservationState.PENDING
    holds: bool
    status: str | None = None
    command: str | None = None
    requested_by: str = ""
    changed_at: datetime
    transaction: int | None = None


class Cancellation(Record, kw_only=True):
    """A station's answer to the cancellation of a reservation; `done` is whether the reservation is gone."""

    reservation_id: int
    station_id: int
    at: datetime
    status: str
    done: bool


KINDS: Final[dict[type[Record], Kind]] = {
    Reservation: Kind(
        "reservations",
        key=("id",),
        indexes=(("station_id", "state"), ("state", "expires_at")),
        unique=(Unique(("station_id", "evse"), where=("holds", True)),),
    ),
    Cancellation: Kind("reservation_cancellations", key=("reservation_id",)),
}
