"""Routes of roots: whom the CSMS trusts for contracts, and what is in the stores of stations."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.deletions import check_deletion, known_store
from busbar.api.problems import invalid, missing
from busbar.api.queries import Identity, Paging, page_of
from busbar.csms.ports import Search
from busbar.csms.records.certificates import TrustRoot
from busbar.csms.tenancy import organisation
from busbar.model.certificates import CertificateHash, CertificateUse, HashAlgorithm
from busbar.model.trust import DeleteCertificate, InstallCertificate, ListCertificates
from busbar.pki import chains, pem
from busbar.pki.pem import Malformed

Pem = Annotated[str, Meta(min_length=1, max_length=10_000)]
Hex = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[0-9A-Fa-f]+$(?!\n)")]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
Fingerprint = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{64}$(?!\n)", description="SHA-256, lower case.")]


class RootInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A root in PEM, and what it is trusted for."""

    use: CertificateUse
    certificate: Pem
    label: Annotated[str, Meta(max_length=100)] = ""


class Root(models.View, kw_only=True):
    """A root that the CSMS knows: for contracts (V2G, MO), or to put into stations."""

    fingerprint: str
    use: CertificateUse
    label: str
    subject: str
    not_after: datetime
    added_at: datetime
    pem: str


class InstallInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to put into a station's store: a certificate in PEM, or a known root by its fingerprint."""

    use: CertificateUse
    certificate: Pem | None = None
    root: Digest | None = None


class ListInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which uses to ask for; none asks for all (2.x)."""

    uses: Annotated[list[CertificateUse], Meta(max_length=10)] = []


class DeleteInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A certificate as the station named it (M04.FR.07). `force` deletes what is not known, or the last CSMS root.

    It is sent as the station spelled it. A station that does not connect by TLS may lose its last CSMS root.
    """

    hash_algorithm: HashAlgorithm
    issuer_name_hash: Hex
    issuer_key_hash: Hex
    serial_number: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[0-9A-Fa-f]+$(?!\n)")]
    force: bool = False


class HashView(models.View, kw_only=True):
    """How a station names a certificate."""

    hash_algorithm: HashAlgorithm
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str


class InstalledView(models.View, kw_only=True):
    """A certificate in a station's store, with those below it."""

    use: CertificateUse
    certificate: HashView
    children: list[HashView]


class DriftView(models.View, kw_only=True):
    """`missing`: put there by us and not reported. `foreign`: reported, and not put there by us."""

    use: CertificateUse
    kind: str
    fingerprint: str | None
    certificate: HashView | None


class InstallationView(models.View, kw_only=True):
    """A root that was sent to a station, and what it answered."""

    use: CertificateUse
    fingerprint: str
    status: str
    at: datetime


class StoreView(models.View, kw_only=True):
    """All that is known of a station's store. `reported_at` is the oldest report among the uses."""

    reported_at: datetime | None
    installed: list[InstalledView]
    installations: list[InstallationView]
    drift: list[DriftView]


@get("/roots", summary="List roots")
async def list_roots(backend: Here, paging: NamedDependency[Paging]) -> models.Page[Root]:
    """List the roots that the CSMS knows."""
    page = await page_of(backend.store.look(TrustRoot, Search(limit=paging.limit, cursor=paging.cursor)))
    return models.Page(items=[_root(row) for row in page.items], next=page.next)


@post("/roots", summary="Add a root")
async def add_root(backend: Here, data: JSONBody[RootInput]) -> Response[Root]:
    """Add a root. Contracts below a V2G or MO root may charge (C07)."""
    try:
        certificate = pem.read_certificate(data.certificate)
    except Malformed as error:
        raise invalid("certificate", str(error)) from None
    if not chains.is_root(certificate):
        raise invalid("certificate", "not a root: an authority that signed itself")
    row = TrustRoot(
        fingerprint=pem.fingerprint(certificate),
        use=data.use,
        label=data.label,
        subject=certificate.subject.rfc4514_string(),
        pem=pem.write_chain([certificate]),
        not_after=certificate.not_valid_after_utc,
        added_at=datetime.now(UTC),
    )
    return Response(_root(await backend.store.insert(row)), status_code=201)


