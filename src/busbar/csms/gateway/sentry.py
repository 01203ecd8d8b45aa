"""Looks after connections that were let in: what ends them, what they may send, the first use of what was pending.

It must not know what a message means, nor how a connection is made.
"""

from time import monotonic

from busbar.csms.gateway.directory import Directory
from busbar.csms.gateway.journal import Journal, Note
from busbar.csms.gateway.limits import Buckets, Rate
from busbar.csms.gateway.mending import Mender
from busbar.csms.gateway.safeguards import Safeguards
from busbar.csms.gateway.session import Session
from busbar.csms.gateway.signatures import genuine
from busbar.csms.ports import Bus, Store
from busbar.csms.records.security import StationSecurity
from busbar.csms.services.admission import stands
from busbar.csms.services.security_events import INVALID_CERTIFICATE, INVALID_MESSAGES, RECONFIGURED
from busbar.protocol.errors import ErrorCode
from busbar.protocol.incoming import AnswerReceived, AnswerRefused, CallReceived, CallRefused, SendReceived
from busbar.protocol.signed import signature_of


class Sentry:
    """Implements `session.Sentry` for the sessions of one node."""

    def __init__(
        self, store: Store, bus: Bus, directory: Directory, safeguards: Safeguards, journal: Journal, broken: Rate
    ) -> None:
        self._store = store
        self._bus = bus
        self._directory = directory
        self._safeguards = safeguards
        self._journal = journal
        self._broken = Buckets(broken)
        self.mender = Mender(store, safeguards)

    async def first_use(self, session: Session) -> bool:
        """Keep that a pending profile or password is used, which ends the one before. Raises StoreUnavailable."""
        station, admitted = session.station, session.admitted
        values, expected = admitted.values, admitted.expected
        kept = await self._store.change(StationSecurity, (station.id,), values=values, expected=expected)
        await self._directory.read(station.id)
        if not kept:  # another connection was first, or an operator took it back
            return stands(admitted, station, self._directory.security(station.id))
        self._bus.publish(f"busbar.changed.station.{station.id}", str(station.id).encode())
        what = f"security profile {values['profile']}" if "profile" in values else "password"
        self.note(session, f"the pending {what} is used", RECONFIGURED)
        return True

    def reconsider(self, session: Session) -> None:
        """End the connection of a station that was removed, or may not stay as it came in."""
        station = self._directory.by_id(session.station.id)
        certificate = session.admitted.certificate
        if station is None:
            session.socket.close(1008, "the station was removed")
        elif not stands(session.admitted, station, self._directory.security(station.id)):
            session.socket.close(1008, "another security profile or password")
        elif certificate is not None and (station.organisation_id, certificate.thumbprint) in self._safeguards.revoked:
            session.socket.close(1008, "the certificate was revoked")

    def genuine(self, session: Session, message: CallReceived | SendReceived | AnswerReceived) -> bool:
        """Tell whether a signature is good; one whose certificate is not registered is not looked at (§7.2)."""
        verdict = genuine(signature_of(message.text), self._safeguards.keys(session.station.id))
        if verdict is False:
            self.note(session, f"wrong signature of a {message.action}", INVALID_MESSAGES)
        return verdict is not False

    def refused(self, session: Session, answer: AnswerReceived) -> AnswerRefused:
        """Return an answer whose signature is wrong as what it is."""
        return session.peer.refuse_answer(answer, ErrorCode.SECURITY_ERROR, "the signature is wrong")

    def mended(self, session: Session, refused: CallRefused) -> CallReceived | None:
        """Return a call that breaks the schema as what it was meant to be, where an operator wants that."""
        return self.mender.call(session, refused)

    def tolerates(self, session: Session) -> bool:
        """Count a message that breaks the rules; False where it is one too many."""
        if self._broken.take(str(session.station.id), monotonic()):
            return True
        self.note(session, "too many broken messages", INVALID_MESSAGES)
        return False

    def expired(self, session: Session) -> None:
        """Note that a station was let in with an expired certificate, to be given another one (A00.FR.408)."""
        self.note(session, "certificate out of its time, which is allowed to the station", INVALID_CERTIFICATE)

    def impostor(self, session: Session, serial: str) -> None:
        """Note that a station booted with another serial number than that of its certificate (B01.FR.12)."""
        self.note(session, f"booted with the serial number {serial!r}", INVALID_CERTIFICATE)

    def note(self, session: Session, reason: str, event: str) -> None:
        """Note an event of a session's station."""
        station, address = session.station, session.socket.address
        self._journal.note(
            Note(station_id=station.id, identity=station.identity, reason=reason, address=address, event=event)
        )
