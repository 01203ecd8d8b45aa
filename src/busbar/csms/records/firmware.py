"""Firmware: the files that stations may be given, and what they were told to do with them."""

from datetime import datetime
from typing import Final

from msgspec import field

from busbar.csms.records.kind import Kind, Record, Unique
from busbar.csms.records.requests import StationRequest


class FirmwareImage(Record, kw_only=True):
    """A firmware file that an operator brought.

    Attributes:
        file_id: where it is kept.
        sha256, md5: of the whole file, hexadecimal; publishing needs the latter (L03.FR.02).
        signing_certificate: PEM, and `signature`, base64, as they are given to stations; None for an unsigned file.
        verified: how the signature was checked with the certificate: `RSA-PSS` or `ECDSA`; None for an unsigned file.
    """

    id: int
    file_id: str
    name: str
    vendor: str
    model: str | None = None
    version: str
    size: int
    sha256: str
    md5: str
    signing_certificate: str | None = None
    signature: str | None = None
    verified: str | None = None
    uploaded_at: datetime
    uploaded_by: str = ""


class FirmwareUpdate(StationRequest, kw_only=True):
    """An update that a station was told to make (UpdateFirmware, SignedUpdateFirmware).

    Attributes:
        version: what it should run afterwards, None where nobody said so; `before` is what it ran.
        confirmed: a boot afterwards told the new version (True) or another one (False); None while not known.
    """

    location: str
    image_id: int | None = None
    campaign_id: int | None = None
    signed: bool = False
    retrieve_at: datetime
    install_at: datetime | None = None
    version: str | None = None
    before: str | None = None
    confirmed: bool | None = None


class FirmwarePublication(StationRequest, kw_only=True):
    """A file that a local controller was told to offer to its stations (L03).

    Attributes:
        checksum: the file's MD5, by which it is unpublished.
        locations: where stations fetch it from the controller.
    """

    location: str
    checksum: str
    image_id: int | None = None
    locations: list[str] = field(default_factory=list)


KINDS: Final[dict[type[Record], Kind]] = {
    FirmwareImage: Kind(
        "firmware_images", key=("id",), indexes=(("vendor", "model"),), unique=(Unique(("vendor", "name", "version")),)
    ),
    FirmwareUpdate: Kind(
        "firmware_updates",
        key=("station_id", "id"),
        indexes=(("answered",), ("watched", "state"), ("campaign_id",)),
        unique=(Unique(("station_id", "key")),),
    ),
    FirmwarePublication: Kind(
        "firmware_publications",
        key=("station_id", "id"),
        indexes=(("answered",),),
        unique=(Unique(("station_id", "key")),),
    ),
}
