"""Issuing: roots, authorities below them, certificates of servers, stations and contracts. Keeps no key and no file.

Keys are made by the cryptography library, which has its own source of chance; everything else is an argument.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import AuthorityInformationAccessOID as AccessOID
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CLOCK_SKEW: Final = timedelta(hours=1)
"""How far a certificate begins in the past: a station's clock may be late (A02.FR.06)."""
RSA_BITS: Final = 3072

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed448.Ed448PublicKey


class KeyKind(StrEnum):
    """What kind of key is made."""

    EC_P256 = "ec-p256"
    EC_P521 = "ec-p521"
    RSA = "rsa"


@dataclass(frozen=True, slots=True)
class Issuer:
    """A certificate authority that can sign: its certificate and its key."""

    certificate: x509.Certificate
    key: PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """How long something is valid: from a little before `at`."""

    at: datetime
    days: int

    @property
    def begins(self) -> datetime:
        """The first instant."""
        return (self.at - CLOCK_SKEW).replace(microsecond=0)

    @property
    def ends(self) -> datetime:
        """The last instant."""
        return (self.at + timedelta(days=self.days)).replace(microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Where who reads a certificate may ask about it; None writes nothing."""

    ocsp_url: str | None = None
    crl_url: str | None = None


def make_key(kind: KeyKind = KeyKind.EC_P256) -> PrivateKey:
    """Make a private key of at least 112 bits of security (A00.FR.501)."""
    match kind:
        case KeyKind.EC_P256:
            return ec.generate_private_key(ec.SECP256R1())
        case KeyKind.EC_P521:
            return ec.generate_private_key(ec.SECP521R1())
        case KeyKind.RSA:
            return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def name(common_name: str, organisation: str | None = None, *, domain: str | None = None) -> x509.Name:
    """Make a subject; `domain` is ISO 15118's domain component (`CPO`, `MO`, `V2G`)."""
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organisation is not None:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    if domain is not None:
        parts.append(x509.NameAttribute(NameOID.DOMAIN_COMPONENT, domain))
    return x509.Name(parts)


def make_root(subject: x509.Name, key: PrivateKey, serial: int, validity: Validity) -> x509.Certificate:
    """Sign a root by itself."""
    builder = _builder(subject, subject, key.public_key(), serial, validity)
    return _as_authority(builder, key.public_key(), path_length=None).sign(key, SHA256())


def make_authority(
    subject: x509.Name,
    key: PublicKey,
    issuer: Issuer,
    serial: int,
    validity: Validity,
    *,
    path_length: int = 0,
    services: Services | None = None,
) -> x509.Certificate:
    """Sign an authority below another one, which may have `path_length` more below it."""
    builder = _builder(subject, issuer.certificate.subject, key, serial, validity)
    builder = _with_services(_as_authority(builder, key, path_length=path_length), services)
    return _under(builder, issuer).sign(issuer.key, SHA256())


def issue_server(
    fqdn: str,
    other_names: list[str],
    organisation: str,
    key: PublicKey,
    issuer: Issuer,
    serial: int,
    validity: Validity,
) -> x509.Certificate:
    """Sign a CSMS's certificate: its common name is its FQDN (A00.FR.510)."""
    names: list[x509.GeneralName] = [_general_name(text) for text in dict.fromkeys([fqdn, *other_names])]
    builder = _builder(name(fqdn, organisation), issuer.certificate.subject, key, serial, validity)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return _under(_as_end(builder, key), issuer).sign(issuer.key, SHA256())


def issue_end(
    subject: x509.Name,
    key: PublicKey,
    issuer: Issuer,
    serial: int,
    validity: Validity,
    services: Services | None = None,
) -> x509.Certificate:
    """Sign a station's, vehicle's or contract's certificate; it has no extended key usage (A00.FR.514)."""
    builder = _builder(subject, issuer.certificate.subject, key, serial, validity)
    builder = _with_services(_as_end(builder, key), services)
    return _under(builder, issuer).sign(issuer.key, SHA256())


def issue_responder(
    subject: x509.Name, key: PublicKey, issuer: Issuer, serial: int, validity: Validity
) -> x509.Certificate:
    """Sign the certificate of an OCSP responder that answers for the issuer (RFC 6960 §4.2.2.2)."""
    builder = _as_end(_builder(subject, issuer.certificate.subject, key, serial, validity), key)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
    return _under(builder, issuer).sign(issuer.key, SHA256())


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PublicKey, serial: int, validity: Validity
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(validity.begins)
        .not_valid_after(validity.ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _under(builder: x509.CertificateBuilder, issuer: Issuer) -> x509.CertificateBuilder:
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    return builder.add_extension(identifier, critical=False)


def _as_authority(builder: x509.CertificateBuilder, key: PublicKey, path_length: int | None) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    return builder.add_extension(_usage(signs_certificates=True, key=key), critical=True)


def _as_end(builder: x509.CertificateBuilder, key: PublicKey) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return builder.add_extension(_usage(signs_certificates=False, key=key), critical=True)


def _usage(*, signs_certificates: bool, key: PublicKey) -> x509.KeyUsage:
    ends = not signs_certificates
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=ends and isinstance(key, rsa.RSAPublicKey),
        data_encipherment=False,
        key_agreement=ends and isinstance(key, ec.EllipticCurvePublicKey),
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _with_services(builder: x509.CertificateBuilder, services: Services | None) -> x509.CertificateBuilder:
    if services is not None and services.ocsp_url:
        access = x509.AccessDescription(AccessOID.OCSP, x509.UniformResourceIdentifier(services.ocsp_url))
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    if services is not None and services.crl_url:
        where = x509.DistributionPoint([x509.UniformResourceIdentifier(services.crl_url)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([where]), critical=False)
    return builder
