"""One end of an OCPP-J connection: frames in, typed messages out, one CALL of ours at a time.

Sans-IO: bytes and time are arguments, and the bytes to send are what the methods return. Knows what a version allows
on the wire; must not know what any message means. A received CALL is not remembered: how many may wait for their answer
at once is the bound of whoever reads the socket.
"""

from typing import Final

import msgspec

from busbar.model.versions import Version
from busbar.protocol import calls, codec, frames, signed
from busbar.protocol.actions import ACTIONS, Action, Origin
from busbar.protocol.errors import ErrorCode, LocalProtocolError, RemoteProtocolError
from busbar.protocol.incoming import (
    AnswerErrorReceived,
    AnswerReceived,
    AnswerRefused,
    CallLost,
    CallReceived,
    CallRefused,
    CallTimedOut,
    Dropped,
    ErrorReceived,
    Incoming,
    SendReceived,
)
from busbar.protocol.versions import RULES, neutral, spell
from busbar.protocol.wire.shapes import Payload

__all__ = [
    "AnswerErrorReceived",
    "AnswerReceived",
    "AnswerRefused",
    "CallLost",
    "CallReceived",
    "CallRefused",
    "CallTimedOut",
    "Dropped",
    "ErrorReceived",
    "Incoming",
    "Peer",
    "SendReceived",
]

_SHOWN: Final = 64
_CALL: Final = 2
_RESULT: Final = 3
_ERROR: Final = 4
_SEND: Final = 6


class _Outstanding(msgspec.Struct, frozen=True, gc=False):
    id: str
    action: str
    deadline: float


