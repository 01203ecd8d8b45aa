"""Signed messages: what is inside comes out, and what was signed for something else does not."""

import json
from base64 import urlsafe_b64encode

import pytest

from busbar.protocol.errors import ErrorCode, RemoteProtocolError
from busbar.protocol.signed import is_signed, unwrap

INNER = b'{"reason":"PowerUp?>"}'


def encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def jws(inner: bytes = INNER, **header: object) -> bytes:
    protected = {"alg": "ES256", "OCPPAction": "BootNotification", "OCPPMessageTypeId": 2, "x5t#S256": "abc"} | header
    return json.dumps(
        {
            "payload": encoded(inner),
            "protected": encoded(json.dumps({k: v for k, v in protected.items() if v is not None}).encode()),
            "signature": encoded(b"signature"),
        }
    ).encode()


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "RS384"])
@pytest.mark.parametrize("kind", [2, "2", None])
def test_the_inner_message_comes_out(algorithm: str, kind: object) -> None:
    assert unwrap("BootNotification", 2, jws(alg=algorithm, OCPPMessageTypeId=kind)) == INNER


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"OCPPAction": "Heartbeat"},
        {"OCPPAction": "BootNotification-Signed"},
        {"OCPPMessageTypeId": 3},
        {"OCPPMessageTypeId": [2]},
    ],
)
def test_another_algorithm_action_or_type_is_a_security_error(header: dict[str, object]) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        unwrap("BootNotification", 2, jws(**header))
    assert caught.value.code is ErrorCode.SECURITY_ERROR


def test_an_empty_signature_is_a_security_error() -> None:
    unsigned = json.loads(jws()) | {"signature": ""}
    with pytest.raises(RemoteProtocolError) as caught:
        unwrap("BootNotification", 2, json.dumps(unsigned).encode())
    assert caught.value.code is ErrorCode.SECURITY_ERROR


@pytest.mark.parametrize(
    "payload",
    [
        b"{}",
        b"[]",
        b"{",
        b'{"payload":"\\ud800","protected":"","signature":""}',
        jws().replace(b'"protected": "', b'"protected": "!'),
        jws().replace(b'"payload": "', '"payload": "é'.encode()),
        json.dumps(json.loads(jws()) | {"payload": "aaaaa"}).encode(),
        jws(alg=None),
        jws(OCPPAction=None),
        jws(OCPPAction=1),
        b'{"payload":' + b"[" * 10**5 + b"]" * 10**5 + b"}",
    ],
)
def test_what_is_no_flattened_jws_is_refused(payload: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        unwrap("BootNotification", 2, payload)
    assert caught.value.code is ErrorCode.FORMAT_VIOLATION


def test_a_jws_is_told_from_a_plain_payload() -> None:
    assert is_signed(jws())
    assert not is_signed(INNER)
    assert not is_signed(b"[]")
    assert not is_signed(b"{")
