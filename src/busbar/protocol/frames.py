"""The envelope of OCPP-J: bytes to frames and frames to bytes (1.6 J §4.2; 2.0.1 and 2.1 part 4 §4.2).

Knows arrays, message type numbers and message ids; must not know actions, payloads or who may send what.
"""

import re
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Raw

from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.protocol.versions import RULES

UNREADABLE_ID: Final = "-1"
MAX_ID: Final = 36
MAX_DESCRIPTION: Final = 255
_ECHO_LIMIT: Final = 255

MessageId = Annotated[str, Meta(max_length=MAX_ID)]


class _Frame(msgspec.Struct, array_like=True, frozen=True, gc=False, forbid_unknown_fields=True):
    """A JSON array; the tag of each kind is the message type number in its first place."""


class Call(_Frame, frozen=True, tag=2):
    """CALL: a request. The payload is JSON that nothing has looked into yet."""

    id: MessageId
    action: str
    payload: Raw


class Result(_Frame, frozen=True, tag=3):
    """CALLRESULT: the answer to a CALL."""

    id: MessageId
    payload: Raw


class Error(_Frame, frozen=True, tag=4):
    """CALLERROR: the refusal of a CALL. Received leniently: the last elements may be missing."""

    id: MessageId
    code: str
    description: str = ""
    details: Raw = Raw(b"{}")


class ResultError(_Frame, frozen=True, tag=5):
    """CALLRESULTERROR: the refusal of a CALLRESULT (2.1)."""

    id: MessageId
    code: str
    description: str = ""
    details: Raw = Raw(b"{}")


class Send(_Frame, frozen=True, tag=6):
    """SEND: a message that is never answered (2.1)."""

    id: MessageId
    action: str
    payload: Raw


class Broken(msgspec.Struct, frozen=True, gc=False):
    """Bytes that are no frame of the version, and what could still be read of them.

    Attributes:
        kind: the message type number, or None where it cannot be read.
        id: the message id, or None where it cannot be read or must not be repeated.
        action: the action's name, empty where it cannot be read.
    """

    kind: int | None
    id: str | None
    action: str
    code: ErrorCode
    description: str


_Readable = Call | Result | Error | ResultError | Send
Frame = _Readable | Broken

_encode: Final = msgspec.json.encode
_ARRAY: Final = msgspec.json.Decoder(list[Raw])
_INT: Final = msgspec.json.Decoder(int)
_STR: Final = msgspec.json.Decoder(str)
_DECODERS: Final[dict[Version, msgspec.json.Decoder[_Readable]]] = {
    version: msgspec.json.Decoder(_Readable if rules.sends else Call | Result | Error)
    for version, rules in RULES.items()
}
_KINDS: Final = {version: range(2, 7 if rules.sends else 5) for version, rules in RULES.items()}
_TEXT: Final = rb'("(?:[^"\\\x00-\x1f]|\\.){0,1600}")'
_BEGIN: Final = re.compile(rb"\s*\[\s*([0-9]{1,9})\s*,(?:\s*" + _TEXT + rb"\s*,(?:\s*" + _TEXT + rb"\s*,)?)?")


def parse(text: bytes, version: Version) -> Frame:
    """Read one message of `version`. Never raises: what cannot be read comes back as Broken."""
    try:
        frame = _DECODERS[version].decode(text)
    except msgspec.ValidationError:
        return _misshapen(text, version)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _torn(text, version)
    if "\x00" in frame.id:
        return Broken(_KIND_OF[type(frame)], None, "", ErrorCode.RPC_FRAMEWORK_ERROR, "NUL in the message id")
    return frame


def call_frame(message_id: str, action: str, payload: bytes) -> bytes:
    """Return a CALL; `payload` is JSON."""
    return b"[2,%b,%b,%b]" % (_encode(message_id), _encode(action), payload)


def result_frame(message_id: str, payload: bytes) -> bytes:
    """Return a CALLRESULT; `payload` is JSON."""
    return b"[3,%b,%b]" % (_encode(message_id), payload)


def error_frame(message_id: str, code: str, description: str = "") -> bytes:
    """Return a CALLERROR with a code as the version spells it; the description is cut, the details are empty."""
    return _encode((4, message_id, code, description[:MAX_DESCRIPTION], {}))


def result_error_frame(message_id: str, code: str, description: str = "") -> bytes:
    """Return a CALLRESULTERROR (2.1)."""
    return _encode((5, message_id, code, description[:MAX_DESCRIPTION], {}))


def send_frame(message_id: str, action: str, payload: bytes) -> bytes:
    """Return a SEND (2.1); `payload` is JSON."""
    return b"[6,%b,%b,%b]" % (_encode(message_id), _encode(action), payload)


_KIND_OF: Final = {Call: 2, Result: 3, Error: 4, ResultError: 5, Send: 6}


def _misshapen(text: bytes, version: Version) -> Broken:
    """Describe JSON that is no frame."""
    try:
        parts = [bytes(part) for part in _ARRAY.decode(text)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _torn(text, version)
    kind = _integer(parts[0]) if parts else None
    found = _text(parts[1]) if len(parts) > 1 else None
    action = (_text(parts[2]) or "") if len(parts) > 2 else ""
    if kind is None:
        return Broken(None, found, "", ErrorCode.RPC_FRAMEWORK_ERROR, "no message type number")
    if kind not in _KINDS[version]:
        return Broken(kind, found, "", ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED, "message type number not supported")
    if found is None:
        return Broken(kind, None, action, ErrorCode.RPC_FRAMEWORK_ERROR, "no readable message id")
    if len(found) > MAX_ID:
        return Broken(kind, found, action, ErrorCode.RPC_FRAMEWORK_ERROR, "message id too long")
    return Broken(kind, found, action, ErrorCode.RPC_FRAMEWORK_ERROR, "elements missing, too many or of a wrong type")


def _torn(text: bytes, version: Version) -> Broken:
    """Describe what is not JSON, by its beginning."""
    begin = _BEGIN.match(text)
    if begin is None:
        return Broken(None, None, "", ErrorCode.RPC_FRAMEWORK_ERROR, "not a JSON array")
    kind, found, action = int(begin[1]), _text(begin[2]), _text(begin[3]) or ""
    if kind not in _KINDS[version]:
        return Broken(kind, found, "", ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED, "message type number not supported")
    if found is None:
        return Broken(kind, None, action, ErrorCode.RPC_FRAMEWORK_ERROR, "no readable message id")
    return Broken(kind, found, action, ErrorCode.FORMAT_VIOLATION, "not JSON")


def _integer(raw: bytes) -> int | None:
    try:
        return _INT.decode(raw) if len(raw) < 10 else None
    except msgspec.DecodeError:
        return None


def _text(raw: bytes | None) -> str | None:
    """Read a JSON string that may be repeated in an answer, or None."""
    if raw is None:
        return None
    try:
        text = _STR.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return text if len(text) <= _ECHO_LIMIT and "\x00" not in text else None
