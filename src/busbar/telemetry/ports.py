"""What the gateway and the interface tell of their work, without knowing who listens. It knows no library."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from busbar.model.versions import Version
from busbar.telemetry.tally import CallTallies

Page = Callable[[str], Awaitable[tuple[bytes, str]]]
"""From an Accept header to the page of metrics and its content type."""


class Trace(Protocol):
    """One piece of work that is followed, in steps that come one after the other."""

    @property
    def id(self) -> str:
        """The trace's id, 32 hex digits, as logs name it."""

    def step(self, name: str) -> None:
        """End the step before and begin another."""

    def end(self, result: str, *, failed: bool = False) -> None:
        """End the last step and the whole."""


class Tracer(Protocol):
    """Who follows work. A method returns None for what is not sampled."""

    def received(self, version: Version, action: str, station: str, began_s: float) -> Trace | None:
        """Follow a call of a station that came at `began_s` of the monotonic clock."""

    def called(self, version: Version, action: str, station: str, command_id: str) -> Trace | None:
        """Follow our call to a station, under what was carried for its command."""

    def commanded(self, action: str, command_id: str) -> Trace | None:
        """Follow a command until its end is known, under the request that is being served, and carry it."""

    def carried(self, command_id: str) -> str | None:
        """Return the traceparent (W3C Trace Context) that is carried for a command."""

    def carry(self, command_id: str, traceparent: str) -> None:
        """Take over what another node carried for a command."""

    def request(self, name: str, traceparent: str | None) -> AbstractContextManager[Trace | None]:
        """Follow a request to the interface; what is done inside belongs to it."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches the calls of a node; None where nobody does, which is all that it costs then."""

    calls: CallTallies | None = None
    tracer: Tracer | None = None


UNWATCHED: Final = Watch()
