"""What follows from the end of a command: which function takes it in. Knows no version and no loop.

A command ends once: by the station's answer, or without one (then `outcome` is None and the command's state says why).
What is concluded is committed together with that end.
"""

from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from busbar.csms.rows import Command
from busbar.csms.services import (
    availability,
    batteries,
    certificates,
    charging_needs,
    charging_profiles,
    customers,
    der,
    device_model,
    displays,
    event_streams,
    firmware,
    local_list,
    logs,
    monitoring,
    network_profiles,
    provisioning,
    remote_starts,
    reports,
    reservations,
    status_reports,
    stores,
    tariffs,
)
from busbar.csms.services.view import Conclusion, StationView
from busbar.model.batteries import RequestSwap
from busbar.model.charging import (
    AllowEnergyTransfer,
    ClearChargingProfile,
    GetChargingProfiles,
    GetCompositeSchedule,
    SetChargingProfile,
    UpdateDynamicSchedule,
)
from busbar.model.customer import GetCustomerInformation
from busbar.model.der import AskControls, ClearControls, SetControl
from busbar.model.device import GetBaseReport, GetReport
from busbar.model.display import AskMessages, ClearMessage, ShowMessage
from busbar.model.firmware import PublishFirmware, UpdateFirmware
from busbar.model.local_list import GetLocalListVersion, SendLocalList
from busbar.model.logs import GetLog
from busbar.model.monitoring import (
    AdjustStream,
    ClearMonitors,
    GetMonitoringReport,
    GetStreams,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
)
from busbar.model.network import SetNetworkProfile
from busbar.model.orders import (
    ChangeAvailability,
    GetVariables,
    Order,
    Outcome,
    Reset,
    SetVariables,
    StartTransaction,
    Trigger,
)
from busbar.model.reservations import CancelReservation, ReserveNow
from busbar.model.sessions import GetTransactionStatus
from busbar.model.tariffs import ClearTariffs, GetTariffs, SetDefaultTariff
from busbar.model.trust import DeleteCertificate, DeliverCertificate, InstallCertificate, ListCertificates

Concluding = Callable[[Any, Command, Any, StationView, datetime], Conclusion]


def conclude(order: Order, command: Command, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    """Return what follows from the end of a command; nothing where no block cares."""
    concluding = _CONCLUDES.get(type(order))
    return Conclusion() if concluding is None else concluding(order, command, outcome, view, at)


class InTurn:
    """Several functions for one order, each for its own block."""

    def __init__(self, *parts: Concluding) -> None:
        self.parts = parts

    def __call__(self, order: Any, command: Command, outcome: Any, view: StationView, at: datetime) -> Conclusion:
        """Return what follows for all of them."""
        found = Conclusion()
        for part in self.parts:
            one = part(order, command, outcome, view, at)
            found.changes += one.changes
            found.happenings += one.happenings
            found.errands += one.errands
        return found


_CONCLUDES: Final[MappingProxyType[type, Concluding]] = MappingProxyType(
    {
        GetTransactionStatus: status_reports.concluded,
        DeliverCertificate: certificates.delivered,
        InstallCertificate: stores.installed,
        ListCertificates: stores.listed,
        DeleteCertificate: stores.deleted,
        ShowMessage: displays.shown,
        ClearMessage: displays.cleared,
        AskMessages: displays.asked,
        SetControl: der.was_set,
        ClearControls: der.cleared,
        AskControls: der.asked,
        RequestSwap: batteries.requested,
        SetDefaultTariff: tariffs.was_set,
        ClearTariffs: tariffs.cleared,
        GetTariffs: tariffs.told,
        GetVariables: device_model.read,
        SetVariables: device_model.written,
        GetBaseReport: reports.asked,
        GetReport: reports.asked,
        GetMonitoringReport: reports.asked,
        GetCustomerInformation: InTurn(reports.asked, customers.cleared),
        SetMonitors: monitoring.were_set,
        ClearMonitors: monitoring.were_cleared,
        SetMonitoringBase: monitoring.base_was_set,
        SetMonitoringLevel: monitoring.level_was_set,
        AdjustStream: event_streams.adjusted,
        GetStreams: event_streams.held,
        Reset: provisioning.was_reset,
        Trigger: provisioning.triggered,
        SetNetworkProfile: network_profiles.was_set,
        UpdateFirmware: firmware.update_concluded,
        PublishFirmware: firmware.publish_concluded,
        GetLog: logs.log_concluded,
        ReserveNow: reservations.concluded,
        CancelReservation: reservations.cancelled,
        StartTransaction: InTurn(remote_starts.concluded, charging_profiles.started),
        ChangeAvailability: availability.concluded,
        SendLocalList: local_list.answered,
        GetLocalListVersion: local_list.version_told,
        ClearChargingProfile: charging_profiles.cleared,
        GetChargingProfiles: charging_profiles.asked,
        GetCompositeSchedule: charging_profiles.composed,
        AllowEnergyTransfer: charging_needs.transfers_allowed,
        SetChargingProfile: charging_profiles.profile_set,
        UpdateDynamicSchedule: charging_profiles.updated,
    }
)
