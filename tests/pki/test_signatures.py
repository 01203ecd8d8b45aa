"""Signed firmware files: good, changed, foreign, expired."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

from busbar.pki.signatures import Unproven, verify

AT = datetime(2026, 5, 1, tzinfo=UTC)
FILE = b"firmware" * 1000
DIGEST = hashlib.sha256(FILE).digest()
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ROOT = ec.generate_private_key(ec.SECP256R1())


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(key, signer=None, issuer="maker") -> str:
    made = (
        x509.CertificateBuilder()
        .subject_name(named("firmware"))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(AT - timedelta(days=1))
        .not_valid_after(AT + timedelta(days=1))
    )
    signer = signer or ROOT
    algorithm = None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return made.sign(signer, algorithm).public_bytes(serialization.Encoding.PEM).decode()


def root() -> str:
    made = (
        x509.CertificateBuilder()
        .subject_name(named("maker"))
        .issuer_name(named("maker"))
        .public_key(ROOT.public_key())
        .serial_number(2)
        .not_valid_before(AT - timedelta(days=1))
        .not_valid_after(AT + timedelta(days=1))
        .sign(ROOT, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def pss(content: bytes = FILE) -> str:
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return b64encode(RSA.sign(content, scheme, hashes.SHA256())).decode()


def test_a_file_signed_with_rsa_pss_is_proven__L01_FR_04() -> None:
    assert verify(certificate(RSA), pss(), DIGEST, AT, root()) == "RSA-PSS"


def test_a_file_signed_with_ecdsa_is_proven() -> None:
    signature = b64encode(EC.sign(FILE, ec.ECDSA(hashes.SHA256()))).decode()
    assert verify(certificate(EC), signature, DIGEST, AT) == "ECDSA"


@pytest.mark.parametrize(
    ("certified", "signature", "digest", "at", "issuer", "field"),
    [
        (certificate(RSA), pss(FILE + b"x"), DIGEST, AT, None, "signature"),
        (certificate(RSA), pss(), hashlib.sha256(b"other").digest(), AT, None, "signature"),
        (certificate(EC), pss(), DIGEST, AT, None, "signature"),
        (certificate(RSA), "not base64!", DIGEST, AT, None, "signature"),
        (certificate(RSA), pss(), DIGEST, AT + timedelta(days=2), None, "signing_certificate"),
        (certificate(RSA), pss(), DIGEST, AT - timedelta(days=2), None, "signing_certificate"),
        (certificate(RSA, signer=EC), pss(), DIGEST, AT, root(), "signing_certificate"),
        (certificate(RSA, issuer="other"), pss(), DIGEST, AT, root(), "signing_certificate"),
        ("nonsense", pss(), DIGEST, AT, None, "signing_certificate"),
        (certificate(RSA), pss(), DIGEST, AT, "nonsense", "issuer"),
        (certificate(ed25519.Ed25519PrivateKey.generate()), pss(), DIGEST, AT, None, "signing_certificate"),
        (certificate(rsa.generate_private_key(65537, 1024)), pss(), DIGEST, AT, None, "signing_certificate"),
    ],
)
def test_what_a_station_would_not_take_is_not_offered(certified, signature, digest, at, issuer, field) -> None:
    with pytest.raises(Unproven) as error:
        verify(certified, signature, digest, at, issuer)
    assert error.value.field == field


def test_a_signature_of_another_padding_is_not_taken() -> None:
    signature = b64encode(RSA.sign(FILE, padding.PKCS1v15(), hashes.SHA256())).decode()
    with pytest.raises(Unproven):
        verify(certificate(RSA), signature, DIGEST, AT)
