"""Routes of ad hoc payments (OCPP 2.1): settlements, where receipts are, and payments on the web."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.orders import StartLimit
from busbar.api.problems import invalid, missing
from busbar.api.queries import INT32, NO_NUL, Identity, Paging, StationFilter, page_of
from busbar.csms.records import payments as records
from busbar.model.facts import TransactionLimit
from busbar.model.payment import Address, NotifyWebPayment, SettlementStatus
from busbar.protocol.qr_codes import is_one_time_password, scanned

SessionFilter = Annotated[int | None, QueryParameter(ge=1, le=INT32, description="Only of this session.")]
ReferenceFilter = Annotated[
    str | None, QueryParameter(min_length=1, max_length=255, pattern=NO_NUL, description="Only of this payment.")
]


class Settlement(models.View, kw_only=True):
    """What became of a payment. `session` is null where no session is known; the amount is exact text."""

    id: int
    station: str
    psp_ref: str
    transaction_id: str | None
    session: int | None
    status: SettlementStatus
    amount: str
    at: datetime
    received_at: datetime
    info: str | None
    receipt_id: str | None
    receipt_url: str | None
    vat_number: str | None
    vat_company: Address | None


class ReceiptServer(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Where receipts are: `{receipt}` in the URL stands for a receipt's id."""

    url: Annotated[str, Meta(max_length=1900, pattern=r"^https://[!-~]*\{receipt\}[!-~]*$(?!\n)")]


class WebPayment(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Somebody pays on the web for an EVSE, which is kept free for them for a while."""

    evse: Annotated[int, Meta(ge=0, le=INT32)]
    timeout_s: Annotated[int, Meta(ge=1, le=3600)] = 120


Url = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"^https?://[!-~]+$(?!\n)")]


class PasswordCheck(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The URL of a dynamic QR code, or its password, and the station's WebPaymentsCtrlr variables of which it was made.

    With `url` goes the `template` (URLTemplate), with neither the `password` alone.
    """

    password: Annotated[str, Meta(min_length=1, max_length=255)] | None = None
    url: Url | None = None
    template: Url | None = None
    shared_secret: Annotated[str, Meta(min_length=1, max_length=2500)]
    validity_s: Annotated[int, Meta(ge=1, le=86_400)] = 30
    length: Annotated[int, Meta(ge=1, le=255)] = 8


class PasswordVerdict(models.View, kw_only=True, omit_defaults=True):
    """Whether a password is good now (C25.FR.07); where it is, what its URL says, for a remote start (C25.FR.09)."""

    valid: bool
    station: str | None = None
    evse: int | None = None
    roaming_evse: str | None = None
    limit: StartLimit | None = None


@get("/settlements", summary="List settlements")
async def list_settlements(
    backend: Here,
    paging: NamedDependency[Paging],
    station: StationFilter = None,
    session: SessionFilter = None,
    psp_ref: ReferenceFilter = None,
) -> models.Page[Settlement]:
    """List what became of payments, newest first."""
    station_id = await backend.directory.filtered(station)
    search = paging.search(newest=True, station_id=station_id, transaction=session, psp_ref=psp_ref)
    page = await page_of(backend.store.look(records.Settlement, search))
    names = await backend.directory.names(row.station_id for row in page.items)
    items = [
        models.record(
            Settlement, row, station=names[row.station_id].identity, session=row.transaction, amount=str(row.amount)
        )
        for row in page.items
    ]
    return models.Page(items=items, next=page.next)


@get("/receipt-server", summary="Show where receipts are")
async def show_receipt_server(backend: Here) -> ReceiptServer:
    """Show where receipts are that the CSMS makes."""
    rows = await backend.store.find(records.ReceiptServer)
    if not rows:
        raise missing("receipt server")
    return ReceiptServer(url=rows[0].url)


@put("/receipt-server", summary="Set where receipts are")
async def set_receipt_server(backend: Here, data: JSONBody[ReceiptServer]) -> ReceiptServer:
    """Let stations show a receipt of the CSMS when a payment is settled (C21.FR.03)."""
    await backend.store.put(records.ReceiptServer(url=data.url))
    return data


@delete("/receipt-server", summary="Make no receipts")
async def remove_receipt_server(backend: Here) -> None:
    """Name no receipts any more."""
    for row in await backend.store.find(records.ReceiptServer):
        await backend.store.remove(records.ReceiptServer, row.organisation_id, row.name)


@order_route("/stations/{identity:str}/commands/web-payment-started", "Tell of a payment on the web")
async def web_payment_started(
    backend: Here, identity: Identity, data: JSONBody[WebPayment], options: NamedDependency[Options]
) -> Answered:
    """Tell a station that somebody pays on the web (C25.FR.21)."""
    return await send(backend, identity, NotifyWebPayment(evse=data.evse, timeout_s=data.timeout_s), options)


@post("/web-payments/check", status_code=200, summary="Check a dynamic QR code")
async def check_password(data: JSONBody[PasswordCheck]) -> PasswordVerdict:
    """Tell whether the one-time password of a QR code is good now, as a payment page has to (C25.FR.07, C25.FR.08)."""
    if (data.url is None) != (data.template is None) or (data.url is None) == (data.password is None):
        raise invalid("url", "a URL goes with its template, or a password stands alone")
    try:
        read = None if data.url is None or data.template is None else scanned(data.url, data.template)
    except ValueError:
        raise invalid("url", "this is no URL") from None
    password = data.password if read is None else read.password
    valid = password is not None and is_one_time_password(
        password, data.shared_secret, datetime.now(UTC), validity_s=data.validity_s, length=data.length
    )
    if not valid or read is None:
        return PasswordVerdict(valid=valid)
    limit = None if read.limit == TransactionLimit() else StartLimit(**asdict(read.limit))
    return PasswordVerdict(
        valid=True, station=read.station, evse=read.evse, roaming_evse=read.roaming_evse, limit=limit
    )


routes: list[Any] = [
    list_settlements,
    show_receipt_server,
    set_receipt_server,
    remove_receipt_server,
    web_payment_started,
    check_password,
]
router = Router("/", route_handlers=routes, tags=["Payments"])
