"""PEM and DER from outside as certificates: bounded, and with one kind of error. Judges nothing of their content."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

TEXT_LIMIT: Final = 65_536
CHAIN_LIMIT: Final = 10
_BEGIN: Final = "-----BEGIN CERTIFICATE-----"


class Malformed(ValueError):
    """What should be a certificate is none; the text is constant."""


def read_chain(text: str) -> list[x509.Certificate]:
    """Read the certificates of a PEM text, in their order. Raises Malformed for none, too many or anything else."""
    if len(text) > TEXT_LIMIT:
        raise Malformed("the certificates are too long")
    if not 1 <= text.count(_BEGIN) <= CHAIN_LIMIT:
        raise Malformed(f"1 to {CHAIN_LIMIT} PEM certificates are needed")
    try:
        return x509.load_pem_x509_certificates(text.encode("ascii"))
    except (ValueError, TypeError):
        raise Malformed("not a PEM certificate") from None


def read_certificate(text: str) -> x509.Certificate:
    """Read a single PEM certificate. Raises Malformed."""
    found = read_chain(text)
    if len(found) != 1:
        raise Malformed("a single certificate is needed")
    return found[0]


def read_der(data: bytes) -> x509.Certificate:
    """Read a DER certificate. Raises Malformed."""
    if len(data) > TEXT_LIMIT:
        raise Malformed("the certificate is too long")
    try:
        return x509.load_der_x509_certificate(data)
    except (ValueError, TypeError):
        raise Malformed("not a DER certificate") from None


def read_base64(text: str) -> bytes:
    """Read base64 with or without line breaks. Raises Malformed."""
    try:
        return b64decode("".join(text.split()), validate=True)
    except (NotBase64, ValueError):
        raise Malformed("not base64") from None


def write_base64(data: bytes) -> str:
    """Write base64 on one line."""
    return b64encode(data).decode("ascii")


def write_chain(certificates: Sequence[x509.Certificate]) -> str:
    """Write certificates as PEM, one after the other."""
    return "".join(one.public_bytes(Encoding.PEM).decode("ascii") for one in certificates)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 fingerprint in lower hexadecimal digits."""
    return certificate.fingerprint(SHA256()).hex()
