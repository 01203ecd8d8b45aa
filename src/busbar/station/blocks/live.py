"""What the variables of the station, its EVSEs and connectors are at this moment, read from the live state.

It must not know who asks.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from busbar.model.values import ConnectorStatus
from busbar.station.blocks.availability import status_of
from busbar.station.blocks.device.variable import Where
from busbar.station.blocks.evse import Evse

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

# the feature profiles of 1.6 (§9.1.29), by the feature that stands for each
_PROFILES: Final = {
    "Firmware": "FirmwareManagement",
    "LocalAuthList": "LocalAuthListManagement",
    "Reservation": "Reservation",
    "SmartCharging": "SmartCharging",
}


# what the inverter of a DC station does in all of its power (2.1 R01)
_RATED: Final = ("MaxW", "OverExcitedW", "UnderExcitedW", "MaxChargeRateW", "MaxVA", "MaxChargeRateVA")


def _said(truth: bool) -> str:
    return "true" if truth else "false"


def _evse(fittings: "Fittings", where: Where) -> Evse:
    return fittings.cabinet.evses[where.evse or 0]


def _state(fittings: "Fittings", where: Where) -> str:
    return status_of(_evse(fittings, where), phases=False).value  # as it is, though nobody was told yet


def _station_state(fittings: "Fittings", _: Where) -> str:
    if all(evse.fault is not None for evse in fittings.cabinet.evses.values()):
        return ConnectorStatus.FAULTED.value
    return fittings.availability.station_status().value


def _problem(fittings: "Fittings", where: Where) -> str:
    return _said(_evse(fittings, where).fault is not None)


def _station_problem(fittings: "Fittings", _: Where) -> str:
    return _said(any(evse.fault is not None for evse in fittings.cabinet.evses.values()))


def _phases(fittings: "Fittings", _: Where) -> str:
    return str(fittings.cabinet.board.config.phases)


def _power(fittings: "Fittings", where: Where) -> str:
    samples = _evse(fittings, where).samples
    total = sum(
        sample.value or 0.0 for sample in samples if sample.measurand == "Power.Active.Import" and not sample.phase
    )
    return f"{total:g}" if total < 1e6 else f"{total:.0f}"


def _transaction(fittings: "Fittings", where: Where) -> str:
    transaction = _evse(fittings, where).transaction
    return transaction.id if transaction is not None else ""


def _transactions(fittings: "Fittings", _: Where) -> str:
    ongoing = fittings.transactions.ongoing
    return ",".join(evse.transaction.id for evse in ongoing if evse.transaction is not None)


def _rated(fittings: "Fittings", _: Where) -> str:
    return str(fittings.cabinet.board.config.power_w)


def _profiles(fittings: "Fittings", _: Where) -> str:
    features = fittings.cabinet.variables.features
    return ",".join(("Core", *(name for sign, name in _PROFILES.items() if sign in features), "RemoteTrigger"))


LIVE: Final[Mapping[str, Callable[["Fittings", Where], str]]] = {
    "ChargingStation.AvailabilityState": _station_state,
    "ChargingStation.Problem": _station_problem,
    "ChargingStation.VendorName": lambda fittings, _: fittings.cabinet.board.config.vendor,
    "ChargingStation.Model": lambda fittings, _: fittings.cabinet.board.config.model,
    "ChargingStation.SerialNumber": lambda fittings, _: fittings.cabinet.board.config.serial or "",
    "ChargingStation.FirmwareVersion": lambda fittings, _: fittings.provisioning.firmware or "",
    "ChargingStation.ActiveTransactionId": _transactions,
    "EVSE.AvailabilityState": _state,
    "EVSE.Problem": _problem,
    "EVSE.Power": _power,
    "ChargingStation.SupplyPhases": _phases,
    "EVSE.SupplyPhases": _phases,
    "Connector.SupplyPhases": _phases,
    "Connector.ConnectorType": lambda fittings, _: fittings.cabinet.board.config.connector_type,
    "EVSE.ChargingState": lambda fittings, where: _evse(fittings, where).charging_state.value,
    "EVSE.ActiveTransactionId": _transaction,
    "FiscalMetering.EnergyImportRegister": lambda fittings, where: str(_evse(fittings, where).register_wh),
    "Connector.AvailabilityState": _state,
    "Connector.Problem": _problem,
    "ConnectorPlugRetentionLock.Active": lambda fittings, where: _said(_evse(fittings, where).locked),
    **dict.fromkeys((f"DCDERCtrlr.{name}" for name in _RATED), _rated),
    "DCDERCtrlr.InverterManufacturer": lambda fittings, _: fittings.cabinet.board.config.vendor,
    "DCDERCtrlr.InverterModel": lambda fittings, _: fittings.cabinet.board.config.model,
    "DCDERCtrlr.InverterSwVersion": lambda fittings, _: fittings.provisioning.firmware or "",
    "ClockDateTime": lambda fittings, _: fittings.cabinet.board.now.isoformat(timespec="seconds").replace(
        "+00:00", "Z"
    ),
    "NumberOfConnectors": lambda fittings, _: str(len(fittings.cabinet.evses)),
    "SupportedFeatureProfiles": _profiles,
}

# limits that depend on how the station is built
LIMITS: Final[Mapping[str, Callable[["Fittings"], float]]] = {
    "EVSE.Power": lambda fittings: float(fittings.cabinet.board.config.power_w),
}
