"""The device model: components, variables, attributes, and reports of them. A 1.6 configuration key is a variable."""

from dataclasses import dataclass, field
from datetime import datetime

from busbar.model.facts import Fact
from busbar.model.orders import Order, VariableName


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a report is limited to: a component, and one of its variables where `variable` is given."""

    component: str
    variable: str | None = None
    variable_instance: str | None = None
    component_instance: str | None = None
    evse: int | None = None
    connector: int | None = None


@dataclass(slots=True, kw_only=True)
class Attribute:
    """One attribute of a variable. `value` is None where it is write-only or not told."""

    kind: str = "Actual"
    value: str | None = None
    mutability: str = "ReadWrite"
    persistent: bool = False
    constant: bool = False


@dataclass(slots=True, kw_only=True)
class Characteristics:
    """What values a variable may have, in the words of 2.1 (VariableCharacteristicsType)."""

    data_type: str
    supports_monitoring: bool
    unit: str | None = None
    min_limit: float | None = None
    max_limit: float | None = None
    max_elements: int | None = None
    values_list: str | None = None


@dataclass(slots=True, kw_only=True)
class ReportedVariable:
    """One variable of a report. The name's attribute says nothing here."""

    name: VariableName
    attributes: list[Attribute] = field(default_factory=list)
    characteristics: Characteristics | None = None


@dataclass(slots=True, kw_only=True)
class ReportPart:
    """Which part of which report: parts count from 0, and `more` says that others follow."""

    request_id: int
    seq_no: int
    more: bool
    generated_at: datetime


@dataclass(slots=True, kw_only=True)
class ModelReported(Fact):
    """A part of a device-model report (NotifyReport)."""

    part: ReportPart
    variables: list[ReportedVariable] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class GetBaseReport(Order):
    """Ask for a whole report (2.x): `base` is ConfigurationInventory, FullInventory or SummaryInventory."""

    request_id: int
    base: str


@dataclass(slots=True, kw_only=True)
class GetReport(Order):
    """Ask for a report of components (2.x): by criteria (Active, Available, Enabled, Problem), by name, or both."""

    request_id: int
    criteria: list[str] = field(default_factory=list)
    selections: list[Selection] = field(default_factory=list)
