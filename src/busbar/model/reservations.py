"""What a CSMS reserves, and what a station says of a reservation: the same for every OCPP version."""

from dataclasses import dataclass, field
from datetime import datetime

from busbar.model.facts import Fact
from busbar.model.orders import Order
from busbar.model.values import IdToken, Place


@dataclass(slots=True, kw_only=True)
class ReserveNow(Order):
    """Keep a place for a token until a time (ReserveNow).

    Attributes:
        place: an EVSE, or the station: then the station keeps any EVSE free (2.x H01 S1, 1.6 connector 0).
        connector_type: keep a connector of this type, such as `cCCS2` (2.x; H01 S3).
        group: a group (2.x) or parent (1.6) token that may use the reservation too.
    """

    reservation_id: int
    expires_at: datetime
    token: IdToken
    place: Place = field(default_factory=Place)
    connector_type: str | None = None
    group: IdToken | None = None


@dataclass(slots=True, kw_only=True)
class CancelReservation(Order):
    """Give a reserved place free (CancelReservation)."""

    reservation_id: int


@dataclass(slots=True, kw_only=True)
class ReservationUpdated(Fact):
    """A reservation ended at the station (ReservationStatusUpdate): `Expired`, `Removed` or 2.1's `NoTransaction`."""

    reservation_id: int
    status: str
