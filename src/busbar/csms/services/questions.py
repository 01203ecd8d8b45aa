"""What decisions ask outside parties, as values: who asks them bounds time and size, and answers None for a failure."""

from dataclasses import dataclass
from datetime import datetime

from busbar.model.certificates import CertificateHash, Standing, StatusSource


@dataclass(frozen=True, slots=True)
class Lookup:
    """A certificate whose standing is looked up at the first of `urls` that answers.

    `issuer` is its issuer's certificate (DER) where it is known: then the answer's signature is checked.
    """

    certificate: CertificateHash
    source: StatusSource
    urls: tuple[str, ...]
    issuer: bytes | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a certificate. `der` is the responder's answer, empty for a revocation list."""

    standing: Standing
    next_update: datetime
    der: bytes = b""


@dataclass(frozen=True, slots=True)
class StandingQuestion:
    """How certificates stand, all asked at once. The answer is a tuple of Found or None, in this order."""

    lookups: tuple[Lookup, ...]


@dataclass(frozen=True, slots=True)
class VehicleQuestion:
    """A vehicle's request for a contract certificate. The answer is a VehicleCertificateAnswer."""

    schema_version: str
    update: bool
    exi: str
    most_chains: int | None
    preferred_emaids: tuple[str, ...]
