"""Chains: whether a certificate comes from a known root, is in its time, and where its revocation can be asked.

The path is built and checked by the cryptography library (RFC 5280); ISO 15118 certificates lack what the web demands,
so only what every authority must have is demanded of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509 import verification
from cryptography.x509.oid import AuthorityInformationAccessOID as AccessOID

from busbar.model.certificates import CertificateHash, HashAlgorithm
from busbar.pki.hashes import hash_data

_DEPTH: Final = 4


class Verdict(StrEnum):
    """What a chain is."""

    GOOD = "good"
    EXPIRED = "expired"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Link:
    """A certificate of a chain with its issuer, and the responder that can be asked about it, if it names one."""

    certificate: x509.Certificate
    issuer: x509.Certificate
    responder_url: str | None

    def named(self, algorithm: HashAlgorithm = HashAlgorithm.SHA256) -> CertificateHash:
        """Return what OCPP calls it."""
        return hash_data(self.certificate, self.issuer, algorithm)


def judge(chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime) -> Verdict:
    """Judge a chain, leaf first, against known roots at a time."""
    if not chain:
        return Verdict.BROKEN
    if _verifies(chain, roots, at):
        return Verdict.GOOD
    late = any(not is_valid(one, at) for one in chain)
    known = len(links(chain, roots)) == sum(not _issued(one, one) for one in chain)
    return Verdict.EXPIRED if late and known else Verdict.BROKEN


def links(chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate]) -> list[Link]:
    """Pair the certificates of a chain, without roots, with who signed them; one of an unknown issuer is left out."""
    found = []
    for one in chain:
        issuer = next((other for other in (*chain, *roots) if _issued(one, other)), None)
        if issuer is not None and issuer != one:
            found.append(Link(one, issuer, responder_url(one)))
    return found


def climb(leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return a leaf with the authorities above it in their order, without the root: what a station is sent."""
    path = [leaf]
    while True:
        issuer = next((one for one in others if one not in path and _issued(path[-1], one)), None)
        if issuer is None or _issued(issuer, issuer):
            return path
        path.append(issuer)


def is_valid(certificate: x509.Certificate, at: datetime) -> bool:
    """Tell whether a time is inside a certificate's validity."""
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def responder_url(certificate: x509.Certificate) -> str | None:
    """Return the first OCSP responder that a certificate names."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return None
    urls = (one.access_location.value for one in access if one.access_method == AccessOID.OCSP)
    return next((url for url in urls if isinstance(url, str)), None)


def is_authority(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate may sign others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def is_root(certificate: x509.Certificate) -> bool:
    """Tell whether an authority signed its own certificate."""
    return is_authority(certificate) and _issued(certificate, certificate)


def in_order(chain: Sequence[x509.Certificate]) -> bool:
    """Tell whether each certificate is signed by the next one: leaf first."""
    return bool(chain) and all(_issued(one, issuer) for one, issuer in pairwise(chain))


def _verifies(chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime) -> bool:
    if not roots:
        return False
    permissive = verification.ExtensionPolicy.permit_all()
    authorities = permissive.require_present(
        x509.BasicConstraints, verification.Criticality.AGNOSTIC, lambda _policy, _certificate, _extension: None
    )
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(roots)))
        .time(at)
        .max_chain_depth(_DEPTH)
        .extension_policies(ca_policy=authorities, ee_policy=permissive)
        .build_client_verifier()
    )
    try:
        verifier.verify(chain[0], list(chain[1:]))
    except (verification.VerificationError, ValueError, UnsupportedAlgorithm):
        return False
    return True


def _issued(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
