"""What a peer makes of what the other side sends: one small type per case, opaque payloads inside."""

import msgspec

from busbar.protocol.errors import ErrorCode
from busbar.protocol.wire.shapes import Payload


class _Incoming(msgspec.Struct, frozen=True, gc=False):
    pass


class CallReceived(_Incoming, frozen=True):
    """The other side asks; it must get exactly one `answer` or `refuse`. `action` is the plain name where signed."""

    id: str
    action: str
    payload: Payload
    text: bytes
    signed: bool = False


class SendReceived(_Incoming, frozen=True):
    """The other side tells (2.1); never answered."""

    id: str
    action: str
    payload: Payload
    text: bytes
    signed: bool = False


class CallRefused(_Incoming, frozen=True):
    """A CALL that broke a rule. `reply` is the ready CALLERROR; None where the version says to stay silent."""

    id: str
    action: str
    code: ErrorCode
    description: str
    reply: bytes | None
    text: bytes


class AnswerReceived(_Incoming, frozen=True):
    """The answer to our CALL."""

    id: str
    action: str
    payload: Payload
    text: bytes
    signed: bool = False


class ErrorReceived(_Incoming, frozen=True):
    """Our CALL was refused. `code` has the 2.x spelling where it is a known one, else what came, cut."""

    id: str
    action: str
    code: str
    description: str
    text: bytes


class AnswerRefused(_Incoming, frozen=True):
    """The answer to our CALL broke the schema. `reply` is the ready CALLRESULTERROR; None where there is none."""

    id: str
    action: str
    code: ErrorCode
    description: str
    reply: bytes | None
    text: bytes


class AnswerErrorReceived(_Incoming, frozen=True):
    """The other side could not use the answer that we gave last (2.1 CALLRESULTERROR); never answered."""

    id: str
    action: str
    code: str
    description: str
    text: bytes


class CallTimedOut(_Incoming, frozen=True):
    """Nothing came for our CALL in time; what comes later is dropped."""

    id: str
    action: str


class CallLost(_Incoming, frozen=True):
    """The connection ended while our CALL was outstanding: whether it was done is unknown."""

    id: str
    action: str


class Dropped(_Incoming, frozen=True):
    """Ignored and counted: late, foreign or unreadable. `reason` is constant text."""

    reason: str
    text: bytes


Incoming = (
    CallReceived
    | SendReceived
    | CallRefused
    | AnswerReceived
    | ErrorReceived
    | AnswerRefused
    | AnswerErrorReceived
    | CallTimedOut
    | CallLost
    | Dropped
)
