"""What outside listeners are told: which events they want, how a telling is signed, when it is tried again. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from busbar.csms.changes import Change, RowAdded
from busbar.csms.happenings import AnyHappening
from busbar.csms.records.webhooks import Delivery, OutgoingEvent, Webhook

FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)
MOST_ATTEMPTS: Final = 30
"""With these pauses a telling is given up after about a day."""
GAP: Final = timedelta(seconds=5)
"""How long a number that is missing may still be committed: two nodes may commit out of the order of numbers."""

_encode: Final = msgspec.json.Encoder().encode


class Wanted:
    """The events that an organisation's listeners want; all, where `logged`. Empty, it costs a message nothing."""

    __slots__ = ("logged", "patterns")

    def __init__(self) -> None:
        self.patterns: dict[int, frozenset[str]] = {}
        self.logged = False

    def learn(self, hooks: Iterable[Webhook]) -> None:
        """Take in who listens now."""
        found: dict[int, set[str]] = {}
        for hook in hooks:
            found.setdefault(hook.organisation_id, set()).update(hook.events)
        self.patterns = {owner: frozenset(patterns) for owner, patterns in found.items()}

    def rows(self, organisation_id: int, station_id: int, happenings: Sequence[AnyHappening]) -> list[Change]:
        """Return what has to be stored, in the commit of what happened, for listeners to be told of it.

        Station 0 is none.
        """
        if not self.patterns and not self.logged:
            return []
        patterns = self.patterns.get(organisation_id, frozenset())
        if not patterns and not self.logged:
            return []
        named = ((name_of(happening), happening) for happening in happenings)
        return [
            RowAdded(
                OutgoingEvent(
                    organisation_id=organisation_id,
                    station_id=station_id,
                    at=happening.at,
                    name=name,
                    happening=_encode(happening),
                )
            )
            for name, happening in named
            if self.logged or wants(patterns, name)
        ]


def name_of(happening: AnyHappening) -> str:
    """Return the name under which a happening is known outside."""
    tag = str(happening.__struct_config__.tag)
    return "session.changed" if tag == "transaction.changed" else tag


def wants(patterns: Iterable[str], name: str) -> bool:
    """Tell whether one of the patterns is, or takes, a name."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def signed(secret: bytes, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that prove a body to be ours and fresh, in the form of the Standard Webhooks.

    The signature is HMAC-SHA256 over `id.timestamp.body`, the timestamp in Unix seconds.
    """
    seconds = str(int(at.timestamp()))
    content = b".".join((message_id.encode(), seconds.encode(), body))
    signature = base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": f"v1,{signature}"}


def next_try(attempts: int, at: datetime) -> datetime | None:
    """Return when to try again after so many failures, doubling the pause up to an hour; None gives up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    pause: timedelta = FIRST_PAUSE * 2 ** min(attempts - 1, 16)
    return at + min(LONGEST_PAUSE, pause)


def delivery(hook: Webhook, event: OutgoingEvent, at: datetime) -> Delivery:
    """Return a delivery that is due at once."""
    return Delivery(
        organisation_id=hook.organisation_id,
        webhook_id=hook.id or 0,
        event_id=event.id or 0,
        event=event.name,
        created_at=at,
        next_at=at,
    )


def settled(rows: list[OutgoingEvent], position: int, now: datetime) -> list[OutgoingEvent]:
    """Return the events, in the order of their numbers, up to the first missing one that may still be committed."""
    for place, row in enumerate(rows):
        if row.id != position + 1 and row.at > now - GAP:
            return rows[:place]
        position = row.id or 0
    return rows
