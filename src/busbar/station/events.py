"""What happens to a charging station, in the past tense: all that the core is ever told.

The runtime makes these from sockets, timers and hardware; it must not know what follows from them.
EVSEs count from 1. Each EVSE has one connector, number 1.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from busbar.model.batteries import Battery
from busbar.model.charging import ChargingSchedule
from busbar.model.der import ControlType
from busbar.model.facts import Answer, TransactionLimit
from busbar.model.orders import Order
from busbar.model.values import IdToken, Sample
from busbar.protocol.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class PoweredOn:
    """The station's first event, also after a Restart. What it had kept was given to its constructor.

    Before it, feed a Metered for every EVSE whose meter keeps its register without power. After it, tell what the
    hardware finds anew: a cable that is plugged in, a fault.
    """


@dataclass(frozen=True, slots=True)
class Connected:
    """A WebSocket to the CSMS stands; `slot` is that of the network profile that it was made with."""

    slot: int = 1


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The WebSocket is gone; the outstanding call, if any, is lost with it: no CallFailed for it, before or after."""


class Obstacle(Enum):
    """What kept the station from connecting, by the name of the security event that it is (part 2, appendix 1)."""

    CERTIFICATE = "InvalidCsmsCertificate"
    TLS_VERSION = "InvalidTLSVersion"
    CIPHERS = "InvalidTLSCipherSuite"
    CREDENTIALS = "FailedToAuthenticateAtCsms"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class ConnectFailed:
    """An attempt to connect came to nothing; the next follows after the back-off."""

    obstacle: Obstacle
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The CSMS answered the call that a Send made."""

    call_id: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class CallFailed:
    """The CSMS failed to process a call: the CALLERROR's code, or None where no usable answer came in time."""

    call_id: int
    code: ErrorCode | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """The CSMS gave an order. Exactly one Reply, Refuse or Ignore with this `order_id` follows at once.

    `size` is that of its message in bytes, 0 where it is not known.
    """

    order_id: str
    order: Order
    size: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class TokenRead:
    """A driver held a token to the reader; `evse` None where one reader serves the whole station."""

    token: IdToken
    evse: int | None = None


@dataclass(frozen=True, slots=True)
class ContractShown:
    """An EV showed its contract certificate (ISO 15118 PaymentDetails): the chain in PEM, leaf first."""

    evse: int
    emaid: str
    chain: str


@dataclass(frozen=True, slots=True)
class ContractAsked:
    """An EV asks for a contract certificate (ISO 15118 CertificateInstallation or CertificateUpdate).

    `exi` is base64; `most_chains` is how many ISO 15118-20 lets it take, None by ISO 15118-2.
    """

    evse: int
    schema_version: str
    exi: str
    update: bool = False
    most_chains: int | None = None


@dataclass(frozen=True, slots=True)
class CablePluggedIn:
    """An EV was connected."""

    evse: int


@dataclass(frozen=True, slots=True)
class CableUnplugged:
    """The EV was disconnected (the connector had been unlocked, or the driver tore the cable away)."""

    evse: int


@dataclass(frozen=True, slots=True)
class BayChanged:
    """The sensor of an EVSE's parking bay saw an EV come or leave."""

    evse: int
    occupied: bool


@dataclass(frozen=True, slots=True)
class EvDemandChanged:
    """The EV began or ceased to draw power (J1772 state C or B). False is assumed at every plug-in."""

    evse: int
    drawing: bool


