"""Remote starts, and the sessions that they led to."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from busbar.csms.records.kind import Kind, Record


class StartState(StrEnum):
    """How far a remote start came. UNSURE: the station did not answer, and may have taken it."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNSURE = "unsure"
    STARTED = "started"
    TIMED_OUT = "timed-out"


OPEN: Final = (StartState.ACCEPTED, StartState.UNSURE)


class RemoteStart(Record, kw_only=True):
    """A remote start that ended at the station's answer, or without one.

    Attributes:
        id: the command's id.
        remote_start_id: what the transaction's event says (2.x); None in 1.6, where token, EVSE and time have to do.
        evse: None is any.
        status: the station's word, else the command's end.
        transaction_id: of a transaction that ran already (2.x), and then of the one that was started.
        transaction: Busbar's number of that session.
        waits_until: after this no cable is awaited any more.
    """

    id: str
    station_id: int
    remote_start_id: int | None
    token: str
    token_kind: str | None = None
    evse: int | None
    requested_by: str
    created_at: datetime
    answered_at: datetime
    waits_until: datetime
    state: StartState
    status: str
    transaction_id: str | None = None
    transaction: int | None = None
    started_at: datetime | None = None


KINDS: Final[dict[type[Record], Kind]] = {
    RemoteStart: Kind("remote_starts", key=("id",), indexes=(("station_id", "state"), ("state", "waits_until"))),
}
