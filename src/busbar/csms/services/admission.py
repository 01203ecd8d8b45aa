"""Whether a connection may come in: a station, the security profile that is its own, and the proof that it takes.

What a pending profile or password is, and what follows from its first use, is said here too. It must not know how a
certificate is read or a connection made.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from busbar.csms.records.security import NameRule, StationSecurity
from busbar.csms.rows import Station
from busbar.csms.services import security_events as events
from busbar.csms.services.credentials import Basic, prove
from busbar.model.versions import Version
from busbar.protocol.versions import RULES

UNSECURED: Final = 0
BASIC: Final = 1
TLS_BASIC: Final = 2
TLS_CERTIFICATE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCertificate:
    """A certificate whose chain is good.

    Attributes:
        name: the CN, a station's serial number (A00.FR.405); empty where there is not exactly one.
        organisations: the O of the subject, its owner (A00.FR.404).
        issuer: the issuer's name, DER.
        number: the certificate's serial number.
        thumbprint: SHA-256 of the DER, hex.
    """

    name: str
    organisations: tuple[str, ...]
    issuer: bytes
    number: int
    not_before: datetime
    not_after: datetime
    thumbprint: str

    def valid_at(self, at: datetime) -> bool:
        """Tell whether it is neither too early nor too late for it."""
        return self.not_before <= at <= self.not_after

    def expired_at(self, at: datetime) -> bool:
        """Tell whether it was valid once."""
        return at > self.not_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a connection shows. `revoked` is of the certificate; `version` is None where no subprotocol is common."""

    identity: str
    secure: bool
    version: Version | None
    basic: Basic | None = field(default=None, repr=False)
    certificate: PeerCertificate | None = None
    revoked: bool = False

    @property
    def profile(self) -> int:
        """The security profile that this is an attempt of."""
        if self.certificate is not None and self.basic is None:
            return TLS_CERTIFICATE
        if self.secure:
            return TLS_BASIC
        return BASIC if self.basic is not None else UNSECURED


@dataclass(frozen=True, slots=True)
class Denied:
    """The connection is refused.

    Attributes:
        reason: for our own list.
        event: the security event that this is, if any.
        unknown: there is no such station.
    """

    reason: str
    event: str | None = None
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Admitted:
    """The connection is let in on a profile.

    Attributes:
        secret: the stored hash that its password was proven by; None on a profile without a password.
        certificate: what it showed, on profile 3.
        serial: the serial number that its boot has to tell, on profile 3.
        values: what its first use of a pending profile or password changes in the station's security.
        expected: what must still be so for that.
        must_renew: its certificate is expired: it is pending until it comes with another one (A00.FR.429).
    """

    profile: int
    secret: bytes | None = field(default=None, repr=False)
    certificate: PeerCertificate | None = None
    serial: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)
    must_renew: bool = False


def admit(
    key: bytes, station: Station | None, security: StationSecurity | None, offer: Offer, at: datetime
) -> Admitted | Denied:
    """Judge an offer. The work is the same whether the station exists or not."""
    proof = prove(key, offer.identity, offer.basic)
    row = security or StationSecurity(station_id=0)
    current = row.secret or (None if station is None else station.secret)
    right, pending, retired = proof.of(current), proof.of(row.pending_secret), proof.of(row.retired_secret)
    if station is None:
        return Denied("unknown identity", unknown=True)
    profile = _profile(row, offer)
    if profile is None:
        return Denied(f"security profile {offer.profile} is not the station's", events.WRONG_PROFILE)
    denied = _unproven(profile, row, offer, at) or _unknown(profile, offer, right or pending, retired)
    if denied is not None:
        return denied
    values, expected = _first_use(profile, row)
    if profile == TLS_CERTIFICATE:
        expired = offer.certificate is not None and offer.certificate.expired_at(at)
        return Admitted(profile, None, offer.certificate, row.certificate_name, values, expected, expired)
    if profile == UNSECURED:
        return Admitted(profile, values=values, expected=expected)
    if right:
        return Admitted(profile, current, values=values, expected=expected)
    values |= accepted_secret(row, current)
    expected["pending_secret"] = row.pending_secret
    return Admitted(profile, row.pending_secret, values=values, expected=expected)


