"""What the station knows of one EVSE and of the transaction on it."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from busbar.model.values import ChargingState, ConnectorStatus, IdToken, Place, Sample, StopReason

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Transaction:
    """A transaction that goes on; kept at every message about it.

    Attributes:
        id: the station's own id: what 2.x calls transactionId, in 1.6 only the station's.
        seq_no: the number of the next message (2.x E01.FR.07).
        seen_at: the last instant that is proven; the end, where power was lost.
        reached: the start and stop points that held once.
        reason: why the authorisation ended, where the transaction goes on after that.
    """

    id: str
    evse: int
    start_wh: int
    started_at: datetime
    seen_at: datetime
    last_wh: int
    token: IdToken | None = None
    group: IdToken | None = None
    seq_no: int = 0
    reached: set[str] = field(default_factory=set)
    reason: StopReason | None = None


def exists(place: Place, evses: Container[int]) -> bool:
    """Whether a place is the station, one of its EVSEs, or the one connector of one."""
    return place.evse is None or (place.evse in evses and place.connector in (None, 1))


@dataclass(slots=True)
class Evse:
    """One EVSE with its connector, as the events left it.

    Attributes:
        parked: the sensor of the parking bay sees an EV.
        token: who is authorised here, with `group`, until the authorisation ends.
        remote_start_id: came with the remote start that authorised; goes out with the next message.
        asking: an authorisation for this EVSE is under way.
        reserved_s: how long that reservation had stood.
        reservation_id: the reservation that was used up; goes out with the next message (2.x) or the start (1.6).
        paying: somebody pays on the web for it, so nobody may begin at its reader (2.1).
        suspended: energy is withheld though somebody is authorised (the CSMS found the token invalid).
        limited: the limit in force is 0: energy is withheld, though the contactor may be closed.
        offer: what is offered, as the meter tells it where a limit is in force.
        mode: the operation mode of the profile in force (2.1), where one was named.
        spent: energy is withheld because a limit of the transaction was reached.
        reserved: kept free for somebody.
        offered: the contactor is closed; `locked`: the cable is held.
        drawn: the EV drew power, or said that it will not, since the transaction began.
        finished: a transaction ended and the cable is still in.
        dial_wh: where the register begins again at zero in what the CSMS is told (1.6); 0 is never.
        sample_at: when the next periodic sample is due.
        told: the charging state that the CSMS was told last (2.x).
        status: the connector's status; `reported` the last that the CSMS acknowledged.
    """

    number: int
    register_wh: int = 0
    samples: tuple[Sample, ...] = ()
    operative: bool = True
    plugged: bool = False
    parked: bool = False
    drawing: bool = False
    fault: str | None = None
    token: IdToken | None = None
    group: IdToken | None = None
    remote_start_id: int | None = None
    reservation_id: int | None = None
    reserved_s: int | None = None
    asking: bool = False
    paying: bool = False
    suspended: bool = False
    limited: bool = False
    offer: tuple[Sample, ...] = ()
    mode: str | None = None
    spent: bool = False
    reserved: bool = False
    offered: bool = False
    locked: bool = False
    drawn: bool = False
    finished: bool = False
    transaction: Transaction | None = None
    told: ChargingState | None = None
    dial_wh: int = 0
    sample_at: datetime = _NEVER
    status: ConnectorStatus | None = None
    reported: ConnectorStatus | None = None

    @property
    def place(self) -> Place:
        """The place of its connector."""
        return Place(self.number, 1)

    @property
    def told_wh(self) -> int:
        """The register as the CSMS is told it: it begins again between transactions, never within one."""
        begun = self.register_wh if self.transaction is None else self.transaction.start_wh
        return self.register_wh - (begun // self.dial_wh * self.dial_wh if self.dial_wh else 0)

    @property
    def free(self) -> bool:
        """Whether somebody may be authorised here now."""
        return self.operative and self.fault is None and self.token is None and not self.asking

    def deauthorize(self) -> None:
        """End the authorisation."""
        self.token = self.group = self.remote_start_id = self.reservation_id = self.reserved_s = None
        self.suspended = self.spent = False

    @property
    def charging_state(self) -> ChargingState:
        """The state of the energy flow (2.x)."""
        if not self.plugged:
            return ChargingState.IDLE
        if self.suspended or self.spent:
            return ChargingState.SUSPENDED_EVSE
        if not self.offered:
            return ChargingState.EV_CONNECTED
        if self.limited:
            return ChargingState.SUSPENDED_EVSE
        if self.drawing:
            return ChargingState.CHARGING
        return ChargingState.SUSPENDED_EV if self.drawn else ChargingState.EV_CONNECTED
