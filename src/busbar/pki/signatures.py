"""Whether a firmware file is signed with a certificate (L01.FR.04, L01.FR.12). Pure: the file is known by its hash."""

import binascii
from base64 import b64decode
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

CERTIFICATE_LIMIT: Final = 5500
SIGNATURE_LIMIT: Final = 800
LEAST_RSA_BITS: Final = 2048  # A00.FR.502
LEAST_CURVE_BITS: Final = 224


class Unproven(Exception):
    """A signature or certificate that a station would not take; `field` is which, the text says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def verify(certificate: str, signature: str, sha256: bytes, at: datetime, issuer: str | None = None) -> str:
    """Return how a file's signature was proven: `RSA-PSS` or `ECDSA`. Raises Unproven.

    `certificate` is PEM and valid `at`; `issuer`, the maker's root (PEM), must have issued it directly where it is
    given. `signature` is base64, `sha256` the hash of the whole file.
    """
    key = check_signer(certificate, at, issuer or "").public_key()
    try:
        raw = b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        raise Unproven("signature", "the signature is not base64") from None
    hashed = Prehashed(SHA256())
    try:
        if isinstance(key, RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
            key.verify(raw, sha256, PSS(MGF1(SHA256()), PSS.AUTO), hashed)
            return "RSA-PSS"
        if isinstance(key, EllipticCurvePublicKey) and key.key_size >= LEAST_CURVE_BITS:
            key.verify(raw, sha256, ECDSA(hashed))
            return "ECDSA"
    except InvalidSignature:
        raise Unproven("signature", "the file is not signed with this certificate") from None
    raise Unproven("signing_certificate", "the certificate's key is too weak, or of a kind that no station takes")


def check_signer(certificate: str, at: datetime, issuers: str = "") -> x509.Certificate:
    """Return the certificate that signs files, valid `at` and issued directly by one of `issuers` (PEM), if any.

    Raises Unproven.
    """
    signer = _certificate("signing_certificate", certificate)
    if not signer.not_valid_before_utc <= at <= signer.not_valid_after_utc:
        raise Unproven("signing_certificate", "the certificate is not valid now")
    if issuers and not any(_issued(signer, issuer) for issuer in _certificates("issuer", issuers)):
        raise Unproven("signing_certificate", "the certificate was not issued by this issuer")
    return signer


def _certificates(field: str, text: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise Unproven(field, "this is no certificate in PEM") from None


def _certificate(field: str, text: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise Unproven(field, "this is no certificate in PEM") from None


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
