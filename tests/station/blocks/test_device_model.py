"""Variables are read and set by both worlds' names (B05, B06; 1.6 §5.3, §5.8)."""

from typing import Any

import pytest

from busbar.model.orders import GetVariables, SetVariables, VariableName
from busbar.model.values import RegistrationStatus
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode
from busbar.station import effects as ef
from busbar.station import events as ev

TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])


def at(component: str, variable: str, **more: Any) -> VariableName:
    return VariableName(component=component, variable=variable, **more)


def key(name: str) -> VariableName:
    return VariableName(variable=name)


def read(p: Any, *names: VariableName) -> list[tuple[str, str | None]]:
    return [(result.status, result.value) for result in p.order(GetVariables(names=list(names))).variables]


def put(p: Any, name: VariableName, value: str) -> str:
    (result,) = p.order(SetVariables(values=[(name, value)])).variables
    assert result.name == name
    return str(result.status)


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        (key("HeartbeatInterval"), "120", "Accepted"),
        (key("HeartbeatInterval"), "604801", "Rejected"),
        (key("LocalPreAuthorize"), "yes", "Rejected"),
        (key("MeterValuesSampledData"), "SoC, Voltage", "Accepted"),
        (key("NumberOfConnectors"), "4", "Rejected"),
        (key("Unheard"), "1", "UnknownVariable"),
        (key("heartbeatINTERVAL"), "120", "Accepted"),
    ],
)
def test_a_16_key_is_judged_by_name_type_and_bounds(play: Any, name: VariableName, value: str, status: str) -> None:
    p = play(Version.V16)
    p.go_online()
    before = dict(p.kept)
    assert put(p, name, value) == status
    assert (p.kept != before) is (status == "Accepted")


@TWO
@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        (at("txctrlr", "TXSTARTPOINT"), "EVConnected,Authorized", "Accepted"),  # B05.FR.10
        (at("TxCtrlr", "TxStartPoint", component_instance="A"), "Authorized", "UnknownComponent"),  # B05.FR.04
        (at("TxCtrlr", "TxStartPoint", evse=1), "Authorized", "UnknownComponent"),
        (at("Nowhere", "TxStartPoint"), "1", "UnknownComponent"),
        (at("EVSE", "Available", evse=2), "true", "UnknownComponent"),
        (at("EVSE", "Available"), "true", "UnknownComponent"),
        (at("TxCtrlr", "Unheard"), "1", "UnknownVariable"),  # B05.FR.05
        (at("OCPPCommCtrlr", "MessageAttempts"), "3", "UnknownVariable"),
        (at("TxCtrlr", "TxStartPoint", attribute="MaxSet"), "EVConnected", "NotSupportedAttributeType"),  # B05.FR.06
        (at("OCPPCommCtrlr", "OfflineThreshold"), "soon", "Rejected"),  # B05.FR.07
        (at("OCPPCommCtrlr", "OfflineThreshold"), "-1", "Rejected"),  # B05.FR.08
        (at("EVSE", "AvailabilityState", evse=1), "Available", "Rejected"),  # B05.FR.09, TC_B_39
        (at("OCPPCommCtrlr", "MessageTimeout", variable_instance="Default"), "5", "Rejected"),
        (at("SecurityCtrlr", "BasicAuthPassword"), "0123456789abcdef", "Accepted"),
        (at("SecurityCtrlr", "BasicAuthPassword"), "short", "Rejected"),
    ],
)
def test_a_write_says_what_was_wrong__B05(
    play: Any, version: Version, name: VariableName, value: str, status: str
) -> None:
    p = play(version)
    p.go_online()
    assert put(p, name, value) == status


@TWO
@pytest.mark.parametrize(
    ("name", "told"),
    [
        (at("OCPPCommCtrlr", "OfflineThreshold"), ("Accepted", "300")),  # B06.FR.10
        (at("Nowhere", "OfflineThreshold"), ("UnknownComponent", None)),  # B06.FR.06
        (at("OCPPCommCtrlr", "Unheard"), ("UnknownVariable", None)),  # B06.FR.07
        (at("OCPPCommCtrlr", "MessageAttempts"), ("UnknownVariable", None)),  # B06.FR.15
        (at("OCPPCommCtrlr", "MessageAttempts", variable_instance="TransactionEvent"), ("Accepted", "10")),  # .14
        (at("OCPPCommCtrlr", "OfflineThreshold", attribute="Target"), ("NotSupportedAttributeType", None)),  # .08
        (at("SecurityCtrlr", "BasicAuthPassword"), ("Rejected", None)),  # B06.FR.09
        (at("ChargingStation", "SerialNumber"), ("Accepted", "")),  # B06.FR.13
        (at("EVSE", "AvailabilityState", evse=1), ("Accepted", "Available")),
        (at("Connector", "AvailabilityState", evse=1, connector=1), ("Accepted", "Available")),
        (at("Connector", "AvailabilityState", evse=1, connector=2), ("UnknownComponent", None)),
    ],
)
def test_a_read_says_what_is_there__B06(play: Any, version: Version, name: VariableName, told: Any) -> None:
    p = play(version)
    p.go_online()
    assert read(p, name) == [told]


