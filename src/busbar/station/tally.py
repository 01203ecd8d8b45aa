"""What happened between stations and CSMS, as counts that can be added up.

It must not know who counts.
"""

from dataclasses import dataclass, fields
from typing import Self


@dataclass(slots=True)
class Tally:
    """Counts since the process began.

    Attributes:
        connected: connections that stood.
        unreachable: attempts that reached nobody.
        denied: attempts that the CSMS refused (401, 404, 503, no common version).
        sent, received: messages.
        started, ended: starts and ends of transactions that the CSMS took.
        call_errors: calls of ours that the CSMS refused, or answered by something unreadable.
        timeouts: calls of ours that nobody answered.
        refused: calls of the CSMS that were answered by a CALLERROR.
        dropped: messages of the CSMS that nothing could be made of.
        crashed: stations that ended by a fault of their own.
    """

    connected: int = 0
    unreachable: int = 0
    denied: int = 0
    sent: int = 0
    received: int = 0
    started: int = 0
    ended: int = 0
    call_errors: int = 0
    timeouts: int = 0
    refused: int = 0
    dropped: int = 0
    crashed: int = 0

    def __add__(self, other: Self) -> Self:
        """Add up."""
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))
