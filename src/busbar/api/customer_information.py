"""Routes of what stations hold of customers: asking for it, clearing it, reading what came. Knows no version."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.problems import invalid, missing
from busbar.api.queries import Identity
from busbar.api.reports import RequestId, next_request
from busbar.api.tokens import TokenKind, Value
from busbar.csms.changes import RowGone
from busbar.csms.ports import FIND_LIMIT
from busbar.csms.records.customers import CustomerText
from busbar.csms.records.reports import ReportProgress, ReportRequest, Subject
from busbar.csms.services import reports
from busbar.csms.services.customers import joined
from busbar.csms.services.reports import ReportState
from busbar.model.customer import CertificateHash, GetCustomerInformation
from busbar.model.values import IdToken

Hash = Annotated[str, Meta(min_length=1, max_length=128)]


class Algorithm(StrEnum):
    """How a certificate was hashed; the one it was installed with (N09.FR.08)."""

    SHA256 = "SHA256"
    SHA384 = "SHA384"
    SHA512 = "SHA512"


class Certificate(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A customer's certificate by the hashes of its issuer."""

    algorithm: Algorithm
    issuer_name_hash: Hash
    issuer_key_hash: Hash
    serial: Annotated[str, Meta(min_length=1, max_length=40)]


class Customer(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Report what is held of a customer, clear it, or both. Exactly one of the last three names the customer."""

    report: bool = True
    clear: bool = False
    token: Value | None = None
    token_kind: TokenKind | None = None
    certificate: Certificate | None = None
    identifier: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class Information(models.View, kw_only=True):
    """What a station told of a customer so far, and until when it is kept."""

    request_id: int
    state: ReportState
    missing: list[int]
    data: str
    expires_at: datetime | None


@order_route("/stations/{identity:str}/commands/customer-information", "Ask for customer information")
async def ask_customer_information(
    backend: Here, identity: Identity, data: JSONBody[Customer], options: NamedDependency[Options]
) -> Answered:
    """Ask a station what it holds of a customer, or have it cleared (N09, N10)."""
    if [data.token, data.certificate, data.identifier].count(None) != 2:
        raise invalid("token", "a customer is named by a token, a certificate or an identifier: one of them")
    if not (data.report or data.clear):
        raise invalid("report", "nothing is asked for")
    certificate = data.certificate
    order = GetCustomerInformation(
        request_id=await next_request(backend),
        report=data.report,
        clear=data.clear,
        token=None if data.token is None else IdToken(data.token, data.token_kind),
        certificate=None
        if certificate is None
        else CertificateHash(
            algorithm=certificate.algorithm.value,
            issuer_name_hash=certificate.issuer_name_hash,
            issuer_key_hash=certificate.issuer_key_hash,
            serial=certificate.serial,
        ),
        identifier=data.identifier,
    )
    return await send(backend, identity, order, options)


@get("/stations/{identity:str}/customer-information/{request_id:int}", summary="Show customer information")
async def show_customer_information(backend: Here, identity: Identity, request_id: RequestId) -> Information:
    """Show what a station told of a customer, its parts joined."""
    station = await backend.directory.station(identity)
    request = await backend.store.get(ReportRequest, station.id, Subject.CUSTOMER, request_id)
    progress = await backend.store.get(ReportProgress, station.id, Subject.CUSTOMER, request_id)
    if request is None and progress is None:
        raise missing("customer information")
    texts = await backend.store.find(CustomerText, station_id=station.id, request_id=request_id)
    return Information(
        request_id=request_id,
        state=reports.state(request, progress),
        missing=reports.missing(progress) if progress else [],
        data=joined(texts),
        expires_at=max((text.expires_at for text in texts), default=None),
    )


@delete("/stations/{identity:str}/customer-information/{request_id:int}", summary="Forget customer information")
async def forget_customer_information(backend: Here, identity: Identity, request_id: RequestId) -> None:
    """Delete what a station told of a customer before its time is over."""
    station = await backend.directory.station(identity)
    while texts := await backend.store.find(CustomerText, station_id=station.id, request_id=request_id):
        await backend.store.commit([RowGone(CustomerText, (station.id, request_id, text.seq_no)) for text in texts])
        if len(texts) < FIND_LIMIT:
            return


routes: list[Any] = [ask_customer_information, show_customer_information, forget_customer_information]
router = Router("/", route_handlers=routes, tags=["Customer information"])
