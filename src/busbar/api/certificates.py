"""Routes of stations' own certificates: requests, what stations hold, triggers, revocations, the policy."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta
from msgspec.structs import asdict

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.problems import Kind, Problem, missing
from busbar.api.queries import Identity, Number, Paging, StationFilter, page_of
from busbar.csms.ports import Search, Test
from busbar.csms.records.certificates import (
    CertificatePolicy,
    HolderState,
    Revocation,
    SigningAsk,
    SigningRequest,
    SigningState,
    StationCertificate,
)
from busbar.csms.records.security import RevokedCertificate
from busbar.csms.services.certificates import current, trigger_name
from busbar.csms.tenancy import organisation
from busbar.model.certificates import SigningUse
from busbar.model.orders import Trigger
from busbar.model.values import Place
from busbar.pki.revocation import Reason

JOB: Final = "busbar.job.certificates"
Fingerprint = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{64}$(?!\n)", description="SHA-256, lower case.")]


class RequestView(models.View, kw_only=True):
    """A signing request; `holder` is what the station made of the certificate, null while that is not known."""

    id: int
    station: str
    use: SigningUse | None
    state: SigningState
    holder: HolderState | None
    requested_at: datetime
    asked: int
    attempts: int
    next_try_at: datetime
    error: str | None
    issued_at: datetime | None
    fingerprint: str | None
    csr: str
    chain: str | None


class CertificateView(models.View, kw_only=True):
    """A certificate that was sent to a station; `used` is the newest of its use that the station accepted."""

    station: str
    fingerprint: str
    use: SigningUse | None
    subject: str
    issuer: str
    serial_number: str
    not_before: datetime
    not_after: datetime
    state: HolderState
    detail: str | None
    at: datetime
    used: bool


class CertificateRevocationInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Why a certificate is taken back."""

    reason: Reason = Reason.UNSPECIFIED


class CertificateRevocation(models.View, kw_only=True):
    """A revocation: pending, done, or with what went wrong."""

    fingerprint: str
    station: str
    serial_number: str
    reason: str
    requested_at: datetime
    requested_by: str
    pending: bool
    done_at: datetime | None
    error: str | None


