"""Revocation lists: made from what an authority has taken back, and read to see whether a certificate is on one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from busbar.model.certificates import CertificateHash, HashAlgorithm
from busbar.pki.authority import Issuer
from busbar.pki.hashes import key_hash, name_hash
from busbar.pki.pem import Malformed

LIFE: Final = timedelta(days=7)
SIZE_LIMIT: Final = 1024 * 1024


class Reason(StrEnum):
    """Why a certificate is taken back (RFC 5280 §5.3.1)."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION = "cessationOfOperation"


@dataclass(frozen=True, slots=True)
class Revoked:
    """A certificate that was taken back."""

    serial: int
    at: datetime
    reason: Reason = Reason.UNSPECIFIED


def make_list(issuer: Issuer, revoked: Iterable[Revoked], number: int, at: datetime) -> x509.CertificateRevocationList:
    """Sign the list of an authority; `number` rises with every list (RFC 5280 §5.2.3)."""
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(at.replace(microsecond=0))
        .next_update((at + LIFE).replace(microsecond=0))
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(identifier, critical=False)
    )
    for one in revoked:
        builder = builder.add_revoked_certificate(_entry(one))
    return builder.sign(issuer.key, SHA256())


def _entry(one: Revoked) -> x509.RevokedCertificate:
    entry = x509.RevokedCertificateBuilder().serial_number(one.serial).revocation_date(one.at.replace(microsecond=0))
    if one.reason is not Reason.UNSPECIFIED:  # RFC 5280 §5.3.1: left out where it says nothing
        entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags(one.reason.value)), critical=False)
    return entry.build()


def read_list(data: bytes) -> x509.CertificateRevocationList:
    """Read a list, DER or PEM. Raises Malformed."""
    if len(data) > SIZE_LIMIT:
        raise Malformed("the revocation list is too long")
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_crl(data)
        return x509.load_der_x509_crl(data)
    except (ValueError, TypeError):
        raise Malformed("not a revocation list") from None


def is_revoked(crl: x509.CertificateRevocationList, named: CertificateHash, issuer: x509.Certificate | None) -> bool:
    """Tell whether a certificate is on the list of its issuer. Raises Malformed for the list of another one.

    The list's signature is checked where the issuer's certificate is known.
    """
    if name_hash(crl.issuer, named.algorithm) != named.issuer_name_hash.lower():
        raise Malformed("the revocation list is of another authority")
    if issuer is not None and not _signed_by(crl, issuer, named.algorithm, named.issuer_key_hash):
        raise Malformed("the revocation list is not signed by the authority")
    if named.serial is None:
        raise Malformed("the serial number is no number")
    return crl.get_revoked_certificate_by_serial_number(named.serial) is not None


def _signed_by(
    crl: x509.CertificateRevocationList, issuer: x509.Certificate, algorithm: HashAlgorithm, expected: str
) -> bool:
    if key_hash(issuer.public_key(), algorithm) != expected.lower():
        return False
    try:
        return crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return False
