"""The life of a command as pure steps: each returns a new row, or the same one where nothing may change any more.

A final state is never left. What became of a call that was sent and not answered is not known, and is said so.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from busbar.csms.rows import Command, CommandState
from busbar.csms.services.redaction import redacted
from busbar.model.orders import Outcome
from busbar.model.values import RegistrationStatus

OFFLINE: Final = "offline"
NOT_TAKEN_IN: Final = "not-taken-in"
_ABOUT_SESSIONS: Final = frozenset(
    {
        "RemoteStartTransaction",
        "RemoteStopTransaction",
        "RequestStartTransaction",
        "RequestStopTransaction",
    }
)
DESCRIPTION_LIMIT: Final = 255


def make(command_id: str, station_id: int, action: str, payload: bytes, *, at: datetime, ttl_s: float) -> Command:
    """Make a queued command that expires `ttl_s` seconds after `at`; set its other fields before it is stored."""
    expires_at = at + timedelta(seconds=ttl_s)
    return Command(
        id=command_id, station_id=station_id, action=action, payload=payload, created_at=at, expires_at=expires_at
    )


def recorded(command: Command) -> Command:
    """Return a command's row as it is stored: without secrets, unless it has to be sent out of the store."""
    if command.state is CommandState.QUEUED and command.survives_reconnect:
        return command
    return shown(command)


def shown(command: Command) -> Command:
    """Return a command as it may be told: without secrets."""
    answer = None if command.answer is None else redacted(command.answer)
    return replace(command, payload=redacted(command.payload), answer=answer)


def barred(action: str, registration: RegistrationStatus) -> bool:
    """Tell whether a station is not to be called: a rejected one for nothing (B03.FR.03), a pending one for no session.

    The latter is B02.FR.05 and 1.6 §4.2.
    """
    pending = registration == RegistrationStatus.PENDING and action in _ABOUT_SESSIONS
    return pending or registration == RegistrationStatus.REJECTED


def sent(command: Command, epoch: int, at: datetime) -> Command:
    """Mark a queued command as sent on a connection: from now on it is never sent again."""
    if command.state is not CommandState.QUEUED:
        return command
    return replace(command, state=CommandState.SENT, epoch=epoch, sent_at=at)


def settle(command: Command, outcome: Outcome, answer: bytes, at: datetime) -> Command:
    """End a command by the station's answer, as it spelt it; `answer` is the payload (JSON).

    An answer without a status (GetConfiguration, a report) is an acceptance.
    """
    accepted = outcome.accepted or not outcome.status
    state = CommandState.ACCEPTED if accepted else CommandState.REJECTED
    return _finish(command, state, at, status=outcome.status or None, answer=answer)


def failed(command: Command, code: str, description: str, at: datetime) -> Command:
    """End a command by the station's CALLERROR, or by an answer that breaks its schema."""
    return _finish(command, CommandState.ERROR, at, error=code, error_description=description[:DESCRIPTION_LIMIT])


def timed_out(command: Command, at: datetime) -> Command:
    """End a sent command that got no answer in time: the station may or may not have done it."""
    return _finish(command, CommandState.TIMED_OUT, at)


def lost(command: Command, at: datetime) -> Command:
    """Let go of a command as its connection ended: sent, its outcome is unknown; queued, it may wait for the next."""
    if command.state is CommandState.SENT:
        return _finish(command, CommandState.UNKNOWN, at)
    return command if command.survives_reconnect else expired(command, at, error=OFFLINE)


def expired(command: Command, at: datetime, *, error: str | None = None) -> Command:
    """End a command that was never sent; `error` is OFFLINE where the station was not there."""
    return _finish(command, CommandState.EXPIRED, at, error=error) if command.state is CommandState.QUEUED else command


def _finish(command: Command, state: CommandState, at: datetime, **fields: str | bytes | None) -> Command:
    return command if command.state.final else replace(command, state=state, finished_at=at, **fields)
