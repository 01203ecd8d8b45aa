"""What the device model tells of EVSEs and connectors as hardware."""

import pytest

from busbar.csms.services.plugs import Plug, kind, note, types
from busbar.model.orders import VariableName
from busbar.model.tariffs import EvseKind


def told(component: str, variable: str, value: str | None, evse=None, connector=None, **more) -> dict:
    plugs: dict = {}
    note(plugs, VariableName(variable=variable, component=component, evse=evse, connector=connector, **more), value)
    return plugs


@pytest.mark.parametrize(
    ("plugs", "found"),
    [
        (told("EVSE", "SupplyPhases", "3", 1), EvseKind.AC),
        (told("evse", "supplyphases", "0", 1), EvseKind.DC),
        (told("Connector", "SupplyPhases", "0", 1, 1), EvseKind.DC),
        (told("Connector", "ConnectorType", "cCCS2", 1, 2), EvseKind.DC),
        (told("Connector", "ConnectorType", "sType2", 1, 1), EvseKind.AC),
        (told("Connector", "ConnectorType", "cTesla", 1, 1), None),
        (told("ChargingStation", "SupplyPhases", "1"), EvseKind.AC),
        (told("EVSE", "SupplyPhases", "0", 2), None),
        (told("EVSE", "SupplyPhases", "", 1), None),
        (told("EVSE", "SupplyPhases", "0", 1, attribute="MaxSet"), None),
        (told("OCPPCommCtrlr", "SupplyPhases", "0", 1), None),
        ({(1, 1): Plug("cccs2"), (1, 2): Plug("stype2")}, None),
        ({(1, 0): Plug(phases=0), (0, 0): Plug(phases=3)}, EvseKind.DC),
    ],
)
def test_the_kind_of_an_evse_is_told_by_phases_or_by_the_type_of_its_connectors(plugs, found) -> None:
    assert kind(plugs, 1) is found
    assert kind(plugs, None) is None


def test_the_types_of_an_evse_are_those_of_its_connectors() -> None:
    plugs = {(1, 1): Plug("cccs2"), (1, 2): Plug("cg105"), (2, 1): Plug("stype2"), (1, 0): Plug(phases=0)}
    assert types(plugs, 1) == {"cccs2", "cg105"}
    assert types(plugs, 1, 2) == {"cg105"}
    assert types(plugs, 3) == frozenset()


def test_a_value_that_changes_leaves_the_other_as_it_was() -> None:
    plugs = {(1, 1): Plug("cccs2", 0)}
    note(plugs, VariableName(variable="SupplyPhases", component="Connector", evse=1, connector=1), "3")
    assert plugs == {(1, 1): Plug("cccs2", 3)}