@delete("/roots/{fingerprint:str}/{use:str}", summary="Remove a root")
async def remove_root(
    backend: Here, fingerprint: Fingerprint, use: Annotated[CertificateUse, PathParameter(description="Its use.")]
) -> None:
    """Trust a root no more; stations keep what they have."""
    if not await backend.store.remove(TrustRoot, organisation(), fingerprint, use):
        raise missing("root")


@order_route("/stations/{identity:str}/commands/install-certificate", "Put a root into a station")
async def install_certificate(
    backend: Here, identity: Identity, data: JSONBody[InstallInput], options: NamedDependency[Options]
) -> Answered:
    """Put a root into a station's store (M05)."""
    if (data.certificate is None) == (data.root is None):
        raise invalid("certificate", "give either a certificate or a root")
    text = data.certificate
    if text is None:
        rows = await backend.store.find(TrustRoot, fingerprint=data.root)
        if not rows:
            raise invalid("root", "no such root")
        text = rows[0].pem
    try:
        pem.read_certificate(text)
    except Malformed as error:
        raise invalid("certificate", str(error)) from None
    return await send(backend, identity, InstallCertificate(use=data.use, certificate=text), options)


@order_route("/stations/{identity:str}/commands/get-installed-certificate-ids", "Ask what is installed")
async def list_installed(
    backend: Here, identity: Identity, data: JSONBody[ListInput], options: NamedDependency[Options]
) -> Answered:
    """Ask a station which certificates are in its store (M03), and remember it."""
    return await send(backend, identity, ListCertificates(uses=tuple(data.uses)), options)


@order_route("/stations/{identity:str}/commands/delete-certificate", "Take a certificate out of a station")
async def delete_installed(
    backend: Here, identity: Identity, data: JSONBody[DeleteInput], options: NamedDependency[Options]
) -> Answered:
    """Take a certificate out of a station's store (M04), unless it would not know the CSMS any more."""
    station = await backend.directory.station(identity)
    named = CertificateHash(data.hash_algorithm, data.issuer_name_hash, data.issuer_key_hash, data.serial_number)
    if data.force:
        found = (await known_store(backend, station.id)).find(named)
    else:
        found = await check_deletion(backend, station, named)
    order = DeleteCertificate(certificate=named)
    if found is not None:
        order = DeleteCertificate(certificate=found.certificate, use=found.use)
    return await send(backend, identity, order, options)


@get("/stations/{identity:str}/installed-certificates", summary="Show what is installed")
async def show_installed(backend: Here, identity: Identity) -> StoreView:
    """Show what a station last said is installed, and how that differs from what was put there."""
    station = await backend.directory.station(identity)
    store = await known_store(backend, station.id)
    return StoreView(
        reported_at=min((row.reported_at for row in store.inventories), default=None),
        installed=[
            InstalledView(use=one.use, certificate=_hash(one.certificate), children=[_hash(c) for c in one.children])
            for one in store.present()
        ],
        installations=[
            InstallationView(use=row.use, fingerprint=row.fingerprint, status=row.status, at=row.at)
            for row in store.installations
        ],
        drift=[
            DriftView(
                use=one.use,
                kind=one.kind,
                fingerprint=one.fingerprint,
                certificate=None if one.certificate is None else _hash(one.certificate),
            )
            for one in store.drift()
        ],
    )


def _root(row: TrustRoot) -> Root:
    return Root(**{name: getattr(row, name) for name in Root.__struct_fields__})


def _hash(named: CertificateHash) -> HashView:
    return HashView(
        hash_algorithm=named.algorithm,
        issuer_name_hash=named.issuer_name_hash,
        issuer_key_hash=named.issuer_key_hash,
        serial_number=named.serial_number,
    )


routes: list[Any] = [
    list_roots,
    add_root,
    remove_root,
    install_certificate,
    list_installed,
    delete_installed,
    show_installed,
]
router = Router("/", route_handlers=routes, tags=["Certificates"])
