"""Security events (A04): the one message of this block that is the same in every version."""

from datetime import UTC
from typing import Any

from msgspec import UNSET

from busbar.model.facts import Acknowledged
from busbar.model.security import SecurityEventReported
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Report, Written


def part(wire: Any) -> Part:
    """Return what this block adds to a version's module of wire types."""
    taken = wire.SecurityEventNotificationResponse()

    def write(fact: SecurityEventReported) -> Written:
        request = wire.SecurityEventNotificationRequest(
            type=fact.type, timestamp=seconds(fact.at), tech_info=fact.info or UNSET
        )
        return "SecurityEventNotification", request

    return Part(
        reports={"SecurityEventNotification": Report(_read, lambda _: taken, lambda _: Acknowledged())},
        facts={SecurityEventReported: write},
    )


def _read(sent: Any) -> SecurityEventReported:
    return SecurityEventReported(type=sent.type, at=sent.timestamp.astimezone(UTC), info=sent.tech_info or None)
