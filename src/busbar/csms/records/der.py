"""Grid controls: what each station holds, what wiped it, which controls take the place of others, and alarms."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record
from busbar.model.der import Control


class DerControl(Record, kw_only=True):
    """A control at a station. `held`: it was accepted or reported, as of `at`; else `status` is why it was refused.

    `control_type` and `default` are those of the control, to be searched by.
    """

    station_id: int
    control_id: str
    control_type: str
    default: bool
    held: bool
    status: str
    at: datetime
    control: Control


class DerSupersession(Record, kw_only=True):
    """A control that another one took the place of, as the station told."""

    station_id: int
    control_id: str
    by: str
    at: datetime


class DerRun(Record, kw_only=True):
    """Whether a scheduled control runs now, as the station told last."""

    station_id: int
    control_id: str
    started: bool
    at: datetime


class DerWipe(Record, kw_only=True):
    """Controls older than `at` are gone: they were cleared, or a complete report did not name them.

    `control_type` is empty where all types are meant.
    """

    station_id: int
    default: bool
    control_type: str
    at: datetime


class DerInquiry(Record, kw_only=True):
    """A report that a station was asked for: which part of its controls it is about."""

    station_id: int
    request_id: int
    default: bool | None
    control_type: str
    asked_at: datetime


class GridAlarm(Record, kw_only=True):
    """A grid event that made a station deviate from what it was told, or its end (R05)."""

    id: int | None = None
    station_id: int
    control_type: str
    at: datetime
    received_at: datetime
    fault: str | None
    ended: bool
    info: str | None


KINDS: Final[dict[type[Record], Kind]] = {
    DerControl: Kind("der_controls", key=("station_id", "control_id")),
    DerSupersession: Kind("der_supersessions", key=("station_id", "control_id")),
    DerRun: Kind("der_runs", key=("station_id", "control_id")),
    DerWipe: Kind("der_wipes", key=("station_id", "default", "control_type")),
    DerInquiry: Kind("der_inquiries", key=("station_id", "request_id")),
    GridAlarm: Kind("grid_alarms", key=("id",), generated=True, indexes=(("station_id", "at"), ("received_at",))),
}
