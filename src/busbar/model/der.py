"""Distributed energy resources (2.1 block R): grid controls of a station, what it is told and reports.

The settings of a control are kept by the specification's own names: they pass through, and the wire's types check them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from busbar.model.facts import Fact
from busbar.model.orders import Order, Outcome


class ControlType(StrEnum):
    """What a control is about (DERControlEnumType)."""

    ENTER_SERVICE = "EnterService"
    FREQ_DROOP = "FreqDroop"
    FREQ_WATT = "FreqWatt"
    FIXED_PF_ABSORB = "FixedPFAbsorb"
    FIXED_PF_INJECT = "FixedPFInject"
    FIXED_VAR = "FixedVar"
    GRADIENTS = "Gradients"
    HF_MUST_TRIP = "HFMustTrip"
    HF_MAY_TRIP = "HFMayTrip"
    HV_MUST_TRIP = "HVMustTrip"
    HV_MOM_CESS = "HVMomCess"
    HV_MAY_TRIP = "HVMayTrip"
    LIMIT_MAX_DISCHARGE = "LimitMaxDischarge"
    LF_MUST_TRIP = "LFMustTrip"
    LV_MUST_TRIP = "LVMustTrip"
    LV_MOM_CESS = "LVMomCess"
    LV_MAY_TRIP = "LVMayTrip"
    POWER_MONITORING_MUST_TRIP = "PowerMonitoringMustTrip"
    VOLT_VAR = "VoltVar"
    VOLT_WATT = "VoltWatt"
    WATT_PF = "WattPF"
    WATT_VAR = "WattVar"


DEFAULT_ONLY = frozenset({ControlType.ENTER_SERVICE, ControlType.GRADIENTS})
"""Controls that are never scheduled (R04.FR.14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A control. `settings` is the object of its type (R04.FR.16: `curve` for most), by its names on the wire.

    `superseded` is told by stations only: it is kept, and another one is in force.
    """

    id: str
    type: ControlType
    default: bool
    settings: dict[str, Any]
    superseded: bool = False


@dataclass(slots=True, kw_only=True)
class SetControl(Order):
    """Set a control (SetDERControl, R04)."""

    control: Control


@dataclass(slots=True, kw_only=True)
class AskControls(Order):
    """Ask which controls a station holds; what is not given matches all (GetDERControl)."""

    request_id: int
    default: bool | None = None
    type: ControlType | None = None
    id: str | None = None


@dataclass(slots=True, kw_only=True)
class ClearControls(Order):
    """Take away default or scheduled controls: one, those of a type, or all (ClearDERControl)."""

    default: bool
    type: ControlType | None = None
    id: str | None = None


@dataclass(slots=True, kw_only=True)
class SendSignal(Order):
    """Pass on a signal of the frequency restoration reserve (AFRRSignal)."""

    at: datetime
    signal: int


@dataclass(slots=True, kw_only=True)
class ControlsReported(Fact):
    """One part of the controls that a station holds (ReportDERControl); `more` says that others follow."""

    request_id: int
    controls: list[Control]
    more: bool = False


@dataclass(slots=True, kw_only=True)
class GridAlarmed(Fact):
    """A control made a station deviate from its profile, or no longer (NotifyDERAlarm, R05)."""

    type: ControlType
    at: datetime
    fault: str | None = None
    ended: bool = False
    info: str | None = None


@dataclass(slots=True, kw_only=True)
class ControlSwitched(Fact):
    """A scheduled control began or ended (NotifyDERStartStop, R04.FR.20 to FR.22)."""

    id: str
    started: bool
    at: datetime
    superseded: list[str]


@dataclass(slots=True, kw_only=True)
class ControlSet(Outcome):
    """The answer to SetDERControl, with the controls that the new one takes the place of."""

    superseded: list[str] = field(default_factory=list)
