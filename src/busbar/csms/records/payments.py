"""Ad hoc payments: what stations told of their settlement, and where receipts are."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from busbar.csms.records.kind import Kind, Record, Unique
from busbar.model.payment import Address, SettlementStatus


class Settlement(Record, kw_only=True):
    """What became of a payment. `transaction` is the number of the session, None where there is, or was found, none."""

    id: int | None = None
    station_id: int
    psp_ref: str
    transaction_id: str | None
    transaction: int | None
    status: SettlementStatus
    amount: Decimal
    at: datetime
    received_at: datetime
    info: str | None
    receipt_id: str | None
    receipt_url: str | None
    vat_number: str | None
    vat_company: Address | None


class ReceiptServer(Record, kw_only=True):
    """Where an organisation's receipts are: a URL in which `{receipt}` stands for a receipt's id (C21.FR.03)."""

    name: str = "receipts"
    url: str


KINDS: Final[dict[type[Record], Kind]] = {
    Settlement: Kind(
        "settlements",
        key=("id",),
        generated=True,
        indexes=(("station_id", "at"), ("transaction",)),
        unique=(Unique(("station_id", "psp_ref", "status", "at")),),
    ),
    ReceiptServer: Kind("receipt_servers", key=("organisation_id", "name")),
}