@TWO
def test_every_item_is_answered_in_order__B05_FR_01_B06_FR_01(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    names = [at("OCPPCommCtrlr", "OfflineThreshold"), at("Nowhere", "X"), at("AuthCtrlr", "LocalPreAuthorize")]
    outcome = p.order(SetVariables(values=list(zip(names, ("60", "1", "TRUE"), strict=True))))
    assert [(result.name, result.status) for result in outcome.variables] == [
        (names[0], "Accepted"),
        (names[1], "UnknownComponent"),
        (names[2], "Accepted"),
    ]
    assert read(p, names[0], names[2]) == [("Accepted", "60"), ("Accepted", "true")]
    p.power_cut()
    assert read(p, names[0]) == [("Accepted", "60")]


def test_reading_nothing_in_particular_gives_every_16_key_and_unknown_ones_are_told(play: Any) -> None:
    p = play(Version.V16, evses=3)
    p.go_online()
    outcome = p.order(GetVariables(names=[]))
    values = {result.name.variable: result.value for result in outcome.variables}
    assert values["NumberOfConnectors"] == "3"
    assert values["SupportedFeatureProfiles"].startswith("Core,")
    assert {"HeartbeatInterval", "GetConfigurationMaxKeys", "ResetRetries"} <= set(values)
    assert not {result.name.component for result in outcome.variables} - {None}
    assert read(p, key("Unheard"), key("HEARTBEATINTERVAL")) == [("UnknownVariable", None), ("Accepted", "300")]


def test_more_keys_than_16_allows_are_refused(play: Any) -> None:
    p = play(Version.V16)
    p.go_online()
    refused = p.order(GetVariables(names=[key("HeartbeatInterval")] * 101))
    assert isinstance(refused, ef.Refuse)
    assert refused.code is ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION


@TWO
def test_more_or_larger_than_the_station_takes_is_refused__B06_FR_16_17(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    name = at("OCPPCommCtrlr", "OfflineThreshold")
    for order in (GetVariables(names=[name] * 101), SetVariables(values=[(name, "1")] * 101)):
        refused = p.order(order)
        assert isinstance(refused, ef.Refuse)
        assert refused.code is ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION
    effects = p.run(ev.Ordered("o", GetVariables(names=[name]), 70_000))
    assert [effect.code for effect in effects if isinstance(effect, ef.Refuse)] == [ErrorCode.FORMAT_VIOLATION]


@TWO
def test_variables_are_read_and_set_while_pending__B02_TC_B_02(play: Any, version: Version) -> None:
    p = play(version)
    p.csms.boots = [RegistrationStatus.PENDING]
    p.go_online()
    name = at("OCPPCommCtrlr", "OfflineThreshold")
    assert put(p, name, "301") == "Accepted"
    assert read(p, name) == [("Accepted", "301")]


@TWO
@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        (at("OCPPCommCtrlr", "OfflineThreshold"), "60", None),
        (at("OCPPCommCtrlr", "OfflineThreshold"), "-1", "ValueOutOfRange"),
        (at("OCPPCommCtrlr", "OfflineThreshold"), "soon", "InvalidValue"),
        (at("OCPPCommCtrlr", "NetworkConfigurationPriority"), "3", "InvalidValue"),
        (at("EVSE", "AvailabilityState", evse=1), "Available", "ReadOnly"),
        (at("Nowhere", "X"), "1", None),
    ],
)
def test_a_refusal_says_why__B05_FR_07_08(
    play: Any, version: Version, name: VariableName, value: str, reason: str | None
) -> None:
    p = play(version)
    p.go_online()
    (result,) = p.order(SetVariables(values=[(name, value)])).variables
    assert result.reason == reason
