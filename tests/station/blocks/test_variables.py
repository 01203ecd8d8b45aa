"""The table of variables: names of both worlds, bounds, and what is kept."""

from typing import Any

import pytest

from busbar.model.orders import VariableName
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station.blocks.board import Board
from busbar.station.blocks.variables import TABLE, Variables
from busbar.station.config import StationConfig


def make(saved: dict[str, bytes] | None = None, **settings: str) -> tuple[Board, Variables]:
    board = Board(StationConfig(identity="CS1", version=Version.V16, evses=3, settings=settings), saved or {})
    return board, Variables(board)


def key(name: str) -> VariableName:
    return VariableName(variable=name)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_default_is_within_its_own_bounds_and_reachable(row: Any) -> None:
    assert row.admits(row.default)
    assert row.key or row.place


def test_set_over_factory_over_default() -> None:
    _, variables = make({"variables": b'{"HeartbeatInterval":"9"}'}, HeartbeatInterval="8", ConnectionTimeOut="7")
    assert variables.number("HeartbeatInterval") == 9
    assert variables.number("ConnectionTimeOut") == 7
    assert variables.number("MeterValueSampleInterval") == 60
    assert variables.number("NumberOfConnectors") == 3


@pytest.mark.parametrize("settings", [{"Nonsense": "1"}, {"HeartbeatInterval": "often"}])
def test_a_wrong_factory_setting_is_an_error(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="no such setting"):
        make(**settings)


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        (key("HeartbeatInterval"), "120", "Accepted"),
        (key("HeartbeatInterval"), "-1", "Rejected"),
        (key("HeartbeatInterval"), "604801", "Rejected"),
        (key("HeartbeatInterval"), "1e3", "Rejected"),
        (key("HeartbeatInterval"), "9" * 400, "Rejected"),
        (key("LocalPreAuthorize"), "true", "Accepted"),
        (key("LocalPreAuthorize"), "yes", "Rejected"),
        (key("MeterValuesSampledData"), "SoC, Voltage", "Accepted"),
        (key("MeterValuesSampledData"), "", "Accepted"),
        (key("MeterValuesSampledData"), "Warmth", "Rejected"),
        (key("NumberOfConnectors"), "4", "Rejected"),
        (key("Unheard"), "1", "UnknownVariable"),
        (key("heartbeatINTERVAL"), "120", "Accepted"),
        (VariableName(component="txctrlr", variable="TXSTARTPOINT"), "Authorized", "Accepted"),
        (VariableName(component="TxCtrlr", variable="TxStartPoint", component_instance="A"), "", "UnknownComponent"),
        (VariableName(component="TxCtrlr", variable="TxStartPoint", evse=1), "Authorized", "UnknownComponent"),
        (VariableName(component="TxCtrlr", variable="TxStartPoint"), "EVConnected,Authorized", "Accepted"),
        (VariableName(component="TxCtrlr", variable="Unheard"), "1", "UnknownVariable"),
        (VariableName(component="Nowhere", variable="TxStartPoint"), "1", "UnknownComponent"),
        (
            VariableName(component="TxCtrlr", variable="TxStartPoint", attribute="MaxSet"),
            "EVConnected",
            "NotSupportedAttributeType",
        ),
    ],
)
def test_a_write_is_judged_by_name_type_and_bounds(name: VariableName, value: str, status: str) -> None:
    board, variables = make()
    results, changed = variables.write([(name, value)])
    assert [result.status for result in results] == [status]
    assert bool(changed) is (status == "Accepted")
    assert bool(board.take()) is (status == "Accepted")


def test_a_variable_has_one_value_under_both_its_names() -> None:
    _, variables = make()
    variables.write([(key("TransactionMessageAttempts"), "4")])
    name = VariableName(component="OCPPCommCtrlr", variable="MessageAttempts", variable_instance="TransactionEvent")
    (result,) = variables.read([name])
    assert (result.status, result.value, result.mutable) == ("Accepted", "4", True)


def test_an_empty_list_set_is_empty_and_not_the_default() -> None:
    _, variables = make()
    variables.write([(key("MeterValuesSampledData"), "")])
    assert variables.members("MeterValuesSampledData") == []


def test_reading_nothing_in_particular_gives_every_16_key() -> None:
    _, variables = make()
    results = variables.read([])
    assert {result.name.variable for result in results} == {row.key for row in TABLE if row.key}
    assert all(result.status == "Accepted" for result in results)


def test_reading_what_is_not_there_says_so() -> None:
    _, variables = make()
    asked = [key("Unheard"), VariableName(component="TxCtrlr", variable="TxStopPoint", attribute="Target")]
    assert [result.status for result in variables.read(asked)] == ["UnknownVariable", "NotSupportedAttributeType"]


def test_a_value_that_does_not_change_is_not_kept_again() -> None:
    board, variables = make()
    variables.put("HeartbeatInterval", "44")
    assert isinstance(board.take()[0], ef.Keep)
    variables.put("HeartbeatInterval", "44")
    assert board.take() == []


def test_every_key_that_16_requires_can_be_read() -> None:
    required = """AuthorizeRemoteTxRequests ClockAlignedDataInterval ConnectionTimeOut ConnectorPhaseRotation
        GetConfigurationMaxKeys HeartbeatInterval LocalAuthorizeOffline LocalPreAuthorize MeterValuesAlignedData
        MeterValuesSampledData MeterValueSampleInterval NumberOfConnectors ResetRetries
        StopTransactionOnEVSideDisconnect StopTransactionOnInvalidId StopTxnAlignedData StopTxnSampledData
        SupportedFeatureProfiles TransactionMessageAttempts TransactionMessageRetryInterval
        UnlockConnectorOnEVSideDisconnect"""
    _, variables = make()
    results = variables.read([key(name) for name in required.split()])
    assert {result.status for result in results} == {"Accepted"}
