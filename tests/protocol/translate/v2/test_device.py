"""Reports of the device model are read as they are sent, and asked for in the words of the version."""

from datetime import UTC, datetime

import pytest

from busbar.model.device import (
    Attribute,
    Characteristics,
    GetBaseReport,
    GetReport,
    ModelReported,
    ReportedVariable,
    ReportPart,
    Selection,
)
from busbar.model.orders import Order, Outcome, VariableName
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator

NEWER = (Version.V201, Version.V21)
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PART = ReportPart(request_id=7, seq_no=3, more=True, generated_at=AT)
LIMITS = ReportedVariable(
    name=VariableName(
        variable="ItemsPerMessage", component="DeviceDataCtrlr", variable_instance="GetVariables", evse=1, connector=2
    ),
    attributes=[
        Attribute(value="4", mutability="ReadOnly", persistent=True, constant=True),
        Attribute(kind="MaxSet", value="", mutability="WriteOnly"),
    ],
    characteristics=Characteristics(
        data_type="integer", supports_monitoring=False, unit="Wh", min_limit=0, max_limit=9.5, values_list="a,b"
    ),
)


@pytest.mark.parametrize("version", NEWER)
def test_a_report_comes_out_as_it_was_written(version: Version) -> None:
    fact = ModelReported(part=PART, variables=[LIMITS])
    action, payload = translator(version).from_fact(fact)
    read = codec.decode_request(version, action, codec.encode(payload))
    assert action == "NotifyReport"
    assert translator(version).to_fact(action, read) == fact


@pytest.mark.parametrize("version", NEWER)
def test_what_a_report_leaves_out_has_its_default(version: Version) -> None:
    raw = (
        b'{"requestId":1,"seqNo":0,"generatedAt":"2026-01-02T04:04:05+01:00","reportData":[{"component":{"name":"c"},'
        b'"variable":{"name":"v"},"variableAttribute":[{}]}]}'
    )
    fact = translator(version).to_fact("NotifyReport", codec.decode_request(version, "NotifyReport", raw))
    assert fact == ModelReported(
        part=ReportPart(request_id=1, seq_no=0, more=False, generated_at=AT),
        variables=[ReportedVariable(name=VariableName(variable="v", component="c"), attributes=[Attribute()])],
    )


def test_a_report_may_be_empty() -> None:
    raw = b'{"requestId":1,"seqNo":0,"generatedAt":"2026-01-02T03:04:05Z"}'
    fact = translator(Version.V21).to_fact("NotifyReport", codec.decode_request(Version.V21, "NotifyReport", raw))
    assert isinstance(fact, ModelReported)
    assert fact.variables == []


@pytest.mark.parametrize("version", NEWER)
@pytest.mark.parametrize(
    "order",
    [
        GetBaseReport(request_id=5, base="FullInventory"),
        GetReport(
            request_id=6,
            criteria=["Problem"],
            selections=[
                Selection(component="EVSE", variable="AvailabilityState", evse=1),
                Selection(component="Connector", component_instance="x", evse=1, connector=2),
            ],
        ),
        GetReport(request_id=6),
    ],
)
def test_an_order_for_a_report_comes_out_as_it_was_written(version: Version, order: Order) -> None:
    action, payload = translator(version).from_order(order)
    assert translator(version).to_order(action, codec.decode_request(version, action, codec.encode(payload))) == order


def test_a_report_base_that_does_not_exist_cannot_be_asked_for() -> None:
    with pytest.raises(Untranslatable):
        translator(Version.V201).from_order(GetBaseReport(request_id=5, base="Everything"))


def test_1_6_has_no_reports() -> None:
    with pytest.raises(Untranslatable):
        translator(Version.V16).from_order(GetBaseReport(request_id=5, base="FullInventory"))


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
@pytest.mark.parametrize("action", ["GetBaseReport", "GetReport"])
@pytest.mark.parametrize("status", ["Accepted", "Rejected", "NotSupported", "EmptyResultSet"])
def test_a_station_says_whether_it_will_report(version: Version, action: str, status: str) -> None:
    payload = translator(version).from_outcome(action, Outcome(status=status))
    assert translator(version).to_outcome(action, payload, payload) == Outcome(status=status)
