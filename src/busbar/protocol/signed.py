"""Signed messages: `<Action>-Signed` around a flattened JWS (2.x part 4 §7).

Takes the inner message out, as every receiver shall (§7.2), and what a signature is made of; knows no keys and
verifies nothing, which is optional.
"""

import binascii
from base64 import b64decode
from typing import Any, Final

import msgspec

from busbar.protocol.errors import ErrorCode, RemoteProtocolError

SUFFIX: Final = "-Signed"
_ALGORITHMS: Final = frozenset({"ES256", "RS256", "RS384"})  # 2.x part 4 §7.3


class _Jws(msgspec.Struct, frozen=True, gc=False):
    payload: str
    protected: str
    signature: str


class _Header(msgspec.Struct, frozen=True, gc=False):
    alg: str
    action: str = msgspec.field(name="OCPPAction")
    kind: Any = msgspec.field(default=msgspec.UNSET, name="OCPPMessageTypeId")
    thumbprint: str = msgspec.field(default="", name="x5t#S256")


class Signature(msgspec.Struct, frozen=True, gc=False):
    """What has to be verified: `signature` over `content`, by the certificate with the SHA-256 `thumbprint` (hex).

    `thumbprint` is empty where the sender did not say which certificate it is (§7.4).
    """

    algorithm: str
    content: bytes
    signature: bytes
    thumbprint: str


_JWS: Final = msgspec.json.Decoder(_Jws)
_HEADER: Final = msgspec.json.Decoder(_Header)
_FRAME: Final = msgspec.json.Decoder(list[msgspec.Raw])
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeError, RecursionError)


def unwrap(action: str, kind: int, payload: bytes | msgspec.Raw) -> bytes:
    """Return the JSON inside a signed payload of the plain `action` and message type number `kind`.

    Raises RemoteProtocolError: FormatViolation where it is no flattened JWS, SecurityError where it is signed with no
    allowed algorithm or was signed for another action or message type.
    """
    try:
        jws = _JWS.decode(payload)
        header = _HEADER.decode(_decoded(jws.protected))
        inner = _decoded(jws.payload)
    except _UNREADABLE:
        raise RemoteProtocolError(ErrorCode.FORMAT_VIOLATION, "not a flattened JWS") from None
    if header.alg not in _ALGORITHMS or not jws.signature:
        raise RemoteProtocolError(ErrorCode.SECURITY_ERROR, "signing algorithm not allowed")
    if header.action != action:
        raise RemoteProtocolError(ErrorCode.SECURITY_ERROR, "signed for another action")
    if header.kind not in (kind, str(kind), msgspec.UNSET):
        raise RemoteProtocolError(ErrorCode.SECURITY_ERROR, "signed for another message type")
    return inner


def signature_of(text: bytes) -> Signature:
    """Return the signature of a received frame whose payload `unwrap` has taken. Raises RemoteProtocolError."""
    try:
        jws = _JWS.decode(_FRAME.decode(text)[-1])
        header = _HEADER.decode(_decoded(jws.protected))
        signature, thumbprint = _decoded(jws.signature), _decoded(header.thumbprint)
    except (*_UNREADABLE, IndexError):
        raise RemoteProtocolError(ErrorCode.FORMAT_VIOLATION, "not a flattened JWS") from None
    content = f"{jws.protected}.{jws.payload}".encode()
    return Signature(header.alg, content, signature, thumbprint.hex())


def is_signed(payload: bytes | msgspec.Raw) -> bool:
    """Tell whether a payload has the shape of a flattened JWS; no OCPP message has these fields."""
    try:
        _JWS.decode(payload)
    except _UNREADABLE:
        return False
    return True


def _decoded(text: str) -> bytes:
    """Decode base64url without padding (RFC 7515 §2). Raises UnicodeError for anything else."""
    try:
        return b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnicodeError from error
