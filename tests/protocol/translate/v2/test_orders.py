"""What 2.x can be told, and what it cannot."""

import pytest

from busbar.model import orders
from busbar.model.orders import Order, Outcome, ResetKind, VariableName, VariableResult
from busbar.model.values import IdToken, Place
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ErrorCode
from busbar.protocol.translate import Untranslatable, translator
from busbar.protocol.wire import v21, v201

SPEAKER = translator(Version.V201)


@pytest.mark.parametrize(
    "order",
    [
        orders.Reset(kind=ResetKind.IMMEDIATE_AND_RESUME),
        orders.StartTransaction(token=IdToken("T")),
        orders.Trigger(message="com.example.custom"),
        orders.GetVariables(names=[]),
        orders.GetVariables(names=[VariableName(variable="HeartbeatInterval")]),
        orders.GetVariables(names=[VariableName(variable="x", component="y", attribute="Nonsense")]),
    ],
)
def test_an_order_that_the_version_lacks_cannot_be_said(order: Order) -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_order(order)


def test_a_reason_without_words_is_left_out() -> None:
    payload = SPEAKER.from_outcome("ClearCache", Outcome(status="Rejected", reason="NotNow"))
    response = SPEAKER.to_outcome("ClearCache", payload, payload)
    assert (response.reason, response.detail) == ("NotNow", None)


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (orders.Unlock(place=Place()), ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION),
        (orders.Unlock(place=Place(1)), ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION),
        (orders.StartTransaction(token=IdToken("T")), ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION),
        (
            orders.StartTransaction(token=IdToken("T", "VIN"), remote_start_id=1),
            ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        ),
        (orders.SetVariables(values=[]), ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        (orders.TransferData(vendor_id="v", data="hello"), ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
    ],
)
def test_an_order_that_cannot_be_said_says_why(order: Order, code: ErrorCode) -> None:
    with pytest.raises(Untranslatable) as error:
        SPEAKER.from_order(order)
    assert error.value.code is code


@pytest.mark.parametrize("raw", [b'{"evseId":0,"connectorId":1}', b'{"evseId":1,"connectorId":0}'])
def test_an_unlocking_of_no_connector_is_refused(raw: bytes) -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.to_order("UnlockConnector", codec.decode_request(Version.V201, "UnlockConnector", raw))


def test_a_result_always_tells_its_attribute() -> None:  # B05.FR.12, B06.FR.11
    results = [VariableResult(name=VariableName(variable="v", component="c"), status="Accepted")]
    for action in ("GetVariables", "SetVariables"):
        payload = SPEAKER.from_outcome(action, Outcome(status="Accepted", variables=results))
        assert b'"attributeType":"Actual"' in codec.encode(payload)


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
@pytest.mark.parametrize("reason", [None, "ReadOnly"])
@pytest.mark.parametrize("action", ["GetVariables", "SetVariables"])
def test_why_a_variable_was_refused_comes_over(version: Version, reason: str | None, action: str) -> None:
    name = VariableName(variable="v", component="c")
    order = orders.GetVariables(names=[name]) if action == "GetVariables" else orders.SetVariables(values=[(name, "1")])
    _, request = translator(version).from_order(order)
    said = [VariableResult(name=name, status="Rejected", reason=reason)]
    payload = translator(version).from_outcome(action, Outcome(status="Accepted", variables=said))
    assert translator(version).to_outcome(action, request, payload).variables == said


@pytest.mark.parametrize("action", ["GetVariables", "SetVariables"])
def test_results_of_no_variable_cannot_be_said(action: str) -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_outcome(action, Outcome(status="Accepted"))


@pytest.mark.parametrize("action", ["Reset", "UnlockConnector", "RequestStartTransaction", "DataTransfer"])
def test_an_outcome_in_no_word_of_2x_cannot_be_said(action: str) -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_outcome(action, Outcome(status="Nonsense"))


def test_an_unlocking_that_16_does_not_support_is_about_an_unknown_connector() -> None:
    payload = SPEAKER.from_outcome("UnlockConnector", Outcome(status="NotSupported"))
    assert codec.encode(payload) == b'{"status":"UnknownConnector"}'


def test_an_action_that_no_part_knows_is_no_order() -> None:
    with pytest.raises(Untranslatable) as error:
        SPEAKER.from_outcome("NoSuchAction", Outcome(status="Accepted"))
    assert error.value.code is ErrorCode.NOT_SUPPORTED


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_a_status_is_asked_of_one_connector__F06_FR_13(version: Version) -> None:
    with pytest.raises(Untranslatable):
        translator(version).from_order(orders.Trigger(message="StatusNotification", place=Place(1)))
    assert translator(version).from_order(orders.Trigger(message="StatusNotification", place=Place(1, 2)))


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_every_message_that_a_version_can_trigger_is_asked_for_by_its_name(version: Version) -> None:
    wire = {Version.V201: v201, Version.V21: v21}[version]
    for message in wire.MessageTriggerEnumType:
        if message.value != "CustomTrigger":
            order = orders.Trigger(message=message.value, place=Place(1, 1))
            action, payload = translator(version).from_order(order)
            assert payload.requested_message is message
            assert translator(version).to_order(action, payload) == order


def test_a_message_that_is_no_ones_is_a_custom_trigger_in_2_1__F06_FR_18() -> None:
    order = orders.Trigger(message="org.example.Dump")
    action, payload = translator(Version.V21).from_order(order)
    assert (payload.requested_message.value, payload.custom_trigger) == ("CustomTrigger", "org.example.Dump")
    assert translator(Version.V21).to_order(action, payload) == order
    for version, message in ((Version.V201, "org.example.Dump"), (Version.V21, "CustomTrigger")):
        with pytest.raises(Untranslatable):
            translator(version).from_order(orders.Trigger(message=message))
