"""What is kept of a station's security: how it proves itself, what happened, whom it signs as, who is revoked."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from busbar.csms.records.kind import Kind, Record, Unique


class NameRule(StrEnum):
    """How a certificate's name is compared with the one that is registered (A00.FR.404, A00.FR.405).

    `contains` is only for vendors that put more into the field: SN10 is contained in SN100.
    """

    EQUALS = "equals"
    CONTAINS = "contains"


class StationSecurity(Record, kw_only=True):
    """How a station proves itself, where that is not profile 1 with the password of its row.

    Attributes:
        profile: 0 to 3; the only one with which the station may connect (A00.FR.001).
        pending_profile: one that it was told to change to; its first connection with it makes it the profile.
        profile_command: the command that told it.
        downgrade_allowed: an operator said that it may go back from 3 to 2 (A05.FR.08).
        secret: keyed hash of the password that the CSMS gave it; None while that of its row counts.
        pending_secret: of a password that it may or may not have taken.
        secret_command: the command that carried it.
        retired_secret: of the password before; who comes with it is told on.
        certificate_name: its serial number, the CN of its certificate; None lets no certificate in.
        certificate_organisation: the O of its certificate.
        expired_allowed: it may come with an expired certificate, to be given another one (A00.FR.429).
    """

    station_id: int
    profile: int = 1
    pending_profile: int | None = None
    profile_command: str | None = None
    downgrade_allowed: bool = False
    secret: bytes | None = None
    pending_secret: bytes | None = None
    secret_command: str | None = None
    retired_secret: bytes | None = None
    certificate_name: str | None = None
    certificate_organisation: str | None = None
    name_rule: NameRule = NameRule.EQUALS
    expired_allowed: bool = False


class EventOrigin(StrEnum):
    """Who noticed a security event."""

    STATION = "station"
    CSMS = "csms"


class SecurityEvent(Record, kw_only=True):
    """Something about security that a station reported (A04) or that the CSMS noticed itself.

    Attributes:
        station_id: 0 where it is of no station that is known.
        at: when it happened, by the clock of who noticed it.
        type: a name of the specification's list, another one of a vendor, or one of the CSMS's own.
        count: how often it happened since the event before it.
    """

    id: int | None = None
    station_id: int
    origin: EventOrigin
    type: str
    critical: bool
    at: datetime
    received_at: datetime
    info: str | None = None
    count: int = 1


class Refusal(Record, kw_only=True):
    """For what reason a station was not let in, how often, and when last: one row for each reason."""

    station_id: int
    reason: str
    status: int
    count: int
    first_at: datetime
    last_at: datetime
    address: str
    identity: str


class SigningCertificate(Record, kw_only=True):
    """A certificate with which a station signs messages, by its SHA-256 (hex); 2.x part 4 §7.4."""

    station_id: int
    thumbprint: str
    certificate: bytes
    label: str
    added_at: datetime


class RevokedCertificate(Record, kw_only=True):
    """A station's certificate that counts no more, by its SHA-256 (hex)."""

    thumbprint: str
    at: datetime
    reason: str


KINDS: Final[dict[type[Record], Kind]] = {
    StationSecurity: Kind(
        "station_security",
        key=("station_id",),
        unique=(Unique(("certificate_organisation", "certificate_name")),),  # A00.FR.427
    ),
    SecurityEvent: Kind(
        "security_events", key=("id",), generated=True, indexes=(("station_id", "id"), ("type", "id"), ("received_at",))
    ),
    Refusal: Kind("refusals", key=("station_id", "reason")),
    SigningCertificate: Kind("signing_certificates", key=("station_id", "thumbprint")),
    RevokedCertificate: Kind("revoked_certificates", key=("organisation_id", "thumbprint")),
}
