"""What is derived from the live state: who is available, in trouble, charging."""

from dataclasses import replace
from typing import Any

import pytest

from busbar.model.device import GetReport, Selection
from busbar.model.orders import ChangeAvailability, GetVariables, VariableName
from busbar.model.values import Place, Sample
from busbar.model.versions import Version
from busbar.station import events as ev
from busbar.station.blocks.device.table import BY_NAME
from busbar.station.blocks.live import LIVE


def value(p: Any, component: str, variable: str, evse: int | None = None, connector: int | None = None) -> str | None:
    name = VariableName(component=component, variable=variable, evse=evse, connector=connector)
    (result,) = p.order(GetVariables(names=[name])).variables
    assert result.status == "Accepted"
    return result.value  # type: ignore[no-any-return]


def test_only_declared_variables_are_derived() -> None:
    assert set(LIVE) <= set(BY_NAME)


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_the_state_of_each_evse_is_told(play: Any, version: Version) -> None:
    p = play(version, evses=2)
    p.go_online()
    p.charge(evse=2)
    p.tell(ev.Metered(2, 700, (Sample("Power.Active.Import", 7360.0, "W"), Sample("Current.Import", 32.0, "A", "L1"))))
    assert value(p, "EVSE", "AvailabilityState", 1) == "Available"
    assert value(p, "EVSE", "AvailabilityState", 2) == "Occupied"
    assert value(p, "Connector", "AvailabilityState", 2, 1) == "Occupied"
    assert value(p, "EVSE", "Power", 2) == "7360"
    assert value(p, "FiscalMetering", "EnergyImportRegister", 2) == "700"
    assert value(p, "ConnectorPlugRetentionLock", "Active", 2, 1) == "true"
    assert value(p, "ChargingStation", "AvailabilityState") == "Available"


def test_a_fault_is_a_problem_of_the_evse_and_of_the_station(play: Any) -> None:
    p = play(Version.V201, evses=2)
    p.go_online()
    assert value(p, "ChargingStation", "Problem") == "false"
    p.run(ev.FaultRaised(1, "GroundFailure"))
    assert value(p, "EVSE", "Problem", 1) == value(p, "Connector", "Problem", 1, 1) == "true"
    assert value(p, "EVSE", "Problem", 2) == "false"
    assert value(p, "ChargingStation", "Problem") == "true"
    assert value(p, "ChargingStation", "AvailabilityState") == "Available"
    p.run(ev.FaultRaised(2, "OtherError"))
    assert value(p, "ChargingStation", "AvailabilityState") == "Faulted"


def test_out_of_service_is_unavailable(play: Any) -> None:
    p = play(Version.V21)
    p.go_online()
    p.order(ChangeAvailability(operative=False, place=Place()))
    assert value(p, "ChargingStation", "AvailabilityState") == "Unavailable"
    assert value(p, "EVSE", "AvailabilityState", 1) == "Unavailable"


def test_21_tells_the_transactions_that_go_on(play: Any) -> None:
    p = play(Version.V21)
    p.go_online()
    assert value(p, "EVSE", "ActiveTransactionId", 1) == value(p, "ChargingStation", "ActiveTransactionId") == ""
    p.charge()
    assert value(p, "EVSE", "ActiveTransactionId", 1) == value(p, "ChargingStation", "ActiveTransactionId") == "tx-1"
    assert value(p, "EVSE", "ChargingState", 1) == "Charging"


def test_the_clock_and_the_identity_are_told(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    assert value(p, "ClockCtrlr", "DateTime") == "2026-03-01T12:00:00Z"
    assert value(p, "SecurityCtrlr", "Identity") == "CS1"


def test_how_the_station_is_built_is_told(play: Any) -> None:
    p = play(Version.V201)
    p.config = replace(p.config, phases=0, power_w=150_000, connector_type="cCCS2")
    p.station = p._new_station()
    p.go_online()
    assert value(p, "Connector", "ConnectorType", 1, 1) == "cCCS2"
    assert value(p, "EVSE", "SupplyPhases", 1) == value(p, "Connector", "SupplyPhases", 1, 1) == "0"
    p.order(GetReport(request_id=1, selections=[Selection(component="EVSE", variable="Power")]))
    (item,) = p.sent[-1].variables
    assert item.characteristics.max_limit == 150_000
