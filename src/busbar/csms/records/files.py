"""Files that are kept, and the links by which stations bring and fetch them. A token is kept as its hash only."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from busbar.csms.records.kind import Kind, Record


class FileUse(StrEnum):
    """What a kept file is."""

    FIRMWARE = "firmware"
    LOG = "log"


class StoredFile(Record, kw_only=True):
    """A file on the disk.

    Attributes:
        id: its name there, of our own making.
        name: what its sender called it, never a path; may be empty.
        request_id: the number of the log request that it answers.
        expires_at: when it is removed; None for one that stays until it is removed by hand.
    """

    id: str
    use: FileUse
    name: str = ""
    size: int
    sha256: str
    received_at: datetime
    station_id: int | None = None
    request_id: int | None = None
    expires_at: datetime | None = None


class SlotState(StrEnum):
    """Whether a file may be brought."""

    OPEN = "open"
    RECEIVING = "receiving"
    USED = "used"


class UploadSlot(Record, kw_only=True):
    """The right to bring one file, once.

    Attributes:
        token: hash of the token in the URL.
        claim: who is bringing it now: a random word per try.
        password: hash of the password that the URL names (Basic); `station` means the station's own; None for none.
    """

    token: str
    station_id: int
    request_id: int
    state: SlotState = SlotState.OPEN
    claim: str = ""
    claimed_at: datetime | None = None
    max_bytes: int
    password: str | None = None
    created_at: datetime
    expires_at: datetime


class DownloadLink(Record, kw_only=True):
    """The right to fetch one file, as often as wanted until it expires. `token` is a hash."""

    token: str
    file_id: str
    created_at: datetime
    expires_at: datetime
    downloads: int = 0


KINDS: Final[dict[type[Record], Kind]] = {
    StoredFile: Kind("stored_files", key=("id",), indexes=(("station_id", "request_id"), ("expires_at",))),
    UploadSlot: Kind("upload_slots", key=("token",), indexes=(("station_id", "request_id"), ("expires_at",))),
    DownloadLink: Kind("download_links", key=("token",), indexes=(("file_id",), ("expires_at",))),
}
