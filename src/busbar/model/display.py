"""Messages on a station's display (block O): what a station is told and reports. The same for 2.0.1 and 2.1."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from busbar.model.facts import Fact
from busbar.model.orders import Order
from busbar.model.tariffs import Text


class Priority(StrEnum):
    """How a message stands to others (MessagePriorityEnumType)."""

    ALWAYS_FRONT = "AlwaysFront"
    IN_FRONT = "InFront"
    NORMAL_CYCLE = "NormalCycle"


class DisplayState(StrEnum):
    """In which state of the station a message is shown (MessageStateEnumType; the last two are 2.1's)."""

    CHARGING = "Charging"
    FAULTED = "Faulted"
    IDLE = "Idle"
    UNAVAILABLE = "Unavailable"
    SUSPENDED = "Suspended"
    DISCHARGING = "Discharging"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The display that a message is for, a component of the device model; a message without one is for the main one."""

    name: str
    instance: str | None = None
    evse: int | None = None
    connector: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to show (MessageInfoType).

    Attributes:
        id: the CSMS's number for it at one station; the same number replaces a message (O06).
        state: None is all states.
        starts_at, ends_at: None is at once, and until it is cleared.
        transaction_id: the transaction with which it goes away (O02).
        extra: the same in other languages (2.1).
    """

    id: int
    priority: Priority
    text: Text
    state: DisplayState | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    transaction_id: str | None = None
    extra: tuple[Text, ...] = ()
    screen: Screen | None = None


@dataclass(slots=True, kw_only=True)
class ShowMessage(Order):
    """Show a message, or replace the one with its number (SetDisplayMessage)."""

    message: Message


@dataclass(slots=True, kw_only=True)
class AskMessages(Order):
    """Ask which messages a station holds; what is not given matches all (GetDisplayMessages, O03, O04)."""

    request_id: int
    ids: list[int] = field(default_factory=list)
    priority: Priority | None = None
    state: DisplayState | None = None


@dataclass(slots=True, kw_only=True)
class ClearMessage(Order):
    """Take a message away (ClearDisplayMessage, O05)."""

    id: int


@dataclass(slots=True, kw_only=True)
class MessagesReported(Fact):
    """One part of the messages that a station holds (NotifyDisplayMessages); `more` says that others follow."""

    request_id: int
    messages: list[Message]
    more: bool = False
