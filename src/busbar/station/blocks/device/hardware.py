"""The station, its EVSEs, connectors and meters as components, and the slots for network profiles. Data.

Nearly all of it is read from the live state: the defaults stand where nobody knows better.
"""

from typing import Final

from busbar.station.blocks.device.kinds import live, slot
from busbar.station.blocks.device.variable import Scope

STATES: Final = ("Available", "Occupied", "Reserved", "Unavailable", "Faulted")
CHARGING_STATES: Final = ("EVConnected", "Charging", "SuspendedEV", "SuspendedEVSE", "Idle")


_STATION: Final = (
    live(Scope.STATION, "ChargingStation", "Available", "true", constant=True),
    live(
        Scope.STATION, "ChargingStation", "AvailabilityState", "Available", "OptionList", members=STATES, volatile=True
    ),
    live(Scope.STATION, "ChargingStation", "Problem", "false", volatile=True),
    live(Scope.STATION, "ChargingStation", "SupplyPhases", "3", "integer", low=0, high=3, constant=True),
    live(Scope.STATION, "ChargingStation", "VendorName", "", constant=True, monitored=False),
    live(Scope.STATION, "ChargingStation", "Model", "", constant=True, monitored=False),
    live(Scope.STATION, "ChargingStation", "SerialNumber", "", constant=True, monitored=False),
    live(Scope.STATION, "ChargingStation", "FirmwareVersion", "", monitored=False),
    live(Scope.STATION, "ChargingStation", "ActiveTransactionId", "", volatile=True, newer=True),
)

_EVSE: Final = (
    live(Scope.EVSE, "EVSE", "Available", "true", constant=True),
    live(Scope.EVSE, "EVSE", "AvailabilityState", "Available", "OptionList", members=STATES, volatile=True),
    live(Scope.EVSE, "EVSE", "Problem", "false", volatile=True),
    live(Scope.EVSE, "EVSE", "AllowReset", "true", constant=True),
    live(Scope.EVSE, "EVSE", "SupplyPhases", "3", "integer", low=0, high=3, constant=True),
    live(Scope.EVSE, "EVSE", "Power", "0", "decimal", unit="W", low=0, volatile=True),
    live(Scope.EVSE, "EVSE", "ChargingState", "Idle", "OptionList", members=CHARGING_STATES, volatile=True, newer=True),
    live(Scope.EVSE, "EVSE", "ActiveTransactionId", "", volatile=True, newer=True),
    live(Scope.EVSE, "FiscalMetering", "EnergyImportRegister", "0", "decimal", unit="Wh", low=0),
)

_CONNECTOR: Final = (
    live(Scope.CONNECTOR, "Connector", "Available", "true", constant=True),
    live(Scope.CONNECTOR, "Connector", "AvailabilityState", "Available", "OptionList", members=STATES, volatile=True),
    live(Scope.CONNECTOR, "Connector", "Problem", "false", volatile=True),
    live(Scope.CONNECTOR, "Connector", "ConnectorType", "sType2", constant=True, monitored=False),
    live(Scope.CONNECTOR, "Connector", "SupplyPhases", "3", "integer", low=0, high=3, constant=True),
    live(Scope.CONNECTOR, "ConnectorPlugRetentionLock", "Active", "false", volatile=True),
    live(Scope.CONNECTOR, "ConnectorPlugRetentionLock", "Problem", "false", volatile=True),
)

INTERFACES: Final = (*(f"Wired{n}" for n in range(4)), *(f"Wireless{n}" for n in range(4)), "Any")


_SLOT: Final = (
    slot("OcppCsmsUrl", high=2000, kind="string"),
    slot("OcppInterface", "Any", members=INTERFACES, kind="OptionList"),
    slot("OcppTransport", "JSON", members=("JSON",), kind="OptionList"),
    slot("OcppVersion", "OCPP21", members=("OCPP20", "OCPP201", "OCPP21"), kind="OptionList"),
    slot("MessageTimeout", "30", low=1, high=3600, unit="s"),
    slot("SecurityProfile", "1", low=1, high=3),
    slot("Identity", high=48, kind="string"),
    slot("BasicAuthPassword", low=16, high=64, kind="string", secret=True),
    # B09.FR.13: there is no modem, and no tunnel
    slot("VpnEnabled", "false", writable=False),
    slot("ApnEnabled", "false", writable=False),
)

HARDWARE: Final = (*_STATION, *_EVSE, *_CONNECTOR, *_SLOT)
