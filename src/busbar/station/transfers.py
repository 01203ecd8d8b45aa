"""Transfers of files as work: what is fetched or brought where, and what came of it. Knows no protocol of transfer."""

from dataclasses import dataclass, field
from enum import StrEnum

from busbar.station.work import Failed, Work

FIRMWARE_LIMIT = 1 << 30
HEAD = 4096


class Fault(StrEnum):
    """Why a transfer failed."""

    BAD_REQUEST = "BadMessage"
    DENIED = "PermissionDenied"
    UNSUPPORTED = "NotSupportedOperation"
    BROKEN = "UploadFailure"


@dataclass(frozen=True, slots=True)
class TransferFailed(Failed):
    """A transfer that came to nothing; `final`: trying again cannot help. `redirected` names N01.FR.30's case."""

    fault: Fault = Fault.BROKEN
    redirected: bool = False

    @property
    def final(self) -> bool:
        """Whether trying again cannot help."""
        return self.fault is Fault.UNSUPPORTED or self.redirected


@dataclass(frozen=True, slots=True, kw_only=True)
class Download(Work):
    """Fetch a file. The result is Downloaded or TransferFailed.

    Attributes:
        url: http, https, ftp or ftps.
        limit: the most bytes to take.
        roots: PEM certificates to trust beside the system's.
        folder: where to leave the file, under its MD5; None to look at it only.
    """

    url: str
    limit: int = FIRMWARE_LIMIT
    roots: str = ""
    folder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """A file that came; `md5` is in hex, `head` its first bytes (at most HEAD)."""

    size: int
    sha256: bytes
    md5: str
    head: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload(Work):
    """Bring a file. The result is Uploaded or TransferFailed. Where `url` ends with a slash, `name` is added."""

    url: str
    name: str
    body: bytes = field(repr=False)
    roots: str = ""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The other side took a file."""
