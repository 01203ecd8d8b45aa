"""What a session has around it: where it lives, and who looks after its security. Types only."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from busbar.csms.happenings import AnyHappening
from busbar.csms.rows import Station
from busbar.csms.services.view import Errand
from busbar.protocol.incoming import CallReceived, CallRefused, Incoming, SendReceived

if TYPE_CHECKING:
    from busbar.csms.gateway.session import Session


class Home(Protocol):
    """Where sessions live."""

    def opening(self, session: "Session") -> None:
        """It is about to get its epoch."""

    def connected(self, session: "Session") -> None:
        """It has its epoch: it is the station's session unless a newer one is."""

    def ready(self, session: "Session") -> None:
        """It takes messages, and may be given commands."""

    def disconnected(self, session: "Session") -> None:
        """It is over."""

    def answered(self, session: "Session", incoming: Incoming) -> None:
        """Something came for a call of ours."""

    def publish(self, station_id: int, happenings: Sequence[AnyHappening]) -> None:
        """Tell listeners, after the commit."""

    def run_errands(self, station: Station, errands: Sequence[Errand]) -> None:
        """Make calls to the station that a decision asks for, after the commit."""


class Sentry(Protocol):
    """Who looks after the security of sessions."""

    async def first_use(self, session: "Session") -> bool:
        """Keep that a pending profile or password is used; False where it is not pending. Raises StoreUnavailable."""

    def genuine(self, session: "Session", message: CallReceived | SendReceived) -> bool:
        """Tell whether a signed message has a good signature, as far as that can be known."""

    def mended(self, session: "Session", refused: CallRefused) -> CallReceived | None:
        """Return a call that breaks the schema as what it was meant to be, where an operator wants that."""

    def tolerates(self, session: "Session") -> bool:
        """Count a message that breaks the rules; False where it is one too many."""

    def expired(self, session: "Session") -> None:
        """Note that a station was let in with an expired certificate."""

    def impostor(self, session: "Session", serial: str) -> None:
        """A station told another serial number than that of its certificate."""
