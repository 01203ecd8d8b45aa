"""Mends messages of stations that break the schema, where an operator wants that, and keeps what was wrong.

It must not know what a message means. What was received is in the message log as it came.
"""

from datetime import UTC, datetime
from typing import Final

from busbar.csms.changes import RowAdded
from busbar.csms.gateway.safeguards import Safeguards
from busbar.csms.gateway.session import Session
from busbar.csms.ports import Store
from busbar.csms.records.tolerances import Violation
from busbar.csms.services.tolerances import tolerated
from busbar.protocol import frames, repair
from busbar.protocol.incoming import AnswerReceived, AnswerRefused, CallReceived, CallRefused

KNOWN_LIMIT: Final = 10_000


class Mender:
    """Mends for the sessions of one node; `mended` counts messages."""

    def __init__(self, store: Store, safeguards: Safeguards) -> None:
        self.mended = 0
        self._store = store
        self._safeguards = safeguards
        self._known: set[tuple[int, str, str]] = set()

    def call(self, session: Session, refused: CallRefused) -> CallReceived | None:
        """Return a call that was mended; None where it stays refused."""
        if not tolerated(session.station, self._safeguards.tolerances):
            return None
        frame = frames.parse(refused.text, session.version)
        if not isinstance(frame, frames.Call):
            return None
        at = datetime.now(UTC)
        found = repair.request(session.version, frame.action, bytes(frame.payload), at)
        if found is None:
            return None
        self._keep(session, frame.action, found.fixes, at)
        return CallReceived(frame.id, frame.action, found.payload, refused.text)

    def answer(self, session: Session, refused: AnswerRefused) -> AnswerReceived | None:
        """Return an answer that was mended; None where it cannot be used."""
        if not tolerated(session.station, self._safeguards.tolerances):
            return None
        frame = frames.parse(refused.text, session.version)
        if not isinstance(frame, frames.Result):
            return None
        at = datetime.now(UTC)
        found = repair.response(session.version, refused.action, bytes(frame.payload), at)
        if found is None:
            return None
        self._keep(session, refused.action, found.fixes, at)
        return AnswerReceived(refused.id, refused.action, found.payload, refused.text)

    def _keep(self, session: Session, action: str, fixes: list[str], at: datetime) -> None:
        """Store what was wrong, once for each way of it."""
        self.mended += 1
        station = session.station
        new = [fix for fix in fixes if (station.id, action, fix) not in self._known]
        if not new:
            return
        if len(self._known) > KNOWN_LIMIT:  # stored anew, which changes nothing
            self._known.clear()
        self._known.update((station.id, action, fix) for fix in new)
        rows = [
            Violation(
                organisation_id=station.organisation_id, station_id=station.id, action=action, fix=fix, first_at=at
            )
            for fix in new
        ]
        self._store.submit([RowAdded(row) for row in rows], lambda _: None)
