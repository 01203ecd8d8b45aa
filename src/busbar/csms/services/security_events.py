"""Security events: what a station reports of its security is kept, what is critical is told on (A04)."""

from datetime import datetime
from typing import Final

from busbar.csms.changes import RowAdded
from busbar.csms.happenings import SecurityAlerted
from busbar.csms.records.security import EventOrigin, SecurityEvent
from busbar.csms.services.view import Context, Decision, StationView
from busbar.model.facts import Acknowledged
from busbar.model.security import SecurityEventReported

# What the CSMS notices itself. The first four and InvalidMessages have names of the specification's list.
FAILED_TO_AUTHENTICATE: Final = "FailedToAuthenticateAtCsms"
INVALID_CERTIFICATE: Final = "InvalidChargingStationCertificate"  # A00.FR.408
OLD_TLS: Final = "InvalidTLSVersion"
NO_TLS_SUITE: Final = "InvalidTLSCipherSuite"
NO_TLS: Final = "TlsHandshakeFailed"
INVALID_MESSAGES: Final = "InvalidMessages"
WRONG_PROFILE: Final = "SecurityProfileMismatch"
REPLACED_PASSWORD: Final = "ReplacedPasswordUsed"  # noqa: S105 (a name)
DUPLICATE: Final = "DuplicateConnection"
DISPLACED: Final = "ConnectionDisplaced"
RECONFIGURED: Final = "ReconfigurationOfSecurityParameters"

CRITICAL: Final = frozenset(
    {
        # Appendix 1 of part 2 (2.1), column Critical; 1.6 has the two with names of its own.
        "DiscardedRenewedClientCertificate",
        "FirmwareUpdated",
        "InvalidCentralSystemCertificate",
        "InvalidChargePointCertificate",
        "InvalidChargingStationCertificate",
        "InvalidCsmsCertificate",
        "InvalidFirmwareSignature",
        "InvalidFirmwareSigningCertificate",
        "InvalidTLSCipherSuite",
        "InvalidTLSVersion",
        "MaintenanceLoginAccepted",
        "MaintenanceLoginFailed",
        "MemoryExhaustion",
        "ResetOrReboot",
        "SecurityLogWasCleared",
        "SettingSystemTime",
        "StartupOfTheDevice",
        "TamperDetectionActivated",
        REPLACED_PASSWORD,
        DUPLICATE,
    }
)


def event_reported(fact: SecurityEventReported, view: StationView, _context: Context, at: datetime) -> Decision:
    """Keep what a station reports, whatever its name, and tell on what is critical (A04.FR.03)."""
    station = view.station
    row = SecurityEvent(
        station_id=station.id,
        origin=EventOrigin.STATION,
        type=fact.type,
        critical=fact.type in CRITICAL,
        at=fact.at,
        received_at=at,
        info=fact.info,
    )
    told = [alert(row, station.identity)] if row.critical else []
    return Decision(Acknowledged(), [RowAdded(row)], [*told])


def noticed(station_id: int, kind: str, at: datetime, info: str, count: int = 1) -> SecurityEvent:
    """Make the event that the CSMS itself noticed."""
    return SecurityEvent(
        station_id=station_id,
        origin=EventOrigin.CSMS,
        type=kind,
        critical=kind in CRITICAL,
        at=at,
        received_at=at,
        info=info,
        count=count,
    )


def alert(event: SecurityEvent, identity: str) -> SecurityAlerted:
    """Return what listeners are told of an event."""
    return SecurityAlerted(
        station=identity, at=event.received_at, event=event.type, origin=event.origin, info=event.info
    )
