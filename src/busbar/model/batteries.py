"""Swapping batteries (2.1 block S): a station whose EVSEs are slots. What it is told and reports."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from busbar.model.facts import Fact
from busbar.model.orders import Order
from busbar.model.values import IdToken


class SwapEvent(StrEnum):
    """What happened to the batteries of a swap (BatterySwapEventEnumType)."""

    IN = "BatteryIn"
    OUT = "BatteryOut"
    OUT_TIMEOUT = "BatteryOutTimeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A battery in a slot. `evse` is the slot's number; state of charge and of health are percents."""

    evse: int
    serial: str
    soc_pct: float
    soh_pct: float
    produced_at: datetime | None = None
    vendor_info: str | None = None


@dataclass(slots=True, kw_only=True)
class BatteriesSwapped(Fact):
    """Batteries were put in, taken out, or not taken in time (BatterySwap, S03). `request_id` joins both halves."""

    event: SwapEvent
    request_id: int
    token: IdToken
    batteries: list[Battery]


@dataclass(slots=True, kw_only=True)
class RequestSwap(Order):
    """Let the holder of a token swap batteries (RequestBatterySwap, S02)."""

    token: IdToken
    request_id: int
