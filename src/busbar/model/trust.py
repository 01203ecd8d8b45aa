"""What stations ask and are told about certificates, and what the CSMS has them do with theirs."""

from dataclasses import dataclass, field

from busbar.model.certificates import (
    CertificateHash,
    CertificateStanding,
    CertificateUse,
    InstalledCertificate,
    SigningUse,
    StatusRequest,
    StatusTarget,
)
from busbar.model.facts import Answer, Fact
from busbar.model.orders import Order, Outcome


@dataclass(slots=True, kw_only=True)
class SigningRequested(Fact):
    """A station asks for a certificate (SignCertificate).

    `use` is None where one certificate is for all (2.x, left out). `root` names the authority that should sign (2.1).
    """

    csr: str
    use: SigningUse | None = None
    request_id: int | None = None
    root: CertificateHash | None = None


@dataclass(slots=True, kw_only=True)
class CertificateStatusAsked(Fact):
    """A station asks for the OCSP answer about a certificate (GetCertificateStatus)."""

    target: StatusTarget


@dataclass(slots=True, kw_only=True)
class ChainStatusAsked(Fact):
    """A station asks how the certificates of a chain stand (2.1 GetCertificateChainStatus)."""

    requests: tuple[StatusRequest, ...]


@dataclass(slots=True, kw_only=True)
class VehicleCertificateRequested(Fact):
    """A vehicle asks for a contract certificate (Get15118EVCertificate). `exi` is base64, as the vehicle sent it."""

    schema_version: str
    update: bool
    exi: str
    most_chains: int | None = None
    preferred_emaids: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class SigningAnswer(Answer):
    """Whether a signing request is taken; `reason` is a 2.x reasonCode."""

    accepted: bool
    reason: str | None = None
    detail: str | None = None


@dataclass(slots=True, kw_only=True)
class CertificateStatusAnswer(Answer):
    """The responder's answer (DER, base64); None where none could be had."""

    ocsp: str | None = None


@dataclass(slots=True, kw_only=True)
class ChainStatusAnswer(Answer):
    """How the certificates of a chain stand, in the order in which they were asked for."""

    standings: tuple[CertificateStanding, ...]


@dataclass(slots=True, kw_only=True)
class VehicleCertificateAnswer(Answer):
    """What the vehicle gets (base64), empty where there is nothing; `remaining` contracts can be asked for (2.1)."""

    accepted: bool
    exi: str = ""
    remaining: int | None = None


@dataclass(slots=True, kw_only=True)
class DeliverCertificate(Order):
    """Hand a station the certificate that it asked for (CertificateSigned): PEM, leaf first."""

    chain: str
    use: SigningUse | None = None
    request_id: int | None = None


@dataclass(slots=True, kw_only=True)
class InstallCertificate(Order):
    """Put a root into a station's store; PEM."""

    use: CertificateUse
    certificate: str


@dataclass(slots=True, kw_only=True)
class ListCertificates(Order):
    """Ask which certificates are installed; no uses means all."""

    uses: tuple[CertificateUse, ...] = ()


@dataclass(slots=True, kw_only=True)
class DeleteCertificate(Order):
    """Take a certificate out of a station's store. `use` only chooses the way in 1.6, which has two stores."""

    certificate: CertificateHash
    use: CertificateUse | None = None


@dataclass(slots=True, kw_only=True)
class InstalledCertificates(Outcome):
    """What a station said is installed."""

    installed: list[InstalledCertificate] = field(default_factory=list)
