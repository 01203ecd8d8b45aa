"""Certificates as OCPP speaks of them: what they are for, how they are named, how they stand."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SigningUse(StrEnum):
    """What a station's own certificate is for (2.1 CertificateSigningUseEnumType)."""

    STATION = "ChargingStationCertificate"
    V2G = "V2GCertificate"
    V2G20 = "V2G20Certificate"


class CertificateUse(StrEnum):
    """What an installed certificate is for (2.1 GetCertificateIdUseEnumType); V2G_CHAIN is the station's own."""

    CSMS_ROOT = "CSMSRootCertificate"
    MANUFACTURER_ROOT = "ManufacturerRootCertificate"
    V2G_ROOT = "V2GRootCertificate"
    MO_ROOT = "MORootCertificate"
    OEM_ROOT = "OEMRootCertificate"
    V2G_CHAIN = "V2GCertificateChain"


class HashAlgorithm(StrEnum):
    """How a certificate's name is hashed."""

    SHA256 = "SHA256"
    SHA384 = "SHA384"
    SHA512 = "SHA512"


@dataclass(frozen=True, slots=True)
class CertificateHash:
    """What names a certificate: hexadecimal texts as they were sent (CertificateHashDataType).

    Stations spell the same number in every way, so names are compared by `key`.
    """

    algorithm: HashAlgorithm
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What is the same for all spellings of the same name."""
        return (
            self.algorithm.value,
            self.issuer_name_hash.lower(),
            self.issuer_key_hash.lower(),
            self.serial_number.lower().lstrip("0") or "0",
        )

    def matches(self, other: "CertificateHash") -> bool:
        """Tell whether both name the same certificate."""
        return self.key == other.key

    @property
    def serial(self) -> int | None:
        """The serial number, None where it is no hexadecimal number."""
        try:
            return int(self.serial_number, 16)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class StatusTarget:
    """A certificate, and the OCSP responder that its holder names."""

    certificate: CertificateHash
    responder_url: str


class StatusSource(StrEnum):
    """Where the standing of a certificate is looked up."""

    OCSP = "OCSP"
    CRL = "CRL"


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """A certificate whose standing is asked for, and where it can be looked up."""

    certificate: CertificateHash
    source: StatusSource
    urls: tuple[str, ...]


class Standing(StrEnum):
    """What an authority says of a certificate; FAILED: none could be heard (2.1 CertificateStatusEnumType)."""

    GOOD = "Good"
    REVOKED = "Revoked"
    UNKNOWN = "Unknown"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class CertificateStanding:
    """How one certificate stands, until when that may be relied on."""

    certificate: CertificateHash
    source: StatusSource
    standing: Standing
    next_update: datetime


@dataclass(frozen=True, slots=True)
class InstalledCertificate:
    """A certificate in a station's store, with those below it in its chain."""

    use: CertificateUse
    certificate: CertificateHash
    children: tuple[CertificateHash, ...] = ()


class ContractVerdict(StrEnum):
    """What is said of a contract certificate (AuthorizeCertificateStatusEnumType)."""

    ACCEPTED = "Accepted"
    SIGNATURE_ERROR = "SignatureError"
    EXPIRED = "CertificateExpired"
    REVOKED = "CertificateRevoked"
    NONE_AVAILABLE = "NoCertificateAvailable"
    CHAIN_ERROR = "CertChainError"
    CONTRACT_CANCELLED = "ContractCancelled"
