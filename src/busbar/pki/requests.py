"""Certificate signing requests from stations: what must be true before an authority is asked to sign.

Sources: OCPP security profiles A00.FR.501..514 and A02/A03; a common name that looks like an address could pass for a
server (A00.FR.513).
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from busbar.pki.pem import Malformed

SIZE_LIMIT: Final = 5500
"""Characters of a CSR on the wire (SignCertificateRequest)."""
MIN_RSA_BITS: Final = 2048
MAX_RSA_BITS: Final = 8192
MIN_EC_BITS: Final = 224
NAME_LIMIT: Final = 64
_HASHES: Final = (SHA256, SHA384, SHA512)
_EMPTY_NAME: Final = x509.Name([])
_HOST: Final = re.compile(r"[0-9a-z-]+(\.[0-9a-z-]+)*\.[a-z]{2,}|.*://.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a request has to say.

    Attributes:
        common_names: the names that the station may have (its serial number, its identity); empty allows any name
            that looks like no address (an ISO 15118 SECC names itself).
        organisation: the owner; None allows any.
    """

    common_names: tuple[str, ...]
    organisation: str | None = None


class Unfit(ValueError):
    """A request that must not be signed; the text is constant and says why."""


def read_request(text: str) -> x509.CertificateSigningRequest:
    """Read a PEM signing request. Raises Malformed."""
    if len(text) > SIZE_LIMIT:
        raise Malformed("the signing request is too long")
    try:
        return x509.load_pem_x509_csr(text.encode("ascii"))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Malformed("not a PEM certificate signing request") from None


def identity(request: x509.CertificateSigningRequest) -> str:
    """Return what is the same for the same request however its PEM is broken into lines: its SHA-256."""
    return sha256(request.public_bytes(Encoding.DER)).hexdigest()


def check(request: x509.CertificateSigningRequest, expected: Expected) -> None:
    """Make sure that a request may be signed. Raises Unfit."""
    try:
        _check_signature(request)
        _check_key(request)
        _check_subject(request.subject, expected)
        _check_extensions(request.extensions, common_name(request.subject))
    except (ValueError, UnsupportedAlgorithm) as error:
        if isinstance(error, Unfit):
            raise
        raise Unfit("a part of the request cannot be read") from None


def common_name(subject: x509.Name) -> str:
    """Return the only common name of a subject. Raises Unfit where there is none, or more than one."""
    found = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(found) != 1 or not isinstance(found[0].value, str):
        raise Unfit("the subject has to have one common name")
    return found[0].value


def _check_signature(request: x509.CertificateSigningRequest) -> None:
    try:
        good = request.is_signature_valid
    except (InvalidSignature, ValueError, UnsupportedAlgorithm, TypeError):
        good = False
    if not good:
        raise Unfit("the request is not signed by its own key")
    if request.signature_hash_algorithm is None:
        if not isinstance(request.public_key(), ed448.Ed448PublicKey):
            raise Unfit("the request's signature has no strong hash")
    elif not isinstance(request.signature_hash_algorithm, _HASHES):  # A00.FR.503
        raise Unfit("the request's signature has no strong hash")


def _check_key(request: x509.CertificateSigningRequest) -> None:
    """A00.FR.501, A00.FR.502: 112 bits of security at least."""
    key = request.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        good = MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS and key.public_numbers().e >= 65537
    elif isinstance(key, ec.EllipticCurvePublicKey):
        good = key.key_size >= MIN_EC_BITS
    else:
        good = isinstance(key, ed448.Ed448PublicKey)
    if not good:
        raise Unfit("the key is too weak, or of another kind than RSA, EC and Ed448")


def _check_subject(subject: x509.Name, expected: Expected) -> None:
    found = common_name(subject)
    if not 1 <= len(found) <= NAME_LIMIT or not found.isprintable():
        raise Unfit("the common name is too long, or not printable")
    if expected.common_names:
        if found not in expected.common_names:  # A00.FR.511: equal, since SN10 is contained in SN100
            raise Unfit("the common name is not the station's serial number")
    elif looks_like_address(found):  # A00.FR.513
        raise Unfit("the common name looks like an address")
    if expected.organisation is not None:
        owners = [attribute.value for attribute in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
        if owners != [expected.organisation]:  # A00.FR.508
            raise Unfit("the organisation is not the one that stations belong to")


def looks_like_address(text: str) -> bool:
    """Tell whether a common name could pass for a URL, a host or an IP address."""
    try:
        ip_address(text.strip("[]"))
    except ValueError:
        return _HOST.fullmatch(text) is not None
    return True


def _check_extensions(extensions: x509.Extensions, name: str) -> None:
    for extension in extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints) and value.ca:
            raise Unfit("a station's certificate is no authority's")
        if isinstance(value, x509.KeyUsage) and (value.key_cert_sign or value.crl_sign):
            raise Unfit("a station's certificate is no authority's")
        if isinstance(value, x509.SubjectAlternativeName) and any(other.value != name for other in value):
            raise Unfit("the request names somebody else")
