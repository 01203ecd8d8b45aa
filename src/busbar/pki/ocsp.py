"""OCSP (RFC 6960): the question about a certificate, an authority's answer to it, and what an answer says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from busbar.model.certificates import CertificateHash, Standing
from busbar.pki.authority import Issuer
from busbar.pki.hashes import HASHES, key_hash, name_hash, of_request
from busbar.pki.pem import Malformed
from busbar.pki.revocation import Reason, Revoked

ANSWER_LIMIT: Final = 13_500
"""Bytes of an answer: 18 000 characters of base64 are what 2.1 has room for."""
REQUEST_LIMIT: Final = 4096
LIFE: Final = timedelta(days=1)
CLOCK_SKEW: Final = timedelta(minutes=10)
UNDATED_LIFE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer that was read: what it says, until when it may be used, and its bytes (DER)."""

    standing: Standing
    next_update: datetime
    der: bytes


def make_request(named: CertificateHash) -> bytes:
    """Ask about a certificate by its hashes. Raises Malformed for hashes that are none."""
    serial = named.serial
    if serial is None or not serial:
        raise Malformed("the serial number is no number")
    try:
        names, keys = bytes.fromhex(named.issuer_name_hash), bytes.fromhex(named.issuer_key_hash)
        builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(names, keys, serial, HASHES[named.algorithm]())
        return builder.build().public_bytes(Encoding.DER)
    except ValueError:
        raise Malformed("the hashes are not of their algorithm") from None


def read_answer(der: bytes, named: CertificateHash, issuer: x509.Certificate | None, at: datetime) -> Heard:
    """Read a responder's answer about a certificate. Raises Malformed where it says nothing that holds at `at`.

    The signature has to be the issuer's, or of a responder that the issuer made, where the issuer is known (RFC 6960
    §4.2.2.2); where not, who was asked has to be trusted.
    """
    if len(der) > ANSWER_LIMIT:
        raise Malformed("the OCSP answer is too long")
    try:
        answer = ocsp.load_der_ocsp_response(der)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise Malformed("the OCSP responder refused")
        single = _find(answer, named)
        if issuer is not None and not _is_signed(answer, issuer, at):
            raise Malformed("the OCSP answer is not signed by the authority")
    except (ValueError, UnsupportedAlgorithm) as error:
        raise error if isinstance(error, Malformed) else Malformed("not an OCSP answer") from None
    until = single.next_update_utc or single.this_update_utc + UNDATED_LIFE
    if single.this_update_utc > at + CLOCK_SKEW or until + CLOCK_SKEW < at:
        raise Malformed("the OCSP answer is of another time")
    return Heard(standing=_STANDINGS[single.certificate_status], next_update=until, der=der)


_STANDINGS: Final = {
    ocsp.OCSPCertStatus.GOOD: Standing.GOOD,
    ocsp.OCSPCertStatus.REVOKED: Standing.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: Standing.UNKNOWN,
}


def _find(answer: ocsp.OCSPResponse, named: CertificateHash) -> ocsp.OCSPSingleResponse:
    """Return what is said of a certificate. A responder may use SHA-1 names: then only the serial number compares."""
    for single in answer.responses:
        if single.serial_number != named.serial:
            continue
        if isinstance(single.hash_algorithm, SHA1):
            return single
        said = CertificateHash(named.algorithm, single.issuer_name_hash.hex(), single.issuer_key_hash.hex(), "0")
        if said.issuer_name_hash == named.issuer_name_hash.lower() and (
            said.issuer_key_hash == named.issuer_key_hash.lower()
        ):
            return single
    raise Malformed("the OCSP answer is about another certificate")


def _is_signed(answer: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> bool:
    signers = [issuer, *(one for one in answer.certificates if _may_answer(one, issuer, at))]
    return any(_verifies(answer, signer) for signer in signers)


def _may_answer(one: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    """Tell whether the issuer made this certificate to answer for it."""
    try:
        one.verify_directly_issued_by(issuer)
        usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage and one.not_valid_before_utc <= at <= one.not_valid_after_utc


def _verifies(answer: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, hashed = signer.public_key(), answer.signature_hash_algorithm
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and hashed is not None:
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(hashed))
        elif isinstance(key, rsa.RSAPublicKey) and hashed is not None:
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), hashed)
        else:
            return False
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        return False
    return True


def read_request(der: bytes) -> CertificateHash:
    """Read a question that reached a responder. Raises Malformed."""
    if len(der) > REQUEST_LIMIT:
        raise Malformed("the OCSP request is too long")
    try:
        named = of_request(ocsp.load_der_ocsp_request(der))
    except (ValueError, NotImplementedError, UnsupportedAlgorithm):
        raise Malformed("not an OCSP request") from None
    if named is None:
        raise Malformed("the OCSP request uses another hash")
    return named


def make_answer(
    named: CertificateHash,
    issuer: Issuer,
    issued: bool,
    revoked: Revoked | None,
    at: datetime,
    responder: Issuer | None = None,
) -> bytes:
    """Answer as the issuer, or as a responder that it made, about a certificate that it has issued or not."""
    hashed = HASHES[named.algorithm]()
    certificate = issuer.certificate
    ours = (name_hash(certificate.subject, named.algorithm), key_hash(certificate.public_key(), named.algorithm))
    if ours != (named.issuer_name_hash.lower(), named.issuer_key_hash.lower()) or named.serial is None:
        return ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED).public_bytes(
            Encoding.DER
        )
    signer = responder or issuer
    status = ocsp.OCSPCertStatus.GOOD if issued else ocsp.OCSPCertStatus.UNKNOWN
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        bytes.fromhex(named.issuer_name_hash),
        bytes.fromhex(named.issuer_key_hash),
        named.serial,
        hashed,
        status if revoked is None else ocsp.OCSPCertStatus.REVOKED,
        at.replace(microsecond=0),
        (at + LIFE).replace(microsecond=0),
        None if revoked is None else revoked.at.replace(microsecond=0),
        None if revoked is None or revoked.reason is Reason.UNSPECIFIED else x509.ReasonFlags(revoked.reason.value),
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    if responder is not None:
        builder = builder.certificates([responder.certificate])
    return builder.sign(signer.key, SHA256()).public_bytes(Encoding.DER)
