"""What a functional block is to the core: tables of what it obeys, hears and does in time. Knows no block.

A block is made when it is first needed, so a station pays only for what is used: the tables belong to the class.
"""

from collections.abc import Callable, Mapping, Set
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from busbar.model.orders import Order, Outcome
from busbar.station.blocks.device.variable import Where
from busbar.station.events import Event

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

Own = TypeVar("Own", bound="Block")


class Block:
    """One functional block of one station. Functions in its tables take the block first.

    Attributes:
        ORDERS: who obeys an order, and returns what to answer.
        TRIGGERS: who sends a message that the CSMS asks for, by its name, for an EVSE or (None) for all; returns the
            status to answer.
        EVENTS: who hears an event beside the core.
        TIMERS: who does what is due, by the name of the timer before its first `/`; it is given what follows.
        VALUES: who knows the present value of a variable, by its name, for one of several components of it; asked only
            where the block was needed before: else the variable's default stands.
        CHECKS: who judges a new value of a variable beyond its type and bounds.
        WRITES: who takes in a new value in place of the settings; returns the status to answer.
        SWITCH: the variable that turns it off, so that its orders are not supported; empty where none does.
        KEPT: the beginning of the keys under which it keeps values: where there are any, it is made at power-on.
    """

    __slots__ = ("fittings",)

    ORDERS: ClassVar[Mapping[type[Order], Callable[[Any, Any], Outcome]]] = {}
    TRIGGERS: ClassVar[Mapping[str, Callable[[Any, int | None], str]]] = {}
    EVENTS: ClassVar[Mapping[type[Event], Callable[[Any, Any], None]]] = {}
    TIMERS: ClassVar[Mapping[str, Callable[[Any, str], None]]] = {}
    VALUES: ClassVar[Mapping[str, Callable[[Any, Where], str]]] = {}
    CHECKS: ClassVar[Mapping[str, Callable[[Any, Where, str], bool]]] = {}
    WRITES: ClassVar[Mapping[str, Callable[[Any, Where, str], str]]] = {}
    SWITCH: ClassVar[str] = ""
    KEPT: ClassVar[str] = ""

    def __init__(self, fittings: "Fittings") -> None:
        self.fittings = fittings

    @classmethod
    def built_in(cls, fittings: "Fittings") -> bool:  # noqa: ARG003
        """Tell whether the station needs it from the start, whatever was kept."""
        return False

    def power_on(self) -> None:
        """Go on where the last power cut left off; called only where something was kept, or where it is built in."""

    def online(self) -> None:
        """Hear that the CSMS accepted the station, or that the connection to it is back."""

    def refresh(self) -> None:
        """Draw consequences of any event but a meter reading; called only once the block is there."""

    def set(self, names: Set[str]) -> None:
        """Hear which variables were set."""
