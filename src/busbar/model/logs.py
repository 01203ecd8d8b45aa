"""A station's log files (N01, 1.6 GetDiagnostics): the request, and what is reported of the upload."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from busbar.model.facts import Fact
from busbar.model.orders import Order, Outcome


class LogKind(StrEnum):
    """Which log (2.1 LogEnumType; the last is 2.1's only)."""

    DIAGNOSTICS = "DiagnosticsLog"
    SECURITY = "SecurityLog"
    DATA_COLLECTOR = "DataCollectorLog"


class LogStatus(StrEnum):
    """How far an upload came (2.x UploadLogStatusEnumType)."""

    BAD_MESSAGE = "BadMessage"
    IDLE = "Idle"
    NOT_SUPPORTED_OPERATION = "NotSupportedOperation"
    PERMISSION_DENIED = "PermissionDenied"
    UPLOADED = "Uploaded"
    UPLOAD_FAILURE = "UploadFailure"
    UPLOADING = "Uploading"
    ACCEPTED_CANCELED = "AcceptedCanceled"

    @property
    def failed(self) -> bool:
        """Whether the upload came to nothing (N01.FR.10)."""
        return self in _FAILED


_FAILED = frozenset(
    {
        LogStatus.BAD_MESSAGE,
        LogStatus.NOT_SUPPORTED_OPERATION,
        LogStatus.PERMISSION_DENIED,
        LogStatus.UPLOAD_FAILURE,
    }
)


@dataclass(slots=True, kw_only=True)
class LogProgressed(Fact):
    """A log's upload has a new status. `request_id` is None in 1.6's diagnostics, and of an idle station (N01.FR.13).

    `reason` and `detail` are 2.1's statusInfo.
    """

    status: LogStatus
    request_id: int | None = None
    reason: str | None = None
    detail: str | None = None


@dataclass(slots=True, kw_only=True)
class GetLog(Order):
    """Upload a log to `location` (a URL).

    1.6 has its GetDiagnostics for the diagnostics, without an id; `request_id` is None as read from it.
    `oldest` and `latest` bound the entries; `retries` and `retry_interval_s` None leave them to the station.
    """

    kind: LogKind
    location: str
    request_id: int | None = None
    oldest: datetime | None = None
    latest: datetime | None = None
    retries: int | None = None
    retry_interval_s: int | None = None


@dataclass(slots=True, kw_only=True)
class LogOutcome(Outcome):
    """The answer to GetLog. `filename` is what will be uploaded; None where the station named none."""

    filename: str | None = None
