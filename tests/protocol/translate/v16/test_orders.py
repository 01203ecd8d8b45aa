"""What 1.6 can be told, and what it cannot."""

import pytest

from busbar.model import orders
from busbar.model.orders import Order, Outcome, ResetKind, VariableName, VariableResult
from busbar.model.values import IdToken, Place
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ErrorCode
from busbar.protocol.translate import Untranslatable, translator

SPEAKER = translator(Version.V16)
NAME = VariableName(variable="k")


@pytest.mark.parametrize(
    "order",
    [
        orders.Reset(kind=ResetKind.IMMEDIATE, evse=1),
        orders.Reset(kind=ResetKind.IMMEDIATE_AND_RESUME),
        orders.StopTransaction(transaction_id="uuid"),
        orders.Trigger(message="TransactionEvent"),
        orders.SetVariables(values=[(NAME, "1"), (NAME, "2")]),
        orders.GetVariables(names=[VariableName(variable="k", component="OCPPCommCtrlr")]),
    ],
)
def test_an_order_of_2x_only_cannot_be_said(order: Order) -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_order(order)


@pytest.mark.parametrize(
    ("message", "action"),
    [("BootNotification", "TriggerMessage"), ("SignChargePointCertificate", "ExtendedTriggerMessage")],
)
def test_the_extension_is_used_only_for_what_it_adds(message: str, action: str) -> None:
    assert SPEAKER.from_order(orders.Trigger(message=message))[0] == action


@pytest.mark.parametrize(
    ("action", "status", "said"),
    [("Reset", "Scheduled", "Accepted"), ("UnlockConnector", "UnknownConnector", "NotSupported")],
)
def test_a_status_of_2x_only_is_said_in_its_nearest_word(action: str, status: str, said: str) -> None:
    payload = SPEAKER.from_outcome(action, Outcome(status=status))
    assert codec.encode(payload) == b'{"status":"%s"}' % said.encode()


def test_a_key_that_is_not_supported_is_an_unknown_variable() -> None:
    request = codec.decode_request(Version.V16, "ChangeConfiguration", b'{"key":"k","value":"1"}')
    response = codec.decode_response(Version.V16, "ChangeConfiguration", b'{"status":"NotSupported"}')
    outcome = SPEAKER.to_outcome("ChangeConfiguration", request, response)
    assert (outcome.status, outcome.accepted, outcome.variables[0].status) == ("NotSupported", False, "UnknownVariable")


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (orders.Reset(kind=ResetKind.IMMEDIATE, evse=1), ErrorCode.NOT_SUPPORTED),
        (orders.StartTransaction(token=IdToken("x" * 21)), ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        (orders.StartTransaction(token=IdToken("T"), evse=0), ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        (orders.StopTransaction(transaction_id="4294967296"), ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        (orders.Unlock(place=Place()), ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        (orders.Unlock(place=Place(1, 2)), ErrorCode.NOT_SUPPORTED),
        (orders.ChangeAvailability(operative=False, place=Place(1, 2)), ErrorCode.NOT_SUPPORTED),
        (orders.Trigger(message="StatusNotification", place=Place(1, 2)), ErrorCode.NOT_SUPPORTED),
        (orders.SetVariables(values=[]), ErrorCode.NOT_SUPPORTED),
    ],
)
def test_an_order_that_cannot_be_said_says_why(order: Order, code: ErrorCode) -> None:
    with pytest.raises(Untranslatable) as error:
        SPEAKER.from_order(order)
    assert error.value.code is code


@pytest.mark.parametrize(
    ("message", "said", "read"),
    [
        ("LogStatusNotification", "LogStatusNotification", "LogStatusNotification"),
        ("SignedFirmwareStatusNotification", "FirmwareStatusNotification", "SignedFirmwareStatusNotification"),
        ("SignChargePointCertificate", "SignChargePointCertificate", "SignChargePointCertificate"),
        ("SignChargingStationCertificate", "SignChargePointCertificate", "SignChargePointCertificate"),
    ],
)
def test_the_extended_trigger_has_its_own_names(message: str, said: str, read: str) -> None:
    action, payload = SPEAKER.from_order(orders.Trigger(message=message))
    assert (action, codec.encode(payload)) == ("ExtendedTriggerMessage", b'{"requestedMessage":"%s"}' % said.encode())
    assert SPEAKER.to_order(action, payload) == orders.Trigger(message=read)


def test_the_plain_firmware_status_is_triggered_plainly() -> None:
    assert SPEAKER.from_order(orders.Trigger(message="FirmwareStatusNotification"))[0] == "TriggerMessage"


@pytest.mark.parametrize(
    ("action", "raw"),
    [
        ("UnlockConnector", b'{"connectorId":0}'),
        ("UnlockConnector", b'{"connectorId":-1}'),
        ("ChangeAvailability", b'{"connectorId":-1,"type":"Operative"}'),
        ("RemoteStartTransaction", b'{"connectorId":-1,"idTag":"T"}'),
    ],
)
def test_an_order_about_no_place_is_refused(action: str, raw: bytes) -> None:
    with pytest.raises(Untranslatable) as error:
        SPEAKER.to_order(action, codec.decode_request(Version.V16, action, raw))
    assert error.value.code is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION


@pytest.mark.parametrize(
    "action",
    ["Reset", "UnlockConnector", "ChangeAvailability", "ChangeConfiguration", "DataTransfer", "TriggerMessage"],
)
def test_an_outcome_in_no_word_of_16_cannot_be_said(action: str) -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_outcome(action, Outcome(status="Nonsense"))


def test_scheduled_stays_scheduled_where_16_has_it() -> None:
    payload = SPEAKER.from_outcome("ChangeAvailability", Outcome(status="Scheduled"))
    assert codec.encode(payload) == b'{"status":"Scheduled"}'


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("UnknownComponent", "NotSupported"),
        ("NotSupportedAttributeType", "Rejected"),
        ("RebootRequired", "RebootRequired"),
    ],
)
def test_a_change_of_a_key_is_told_in_the_words_of_16(status: str, said: str) -> None:
    outcome = Outcome(status=status, variables=[VariableResult(name=NAME, status=status)])
    payload = SPEAKER.from_outcome("ChangeConfiguration", outcome)
    assert codec.encode(payload) == b'{"status":"%s"}' % said.encode()


def test_a_key_that_must_not_be_read_is_known_without_a_value() -> None:
    results = [VariableResult(name=NAME, status="Rejected", mutable=True)]
    payload = SPEAKER.from_outcome("GetConfiguration", Outcome(status="Accepted", variables=results))
    assert codec.encode(payload) == b'{"configurationKey":[{"key":"k","readonly":false}]}'


def test_all_keys_are_asked_for_by_asking_for_none() -> None:
    assert codec.encode(SPEAKER.from_order(orders.GetVariables(names=[]))[1]) == b"{}"