class Policy(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is wanted of certificates.

    Attributes:
        owner: the organisation (O) that stations' requests have to name; null takes any.
        any_common_name: take other names than the serial number and the identity, and contracts of other names.
        warn_days: how long before its end a certificate's end is told.
        renew: trigger a new request then.
        chain_limit: characters that a chain may have.
    """

    owner: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    any_common_name: bool = False
    warn_days: Annotated[int, Meta(ge=1, le=365)] = 30
    renew: bool = False
    chain_limit: Annotated[int, Meta(ge=800, le=10_000)] = 10_000


class SignInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """For what a station should ask a certificate; null is one for all (2.x). `evse` where each has a controller."""

    use: SigningUse | None = SigningUse.STATION
    evse: Annotated[int, Meta(ge=1, le=2_147_483_647)] | None = None


InState = Annotated[SigningState | None, QueryParameter(name="state", description="Only requests in this state.")]
Days = Annotated[
    int | None, QueryParameter(ge=0, le=3650, description="Only certificates that end within so many days.")
]


@get("/certificate-requests", summary="List signing requests")
async def list_requests(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None, in_state: InState = None
) -> models.Page[RequestView]:
    """List stations' signing requests, newest first."""
    station_id = await backend.directory.filtered(station)
    tests = _tests(station_id=station_id, state=in_state)
    search = Search(tests=tests, limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(SigningRequest, search))
    return models.Page(items=[await _request(backend, row) for row in page.items], next=page.next)


@get("/certificate-requests/{request_id:int}", summary="Show a signing request")
async def show_request(backend: Here, request_id: Number) -> RequestView:
    """Show a signing request with its certificate."""
    return await _request(backend, await _row(backend, request_id))


@post("/certificate-requests/{request_id:int}/retry", status_code=200, summary="Have a request signed after all")
async def retry_request(backend: Here, request_id: Number) -> RequestView:
    """Ask the authority again for a request that failed."""
    row = await _row(backend, request_id)
    values = {"state": SigningState.REQUESTED, "attempts": 0, "next_try_at": datetime.now(UTC)}
    expected = {"state": SigningState.FAILED}
    if not await backend.store.change(SigningRequest, (request_id,), values=values, expected=expected):
        raise Problem(Kind.CONFLICT, f"the request is {row.state.value}, not failed")
    backend.bus.publish(JOB, b"")
    return await _request(backend, await _row(backend, request_id))


@get("/certificates", summary="List stations' certificates")
async def list_certificates(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None, ends_within_days: Days = None
) -> models.Page[CertificateView]:
    """List what stations were sent; with `ends_within_days` those whose end is near, or past."""
    station_id = await backend.directory.filtered(station)
    tests = _tests(station_id=station_id)
    if ends_within_days is not None:
        ends = datetime.now(UTC) + timedelta(days=ends_within_days)
        tests = (*tests, Test("state", "=", HolderState.ACCEPTED), Test("not_after", "<=", ends))
    search = Search(tests=tests, limit=paging.limit, cursor=paging.cursor)
    page = await page_of(backend.store.look(StationCertificate, search))
    used = {
        number: current(await backend.store.find(StationCertificate, station_id=number))
        for number in {row.station_id for row in page.items}
    }
    names = await backend.directory.names(used)
    items = [_certificate(row, names[row.station_id].identity, used[row.station_id]) for row in page.items]
    return models.Page(items=items, next=page.next)


@post("/certificates/{fingerprint:str}/revocation", status_code=202, summary="Take a certificate back")
async def revoke_certificate(
    backend: Here,
    fingerprint: Fingerprint,
    data: JSONBody[CertificateRevocationInput],
    options: NamedDependency[Options],
) -> CertificateRevocation:
    """Let nobody connect with a certificate any more, and have the authority put it on its revocation list."""
    found = await backend.store.find(StationCertificate, fingerprint=fingerprint)
    if not found:
        raise missing("certificate")
    row = Revocation(
        fingerprint=fingerprint,
        station_id=found[0].station_id,
        serial_number=found[0].serial_number,
        reason=data.reason.value,
        requested_at=datetime.now(UTC),
        requested_by=options.requested_by,
    )
    await backend.store.insert(row)
    await backend.store.put(RevokedCertificate(thumbprint=fingerprint, at=row.requested_at, reason=row.reason))
    backend.bus.publish("busbar.changed.revocations", b"")
    backend.bus.publish(JOB, b"")
    return await _revocation(backend, row)


@get("/certificate-revocations", summary="List revocations")
async def list_revocations(backend: Here, paging: NamedDependency[Paging]) -> models.Page[CertificateRevocation]:
    """List certificates that were taken back, or are being."""
    search = Search(limit=paging.limit, cursor=paging.cursor)
    page = await page_of(backend.store.look(Revocation, search))
    return models.Page(items=[await _revocation(backend, row) for row in page.items], next=page.next)


@get("/certificate-policy", summary="Show what is wanted of certificates")
async def show_certificate_policy(backend: Here) -> Policy:
    """Show what stations' requests have to say, and what is done before a certificate ends."""
    row = await backend.store.get(CertificatePolicy, organisation()) or CertificatePolicy()
    return Policy(**{name: getattr(row, name) for name in Policy.__struct_fields__})


@put("/certificate-policy", summary="Say what is wanted of certificates")
async def change_certificate_policy(backend: Here, data: JSONBody[Policy]) -> Policy:
    """Replace what is wanted; what was signed stays."""
    await backend.store.put(CertificatePolicy(**asdict(data)))
    return data


@order_route("/stations/{identity:str}/commands/sign-certificate", "Have a station ask for a certificate")
async def sign_certificate(
    backend: Here, identity: Identity, data: JSONBody[SignInput], options: NamedDependency[Options]
) -> Answered:
    """Trigger a signing request (A02, F06); the certificate is sent as soon as it is signed."""
    order = Trigger(message=trigger_name(data.use), place=Place(data.evse))
    return await send(backend, identity, order, options)


def _tests(**equal: Any) -> tuple[Test, ...]:
    return tuple(Test(name, "=", value) for name, value in equal.items() if value is not None)


async def _row(backend: Backend, request_id: int) -> SigningRequest:
    row = await backend.store.get(SigningRequest, request_id)
    if row is None:
        raise missing("signing request")
    return row


async def _request(backend: Backend, row: SigningRequest) -> RequestView:
    held = row.fingerprint and await backend.store.get(StationCertificate, row.station_id, row.fingerprint)
    ask = await backend.store.get(SigningAsk, row.station_id, row.csr_hash)
    name = await backend.directory.name(row.station_id)
    fields = {field: getattr(row, field) for field in RequestView.__struct_fields__ if hasattr(row, field)}
    holder = held.state if held else None
    return RequestView(**fields, station=name.identity, holder=holder, asked=ask.asked if ask else 1)


def _certificate(
    row: StationCertificate, station: str, used: dict[SigningUse | None, StationCertificate]
) -> CertificateView:
    fields = {field: getattr(row, field) for field in CertificateView.__struct_fields__ if hasattr(row, field)}
    return CertificateView(**fields, station=station, used=used.get(row.use) == row)


async def _revocation(backend: Backend, row: Revocation) -> CertificateRevocation:
    fields = {field: getattr(row, field) for field in CertificateRevocation.__struct_fields__ if hasattr(row, field)}
    return CertificateRevocation(**fields, station=(await backend.directory.name(row.station_id)).identity)


routes: list[Any] = [
    list_requests,
    show_request,
    retry_request,
    list_certificates,
    revoke_certificate,
    list_revocations,
    show_certificate_policy,
    change_certificate_policy,
    sign_certificate,
]
router = Router("/", route_handlers=routes, tags=["Certificates"])
