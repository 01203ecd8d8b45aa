"""What stations were asked for that takes its time: the shape that updates, publications and logs share."""

from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import field

from busbar.csms.records.kind import Record


class RequestState(StrEnum):
    """How far a request came, whatever it is about; the precise word of OCPP is its `status`.

    `unanswered`: it was sent, and what became of it is not known; a later report of the station tells.
    """

    REQUESTED = "requested"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    UNDER_WAY = "under-way"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"
    UNANSWERED = "unanswered"

    @property
    def open(self) -> bool:
        """Whether the station may still report something new."""
        return self in OPEN

    @property
    def failed(self) -> bool:
        """Whether it has come to nothing."""
        return self in (RequestState.REFUSED, RequestState.FAILED, RequestState.CANCELED)


OPEN = (RequestState.REQUESTED, RequestState.ACCEPTED, RequestState.UNDER_WAY, RequestState.UNANSWERED)


class Step(msgspec.Struct, frozen=True):
    """A status that a station reported of a request, and why, where it said so."""

    at: datetime
    status: str
    detail: str = ""


class StationRequest(Record, kw_only=True):
    """Something that a station was asked for.

    Attributes:
        id: the number on the wire (int32), unique among the station's requests of its kind.
        key: the idempotency key of its command, by which the command is found.
        answered: the command has ended, and what came of it is in `answer` and `state`.
        answer: the station's answer as it spelt it, or the error in its place; None before.
        status: the last status that was reported, in the words of 2.x.
        detail: why, where it was said.
        steps: the statuses in the order in which they came, each change once.
        watched: the CSMS still looks after it.
    """

    id: int
    station_id: int
    key: str
    state: RequestState = RequestState.REQUESTED
    answered: bool = False
    answer: str | None = None
    status: str | None = None
    detail: str = ""
    steps: list[Step] = field(default_factory=list)
    watched: bool = True
    requested_by: str = ""
    created_at: datetime
    updated_at: datetime
