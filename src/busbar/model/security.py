"""What a station reports of its security."""

from dataclasses import dataclass
from datetime import datetime

from busbar.model.facts import Fact


@dataclass(slots=True, kw_only=True)
class SecurityEventReported(Fact):
    """Something about security happened (A04). `type` is a name of the specification's list, or a vendor's own."""

    type: str
    at: datetime
    info: str | None = None
