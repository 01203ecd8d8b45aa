"""What the CSMS tells its listeners after a commit: live pages, webhooks, other nodes."""

from datetime import datetime

import msgspec

from busbar.csms.records.availability import AvailabilityIntent
from busbar.csms.records.campaigns import CampaignProgress, CampaignState
from busbar.csms.records.charging import ChargingNeeds, ExternalLimit
from busbar.csms.records.firmware import FirmwareUpdate
from busbar.csms.records.logs import LogRequest
from busbar.csms.records.monitoring import StationEvent
from busbar.csms.records.remote_starts import RemoteStart
from busbar.csms.records.reservations import Reservation
from busbar.csms.rows import Command, Connector, Transaction


class Happening(msgspec.Struct, kw_only=True, tag_field="type", gc=False):
    """Something that was committed. `station` is the station's identity."""

    station: str
    at: datetime


class StationConnected(Happening, kw_only=True, tag="station.connected"):
    """A station's connection was opened."""

    version: str
    epoch: int


class StationDisconnected(Happening, kw_only=True, tag="station.disconnected"):
    """A station's connection ended."""

    epoch: int
    reason: str


class StationBooted(Happening, kw_only=True, tag="station.booted"):
    """A station introduced itself."""

    vendor: str
    model: str
    registration: str


class ConnectorChanged(Happening, kw_only=True, tag="connector.changed"):
    """A connector has a new status."""

    connector: Connector


class TransactionChanged(Happening, kw_only=True, tag="transaction.changed"):
    """A transaction began, went on or ended (then `transaction.ended_at` is set)."""

    transaction: Transaction


class CommandChanged(Happening, kw_only=True, tag="command.changed"):
    """A command has a new state."""

    command: Command


class ChargingNeedsNotified(Happening, kw_only=True, tag="charging-needs.notified"):
    """An EV said what it needs; `needs.answer` is what it was told."""

    needs: ChargingNeeds


class ChargingLimitChanged(Happening, kw_only=True, tag="charging-limit.changed"):
    """Another than the CSMS set a limit, or it is gone (`limit.cleared_at`)."""

    limit: ExternalLimit


class CertificateRequested(Happening, kw_only=True, tag="certificate.requested"):
    """A station asked for a certificate, and nobody has signed it yet."""


class CertificateIssued(Happening, kw_only=True, tag="certificate.issued"):
    """An authority signed a station's certificate."""

    fingerprint: str
    use: str | None
    not_after: datetime


class CertificateFailed(Happening, kw_only=True, tag="certificate.failed"):
    """An authority could not be had, or refused, to sign a station's certificate; an operator should look."""

    reason: str


class CertificateDelivered(Happening, kw_only=True, tag="certificate.delivered"):
    """A station took or refused its certificate: `state` is accepted, rejected or unknown."""

    fingerprint: str
    state: str


class CertificateExpiring(Happening, kw_only=True, tag="certificate.expiring"):
    """A certificate that a station uses ends soon."""

    fingerprint: str
    use: str | None
    not_after: datetime


class GridAlarmRaised(Happening, kw_only=True, tag="grid-alarm.raised"):
    """A grid control made a station deviate from what it was told, or no longer (`ended`)."""

    control_type: str
    fault: str | None
    ended: bool


class BatteriesMoved(Happening, kw_only=True, tag="batteries.moved"):
    """Batteries were put into slots, taken out, or not taken in time (`event`)."""

    event: str
    request_id: int
    serials: list[str]


class PaymentSettled(Happening, kw_only=True, tag="payment.settled"):
    """A station told what became of a payment (`status`); the amount is text, exactly as reckoned."""

    psp_ref: str
    status: str
    amount: str
    transaction: int | None


class VendorMessageReceived(Happening, kw_only=True, tag="vendor-message.received"):
    """A station sent a message of a registered vendor."""

    vendor_id: str
    message_id: str | None


class CostChanged(Happening, kw_only=True, tag="cost.changed"):
    """What a session costs so far, or at the end (`final`); amounts are text, exactly as rounded."""

    transaction: int
    currency: str
    excl_tax: str
    incl_tax: str
    final: bool


class FirmwareChanged(Happening, kw_only=True, tag="firmware.changed"):
    """A firmware update has a new status."""

    update: FirmwareUpdate


class LogChanged(Happening, kw_only=True, tag="log.changed"):
    """A log's upload has a new status."""

    request: LogRequest


class CampaignChanged(Happening, kw_only=True, tag="campaign.changed"):
    """A campaign, or how far it is, changed; it is of no station, so `station` is empty, and it says whose it is."""

    organisation_id: int
    campaign_id: int
    state: CampaignState
    progress: CampaignProgress


class ReportCompleted(Happening, kw_only=True, tag="report.completed"):
    """All parts of a report came. `subject`: `device-model`, `monitors` or `customer`."""

    subject: str
    request_id: int


class EventNotified(Happening, kw_only=True, tag="event.notified"):
    """A station told of events of its variables. `severity` is the gravest (lowest) that is known of them."""

    events: list[StationEvent]
    severity: int | None


class ConfigurationDrifted(Happening, kw_only=True, tag="configuration.drifted"):
    """A station's variables are no longer what a template says, or are so again (then `variables` is empty)."""

    template: str
    variables: list[str]


class SecurityAlerted(Happening, kw_only=True, tag="security.alerted"):
    """A critical security event; `event` is its name, `origin` says who noticed it (`station` or `csms`)."""

    event: str
    origin: str
    info: str | None = None


class ConnectionRefused(Happening, kw_only=True, tag="connection.refused"):
    """A station that is known was not let in. For each reason it is told once a minute, since anybody can try."""

    reason: str
    status: int


class ReservationChanged(Happening, kw_only=True, tag="reservation.changed"):
    """A reservation has a new state."""

    reservation: Reservation


class RemoteStartChanged(Happening, kw_only=True, tag="remote-start.changed"):
    """A remote start was answered, led to a session, or led to none."""

    remote_start: RemoteStart


class AvailabilityChanged(Happening, kw_only=True, tag="availability.changed"):
    """What is wanted of a place's availability, or what the station answered to it."""

    intent: AvailabilityIntent


AnyHappening = (
    StationConnected
    | StationDisconnected
    | StationBooted
    | ConnectorChanged
    | TransactionChanged
    | CommandChanged
    | ChargingNeedsNotified
    | ChargingLimitChanged
    | CertificateRequested
    | CertificateIssued
    | CertificateFailed
    | CertificateDelivered
    | CertificateExpiring
    | GridAlarmRaised
    | BatteriesMoved
    | PaymentSettled
    | VendorMessageReceived
    | CostChanged
    | ReportCompleted
    | EventNotified
    | ConfigurationDrifted
    | FirmwareChanged
    | LogChanged
    | CampaignChanged
    | ReportCompleted
    | EventNotified
    | ConfigurationDrifted
    | SecurityAlerted
    | ConnectionRefused
    | ReservationChanged
    | RemoteStartChanged
    | AvailabilityChanged
)