def stands(admitted: Admitted, station: Station, security: StationSecurity | None) -> bool:
    """Tell whether a connection that was let in may stay after an operator changed something.

    A password that the station itself was given in place of the one that it came with leaves it alone.
    """
    row = security or StationSecurity(station_id=0)
    if admitted.profile not in (row.profile, row.pending_profile):
        return False
    if admitted.certificate is not None:
        return admitted.serial == row.certificate_name and (row.expired_allowed or not admitted.must_renew)
    return admitted.secret in (row.secret or station.secret, row.pending_secret, row.retired_secret, None)


def _profile(row: StationSecurity, offer: Offer) -> int | None:
    """Return which of the station's profiles, the present or the pending one, an offer is of (A00.FR.001/002)."""
    fitting = _fitting(offer)
    return next((profile for profile in (row.profile, row.pending_profile) if profile in fitting), None)


def _fitting(offer: Offer) -> tuple[int, ...]:
    if offer.profile == UNSECURED:  # 2.x has no profile 0
        return (UNSECURED,) if offer.version is not None and RULES[offer.version].unsecured else ()
    if offer.secure and offer.certificate is not None and offer.basic is not None:
        return (TLS_BASIC, TLS_CERTIFICATE)  # a password beside the certificate does no harm, and proves nothing
    return (offer.profile,)


def _unknown(profile: int, offer: Offer, known: bool, retired: bool) -> Denied | None:
    """Say what is wrong with a password."""
    if profile not in (BASIC, TLS_BASIC) or known:
        return None
    if retired:
        return Denied("a password that was replaced", events.REPLACED_PASSWORD)
    return Denied("wrong password" if offer.basic else "no password", events.FAILED_TO_AUTHENTICATE)


def _unproven(profile: int, row: StationSecurity, offer: Offer, at: datetime) -> Denied | None:
    """Say what is wrong with a certificate (A00.FR.403-405, A00.FR.407, A00.FR.408)."""
    certificate = offer.certificate
    if profile != TLS_CERTIFICATE or certificate is None:
        return None
    if offer.revoked:
        reason = "certificate revoked"
    elif not certificate.valid_at(at) and not (row.expired_allowed and certificate.expired_at(at)):  # A00.FR.429
        reason = "certificate out of its time"
    elif row.certificate_name is None or row.certificate_organisation is None:
        reason = "no certificate is registered for the station"
    elif not _is(row.name_rule, row.certificate_name, certificate.name):
        reason = "certificate of another station"
    elif not any(_is(row.name_rule, row.certificate_organisation, one) for one in certificate.organisations):
        reason = "certificate of another organisation"
    else:
        return None
    return Denied(reason, events.INVALID_CERTIFICATE)


def _is(rule: NameRule, registered: str, shown: str) -> bool:
    return registered in shown if rule is NameRule.CONTAINS else registered == shown


def _first_use(profile: int, row: StationSecurity) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first connection on the pending profile makes it the station's, and ends the other for ever (A05.FR.07)."""
    if profile == row.profile:
        return {}, {}
    values = {"profile": profile, "pending_profile": None, "profile_command": None}
    return values, {"profile": row.profile, "pending_profile": profile}


def accepted_secret(row: StationSecurity, before: bytes | None) -> dict[str, Any]:
    """Return what changes once a station has surely taken its pending password (A01.FR.03)."""
    return {
        "secret": row.pending_secret,
        "pending_secret": None,
        "secret_command": None,
        "retired_secret": before,
    }


def boot_matches(told: str | None, serial: str | None) -> bool:
    """Tell whether a booting station has the serial number of its certificate (B01.FR.11).

    A station that tells none is known by its certificate alone.
    """
    return told is None or serial is None or told == serial
