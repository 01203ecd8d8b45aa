"""What the core wants done, in the imperative: all that the runtime ever performs, in the order given.

The core must not know how any of it is done. Times are aware UTC datetimes.
"""

from dataclasses import dataclass
from datetime import datetime

from busbar.model.charging import ChargingSchedule
from busbar.model.facts import Fact
from busbar.model.orders import Outcome
from busbar.protocol.errors import ErrorCode
from busbar.station.work import Work


@dataclass(frozen=True, slots=True)
class Keep:
    """Write these values durably, all or none, before any later effect; None forgets a key.

    It is at most one per event and always the first effect: one event is one durable step.
    """

    values: dict[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Send:
    """Call the CSMS. At most one is outstanding: the next follows Answered, CallFailed or Disconnected."""

    call_id: int
    fact: Fact


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer an order."""

    order_id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer an order by an error."""

    order_id: str
    code: ErrorCode
    description: str = ""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Leave an order without an answer."""

    order_id: str


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Feed TimerDue(name) at `at` (at once when past); replaces a timer of that name."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget a timer; harmless when it is not set."""

    name: str


@dataclass(frozen=True, slots=True)
class SetClock:
    """The CSMS says that it is `now`; a station without a better clock follows it."""

    now: datetime


@dataclass(frozen=True, slots=True)
class SwitchContactor:
    """Let energy flow to the EV, or cut it."""

    evse: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Lock:
    """Hold the cable, or let it go."""

    evse: int
    locked: bool


@dataclass(frozen=True, slots=True)
class SetLimit:
    """Let an EV take no more than this; 0 withholds energy while the contactor may stay closed.

    Attributes:
        current_a: amperes of each phase; for DC, of the nominal voltage.
        power_w: the same in watts, of all phases together.
        phases: how many phases may be used; 1 for DC.
        phase_to_use: which, where it is one and it matters.
        discharge_w: how many watts may be taken from the EV, where it is told to give (2.1); not below 0.
    """

    evse: int
    current_a: float
    power_w: float
    phases: int
    phase_to_use: int | None = None
    discharge_w: float = 0.0


@dataclass(frozen=True, slots=True)
class OfferSchedule:
    """Offer an EV by ISO 15118 a schedule to plan its charging within; EvScheduled may follow."""

    evse: int
    schedule: ChargingSchedule


@dataclass(frozen=True, slots=True)
class Restart:
    """Close the connection and begin anew: a new core from what was kept, its first event PoweredOn."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Close the connection and make another one at once, with what holds now."""


@dataclass(frozen=True, slots=True)
class Show:
    """Tell the driver something at the EVSE's display (None: the station's)."""

    text: str
    evse: int | None = None


@dataclass(frozen=True, slots=True)
class GiveContract:
    """Answer an EV that asked for a contract certificate: `exi` (base64) is empty where there is none."""

    evse: int
    exi: str
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Do:
    """Begin work; Done with the same number follows once it is over, unless it is dropped or power is lost."""

    number: int
    work: Work


@dataclass(frozen=True, slots=True)
class Drop:
    """End work that is not wanted any more; nothing follows, and nothing happens where it is over."""

    number: int


Effect = (
    Keep
    | Send
    | Reply
    | Refuse
    | Ignore
    | SetTimer
    | StopTimer
    | SetClock
    | SwitchContactor
    | Lock
    | SetLimit
    | OfferSchedule
    | Restart
    | Reconnect
    | Show
    | GiveContract
    | Do
    | Drop
)
