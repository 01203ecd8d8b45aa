"""What a station reports (past tense) and what the CSMS answers: the same for every OCPP version.

A fact is made by a translator from a CALL on the CSMS side, and turned into a CALL on the station side.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from busbar.model.certificates import ContractVerdict, StatusTarget
from busbar.model.tariffs import Tariff, Text
from busbar.model.values import (
    AuthorizationStatus,
    ChargingState,
    ConnectorStatus,
    IdToken,
    Place,
    Reading,
    RegistrationStatus,
    StopReason,
)


class Fact:
    """What a station reports: a dataclass per fact, here or in the module of its functional block."""

    __slots__ = ()


class Answer:
    """What the CSMS answers: a dataclass per answer, here or in the module of its functional block."""

    __slots__ = ()


@dataclass(slots=True, kw_only=True)
class Booted(Fact):
    """A station introduced itself (BootNotification). `reason` is a 2.x boot reason, None in 1.6."""

    vendor: str
    model: str
    serial: str | None = None
    firmware: str | None = None
    reason: str | None = None
    iccid: str | None = None
    imsi: str | None = None
    meter_type: str | None = None
    meter_serial: str | None = None


@dataclass(slots=True, kw_only=True)
class HeartBeaten(Fact):
    """A station showed that it lives and asked for the time (Heartbeat)."""


@dataclass(slots=True, kw_only=True)
class StatusChanged(Fact):
    """A connector's status. `at` is None where a 1.6 station sent no time; error fields are 1.6's."""

    place: Place
    status: ConnectorStatus
    at: datetime | None = None
    error: str | None = None
    info: str | None = None
    vendor_id: str | None = None
    vendor_error: str | None = None


@dataclass(slots=True, kw_only=True)
class TokenPresented(Fact):
    """A station asks whether a token may charge (Authorize).

    With a contract certificate (C07): its chain in PEM where the CSMS has to check it, and whom to ask how it stands.
    """

    token: IdToken
    certificate: str | None = None
    certificate_targets: tuple[StatusTarget, ...] = ()


@dataclass(slots=True, kw_only=True)
class MeterRead(Fact):
    """Meter values outside a transaction event (MeterValues). `transaction_id` is 1.6's, as text."""

    place: Place
    readings: list[Reading]
    transaction_id: str | None = None


@dataclass(slots=True, kw_only=True)
class TransactionStarted(Fact):
    """A transaction began (StartTransaction, TransactionEvent Started).

    Attributes:
        transaction_id: the station's id (2.x); None in 1.6, where the CSMS numbers it.
        seq_no: 2.x sequence number; None in 1.6.
        meter_wh: 1.6 meterStart in Wh; None in 2.x (look into readings).
        trigger: 2.x trigger reason; None in 1.6.
        limit: how far a 2.1 station lets it go (E16.FR.01).
        tariff_id, cost_details: what a 2.1 station reckons by, and its sums by the specification's names (I12).
    """

    transaction_id: str | None
    at: datetime
    place: Place
    token: IdToken | None = None
    seq_no: int | None = None
    trigger: str | None = None
    offline: bool = False
    meter_wh: float | None = None
    readings: list[Reading] = field(default_factory=list)
    charging_state: ChargingState | None = None
    tariff_id: str | None = None
    cost_details: dict[str, Any] | None = None
    limit: "TransactionLimit | None" = None
    remote_start_id: int | None = None
    reservation_id: int | None = None


@dataclass(slots=True, kw_only=True)
class TransactionUpdated(Fact):
    """A transaction went on (TransactionEvent Updated; never in 1.6).

    `operation_mode` is how energy flows by a charging profile (2.1); it is written by a station, and not read.
    """

    transaction_id: str
    at: datetime
    seq_no: int
    trigger: str
    place: Place = field(default_factory=Place)
    token: IdToken | None = None
    offline: bool = False
    readings: list[Reading] = field(default_factory=list)
    charging_state: ChargingState | None = None
    tariff_id: str | None = None
    cost_details: dict[str, Any] | None = None
    limit: "TransactionLimit | None" = None
    remote_start_id: int | None = None
    reservation_id: int | None = None
    operation_mode: str | None = None


