"""Long orders are split by what a station says it takes."""

from datetime import UTC, datetime

import pytest

from busbar.csms.records.device_model import ModelValue
from busbar.csms.services import batches
from busbar.csms.services.batches import MOST_ITEMS, Limits
from busbar.csms.services.device_model import path
from busbar.model.device import GetReport
from busbar.model.monitoring import ClearMonitors, SetMonitors
from busbar.model.orders import GetVariables, SetVariables, VariableName
from busbar.model.versions import Version

AT = datetime(2026, 1, 1, tzinfo=UTC)
NEW = Version.V201
NAMES = [VariableName(variable=f"V{number}", component="C") for number in range(5)]


def value(variable: str, text: str | None, component: str | None = None, instance: str | None = None) -> ModelValue:
    name = VariableName(variable=variable, component=component, variable_instance=instance)
    return ModelValue(station_id=1, path=path(name), attribute="Actual", value=text, at=AT, source="read")


def test_five_variables_at_four_a_message_are_two_messages__B06_FR_05() -> None:
    known = [value("ItemsPerMessage", "4", "DeviceDataCtrlr", "GetVariables")]
    most = batches.limits(GetVariables, known, NEW)
    assert most == Limits(items=4)
    assert [order.names for order in batches.reads(NAMES, most, NEW)] == [NAMES[:4], NAMES[4:]]


@pytest.mark.parametrize(
    ("kind", "component", "instance"),
    [
        (SetVariables, "DeviceDataCtrlr", "SetVariables"),
        (GetReport, "DeviceDataCtrl", "GetReport"),
        (SetMonitors, "MonitoringCtrlr", "SetVariableMonitoring"),
        (ClearMonitors, "MonitoringCtrlr", "ClearVariableMonitoring"),
    ],
)
def test_each_order_has_its_limits__B05_FR_11__B08_FR_06__N06_FR_04(kind, component: str, instance: str) -> None:
    known = [value("ItemsPerMessage", "3", component, instance), value("BytesPerMessage", "900", component, instance)]
    assert batches.limits(kind, known, NEW) == Limits(items=3, bytes=900)
    assert {row.path for row in known} <= set(batches.limit_paths(kind))


@pytest.mark.parametrize("text", [None, "0", "-4", "many", "9999999999"])
def test_a_limit_that_says_nothing_is_none(text: str | None) -> None:
    known = [value("ItemsPerMessage", text, "DeviceDataCtrlr", "GetVariables")]
    assert batches.limits(GetVariables, known, NEW) == Limits()


def test_a_message_stays_within_the_bytes_a_station_takes__N06_FR_04() -> None:
    one = batches.size(GetVariables(names=NAMES[:1]), NEW)
    two = batches.size(GetVariables(names=NAMES[:2]), NEW)
    orders = batches.reads(NAMES, Limits(bytes=two), NEW)
    assert [len(order.names) for order in orders] == [2, 2, 1]
    assert [len(order.names) for order in batches.reads(NAMES, Limits(bytes=one - 1), NEW)] == [1] * 5


def test_a_variable_is_not_set_twice_in_one_message__B05_FR_13() -> None:
    values = [(NAMES[0], "1"), (NAMES[1], "1"), (NAMES[0], "2")]
    assert [order.values for order in batches.writes(values, Limits(), NEW)] == [values[:2], values[2:]]


def test_1_6_sets_one_key_at_a_time_and_reads_as_many_as_it_says() -> None:
    keys = [VariableName(variable=f"K{number}") for number in range(3)]
    known = [value("GetConfigurationMaxKeys", "2")]
    most = batches.limits(SetVariables, known, Version.V16)
    assert [len(order.values) for order in batches.writes([(key, "1") for key in keys], most, Version.V16)] == [1, 1, 1]
    most = batches.limits(GetVariables, known, Version.V16)
    assert [order.names for order in batches.reads(keys, most, Version.V16)] == [keys[:2], keys[2:]]
    assert batches.reads([], most, Version.V16) == [GetVariables(names=[])]


def test_without_a_limit_a_message_has_a_bound() -> None:
    names = [VariableName(variable=f"V{number}", component="C") for number in range(MOST_ITEMS + 1)]
    assert [len(order.names) for order in batches.reads(names, Limits(items=10_000), NEW)] == [MOST_ITEMS, 1]
