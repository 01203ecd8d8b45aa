"""Webhooks: who wants to be told of what, what there was to tell, and what came of telling it."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from busbar.csms.records.kind import Kind, Record


class Webhook(Record, kw_only=True):
    """Somebody who wants to be told.

    Attributes:
        url: `https://…`, `http://…`, or `mqtt(s)://[user:password@]host[:port]/topic`.
        events: names of events, `*` for the rest of a name: `session.*`.
        secret: the key of the signatures.
        cursor: the last event for which deliveries were made.
    """

    id: int | None = None
    name: str
    url: str
    events: list[str]
    secret: bytes
    active: bool = True
    created_at: datetime
    cursor: int = 0


class OutgoingEvent(Record, kw_only=True):
    """Something that was committed and that somebody wants to be told of. `happening` is its JSON."""

    id: int | None = None
    station_id: int
    at: datetime
    name: str
    happening: bytes


ONLY_LOG: Final = 1
"""There is one log of events."""


class EventLog(Record, kw_only=True):
    """That events are kept for a while, whoever wants them, so that streams can go on where they were cut.

    Attributes:
        generation: another one each time it is switched on: what happened in between was not kept.
        pruned_to: the number of the last event that is no longer kept.
    """

    id: int = ONLY_LOG
    generation: int
    keep_hours: int
    since: datetime
    pruned_to: int = 0


class DeliveryState(StrEnum):
    """How far the telling of one event came."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(Record, kw_only=True):
    """The telling of one event to one webhook.

    Attributes:
        answer: the last HTTP status or why there was none.
    """

    id: int | None = None
    webhook_id: int
    event_id: int
    event: str
    state: DeliveryState = DeliveryState.PENDING
    created_at: datetime
    next_at: datetime
    attempts: int = 0
    answer: str = ""
    finished_at: datetime | None = None


KINDS: Final[dict[type[Record], Kind]] = {
    Webhook: Kind("webhooks", key=("id",), generated=True),
    OutgoingEvent: Kind("outgoing_events", key=("id",), generated=True),
    EventLog: Kind("event_logs", key=("id",)),
    Delivery: Kind(
        "deliveries",
        key=("id",),
        generated=True,
        indexes=(("state", "next_at"), ("webhook_id", "id")),
    ),
}
