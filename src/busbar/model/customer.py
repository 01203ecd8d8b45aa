"""What a station holds of a customer: the order to report or clear it, and the reports (2.x, N09 and N10)."""

from dataclasses import dataclass, field

from busbar.model.device import ReportPart
from busbar.model.facts import Fact
from busbar.model.orders import Order
from busbar.model.values import IdToken


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateHash:
    """A certificate by the hashes of its issuer (CertificateHashDataType)."""

    algorithm: str
    issuer_name_hash: str
    issuer_key_hash: str
    serial: str


@dataclass(slots=True, kw_only=True)
class GetCustomerInformation(Order):
    """Report or clear what is held of one customer, who is named by exactly one of the last three (N09.FR.04)."""

    request_id: int
    report: bool
    clear: bool
    token: IdToken | None = None
    certificate: CertificateHash | None = None
    identifier: str | None = None


@dataclass(slots=True, kw_only=True)
class CustomerInformed(Fact):
    """A part of what a station holds of a customer (NotifyCustomerInformation). `data` is text without a form."""

    part: ReportPart
    data: str = field(repr=False)
