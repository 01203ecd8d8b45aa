"""What is known of the stations' device models: variables, their values, and values that wait for a reboot."""

from datetime import datetime
from typing import Final

import msgspec

from busbar.csms.records.kind import Kind, Record
from busbar.model.device import Characteristics


class AttributeForm(msgspec.Struct, frozen=True):
    """How one attribute of a variable may be used."""

    kind: str
    mutability: str
    persistent: bool = False
    constant: bool = False


class ModelVariable(Record, kw_only=True):
    """A variable of a component; a 1.6 configuration key has no component.

    Attributes:
        path: where it is in the model, without regard to case; sorts by component.
        component_key, variable_key: the names as compared.
        attributes: as the station reported them; empty for a variable that was only read or written.
        reported_at: when a report last had it; None where none did.
    """

    station_id: int
    path: str
    component: str | None = None
    component_instance: str | None = None
    component_key: str = ""
    variable: str
    variable_instance: str | None = None
    variable_key: str
    evse: int | None = None
    connector: int | None = None
    attributes: list[AttributeForm]
    characteristics: Characteristics | None = None
    reported_at: datetime | None = None


class ModelValue(Record, kw_only=True):
    """The last known value of an attribute (Actual, Target, MinSet, MaxSet).

    Attributes:
        value: None where it is not told: a secret, or one that is write-only.
        at: when the station had it.
        source: `report`, `read`, `written`, `event`, or `reboot` (it was waiting for one, and there was one).
    """

    station_id: int
    path: str
    attribute: str
    value: str | None
    at: datetime
    source: str


class PendingValue(Record, kw_only=True):
    """A value that a station took and will use after a reboot (RebootRequired)."""

    station_id: int
    path: str
    attribute: str
    value: str | None
    since: datetime
    command_id: str


KINDS: Final[dict[type[Record], Kind]] = {
    ModelVariable: Kind(
        "model_variables",
        key=("station_id", "path"),
        indexes=(("station_id", "component_key"), ("station_id", "variable_key")),
    ),
    ModelValue: Kind("model_values", key=("station_id", "path", "attribute")),
    PendingValue: Kind("model_pending_values", key=("station_id", "path", "attribute")),
}
