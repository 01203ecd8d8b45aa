"""Reads what a peer's certificate says, and which certificates are revoked. Opens no socket and decides nothing.

The chain is OpenSSL's to check; what a resumed TLS session would skip (dates, revocation, whose it is) is read here, on
every connection.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from busbar.csms.services.admission import PeerCertificate

_PEM: Final = b"-----BEGIN"


class CertificateError(Exception):
    """A file does not hold what it should; the message names it."""


def read_certificate(der: bytes) -> PeerCertificate:
    """Read a peer's certificate. Raises ValueError where it cannot be read."""
    certificate = x509.load_der_x509_certificate(der)
    names = _texts(certificate.subject, NameOID.COMMON_NAME)
    return PeerCertificate(
        name=names[0] if len(names) == 1 else "",
        organisations=tuple(_texts(certificate.subject, NameOID.ORGANIZATION_NAME)),
        issuer=certificate.issuer.public_bytes(),
        number=certificate.serial_number,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        thumbprint=certificate.fingerprint(SHA256()).hex(),
    )


def read_certificates(path: Path) -> list[x509.Certificate]:
    """Read a PEM file of certificates. Raises CertificateError."""
    try:
        return x509.load_pem_x509_certificates(read_file(path))
    except ValueError:
        raise CertificateError(f"{path} holds no certificate in PEM") from None


def read_file(path: Path) -> bytes:
    """Read a file. Raises CertificateError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CertificateError(f"{path} cannot be read ({error.strerror})") from None


class Revocations:
    """Revoked certificates by issuer, out of revocation lists that a trusted authority signed.

    Attributes:
        stale: lists whose next update is over; what they revoke stays revoked.
    """

    __slots__ = ("_numbers", "stale")

    def __init__(self, paths: Sequence[Path], authorities: Iterable[x509.Certificate], at: datetime) -> None:
        """Read the lists. Raises CertificateError, also for a list that no authority signed."""
        trusted = list(authorities)
        self._numbers: dict[bytes, set[int]] = {}
        self.stale: list[Path] = []
        for path in paths:
            found = _read_list(path)
            if not any(_signed_by(found, authority) for authority in trusted):
                raise CertificateError(f"the revocation list {path} is signed by none of the trusted authorities")
            if found.next_update_utc is not None and found.next_update_utc < at:
                self.stale.append(path)
            numbers = self._numbers.setdefault(found.issuer.public_bytes(), set())
            numbers.update(entry.serial_number for entry in found)

    def __contains__(self, certificate: PeerCertificate) -> bool:
        return certificate.number in self._numbers.get(certificate.issuer, ())


NO_REVOCATIONS: Final = Revocations((), (), datetime.min.replace(tzinfo=UTC))


def _read_list(path: Path) -> x509.CertificateRevocationList:
    content = read_file(path)
    try:
        return x509.load_pem_x509_crl(content) if content.lstrip().startswith(_PEM) else x509.load_der_x509_crl(content)
    except ValueError:
        raise CertificateError(f"{path} holds no certificate revocation list") from None


def _signed_by(found: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    if found.issuer != authority.subject:
        return False
    try:
        return found.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except (InvalidSignature, TypeError, ValueError):
        return False


def _texts(name: x509.Name, kind: x509.ObjectIdentifier) -> list[str]:
    return [value for value in (entry.value for entry in name.get_attributes_for_oid(kind)) if isinstance(value, str)]
