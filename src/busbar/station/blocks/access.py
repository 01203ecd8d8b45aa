"""By which certificates the station connects, and the way back from new credentials (A00, A01, A05; 1.6 whitepaper).

New credentials are on trial until the CSMS accepts the station by them; where it cannot be reached, old and new ones
are tried in turn. It must not know how a connection is made, nor which networks there are.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from busbar.model.certificates import CertificateUse
from busbar.model.network import NetworkProfile
from busbar.pki.chains import is_valid
from busbar.pki.pem import read_chain
from busbar.station.blocks.block import Block
from busbar.station.blocks.networks import Credentials, Networks
from busbar.station.blocks.security_events import RECONFIGURED, SecurityEvents
from busbar.station.blocks.signing import Signing
from busbar.station.blocks.trust_store import TrustStore
from busbar.station.effects import Reconnect
from busbar.station.events import ConnectFailed, Obstacle

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

RECONNECT_S: Final = 1
_TRIAL: Final = "access/trial"


@dataclass(frozen=True, slots=True)
class Way:
    """By which certificates a connection is made.

    Attributes:
        roots: whom the server's certificate has to come from (PEM); none for whom the system trusts.
        chain, key: the station's own certificate (PEM), for profile 3.
    """

    roots: tuple[str, ...] = ()
    chain: str | None = None
    key: str | None = field(default=None, repr=False)


PLAIN: Final = Way()


class Access(Block):
    """The credentials of one station."""

    __slots__ = ("_failures", "_obstacle", "_other", "_reconnecting", "_used_fallback")

    KEPT: ClassVar = "access/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        self._other: Credentials | None = fittings.cabinet.board.load(_TRIAL, Credentials | None, None)  # type: ignore[arg-type]
        self._obstacle: Obstacle | None = None
        self._failures = 0
        self._reconnecting = False
        self._used_fallback = False

    def reconnect(self) -> None:
        """Connect anew soon, once what is to be answered was sent."""
        self._reconnecting, self._failures = True, 0
        self.fittings.cabinet.board.set_timer("access", RECONNECT_S)

    def due(self, _: str) -> None:
        """Connect anew."""
        self._reconnecting = False
        self.fittings.cabinet.board.do(Reconnect())

    def lacks(self, profile: NetworkProfile) -> str | None:
        """Say what a connection takes that is not there, None where all is there (A05.FR.02, .03; 1.6: also .04)."""
        fittings, strength = self.fittings, profile.security_profile
        if strength in (1, 2) and not profile.password:
            return "no password"
        now = fittings.cabinet.board.now
        roots = fittings.get(TrustStore).certificates(CertificateUse.CSMS_ROOT)
        if strength > 1 and not any(is_valid(root, now) for root in roots):
            return "no valid root of the CSMS"
        own = fittings.get(Signing).own()
        if strength > 2 and (own is None or not is_valid(read_chain(own.chain)[0], now)):
            return "no valid certificate of its own"
        return None

    def attempt(self, name: str) -> None:
        """Keep the credentials of now, since the named ones are about to change, and connect by what they become."""
        if self._other is None:
            self._keep(self.fittings.get(Networks).credentials)
        self.fittings.get(SecurityEvents).note(RECONFIGURED, name)  # A01.FR.11, .12
        self.reconnect()

    # what came of it

    def online(self) -> None:
        """The CSMS was reached: what was on trial stays, what was kept beside it goes (A02.FR.10, A05.FR.06)."""
        self._obstacle, self._failures = None, 0
        if self._reconnecting:  # still by the old ones
            return
        if self._other is not None:
            self._keep(None)
        if (signing := self.fittings.known(Signing)) is not None:
            signing.settle()
        if (trusted := self.fittings.known(TrustStore)) is not None and not self._used_fallback:
            trusted.drop_fallback()

    def failed(self, event: ConnectFailed) -> None:
        """The CSMS was not reached: note why, and go back to what worked before where new credentials do not."""
        if event.obstacle is not self._obstacle:
            self._obstacle = event.obstacle
            if event.obstacle is not Obstacle.OTHER:
                self.fittings.get(SecurityEvents).note(event.obstacle.value, event.detail)
        if event.obstacle is Obstacle.CERTIFICATE and self.fittings.get(TrustStore).fallbacks():
            self._used_fallback = not self._used_fallback  # M05.FR.14
        self._failures += 1
        networks = self.fittings.get(Networks)
        attempts = self.fittings.cabinet.variables.number("NetworkProfileConnectionAttempts")
        if self._failures % (attempts * len(networks.order)) == 0:  # B10.FR.09
            self._swap(networks)

    def _swap(self, networks: Networks) -> None:
        """Try what was used before, or the new again (A02.FR.28, A05.FR.08): the CSMS decides what it lets in."""
        if (other := self._other) is not None:
            self._keep(networks.credentials)
            networks.restore(other)
        if (signing := self.fittings.known(Signing)) is not None:
            signing.swap()

    def _keep(self, other: Credentials | None) -> None:
        self._other = other
        if other is None:
            self.fittings.cabinet.board.forget(_TRIAL)
        else:
            self.fittings.cabinet.board.keep(_TRIAL, other)

    def way(self, strength: int) -> Way:
        """Return the certificates of the next connection, which is of this security profile."""
        trusted, own = self.fittings.get(TrustStore), self.fittings.get(Signing).own()
        old = trusted.fallbacks()
        by_old = self._used_fallback and bool(old)  # which the CSMS may have deleted
        roots = tuple(pem for pem in trusted.pems(CertificateUse.CSMS_ROOT) if (pem in old) is by_old)
        return Way(roots) if strength < 3 or own is None else Way(roots, own.chain, own.key)

    TIMERS: ClassVar = {"access": due}
    EVENTS: ClassVar = {ConnectFailed: failed}
