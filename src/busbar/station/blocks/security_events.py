"""Security events (A04; 1.6 security whitepaper): the log of all, and those that are critical told to the CSMS.

What was noted survives a power cut and is told in its order. It must not know what an event means.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from busbar.model.security import SecurityEventReported
from busbar.station.blocks.block import Block
from busbar.station.blocks.networks import Networks
from busbar.station.blocks.notices import Notices

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

LOG_LIMIT: Final = 200
INFO_LIMIT: Final = 255
RECONFIGURED: Final = "ReconfigurationOfSecurityParameters"
_LOG: Final = "security/log"

# appendix 1 of part 2; the others are only logged. 1.6 calls fewer of them critical, but has them told all the same.
CRITICAL: Final = frozenset(
    {
        "FirmwareUpdated",
        "SettingSystemTime",
        "StartupOfTheDevice",
        "ResetOrReboot",
        "SecurityLogWasCleared",
        "MemoryExhaustion",
        "TamperDetectionActivated",
        "InvalidFirmwareSignature",
        "InvalidFirmwareSigningCertificate",
        "InvalidCsmsCertificate",
        "InvalidChargingStationCertificate",
        "DiscardedRenewedClientCertificate",
        "InvalidTLSVersion",
        "InvalidTLSCipherSuite",
    }
)
# 1.6's names of the same events
_OLD_NAMES: Final = {
    "InvalidCsmsCertificate": "InvalidCentralSystemCertificate",
    "InvalidChargingStationCertificate": "InvalidChargePointCertificate",
    "FailedToAuthenticateAtCsms": "FailedToAuthenticationAtCentralSystem",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log: when, a security event's type, and what else is known."""

    at: datetime
    type: str
    info: str | None = None


class SecurityEvents(Block):
    """What a station noticed of its security."""

    __slots__ = ("_log", "_notices")

    KEPT: ClassVar = "security/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        self._log: list[Entry] = fittings.cabinet.board.load(_LOG, list[Entry], [])
        self._notices = Notices(fittings.cabinet, "security/notices", SecurityEventReported)

    def note(self, kind: str, info: str = "") -> None:
        """Log an event by its 2.x name, and tell the CSMS where it is critical (A04.FR.01, .02, .04)."""
        board = self.fittings.cabinet.board
        name = kind if board.rules.device_model else _OLD_NAMES.get(kind, kind)
        entry = Entry(board.now, name, info[:INFO_LIMIT] or None)
        self._log = [*self._log, entry][-LOG_LIMIT:]
        board.keep(_LOG, self._log)
        if kind in CRITICAL and (board.rules.device_model or self.fittings.get(Networks).strength > 0):
            self._notices.tell(SecurityEventReported(type=name, at=entry.at, info=entry.info))

    def note_start(self, reason: str) -> None:
        """Log that the station started, for a reason of BootReasonEnumType."""
        self.note("StartupOfTheDevice" if reason == "PowerUp" else "ResetOrReboot", reason)

    def text(self, oldest: datetime | None = None, latest: datetime | None = None) -> str:
        """Return the security log of a time, a line for an event (N01.FR.03)."""
        return "".join(
            f"{written(entry.at)} {entry.type} {entry.info or ''}".rstrip() + "\n"
            for entry in self._log
            if (oldest or entry.at) <= entry.at <= (latest or entry.at)
        )

    def online(self) -> None:
        """Tell what the CSMS missed."""
        self._notices.flush()

    def due(self, _: str) -> None:
        """Tell what the CSMS did not answer once more."""
        self._notices.flush()

    TIMERS: ClassVar = {"security": due}


def written(at: datetime) -> str:
    """Return a time as logs have it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
