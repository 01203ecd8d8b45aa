"""Amendments of the records: a session ended without its station, a parked message read again. Knows no loop."""

from datetime import datetime
from typing import Any, Final

import msgspec

from busbar.csms.changes import TransactionPut
from busbar.csms.happenings import TransactionChanged
from busbar.csms.rows import Exchange, Transaction
from busbar.csms.services.registers import CLOSED, STALE, flag, settle_energy, snapshot
from busbar.csms.services.view import Conclusion, StationView
from busbar.model.facts import Fact
from busbar.model.versions import Version
from busbar.protocol import frames, repair
from busbar.protocol.actions import Origin
from busbar.protocol.errors import ErrorCode, RemoteProtocolError
from busbar.protocol.incoming import CallReceived, CallRefused, SendReceived
from busbar.protocol.peer import Peer
from busbar.protocol.translate import TRANSLATORS

PRECIOUS: Final = frozenset({"StartTransaction", "StopTransaction", "MeterValues", "TransactionEvent"})
"""Actions whose only copy a station deletes after a refusal (1.6 §4.8, §4.10; E04)."""
_MALFORMED: Final = frozenset(
    code.value
    for code in (
        ErrorCode.FORMAT_VIOLATION,
        ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION,
        ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        ErrorCode.TYPE_CONSTRAINT_VIOLATION,
    )
)


def replayable(row: Exchange) -> bool:
    """Tell whether a message may be read again: it was parked, or is of a session and was refused for its form."""
    if row.outcome == "parked":
        return True
    return row.origin == "station" and row.action in PRECIOUS and row.outcome in _MALFORMED


def parked_fact(row: Exchange, version: Version) -> Fact:
    """Return what a message of the log says, mended where that leaves no doubt.

    Raises ProtocolViolation where it still cannot be read.
    """
    for incoming in Peer(version, Origin.CSMS).receive(row.request, 0.0):
        match incoming:
            case CallReceived() | SendReceived():
                return TRANSLATORS[version].to_fact(incoming.action, incoming.payload)
            case CallRefused():
                frame = frames.parse(row.request, version)
                raw = bytes(frame.payload) if isinstance(frame, frames.Call) else b""
                mended = repair.request(version, incoming.action, raw, row.at)
                if mended is not None:
                    return TRANSLATORS[version].to_fact(incoming.action, mended.payload)
                raise RemoteProtocolError(incoming.code, incoming.description)
    raise RemoteProtocolError(ErrorCode.RPC_FRAMEWORK_ERROR, "no call")


def given_number(row: Exchange) -> int | None:
    """Return the transaction number that a station was given when its message was parked (1.6 starts), or None."""
    try:
        _, _, payload = msgspec.json.decode(row.answer or b"", type=tuple[int, str, dict[str, Any]])
    except (msgspec.MsgspecError, ValueError):
        return None
    number = payload.get("transactionId")
    return number if isinstance(number, int) else None


def close(row: Transaction, view: StationView, at: datetime) -> Conclusion:
    """End a session in the records at its last sign of life; its energy is what is known."""
    row.ended_at, row.power_w, row.charging_state = row.updated_at, None, None
    settle_energy(row)
    flag(row, CLOSED)
    return _put(row, view, at)


def doubt(row: Transaction, view: StationView, at: datetime) -> Conclusion:
    """Mark a session as one of which nothing has been heard for long; any word of it takes the mark off."""
    flag(row, STALE)
    return _put(row, view, at)


def _put(row: Transaction, view: StationView, at: datetime) -> Conclusion:
    stored = snapshot(row)
    told = TransactionChanged(station=view.station.identity, at=at, transaction=stored)
    return Conclusion([TransactionPut(stored)], [told])
