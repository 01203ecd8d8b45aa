"""Payloads: strict JSON in, wire structs out, and back; each failure with the OCPP error code that it deserves.

Stricter than the schemas where they are silent: 32-bit integers, no duplicate keys, no NUL, no integer written as a
float, bounded nesting, and no time that UTC cannot hold.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import DecodeError, ValidationError

from busbar.model.versions import Version
from busbar.protocol.actions import ACTIONS
from busbar.protocol.errors import ErrorCode, RemoteProtocolError
from busbar.protocol.wire.shapes import Payload, read_custom, write_custom

_ENCODER: Final = msgspec.json.Encoder(enc_hook=write_custom)
_UNTYPED: Final = msgspec.json.Decoder()
_write: Final = _ENCODER.encode_into
encode: Final = _ENCODER.encode

# What msgspec says, in the order of how telling it is, with the code and a text without foreign content.
_CODES: Final = (
    ("missing required field", ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, "required field missing"),
    ("unknown field", ErrorCode.FORMAT_VIOLATION, "unknown field"),
    ("`array` of", ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, "too few or too many items"),
    ("`str` of length", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "text too long"),
    ("Invalid enum value", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "not one of the values"),
    ("got `", ErrorCode.TYPE_CONSTRAINT_VIOLATION, "wrong type"),
    ("got something else", ErrorCode.TYPE_CONSTRAINT_VIOLATION, "wrong type"),
    ("` <", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "number too large"),
    ("` >", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "number too small"),
    ("timezone", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "time without a zone"),
    ("RFC3339", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "not a date-time"),
    ("out of range", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "number out of range"),
    ("multiple of", ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "more than one decimal"),
    ("nesting", ErrorCode.FORMAT_VIOLATION, "nested too deeply"),
)
_PATH: Final = re.compile(r" - at `\$((?:\.[0-9A-Za-z]+|\[[0-9]+\])+)`$")
_FIELD: Final = re.compile(r"missing required field `([0-9A-Za-z]+)`")
_UNKNOWN: Final = re.compile(r"unknown field `([^`]{1,100})`")
_BACKSLASH, _QUOTE, _PLUS = b'\\"+'
# Only on these days an offset can move a time out of what UTC holds; on the first only an eastern one.
_FIRST_DAY, _LAST_DAY = b'"0001-01-01', b'"9999-12-31'
# What the message at hand looks like when written; one for all, because making it anew costs a third more. So this
# module belongs to one thread, as every core does.
_SCRATCH: Final = bytearray()
UNREADABLE: Final = (DecodeError, UnicodeDecodeError, RecursionError)


def decode_request(version: Version, action: str, payload: bytes | msgspec.Raw) -> Payload:
    """Decode a CALL's payload. Raises RemoteProtocolError (NotImplemented for an unknown action)."""
    decoder = _REQUESTS[version].get(action)
    if decoder is None:
        raise RemoteProtocolError(ErrorCode.NOT_IMPLEMENTED, "unknown action")
    return _decode(decoder, payload)


def decode_response(version: Version, action: str, payload: bytes | msgspec.Raw) -> Payload:
    """Decode a CALLRESULT's payload; the action is one of the version. Raises RemoteProtocolError."""
    return _decode(_RESPONSES[version][action], payload)


def _decoder(kind: type[Payload]) -> msgspec.json.Decoder[Payload]:
    return msgspec.json.Decoder(kind, dec_hook=read_custom)


def _decode(decoder: msgspec.json.Decoder[Payload], payload: bytes | msgspec.Raw) -> Payload:
    raw = bytes(payload)
    try:
        decoded = decoder.decode(raw)
    except ValidationError as error:
        if raw.strip() == b"null":  # no payload may be written so: 1.6 J §4.2.1, 2.x part 4 §4.1.5
            return _decode(decoder, b"{}")
        raise _explained(str(error)) from None
    except UNREADABLE:
        raise RemoteProtocolError(ErrorCode.FORMAT_VIOLATION, "not JSON") from None
    if is_suspect(decoded, raw):
        _scan(raw)
        _require_utc(decoded)
    return decoded


def is_suspect(decoded: Payload, raw: bytes, quotes_around: int = 0) -> bool:
    """Tell cheaply whether JSON that was decoded needs a closer look; False is certain.

    Without a backslash every text is two quotes, here as in what we would write: as many of them means that no key
    came twice, for the decoder keeps one of each. `quotes_around` are those of `raw` that are not the payload's.
    """
    _write(decoded, _SCRATCH)
    return (
        _BACKSLASH in raw
        or raw.count(_QUOTE) - quotes_around != _SCRATCH.count(_QUOTE)
        or _SCRATCH.find(_LAST_DAY) >= 0
        or (_PLUS in _SCRATCH and _FIRST_DAY in _SCRATCH)
    )


def _explained(message: str) -> RemoteProtocolError:
    """Turn msgspec's words into a code, a constant text and a path; nothing of the content."""
    place = _PATH.search(message)
    missing = _FIELD.search(message)
    unknown = _UNKNOWN.search(message)
    where = (place[1][1:] if place else "") + (f".{missing[1]}" if missing else "")
    for words, code, text in _CODES:
        if words in message:
            description = f"{text}: {where.strip('.')}" if where else text
            return RemoteProtocolError(code, description, unknown[1] if unknown else "")
    return RemoteProtocolError(ErrorCode.FORMAT_VIOLATION, "does not fit the schema")


def _scan(raw: bytes) -> None:
    """Look exactly, and slowly, for duplicate keys and NUL."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise RemoteProtocolError(ErrorCode.FORMAT_VIOLATION, "a key came twice")
        return found

    try:
        json.loads(raw, object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise RemoteProtocolError(ErrorCode.FORMAT_VIOLATION, "not JSON") from None
    if b"\\u0000" in raw and any("\x00" in leaf for leaf in _leaves(_UNTYPED.decode(raw)) if isinstance(leaf, str)):
        raise RemoteProtocolError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "NUL in a text")


def _require_utc(decoded: Payload) -> None:
    """Refuse a time that its offset moves out of the calendar."""
    plain = msgspec.to_builtins(decoded, builtin_types=(datetime,), enc_hook=write_custom)
    for leaf in _leaves(plain):
        if isinstance(leaf, datetime):
            try:
                leaf.astimezone(UTC)
            except OverflowError:
                text = "a time beyond the calendar"
                raise RemoteProtocolError(ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, text) from None


def _leaves(value: Any) -> Iterator[Any]:
    """Give every key and every plain value of JSON-like data."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


_REQUESTS: Final = {
    version: {name: _decoder(action.request) for name, action in actions.items()}
    for version, actions in ACTIONS.items()
}
_RESPONSES: Final = {
    version: {name: _decoder(action.response) for name, action in actions.items() if action.response}
    for version, actions in ACTIONS.items()
}