@dataclass(slots=True, kw_only=True)
class TransactionEnded(Fact):
    """A transaction ended (StopTransaction, TransactionEvent Ended). `meter_wh` is 1.6 meterStop in Wh."""

    transaction_id: str
    at: datetime
    seq_no: int | None = None
    trigger: str | None = None
    place: Place = field(default_factory=Place)
    token: IdToken | None = None
    offline: bool = False
    meter_wh: float | None = None
    reason: StopReason | None = None
    readings: list[Reading] = field(default_factory=list)
    charging_state: ChargingState | None = None
    tariff_id: str | None = None
    cost_details: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class DataTransferred(Fact):
    """A vendor's own message (DataTransfer). `data` is text: JSON where the version sends any type."""

    vendor_id: str
    message_id: str | None = None
    data: str | None = None


@dataclass(slots=True, kw_only=True)
class Noted(Fact):
    """A report that today is only stored: the action's name stands for its meaning, the raw bytes for its content."""

    action: str


@dataclass(slots=True, kw_only=True)
class BootAnswer(Answer):
    """Whether the station is taken in; `interval_s` is the heartbeat, or the wait before the next try."""

    status: RegistrationStatus
    now: datetime
    interval_s: int


@dataclass(slots=True, kw_only=True)
class TimeAnswer(Answer):
    """The CSMS's clock."""

    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalMessage:
    """A text for the driver (2.x MessageContentType); `format` is ASCII, HTML, URI, UTF8 or 2.1's QRCODE."""

    content: str
    format: str = "UTF8"
    language: str | None = None


@dataclass(slots=True, kw_only=True)
class TokenAnswer(Answer):
    """The verdict on a token.

    Attributes:
        group: the group (2.x) or parent (1.6) token.
        certificate: the verdict on a contract certificate that came along.
        priority: -9 to 9, of this token's charging before others' (2.x).
        language, language2: RFC 5646 tags in which the driver is spoken to (2.x).
        evses: where the token is good for; empty is everywhere (2.x).
        message: what the driver is shown (2.x).
        energy_transfers: ways in which the driver's EV may charge and discharge (2.1); empty is not said.
    """

    status: AuthorizationStatus
    expires_at: datetime | None = None
    group: IdToken | None = None
    certificate: ContractVerdict | None = None
    priority: int | None = None
    language: str | None = None
    language2: str | None = None
    evses: tuple[int, ...] = ()
    message: PersonalMessage | None = None
    tariff: Tariff | None = None
    energy_transfers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionLimit:
    """How far a transaction may go (2.1 E16): None is without limit. `max_cost` is in whole units of its currency."""

    max_cost: float | None = None
    max_energy_wh: float | None = None
    max_time_s: int | None = None
    max_soc_pct: int | None = None


@dataclass(slots=True, kw_only=True)
class TransactionAnswer(Answer):
    """The answer to a transaction fact: the id (1.6 start), the verdict where a token was sent, a limit (2.1).

    In 2.x also the cost, so far or at the end, with tax (I02, I03), and a new text for the driver (I06), in further
    languages in 2.1.
    """

    transaction_id: str
    token: TokenAnswer | None = None
    limit: TransactionLimit | None = None
    total_cost: Decimal | None = None
    messages: tuple[Text, ...] = ()


@dataclass(slots=True, kw_only=True)
class DataAnswer(Answer):
    """The answer to a vendor's message: Accepted, Rejected, UnknownMessageId or UnknownVendorId."""

    status: str
    data: str | None = None


@dataclass(slots=True, kw_only=True)
class Acknowledged(Answer):
    """The plain answer to a report."""
