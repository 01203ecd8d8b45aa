"""The door: judges upgrades by what is in memory, and notes who was refused and why. Opens no socket.

What is refused costs a try of the address, then of the identity; a good connection costs nothing.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from picows import WSUpgradeRequest

from busbar.csms.gateway import handshake
from busbar.csms.gateway.certificates import NO_REVOCATIONS, Revocations, read_certificate
from busbar.csms.gateway.directory import Directory
from busbar.csms.gateway.handshake import Refusal
from busbar.csms.gateway.journal import Journal, Note
from busbar.csms.gateway.limits import Buckets
from busbar.csms.gateway.safeguards import Safeguards
from busbar.csms.gateway.server import Caller
from busbar.csms.gateway.settings import NodeSettings
from busbar.csms.gateway.sockets import Conversation, Welcome
from busbar.csms.rows import Station
from busbar.csms.services.admission import Admitted, Denied, Offer, admit
from busbar.csms.services.security_events import DUPLICATE
from busbar.model.versions import Version

RECENT: Final = 200

Converse = Callable[[Station, Version, Admitted], Conversation]


@dataclass(frozen=True, slots=True)
class RefusedUpgrade:
    """A station, or somebody, that was not let in."""

    at: datetime
    address: str
    identity: str
    status: int
    reason: str


class Door:
    """Judges upgrades.

    Attributes:
        refused: the latest refusals with their reasons; `refused_by` counts all by the status that they were given.
        open: whether anybody is let in now.
        occupied: tells whether a station has a connection here already.
    """

    def __init__(
        self,
        settings: NodeSettings,
        directory: Directory,
        safeguards: Safeguards,
        journal: Journal,
        converse: Converse,
    ) -> None:
        self.refused: deque[RefusedUpgrade] = deque(maxlen=RECENT)
        self.refused_by: Counter[HTTPStatus] = Counter()
        self.open: Callable[[], bool] = lambda: True
        self.occupied: Callable[[int], bool] = lambda _: False
        self._revocations: Revocations = NO_REVOCATIONS
        self._settings = settings
        self._directory = directory
        self._safeguards = safeguards
        self._journal = journal
        self._converse = converse
        self._addresses = Buckets(settings.tries_per_address)
        self._identities = Buckets(settings.tries_per_identity)
        self._displacements = Buckets(settings.displacements)

    @property
    def refused_total(self) -> int:
        """How many were refused."""
        return self.refused_by.total()

    def on_renewed(self, revocations: Revocations) -> None:
        """Take what is revoked by the lists of the TLS listener."""
        self._revocations = revocations

    def on_no_tls(self, event: str, reason: str) -> None:
        """Note a failed TLS handshake, of nobody that is known."""
        self._journal.note(Note(station_id=0, identity="", reason=reason, address="", event=event))

    def judge(self, request: WSUpgradeRequest, caller: Caller) -> Welcome | Refusal:
        """Let in or refuse."""
        asked, now = handshake.read(request.path, request.headers, self._settings.path), time.monotonic()
        if not self.open():
            verdict: Welcome | Refusal = handshake.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "cannot serve now")
        elif not self._addresses.take(caller.address, now):
            verdict = handshake.refuse(HTTPStatus.TOO_MANY_REQUESTS, "too many tries from the address")
        elif isinstance(asked, Refusal):
            verdict = asked
        else:
            verdict = self._authenticate(asked, caller, now)
        if isinstance(verdict, Refusal):
            identity = "" if isinstance(asked, Refusal) else asked.identity
            self._refuse(verdict, identity, caller.address)
        return verdict

    def _refuse(self, refusal: Refusal, identity: str, address: str) -> None:
        self.refused_by[refusal.status] += 1
        status = refusal.status.value
        self.refused.append(RefusedUpgrade(datetime.now(UTC), address, identity, status, refusal.reason))
        station = self._directory.find(identity) if identity else None
        self._journal.note(
            Note(
                station_id=0 if station is None else station.id,
                identity=identity if station is None else station.identity,
                reason=refusal.reason,
                address=address,
                status=status,
                event=None if station is None else refusal.event,
            )
        )

    def _authenticate(self, asked: handshake.Request, caller: Caller, now: float) -> Welcome | Refusal:
        """Look at the proof; the same work and the same answer whether the station exists or not."""
        tries = f"{caller.address} {asked.identity.casefold()}"  # per pair: nobody else can lock a station out
        if not self._identities.take(tries, now):
            return handshake.refuse(HTTPStatus.TOO_MANY_REQUESTS, "too many tries for the identity")
        station = self._directory.find(asked.identity)
        security = None if station is None else self._directory.security(station.id)
        verdict = admit(self._settings.key, station, security, self._offer(asked, caller, station), datetime.now(UTC))
        if isinstance(verdict, Denied):
            self._directory.look_up_later(asked.identity)
            return self._denied(verdict)
        assert station is not None
        if self.occupied(station.id) and not self._displacements.take(str(station.id), now):
            reason = "too many connections in turn: more than one device has this identity"
            return handshake.refuse(HTTPStatus.TOO_MANY_REQUESTS, reason, DUPLICATE)
        self._addresses.give_back(caller.address)
        self._identities.give_back(tries)
        if asked.version is None:
            return Welcome(None, None)
        return Welcome(self._converse(station, asked.version, verdict), asked.subprotocol, asked.deflate)

    def _offer(self, asked: handshake.Request, caller: Caller, station: Station | None) -> Offer:
        certificate = None if caller.certificate is None else read_certificate(caller.certificate)
        owner = 0 if station is None else station.organisation_id
        return Offer(
            identity=asked.identity,
            secure=caller.secure,
            version=asked.version,
            basic=asked.credentials,
            certificate=certificate,
            revoked=certificate is not None
            and (certificate in self._revocations or (owner, certificate.thumbprint) in self._safeguards.revoked),
        )

    def _denied(self, denied: Denied) -> Refusal:
        if denied.unknown and self._settings.strict_404:
            return handshake.refuse(HTTPStatus.NOT_FOUND, denied.reason)
        return handshake.refuse(HTTPStatus.UNAUTHORIZED, denied.reason, denied.event)
