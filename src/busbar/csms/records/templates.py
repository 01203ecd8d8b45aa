"""Configuration templates: named sets of variables for stations of a kind, and where a station differs from one."""

from datetime import datetime
from typing import Final

import msgspec

from busbar.csms.records.kind import Kind, Record, Unique
from busbar.model.orders import VariableName
from busbar.model.versions import Version


class Wanted(msgspec.Struct, frozen=True):
    """A variable and the value it shall have."""

    name: VariableName
    value: str


class Template(Record, kw_only=True):
    """Variables that stations of a kind shall have.

    Attributes:
        vendor, model, version, site_id: which stations; None is any.
        values: at most a few hundred.
        on_boot: differing values are set after each boot.
        watched: drift is looked for, and told.
        refreshed: before it is looked for, the station is asked for its values.
    """

    id: int | None = None
    name: str
    vendor: str | None = None
    model: str | None = None
    version: Version | None = None
    site_id: int | None = None
    values: list[Wanted]
    on_boot: bool = False
    watched: bool = False
    refreshed: bool = False
    changed_at: datetime


class Drift(Record, kw_only=True):
    """Where a station differs from a watched template: the paths of the variables."""

    template_id: int
    station_id: int
    paths: list[str]
    since: datetime


KINDS: Final[dict[type[Record], Kind]] = {
    Template: Kind("templates", key=("id",), generated=True, indexes=(("on_boot",),), unique=(Unique(("name",)),)),
    Drift: Kind("drifts", key=("template_id", "station_id"), indexes=(("station_id",),)),
}
