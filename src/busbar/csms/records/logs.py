"""Logs that stations were asked for (GetLog, 1.6 GetDiagnostics)."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record, Unique
from busbar.csms.records.requests import StationRequest
from busbar.model.logs import LogKind


class LogRequest(StationRequest, kw_only=True):
    """A log that a station was asked to upload; what was received of it is a StoredFile with the same numbers.

    Attributes:
        location: where it should go, without the token where that is our own endpoint.
        filename: what the station said it would upload.
    """

    kind: LogKind
    location: str
    oldest: datetime | None = None
    latest: datetime | None = None
    filename: str | None = None


KINDS: Final[dict[type[Record], Kind]] = {
    LogRequest: Kind(
        "log_requests",
        key=("station_id", "id"),
        indexes=(("answered",), ("watched", "state")),
        unique=(Unique(("station_id", "key")),),
    )
}