@dataclass(frozen=True, slots=True)
class Metered:
    """The meter was read.

    Where a contactor is closed, the runtime feeds a fresh one before every other event of that EVSE,
    every TimerDue and every Ordered: the core takes the last reading as the reading of now.

    Attributes:
        register_wh: the energy import register, a whole number of Wh that never falls.
        samples: what else the meter says (power, current, voltage, SoC), without the register.
    """

    evse: int
    register_wh: int
    samples: tuple[Sample, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class FaultRaised:
    """The hardware reports a fault; `code` is a 1.6 ChargePointErrorCode such as `GroundFailure`."""

    evse: int
    code: str


@dataclass(frozen=True, slots=True)
class FaultCleared:
    """The EVSE's fault is gone."""

    evse: int


@dataclass(frozen=True, slots=True)
class LimitGiven:
    """Somebody else than the CSMS, such as an energy management system, limits an EVSE or the station (0).

    It stands in the place of what the same source said of the same EVSE before.

    Attributes:
        source: `EMS`, `SO`, or another OCPP name, but not `CSO`.
        schedule: what is allowed; its times count from now where it has no start.
        local_generation: it is what is generated on the spot, to be added to what is allowed (2.1).
    """

    evse: int
    source: str
    schedule: ChargingSchedule
    grid_critical: bool | None = None
    local_generation: bool = False


@dataclass(frozen=True, slots=True)
class LimitTaken:
    """Such a limit is gone."""

    evse: int
    source: str


@dataclass(frozen=True, slots=True)
class PriorityAsked:
    """The driver asks for priority charging at an EVSE, or for its end (2.1)."""

    evse: int
    activate: bool


@dataclass(frozen=True, slots=True)
class EvNeeds:
    """An EV told by ISO 15118 what it needs (K15, K17, K18).

    Attributes:
        needs: all of it, as OCPP writes it (ChargingNeedsType).
        energy_transfer: the way of transfer that it asks for, also in `needs`.
        control_mode: 2.1's `ScheduledControl` or `DynamicControl`.
        departure_at: when it wants to leave.
        most_periods: how many periods of a schedule it can take.
    """

    evse: int
    needs: dict[str, Any]
    energy_transfer: str
    control_mode: str | None = None
    departure_at: datetime | None = None
    most_periods: int | None = None


@dataclass(frozen=True, slots=True)
class EvScheduled:
    """An EV says how it will charge, within the schedule that it was offered last."""

    evse: int
    schedule: ChargingSchedule


@dataclass(frozen=True, slots=True)
class CardAuthorized:
    """The payment terminal authorised a card for an EVSE (2.1 C18).

    Attributes:
        psp_ref: the reference of the payment service provider.
        details: what else is known of the payment, by 2.1's types of additional information, such as PaymentBrand.
    """

    evse: int
    psp_ref: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TariffRefused:
    """A driver does not want to charge by the tariff that is shown (2.1 I07.FR.30, I08.FR.20)."""

    evse: int


@dataclass(frozen=True, slots=True)
class VatNumberEntered:
    """A driver entered a VAT number for the receipt (2.1 C18.FR.08)."""

    evse: int
    number: str


@dataclass(frozen=True, slots=True)
class LimitsChosen:
    """A driver chose how far to charge at an EVSE (2.1 E16.FR.01, C25.FR.03)."""

    evse: int
    limit: TransactionLimit


@dataclass(frozen=True, slots=True)
class BatteryInserted:
    """A battery was put into a slot, or is found there after a start (2.1); `battery.evse` is the slot."""

    battery: Battery


@dataclass(frozen=True, slots=True)
class BatteryRemoved:
    """The battery of a slot was taken out (2.1)."""

    evse: int


@dataclass(frozen=True, slots=True)
class GridFaulted:
    """A grid control makes the inverter deviate from what it was to do (2.1).

    Attributes:
        control: the type of the control.
        fault: why, a 2.1 GridEventFaultEnumType such as `OverVoltage`.
    """

    control: ControlType
    fault: str


@dataclass(frozen=True, slots=True)
class GridRestored:
    """No grid control makes the inverter deviate any more (2.1)."""


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A timer set by SetTimer ran out."""

    name: str


@dataclass(frozen=True, slots=True)
class Done:
    """Work is over; `result` is what its kind promises, or a `work.Failed`."""

    number: int
    result: object


@dataclass(frozen=True, slots=True)
class Progressed:
    """Work that goes on has something to tell; `result` is what its kind promises."""

    number: int
    result: object


Event = (
    PoweredOn
    | Connected
    | Disconnected
    | ConnectFailed
    | Answered
    | CallFailed
    | Ordered
    | TokenRead
    | ContractShown
    | ContractAsked
    | CablePluggedIn
    | CableUnplugged
    | BayChanged
    | EvDemandChanged
    | Metered
    | FaultRaised
    | FaultCleared
    | LimitGiven
    | LimitTaken
    | PriorityAsked
    | EvNeeds
    | EvScheduled
    | CardAuthorized
    | TariffRefused
    | VatNumberEntered
    | LimitsChosen
    | BatteryInserted
    | BatteryRemoved
    | GridFaulted
    | GridRestored
    | TimerDue
    | Done
    | Progressed
)
