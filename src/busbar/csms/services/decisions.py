"""The CSMS's decisions: which function decides a fact, and what it must know before. Knows no version and no loop.

`decide` changes the view; where what it returns cannot be stored, the view is ahead of the store and must go.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from busbar.csms.services import (
    authorization,
    availability,
    batteries,
    beginnings,
    certificates,
    charging_limits,
    charging_needs,
    charging_profiles,
    contracts,
    costs,
    customers,
    der,
    device_model,
    displays,
    event_streams,
    firmware,
    logs,
    metering,
    monitoring,
    payments,
    provisioning,
    remote_starts,
    renewals,
    reservations,
    transactions,
    vendors,
)
from busbar.csms.services.references import numbered_needs
from busbar.csms.services.refusal import Refused
from busbar.csms.services.view import Context, Decision, Need, StationView, Tokens
from busbar.model.batteries import BatteriesSwapped
from busbar.model.charging import (
    ChargingLimitCleared,
    ChargingLimitNotified,
    ChargingNeedsNotified,
    DynamicUpdatePulled,
    EVScheduleNotified,
    PriorityChargingNotified,
    ProfilesReported,
)
from busbar.model.customer import CustomerInformed
from busbar.model.der import ControlsReported, ControlSwitched, GridAlarmed
from busbar.model.device import ModelReported
from busbar.model.display import MessagesReported
from busbar.model.facts import (
    Acknowledged,
    Booted,
    DataTransferred,
    Fact,
    HeartBeaten,
    MeterRead,
    Noted,
    StatusChanged,
    TokenPresented,
    TransactionEnded,
    TransactionStarted,
    TransactionUpdated,
)
from busbar.model.firmware import FirmwareProgressed, PublishProgressed
from busbar.model.logs import LogProgressed
from busbar.model.monitoring import (
    EventsNotified,
    MonitorsReported,
    StreamClosed,
    StreamNotified,
    StreamOpened,
)
from busbar.model.payment import PaymentSettled, VatNumberAsked
from busbar.model.reservations import ReservationUpdated
from busbar.model.security import SecurityEventReported
from busbar.model.trust import (
    CertificateStatusAsked,
    ChainStatusAsked,
    SigningRequested,
    VehicleCertificateRequested,
)
from busbar.model.values import RegistrationStatus
from busbar.protocol.errors import ErrorCode

__all__ = ["Refused", "decide", "needs"]

_ACCEPTED: Final = RegistrationStatus.ACCEPTED  # a lookup in an enum costs more than the comparison
Needing = Callable[[Any, StationView, Tokens], Sequence[Need]]
Deciding = Callable[[Any, StationView, Context, datetime], Decision]


def needs(fact: Fact, view: StationView, tokens: Tokens) -> Sequence[Need]:
    """Return what must be looked up first; ask again after that, until nothing is. Empty on the hot path."""
    needing = _NEEDS.get(type(fact))
    return () if needing is None else needing(fact, view, tokens)


def decide(fact: Fact, view: StationView, context: Context, at: datetime) -> Decision:
    """Decide a fact received `at`: the answer, the changes to store before it, what to tell after.

    Raises Refused for everything but a boot while the station is not accepted. Acceptance is the station's, not
    the connection's: a reconnect without a boot is normal.
    """
    registration = view.station.registration
    if (registration != _ACCEPTED or view.must_renew) and not _heard(fact, view):
        raise Refused(ErrorCode.SECURITY_ERROR, "the station is not accepted")  # B02.FR.09, B03.FR.07
    return _DECIDES[type(fact)](fact, view, context, at)


def _heard(fact: Fact, view: StationView) -> bool:
    """Tell whether a station that is not accepted is heard: at boot, and while it is pending when it was asked."""
    if isinstance(fact, Booted):
        return True
    return view.station.registration != RegistrationStatus.REJECTED and provisioning.invited(fact, view)  # B02.FR.09


def _token_needs(fact: TokenPresented, view: StationView, tokens: Tokens) -> Sequence[Need]:
    token = (*authorization.token_needs(fact.token, tokens), *authorization.use_needs(fact.token, view, tokens))
    token = (*token, *costs.token_needs(fact, view))
    return (*token, *remote_starts.token_needs(fact.token, view), *contracts.presented_needs(fact, view))


def _token_presented(fact: TokenPresented, view: StationView, context: Context, at: datetime) -> Decision:
    return contracts.judged(fact, view, authorization.token_presented(fact, view, context, at), at)


def _meter_needs(fact: MeterRead, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    wire = fact.transaction_id
    return () if wire is None or wire in metering.NO_TRANSACTION else numbered_needs(wire, view)


def _noted(_fact: Noted, _view: StationView, _context: Context, _at: datetime) -> Decision:
    return Decision(Acknowledged())


_NEEDS: Final[MappingProxyType[type, Needing]] = MappingProxyType(
    {
        Booted: provisioning.boot_needs,
        TokenPresented: _token_needs,
        MeterRead: _meter_needs,
        TransactionStarted: beginnings.started_needs,
        TransactionUpdated: beginnings.updated_needs,
        TransactionEnded: transactions.ended_needs,
        SecurityEventReported: renewals.needs,
        SigningRequested: certificates.signing_needs,
        CertificateStatusAsked: contracts.status_needs,
        ChainStatusAsked: contracts.chain_needs,
        VehicleCertificateRequested: contracts.vehicle_needs,
        DataTransferred: vendors.needs,
        MessagesReported: displays.reported_needs,
        ControlsReported: der.reported_needs,
        ModelReported: device_model.reported_needs,
        MonitorsReported: monitoring.reported_needs,
        EventsNotified: monitoring.events_needs,
        StreamOpened: event_streams.opened_needs,
        StreamClosed: event_streams.stream_needs,
        StreamNotified: event_streams.stream_needs,
        CustomerInformed: customers.informed_needs,
        PaymentSettled: payments.settled_needs,
        VatNumberAsked: payments.vat_needs,
        FirmwareProgressed: firmware.progressed_needs,
        PublishProgressed: firmware.published_needs,
        LogProgressed: logs.progressed_needs,
        ReservationUpdated: reservations.updated_needs,
        ChargingNeedsNotified: charging_needs.notified_needs,
        DynamicUpdatePulled: charging_limits.pulled_needs,
        EVScheduleNotified: charging_needs.scheduled_needs,
        ProfilesReported: charging_profiles.reported_needs,
    }
)

_DECIDES: Final[MappingProxyType[type, Deciding]] = MappingProxyType(
    {
        Booted: provisioning.booted,
        HeartBeaten: provisioning.heart_beaten,
        StatusChanged: costs.phase_reckoning(availability.status_changed),
        TokenPresented: costs.with_tariff(_token_presented),
        MeterRead: costs.reckoning(metering.meter_read),
        TransactionStarted: costs.reckoning(beginnings.started),
        TransactionUpdated: costs.reckoning(beginnings.updated),
        TransactionEnded: costs.reckoning(transactions.ended),
        SigningRequested: certificates.signing_requested,
        CertificateStatusAsked: contracts.status_asked,
        ChainStatusAsked: contracts.chain_asked,
        VehicleCertificateRequested: contracts.vehicle_requested,
        DataTransferred: vendors.transferred,
        Noted: _noted,
        MessagesReported: displays.reported,
        BatteriesSwapped: batteries.swapped,
        ControlsReported: der.reported,
        GridAlarmed: der.alarmed,
        ControlSwitched: der.switched,
        ModelReported: device_model.reported,
        MonitorsReported: monitoring.reported,
        EventsNotified: monitoring.events_notified,
        StreamOpened: event_streams.opened,
        StreamClosed: event_streams.closed,
        StreamNotified: event_streams.notified,
        CustomerInformed: customers.informed,
        PaymentSettled: payments.settled,
        VatNumberAsked: payments.vat_asked,
        FirmwareProgressed: firmware.progressed,
        PublishProgressed: firmware.published,
        LogProgressed: logs.progressed,
        SecurityEventReported: renewals.event_reported,
        ReservationUpdated: reservations.updated,
        ChargingLimitCleared: charging_limits.released,
        ChargingLimitNotified: charging_limits.limited,
        ChargingNeedsNotified: charging_needs.notified,
        DynamicUpdatePulled: charging_limits.pulled,
        EVScheduleNotified: charging_needs.scheduled,
        PriorityChargingNotified: charging_limits.prioritised,
        ProfilesReported: charging_profiles.reported,
    }
)
