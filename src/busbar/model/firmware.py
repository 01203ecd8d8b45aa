"""New firmware for a station (block L): what it is told, what it answers and reports. The same for every version."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from busbar.model.facts import Fact
from busbar.model.orders import Order


class FirmwareStatus(StrEnum):
    """How far an update came (2.x FirmwareStatusEnumType; 1.6 without its security extension has seven of them)."""

    DOWNLOADED = "Downloaded"
    DOWNLOAD_FAILED = "DownloadFailed"
    DOWNLOADING = "Downloading"
    DOWNLOAD_SCHEDULED = "DownloadScheduled"
    DOWNLOAD_PAUSED = "DownloadPaused"
    IDLE = "Idle"
    INSTALLATION_FAILED = "InstallationFailed"
    INSTALLING = "Installing"
    INSTALLED = "Installed"
    INSTALL_REBOOTING = "InstallRebooting"
    INSTALL_SCHEDULED = "InstallScheduled"
    INSTALL_VERIFICATION_FAILED = "InstallVerificationFailed"
    INVALID_SIGNATURE = "InvalidSignature"
    SIGNATURE_VERIFIED = "SignatureVerified"

    @property
    def failed(self) -> bool:
        """Whether this is a failure end state."""
        return self in _FAILED


_FAILED = frozenset(
    {
        FirmwareStatus.DOWNLOAD_FAILED,
        FirmwareStatus.INSTALLATION_FAILED,
        FirmwareStatus.INSTALL_VERIFICATION_FAILED,
        FirmwareStatus.INVALID_SIGNATURE,
    }
)


class PublishStatus(StrEnum):
    """How far a local controller came with publishing a file (2.x PublishFirmwareStatusEnumType)."""

    IDLE = "Idle"
    DOWNLOAD_SCHEDULED = "DownloadScheduled"
    DOWNLOADING = "Downloading"
    DOWNLOADED = "Downloaded"
    PUBLISHED = "Published"
    DOWNLOAD_FAILED = "DownloadFailed"
    DOWNLOAD_PAUSED = "DownloadPaused"
    INVALID_CHECKSUM = "InvalidChecksum"
    CHECKSUM_VERIFIED = "ChecksumVerified"
    PUBLISH_FAILED = "PublishFailed"

    @property
    def failed(self) -> bool:
        """Whether this is a failure end state."""
        return self in (PublishStatus.DOWNLOAD_FAILED, PublishStatus.INVALID_CHECKSUM, PublishStatus.PUBLISH_FAILED)


@dataclass(slots=True, kw_only=True)
class FirmwareProgressed(Fact):
    """A station's update has a new status. `request_id` is None in plain 1.6, and of an idle station.

    `reason` and `detail` are 2.1's statusInfo.
    """

    status: FirmwareStatus
    request_id: int | None = None
    reason: str | None = None
    detail: str | None = None


@dataclass(slots=True, kw_only=True)
class PublishProgressed(Fact):
    """A local controller's publishing has a new status; `locations` is where stations fetch what is published."""

    status: PublishStatus
    request_id: int | None = None
    locations: list[str] = field(default_factory=list)
    reason: str | None = None
    detail: str | None = None


@dataclass(slots=True, kw_only=True)
class UpdateFirmware(Order):
    """Fetch firmware from `location` (a URL) and install it (L01 signed, L02 unsigned).

    Attributes:
        retrieve_at: when to begin the download; a time in the past means at once.
        install_at: when to install, None for as soon as possible; plain 1.6 has no such time.
        request_id: comes back in each status; None as read from plain 1.6, which has no ids.
        retries, retry_interval_s: None leaves them to the station.
        signing_certificate: PEM; with `signature` (base64) it makes the update a signed one.
    """

    location: str
    retrieve_at: datetime
    request_id: int | None = None
    install_at: datetime | None = None
    retries: int | None = None
    retry_interval_s: int | None = None
    signing_certificate: str | None = None
    signature: str | None = None


@dataclass(slots=True, kw_only=True)
class PublishFirmware(Order):
    """Let a local controller fetch a file and offer it to its stations (L03). `checksum` is the file's MD5 in hex."""

    location: str
    checksum: str
    request_id: int
    retries: int | None = None
    retry_interval_s: int | None = None


@dataclass(slots=True, kw_only=True)
class UnpublishFirmware(Order):
    """Let a local controller stop offering the file with this MD5 (L04)."""

    checksum: str
