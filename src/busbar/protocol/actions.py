"""Every action of every version: its types, and who may call it."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from busbar.model.versions import Version
from busbar.protocol.wire import v16, v21, v201
from busbar.protocol.wire.shapes import Payload


class Origin(StrEnum):
    """Who may call an action."""

    STATION = "station"
    CSMS = "csms"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Action:
    """One action of one version. `response` is None where none is ever sent (SEND, 2.1)."""

    name: str
    request: type[Payload]
    response: type[Payload] | None
    origin: Origin


_FROM_STATION_V16: Final = frozenset(
    {
        "Authorize",
        "BootNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "LogStatusNotification",
        "MeterValues",
        "SecurityEventNotification",
        "SignCertificate",
        "SignedFirmwareStatusNotification",
        "StartTransaction",
        "StatusNotification",
        "StopTransaction",
    }
)
_FROM_STATION_V201: Final = frozenset(
    {
        "Authorize",
        "BootNotification",
        "ClearedChargingLimit",
        "FirmwareStatusNotification",
        "Get15118EVCertificate",
        "GetCertificateStatus",
        "Heartbeat",
        "LogStatusNotification",
        "MeterValues",
        "NotifyChargingLimit",
        "NotifyCustomerInformation",
        "NotifyDisplayMessages",
        "NotifyEVChargingNeeds",
        "NotifyEVChargingSchedule",
        "NotifyEvent",
        "NotifyMonitoringReport",
        "NotifyReport",
        "PublishFirmwareStatusNotification",
        "ReportChargingProfiles",
        "ReservationStatusUpdate",
        "SecurityEventNotification",
        "SignCertificate",
        "StatusNotification",
        "TransactionEvent",
    }
)
_FROM_STATION_V21: Final = _FROM_STATION_V201 | {
    "BatterySwap",
    "ClosePeriodicEventStream",
    "GetCertificateChainStatus",
    "NotifyDERAlarm",
    "NotifyDERStartStop",
    "NotifyPeriodicEventStream",
    "NotifyPriorityCharging",
    "NotifySettlement",
    "OpenPeriodicEventStream",
    "PullDynamicScheduleUpdate",
    "ReportDERControl",
    "VatNumberValidation",
}
_FROM_BOTH: Final = frozenset({"DataTransfer"})


def _table(
    messages: dict[str, tuple[type[Payload], type[Payload] | None]], station: frozenset[str]
) -> MappingProxyType[str, Action]:
    origins = dict.fromkeys(messages, Origin.CSMS) | dict.fromkeys(station, Origin.STATION)
    origins |= dict.fromkeys(_FROM_BOTH, Origin.BOTH)
    return MappingProxyType({name: Action(name, *types, origins[name]) for name, types in messages.items()})


ACTIONS: Final[MappingProxyType[Version, MappingProxyType[str, Action]]] = MappingProxyType(
    {
        Version.V16: _table(v16.MESSAGES, _FROM_STATION_V16),
        Version.V201: _table(v201.MESSAGES, _FROM_STATION_V201),
        Version.V21: _table(v21.MESSAGES, _FROM_STATION_V21),
    }
)
