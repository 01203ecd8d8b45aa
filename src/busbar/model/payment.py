"""Ad hoc payment (2.1 block C, C18 to C25): what a station reports of it and is told."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from busbar.model.facts import Answer, Fact
from busbar.model.orders import Order


class SettlementStatus(StrEnum):
    """What became of a payment (PaymentStatusEnumType)."""

    SETTLED = "Settled"
    CANCELED = "Canceled"
    REJECTED = "Rejected"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The name and address of a company, as on a receipt (AddressType)."""

    name: str
    address1: str
    city: str
    country: str
    address2: str | None = None
    postal_code: str | None = None


@dataclass(slots=True, kw_only=True)
class PaymentSettled(Fact):
    """A payment was settled, or not (NotifySettlement, C19 to C22). `psp_ref` is the token that paid."""

    psp_ref: str
    status: SettlementStatus
    amount: Decimal
    at: datetime
    transaction_id: str | None = None
    info: str | None = None
    receipt_id: str | None = None
    receipt_url: str | None = None
    vat_number: str | None = None
    vat_company: Address | None = None


@dataclass(slots=True, kw_only=True)
class SettlementAnswer(Answer):
    """The receipt, where the CSMS makes it (C21.FR.03)."""

    receipt_url: str | None = None
    receipt_id: str | None = None


@dataclass(slots=True, kw_only=True)
class VatNumberAsked(Fact):
    """A station asks whether a VAT number is good (VatNumberValidation, C18.FR.08)."""

    number: str
    evse: int | None = None


@dataclass(slots=True, kw_only=True)
class VatAnswer(Answer):
    """Whether a VAT number is good, and whose it is; number and EVSE are those that were asked for (C18.FR.10)."""

    number: str
    accepted: bool
    evse: int | None = None
    company: Address | None = None
    reason: str | None = None


@dataclass(slots=True, kw_only=True)
class NotifyWebPayment(Order):
    """Tell a station that somebody pays on the web for an EVSE, which it keeps free meanwhile (C25.FR.21)."""

    evse: int
    timeout_s: int
