"""Routes of certificates that count, or count no more, for a station: those it signs with, those that are revoked."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.problems import invalid, missing
from busbar.api.queries import NO_NUL, Identity, Paging, page_of
from busbar.csms.gateway.signatures import signing_key
from busbar.csms.ports import Search
from busbar.csms.records.security import RevokedCertificate, SigningCertificate
from busbar.csms.tenancy import organisation

Thumbprint = Annotated[
    str, PathParameter(pattern=r"^[0-9a-f]{64}$(?!\n)", description="SHA-256 of the certificate's DER, in hex.")
]
Pem = Annotated[str, Meta(min_length=1, max_length=10_000)]
Label = Annotated[str, Meta(max_length=100, pattern=NO_NUL)]
SIGNERS = 20


class SigningInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A certificate (PEM) with which a station, or its meter, signs messages."""

    certificate: Pem
    label: Label = ""


class SigningView(models.View, kw_only=True):
    """A certificate with which a station signs messages."""

    thumbprint: str
    label: str
    added_at: datetime
    not_after: datetime


class RevocationInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A certificate that counts no more: itself (PEM), or the SHA-256 of its DER in hex."""

    certificate: Pem | None = None
    thumbprint: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")] | None = None
    reason: Label = ""


class RevocationView(models.View, kw_only=True):
    """A certificate that counts no more."""

    thumbprint: str
    at: datetime
    reason: str


@get("/stations/{identity:str}/signing-certificates", summary="List signing certificates")
async def list_signing(backend: Here, identity: Identity) -> models.Page[SigningView]:
    """List the certificates by which a station's signed messages are verified (2.x part 4 §7)."""
    station = await backend.directory.station(identity)
    rows = await backend.store.find(SigningCertificate, station_id=station.id)
    return models.Page(items=[_signing(row) for row in rows])


@post("/stations/{identity:str}/signing-certificates", summary="Add a signing certificate")
async def add_signing(backend: Here, identity: Identity, data: JSONBody[SigningInput]) -> SigningView:
    """Add a certificate: signed messages that name it are refused from now on where their signature is wrong."""
    station = await backend.directory.station(identity)
    certificate = _read(data.certificate)
    der = certificate.public_bytes(Encoding.DER)
    try:
        signing_key(der)
    except ValueError as error:
        raise invalid("certificate", str(error)) from None
    if len(await backend.store.find(SigningCertificate, station_id=station.id)) >= SIGNERS:
        raise invalid("certificate", f"a station has {SIGNERS} of them at most")
    row = SigningCertificate(
        station_id=station.id,
        thumbprint=certificate.fingerprint(SHA256()).hex(),
        certificate=der,
        label=data.label,
        added_at=datetime.now(UTC),
    )
    await backend.store.put(row)
    await backend.security.announce(station.id)
    return _signing(row)


@delete("/stations/{identity:str}/signing-certificates/{thumbprint:str}", summary="Remove a signing certificate")
async def remove_signing(backend: Here, identity: Identity, thumbprint: Thumbprint) -> None:
    """Remove a certificate: what names it is taken in without being verified."""
    station = await backend.directory.station(identity)
    if not await backend.store.remove(SigningCertificate, station.id, thumbprint):
        raise missing("signing certificate")
    await backend.security.announce(station.id)


@get("/revoked-certificates", summary="List revoked certificates")
async def list_revoked(backend: Here, paging: NamedDependency[Paging]) -> models.Page[RevocationView]:
    """List the station certificates that were revoked here; those of revocation lists are not among them."""
    page = await page_of(backend.store.look(RevokedCertificate, Search(limit=paging.limit, cursor=paging.cursor)))
    return models.Page(items=[_revocation(row) for row in page.items], next=page.next)


@post("/revoked-certificates", summary="Revoke a certificate")
async def revoke(backend: Here, data: JSONBody[RevocationInput]) -> RevocationView:
    """Revoke a station's certificate: nobody connects with it any more, and a connection that was made with it ends."""
    if (data.certificate is None) == (data.thumbprint is None):
        raise invalid("certificate", "give the certificate or its thumbprint")
    thumbprint = data.thumbprint or _read(data.certificate or "").fingerprint(SHA256()).hex()
    row = RevokedCertificate(thumbprint=thumbprint, at=datetime.now(UTC), reason=data.reason)
    await backend.store.put(row)
    backend.bus.publish("busbar.changed.revocations", b"")
    return _revocation(row)


@delete("/revoked-certificates/{thumbprint:str}", summary="Take a revocation back")
async def take_revocation_back(backend: Here, thumbprint: Thumbprint) -> None:
    """Let a certificate count again."""
    if not await backend.store.remove(RevokedCertificate, organisation(), thumbprint):
        raise missing("revoked certificate")
    backend.bus.publish("busbar.changed.revocations", b"")


def _read(pem: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise invalid("certificate", "not a certificate in PEM") from None


def _signing(row: SigningCertificate) -> SigningView:
    not_after = x509.load_der_x509_certificate(row.certificate).not_valid_after_utc
    return SigningView(thumbprint=row.thumbprint, label=row.label, added_at=row.added_at, not_after=not_after)


def _revocation(row: RevokedCertificate) -> RevocationView:
    return RevocationView(thumbprint=row.thumbprint, at=row.at, reason=row.reason)


routes: list[Any] = [list_signing, add_signing, remove_signing, list_revoked, revoke, take_revocation_back]
router = Router("/", route_handlers=routes, tags=["Security"])
