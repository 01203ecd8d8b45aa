"""Reports that stations make in parts: what was asked for, and what has come."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from busbar.csms.records.kind import Kind, Record


class Subject(StrEnum):
    """What a report is about; each counts its requests for itself."""

    MODEL = "device-model"
    MONITORS = "monitors"
    CUSTOMER = "customer"


class ReportRequest(Record, kw_only=True):
    """A report that was asked for, once the station has said something to it.

    Attributes:
        kind: the report base, or `Custom`.
        status: the station's word; None where none came.
    """

    station_id: int
    subject: Subject
    request_id: int
    kind: str
    status: str | None
    command_id: str
    asked_at: datetime


class ReportProgress(Record, kw_only=True):
    """The parts of a report that came, whether it was asked for here or not.

    Attributes:
        ranges: first and last numbers of unbroken parts, rising.
        last_seq_no: the number of the part that says that none follows; None before.
        items: variables, monitors or texts in all parts.
    """

    station_id: int
    subject: Subject
    request_id: int
    ranges: list[tuple[int, int]]
    last_seq_no: int | None
    complete: bool
    items: int
    generated_at: datetime
    first_at: datetime
    last_at: datetime


_KEY: Final = ("station_id", "subject", "request_id")
KINDS: Final[dict[type[Record], Kind]] = {
    ReportRequest: Kind("report_requests", key=_KEY),
    ReportProgress: Kind("report_progress", key=_KEY),
}
