"""Signatures of messages, good and bad, by each algorithm."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.csms.gateway.signatures import genuine, signing_key
from busbar.protocol.errors import RemoteProtocolError
from busbar.protocol.signed import Signature, signature_of
from tests.fixtures.certificates import Authority, Issued
from tests.fixtures.signing import signed


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def keys(*issued: Issued):
    return {
        one.certificate.fingerprint(SHA256()).hex(): signing_key(one.certificate.public_bytes(Encoding.DER))
        for one in issued
    }


def signature(issued: Issued, algorithm: str, **options) -> Signature:
    jws = signed(issued, "Heartbeat", {}, algorithm=algorithm, **options)
    return signature_of(json.dumps([2, "1", "Heartbeat-Signed", jws]).encode())


@pytest.mark.parametrize(("kind", "algorithm"), [("ecdsa", "ES256"), ("rsa", "RS256"), ("rsa", "RS384")])
@pytest.mark.parametrize("named", [True, False])
def test_a_good_signature_is_genuine_and_a_changed_one_is_not(authority, kind, algorithm, named):
    issued = authority.issue("SN1", kind=kind)
    made = signature(issued, algorithm, named=named)
    known = keys(issued, authority.issue("SN2"))
    assert genuine(made, known) is True
    assert genuine(Signature(algorithm, made.content + b"x", made.signature, made.thumbprint), known) is False
    assert genuine(Signature(algorithm, made.content, b"", made.thumbprint), known) is False


def test_an_algorithm_of_another_kind_of_key_is_wrong(authority):
    issued, other = authority.issue("SN1"), authority.issue("SN2", kind="rsa")
    made = signature(issued, "ES256", named=False)
    assert genuine(made, keys(other)) is False
    assert genuine(signature(other, "RS256", named=False), keys(issued)) is False


def test_what_is_signed_by_a_certificate_that_is_not_registered_is_not_known(authority):
    issued, other = authority.issue("SN1"), authority.issue("SN2")
    assert genuine(signature(issued, "ES256"), keys(other)) is None
    assert genuine(signature(issued, "ES256", named=False), {}) is None


def test_keys_of_other_kinds_do_not_sign(authority):
    odd = authority.issue("SN1", key=ec.generate_private_key(ec.SECP384R1()))
    with pytest.raises(ValueError, match="P-256"):
        signing_key(odd.certificate.public_bytes(Encoding.DER))


@pytest.mark.parametrize(
    "frame", [b"[]", b"{}", b"[2]", b'[2,"1","X-Signed",{"payload":"","protected":"!","signature":""}]']
)
def test_what_is_no_signed_frame_has_no_signature(frame):
    with pytest.raises(RemoteProtocolError):
        signature_of(frame)
