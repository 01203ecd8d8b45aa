"""Certificates: what stations asked to be signed, what they hold, what is in their stores, whom the CSMS trusts."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from busbar.csms.records.kind import Kind, Record, Unique
from busbar.model.certificates import CertificateUse, HashAlgorithm, InstalledCertificate, SigningUse


class SigningState(StrEnum):
    """How far a signing request came; what the station made of its certificate is said by StationCertificate."""

    REQUESTED = "requested"
    ISSUED = "issued"
    DELIVERED = "delivered"
    FAILED = "failed"


class SigningRequest(Record, kw_only=True):
    """A request that was taken; the same one of a station is one row, however often it is sent.

    Attributes:
        csr_hash: SHA-256 of the request's DER.
        use: None where one certificate is for all (2.x).
        attempts, next_try_at, error: tries to have it signed that failed, when to try again, and why.
        chain: what was issued, PEM, leaf first; `fingerprint` is the leaf's.
    """

    id: int | None = None
    station_id: int
    csr_hash: str
    csr: str
    use: SigningUse | None
    requested_at: datetime
    state: SigningState = SigningState.REQUESTED
    attempts: int = 0
    next_try_at: datetime
    error: str | None = None
    issued_at: datetime | None = None
    chain: str | None = None
    fingerprint: str | None = None


class SigningAsk(Record, kw_only=True):
    """How often a station sent a request: a row of its own, since the request's row belongs to whoever has it signed.

    `request_id` is the latest id that the station gave it (2.1). Each time is answered by the same certificate.
    """

    station_id: int
    csr_hash: str
    asked: int = 1
    request_id: int | None
    asked_at: datetime


class HolderState(StrEnum):
    """What a station made of a certificate that it was sent; UNKNOWN: it gave no answer.

    DISCARDED: it took it, could not connect with it, and threw it away (2.1).
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    DISCARDED = "discarded"


class StationCertificate(Record, kw_only=True):
    """A certificate that was sent to a station. `warned_at`: when its coming end was told."""

    station_id: int
    fingerprint: str
    use: SigningUse | None
    subject: str
    issuer: str
    serial_number: str
    not_before: datetime
    not_after: datetime
    state: HolderState
    detail: str | None = None
    at: datetime
    command_id: str
    warned_at: datetime | None = None


class Revocation(Record, kw_only=True):
    """A certificate that an operator takes back; `done_at` is when the authority had done so."""

    fingerprint: str
    station_id: int
    serial_number: str
    reason: str
    requested_at: datetime
    requested_by: str
    pending: bool = True
    done_at: datetime | None = None
    error: str | None = None


class Inventory(Record, kw_only=True):
    """What a station last said is installed of one use."""

    station_id: int
    use: CertificateUse
    installed: list[InstalledCertificate]
    reported_at: datetime


class RootInstallation(Record, kw_only=True):
    """A root that the CSMS put into a station's store; `status` is the station's."""

    station_id: int
    use: CertificateUse
    fingerprint: str
    pem: str
    status: str
    at: datetime


class RootDeletion(Record, kw_only=True):
    """A certificate that a station took out of its store when it was told to."""

    station_id: int
    algorithm: HashAlgorithm
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str
    at: datetime


class TrustRoot(Record, kw_only=True):
    """A root that the CSMS trusts for contracts, or puts into stations' stores."""

    fingerprint: str
    use: CertificateUse
    label: str
    subject: str
    pem: str
    not_after: datetime
    added_at: datetime


class CertificatePolicy(Record, kw_only=True):
    """What the operator wants of certificates.

    Attributes:
        owner: the organisation that stations' subjects have to name; None takes any.
        any_common_name: take names beside the station's serial number and identity.
        warn_days: how long before its end a certificate's end is told.
        renew: trigger a new request then; off, the CSMS sends nothing unasked.
        chain_limit: characters that a chain may have, as stations' MaxCertificateChainSize says.
    """

    owner: str | None = None
    any_common_name: bool = False
    warn_days: int = 30
    renew: bool = False
    chain_limit: int = 10_000


KINDS: Final[dict[type[Record], Kind]] = {
    SigningRequest: Kind(
        "signing_requests",
        key=("id",),
        generated=True,
        indexes=(("state", "next_try_at"), ("station_id", "state")),
        unique=(Unique(("station_id", "csr_hash")),),
    ),
    SigningAsk: Kind("signing_asks", key=("station_id", "csr_hash")),
    StationCertificate: Kind(
        "station_certificates", key=("station_id", "fingerprint"), indexes=(("not_after",), ("fingerprint",))
    ),
    Revocation: Kind("certificate_revocations", key=("fingerprint",), indexes=(("pending",),)),
    Inventory: Kind("certificate_inventories", key=("station_id", "use")),
    RootInstallation: Kind("root_installations", key=("station_id", "use", "fingerprint")),
    RootDeletion: Kind(
        "root_deletions",
        key=("station_id", "algorithm", "issuer_name_hash", "issuer_key_hash", "serial_number"),
    ),
    TrustRoot: Kind("trust_roots", key=("organisation_id", "fingerprint", "use"), indexes=(("use",),)),
    CertificatePolicy: Kind("certificate_policies", key=("organisation_id",)),
}
