"""Which stations' messages are mended where they break the schema, and what was mended."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record


class Tolerance(Record, kw_only=True):
    """Mend what leaves no doubt in the messages of one station, or of all of a vendor, or of a vendor's model."""

    id: int | None = None
    station_id: int | None = None
    vendor: str | None = None
    model: str | None = None
    added_at: datetime
    added_by: str


class Violation(Record, kw_only=True):
    """How a station broke the schema, once for each way; `fix` names the field and what was wrong with it."""

    station_id: int
    action: str
    fix: str
    first_at: datetime


KINDS: Final[dict[type[Record], Kind]] = {
    Tolerance: Kind("tolerances", key=("id",), generated=True, indexes=(("station_id",),)),
    Violation: Kind("violations", key=("station_id", "action", "fix")),
}