class Peer:
    """Our end of one connection.

    Attributes:
        version: what was negotiated.
        side: who we are.
        dropped: how many messages were ignored.
        heard_at: the time of the last message from the other side, None before the first.
    """

    __slots__ = (
        "_actions",
        "_answered",
        "_calls",
        "_outstanding",
        "_rules",
        "_timeout_s",
        "dropped",
        "heard_at",
        "side",
        "version",
    )

    def __init__(self, version: Version, side: Origin, *, call_timeout_s: float = 30.0) -> None:
        self.version = version
        self.side = side
        self.dropped = 0
        self.heard_at: float | None = None
        self._rules = RULES[version]
        self._actions = ACTIONS[version]
        self._calls = calls.DECODERS[version, side]
        self._timeout_s = call_timeout_s
        self._outstanding: _Outstanding | None = None
        self._answered: tuple[str, str] | None = None

    @property
    def busy(self) -> bool:
        """Tell whether a CALL of ours is outstanding."""
        return self._outstanding is not None

    def receive(self, text: bytes, now: float) -> list[Incoming]:
        """Take one message from the other side; never raises for what it contains."""
        self.heard_at = now
        whole = calls.read(text, self._calls)
        if whole is not None:
            return [CallReceived(whole.id, whole.action, whole.payload, text)]
        frame = frames.parse(text, self.version)
        match frame:
            case frames.Call():
                return [self._on_call(frame, text)]
            case frames.Result():
                return [self._on_result(frame, text)]
            case frames.Error():
                return [self._on_error(frame, text)]
            case frames.Send():
                return [self._on_send(frame, text)]
            case frames.ResultError():
                return [self._on_result_error(frame, text)]
            case frames.Broken():
                return [self._on_broken(frame, text)]

    def call(self, message_id: str, action: str, payload: bytes, now: float) -> bytes:
        """Return the CALL to send now. Raises LocalProtocolError where it must not go out."""
        if self._outstanding is not None:
            raise LocalProtocolError(ErrorCode.GENERIC_ERROR, "a call is outstanding")  # 2.x part 4 §4.1.1
        known = self._ours(message_id, action, payload)
        if known.response is None:
            raise LocalProtocolError(ErrorCode.NOT_SUPPORTED, "an action that is sent, not called")
        self._outstanding = _Outstanding(message_id, action, now + self._timeout_s)
        return frames.call_frame(message_id, action, payload)

    def send(self, message_id: str, action: str, payload: bytes) -> bytes:
        """Return a SEND (2.1). Raises LocalProtocolError where it must not go out."""
        if self._ours(message_id, action, payload).response is not None:
            raise LocalProtocolError(ErrorCode.NOT_SUPPORTED, "an action that is called, not sent")
        return frames.send_frame(message_id, action, payload)

    def answer(self, call: CallReceived, payload: Payload) -> bytes:
        """Return the CALLRESULT for a received CALL. Raises LocalProtocolError where the payload breaks the schema."""
        if type(payload) is not self._actions[call.action].response:
            raise LocalProtocolError(ErrorCode.INTERNAL_ERROR, "a payload of another action")
        encoded = codec.encode(payload)
        if encoded != b"{}":
            try:
                codec.decode_response(self.version, call.action, encoded)
            except RemoteProtocolError as error:
                raise LocalProtocolError(error.code, error.description) from None
        self._answered = (call.id, call.action)
        return frames.result_frame(call.id, encoded)

    def refuse(self, call: CallReceived, code: ErrorCode, description: str = "") -> bytes:
        """Return the CALLERROR for a received CALL; the description must repeat nothing that was received."""
        return frames.error_frame(call.id, spell(code, self.version), description)

    def refuse_answer(self, answer: AnswerReceived, code: ErrorCode, description: str) -> AnswerRefused:
        """Return an answer to a call of ours as one that cannot be used."""
        return self._answer_refused(_Outstanding(answer.id, answer.action, 0.0), code, description, answer.text)

    def next_timeout(self) -> float | None:
        """Return when `on_timeout` wants to be called."""
        return None if self._outstanding is None else self._outstanding.deadline

    def on_timeout(self, now: float) -> list[Incoming]:
        """Give up a CALL of ours whose time has passed."""
        late = self._outstanding
        if late is None or now < late.deadline:
            return []
        self._outstanding = None
        return [CallTimedOut(late.id, late.action)]

    def give_up(self) -> list[Incoming]:
        """End: the connection is gone."""
        lost, self._outstanding = self._outstanding, None
        return [] if lost is None else [CallLost(lost.id, lost.action)]

    def _ours(self, message_id: str, action: str, payload: bytes) -> Action:
        """Check what we are about to send."""
        if len(message_id) > frames.MAX_ID:
            raise LocalProtocolError(ErrorCode.RPC_FRAMEWORK_ERROR, "message id too long")
        known = self._actions.get(action)
        if known is None:
            raise LocalProtocolError(ErrorCode.NOT_IMPLEMENTED, "unknown action")
        if known.origin not in (self.side, Origin.BOTH):
            raise LocalProtocolError(ErrorCode.NOT_SUPPORTED, "an action of the other side")
        try:
            codec.decode_request(self.version, action, payload)
        except RemoteProtocolError as error:
            raise LocalProtocolError(error.code, error.description) from None
        return known

    def _on_call(self, frame: frames.Call, text: bytes) -> Incoming:
        try:
            action, payload, was_signed = self._request(frame.action, frame.payload, answered=True)
        except RemoteProtocolError as error:
            return self._refused(frame.id, frame.action, error.code, error.description, text)
        return CallReceived(frame.id, action, payload, text, was_signed)

    def _on_send(self, frame: frames.Send, text: bytes) -> Incoming:
        try:
            action, payload, was_signed = self._request(frame.action, frame.payload, answered=False)
        except RemoteProtocolError as error:
            return self._drop(f"SEND: {error.description}", text)
        return SendReceived(frame.id, action, payload, text, was_signed)

    def _request(self, action: str, raw: msgspec.Raw, *, answered: bool) -> tuple[str, Payload, bool]:
        """Decode what the other side asks. Raises RemoteProtocolError."""
        known = self._actions.get(action)
        inner: bytes | msgspec.Raw = raw
        if known is None and self._rules.signed_messages and action.endswith(signed.SUFFIX):
            action = action.removesuffix(signed.SUFFIX)
            known = self._actions.get(action)
            if known is not None:
                inner = signed.unwrap(action, _CALL if answered else _SEND, raw)
        if known is None:
            raise RemoteProtocolError(ErrorCode.NOT_IMPLEMENTED, "unknown action")
        if known.origin is self.side:
            raise RemoteProtocolError(ErrorCode.NOT_SUPPORTED, "an action for the other direction")
        if (known.response is not None) is not answered:
            raise RemoteProtocolError(ErrorCode.NOT_SUPPORTED, "an action for another message type")
        return action, codec.decode_request(self.version, action, inner), inner is not raw

    def _on_result(self, frame: frames.Result, text: bytes) -> Incoming:
        ours = self._outstanding
        if ours is None or ours.id != frame.id:
            return self._drop("CALLRESULT for no call of ours", text)
        self._outstanding = None
        try:
            payload, was_signed = self._response(ours.action, frame.payload)
        except RemoteProtocolError as error:
            return self._answer_refused(ours, error.code, error.description, text)
        return AnswerReceived(ours.id, ours.action, payload, text, was_signed)

    def _response(self, action: str, raw: msgspec.Raw) -> tuple[Payload, bool]:
        """Decode the answer to our call. Raises RemoteProtocolError."""
        try:
            return codec.decode_response(self.version, action, raw), False
        except RemoteProtocolError:
            if not self._rules.signed_messages or not signed.is_signed(raw):
                raise
        return codec.decode_response(self.version, action, signed.unwrap(action, _RESULT, raw)), True

    def _on_error(self, frame: frames.Error, text: bytes) -> Incoming:
        ours = self._outstanding
        if ours is None or ours.id != frame.id:
            return self._drop("CALLERROR for no call of ours", text)
        self._outstanding = None
        return ErrorReceived(ours.id, ours.action, _code(frame.code), _clean(frame.description), text)

    def _on_result_error(self, frame: frames.ResultError, text: bytes) -> Incoming:
        if self._answered is None or self._answered[0] != frame.id:
            return self._drop("CALLRESULTERROR for no answer of ours", text)
        _, action = self._answered
        self._answered = None
        return AnswerErrorReceived(frame.id, action, _code(frame.code), _clean(frame.description), text)

    def _on_broken(self, frame: frames.Broken, text: bytes) -> Incoming:
        """Answer only what may be a CALL; an answer that names our call ends it."""
        ours = self._outstanding
        if ours is not None and frame.id == ours.id and frame.kind == _RESULT:
            self._outstanding = None
            return self._answer_refused(ours, frame.code, frame.description, text)
        if ours is not None and frame.id == ours.id and frame.kind == _ERROR:
            self._outstanding = None
            return ErrorReceived(ours.id, ours.action, ErrorCode.GENERIC_ERROR.value, frame.description, text)
        if frame.code is ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED:
            answered = self._rules.answers_unknown_message_type
        else:
            answered = frame.kind in (None, _CALL)
        if not answered or (frame.id is None and not self._rules.answers_unreadable):
            return self._drop(frame.description, text)
        return self._refused(frame.id or frames.UNREADABLE_ID, frame.action, frame.code, frame.description, text)

    def _refused(self, message_id: str, action: str, code: ErrorCode, description: str, text: bytes) -> CallRefused:
        reply = frames.error_frame(message_id, spell(code, self.version), description)
        return CallRefused(message_id, _clean(action, _SHOWN), code, description, reply, text)

    def _answer_refused(self, ours: _Outstanding, code: ErrorCode, description: str, text: bytes) -> AnswerRefused:
        reply = None
        if self._rules.result_errors:
            reply = frames.result_error_frame(ours.id, spell(code, self.version), description)
        return AnswerRefused(ours.id, ours.action, code, description, reply, text)

    def _drop(self, reason: str, text: bytes) -> Dropped:
        self.dropped += 1
        return Dropped(reason, text)


def _code(text: str) -> str:
    """Give a received code its 2.x spelling."""
    known = neutral(text)
    return _clean(text, _SHOWN) if known is None else known.value


def _clean(text: str, limit: int = frames.MAX_DESCRIPTION) -> str:
    """Cut foreign text, and take out what a database refuses."""
    return text[:limit].replace("\x00", "\ufffd")
