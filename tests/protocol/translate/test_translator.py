"""Every version says every fact, answer, order and outcome, and reads back what it said."""

from datetime import UTC, datetime
from typing import Any

import pytest

from busbar.model import facts, orders
from busbar.model.facts import Answer, Fact
from busbar.model.orders import Order, Outcome, VariableName, VariableResult
from busbar.model.values import (
    AuthorizationStatus,
    ChargingState,
    ConnectorStatus,
    IdToken,
    Place,
    Reading,
    RegistrationStatus,
    Sample,
    StopReason,
)
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.actions import ACTIONS, Origin
from busbar.protocol.translate import TRANSLATORS, Untranslatable, translator
from busbar.protocol.translate.translator import Translator, noted

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
WHERE = Place(2, 1)
TWO = [Version.V201, Version.V21]


def token(version: Version) -> IdToken:
    return IdToken("04AABB", None if version is Version.V16 else "ISO14443")


def readings() -> list[Reading]:
    samples = [
        Sample("Energy.Active.Import.Register", 1234.5, "Wh", context="Transaction.Begin"),
        Sample("Power.Active.Import", 7.4, "kW"),
        Sample("Current.Import", 32.0, "A", phase="L1", location="Outlet"),
    ]
    return [Reading(AT, samples)]


def shared_facts(version: Version) -> list[Fact]:
    return [
        facts.Booted(vendor="Example", model="Twin", serial="SN1", firmware="1.2", iccid="89", imsi="26"),
        facts.HeartBeaten(),
        facts.StatusChanged(place=WHERE, status=ConnectorStatus.FAULTED, at=AT),
        facts.StatusChanged(place=WHERE, status=ConnectorStatus.RESERVED, at=AT),
        facts.TokenPresented(token=token(version)),
        facts.DataTransferred(vendor_id="com.example", message_id="m", data='{"a":1}'),
    ]


FACTS_16: list[Fact] = [
    facts.MeterRead(place=WHERE, readings=readings(), transaction_id="-1"),
    facts.MeterRead(place=Place(), readings=readings()),
    facts.StatusChanged(
        place=WHERE, status=ConnectorStatus.SUSPENDED_EV, error="OtherError", info="i", vendor_id="v", vendor_error="e"
    ),
    facts.TransactionStarted(
        transaction_id=None, at=AT, place=WHERE, token=IdToken("T"), meter_wh=1000, reservation_id=3
    ),
    facts.TransactionEnded(
        transaction_id="7", at=AT, token=IdToken("T"), meter_wh=2000, reason=StopReason.HARD_RESET, readings=readings()
    ),
]
FACTS_2X: list[Fact] = [
    facts.Booted(vendor="Example", model="Twin", reason="PowerUp"),
    facts.MeterRead(place=Place(2), readings=readings()),
    facts.TransactionStarted(
        transaction_id="tx",
        at=AT,
        place=WHERE,
        token=IdToken("T", "Central"),
        seq_no=0,
        trigger="RemoteStart",
        offline=True,
        readings=readings(),
        charging_state=ChargingState.EV_CONNECTED,
        remote_start_id=9,
        reservation_id=0,
    ),
    facts.TransactionUpdated(
        transaction_id="tx", at=AT, seq_no=1, trigger="ChargingStateChanged", charging_state=ChargingState.CHARGING
    ),
    facts.TransactionEnded(
        transaction_id="tx", at=AT, seq_no=2, trigger="EVDeparted", place=WHERE, reason=StopReason.EV_DISCONNECTED
    ),
]


def all_facts() -> list[Any]:
    cases = [(version, fact) for version in Version for fact in shared_facts(version)]
    cases += [(Version.V16, fact) for fact in FACTS_16] + [(version, fact) for version in TWO for fact in FACTS_2X]
    return [pytest.param(v, f, id=f"{v}-{type(f).__name__}") for v, f in cases]


@pytest.mark.parametrize(("version", "fact"), all_facts())
def test_a_fact_comes_back_as_it_was_said(version: Version, fact: Fact) -> None:
    speaker = translator(version)
    action, payload = speaker.from_fact(fact)
    received = codec.decode_request(version, action, codec.encode(payload))
    if isinstance(fact, facts.Booted) and version is not Version.V16 and fact.reason is None:
        fact.reason = "Unknown"
    assert speaker.to_fact(action, received) == fact


def all_answers() -> list[Any]:
    full = facts.TokenAnswer(status=AuthorizationStatus.EXPIRED, expires_at=AT, group=IdToken("G", None))
    cases: list[tuple[Version, str, Answer]] = []
    for version in Version:
        group = IdToken("G", None if version is Version.V16 else "Central")
        verdict = facts.TokenAnswer(status=full.status, expires_at=AT, group=group)
        cases += [
            (version, "BootNotification", facts.BootAnswer(status=RegistrationStatus.PENDING, now=AT, interval_s=9)),
            (version, "Heartbeat", facts.TimeAnswer(now=AT)),
            (version, "Authorize", verdict),
            (version, "StatusNotification", facts.Acknowledged()),
            (version, "MeterValues", facts.Acknowledged()),
            (version, "FirmwareStatusNotification", facts.Acknowledged()),
            (version, "DataTransfer", facts.DataAnswer(status="Accepted", data='"x"')),
        ]
    verdict = facts.TokenAnswer(status=AuthorizationStatus.ACCEPTED)
    cases.append((Version.V16, "StartTransaction", facts.TransactionAnswer(transaction_id="7", token=verdict)))
    cases.append((Version.V16, "StopTransaction", facts.TransactionAnswer(transaction_id="")))
    for version in TWO:
        cases.append((version, "TransactionEvent", facts.TransactionAnswer(transaction_id="", token=verdict)))
        cases.append((version, "TransactionEvent", facts.TransactionAnswer(transaction_id="")))
    return [pytest.param(*case, id=f"{case[0]}-{case[1]}-{i}") for i, case in enumerate(cases)]


@pytest.mark.parametrize(("version", "action", "answer"), all_answers())
def test_an_answer_comes_back_as_it_was_said(version: Version, action: str, answer: Answer) -> None:
    speaker = translator(version)
    payload = codec.decode_response(version, action, codec.encode(speaker.from_answer(action, answer)))
    assert speaker.to_answer(action, payload) == answer


def name(version: Version) -> VariableName:
    if version is Version.V16:
        return VariableName(variable="HeartbeatInterval")
    return VariableName(
        variable="Limit", component="EVSE", variable_instance="i", component_instance="j", evse=1, attribute="Target"
    )


def all_orders() -> list[Any]:
    cases: list[tuple[Version, Order]] = []
    for version in Version:
        start = None if version is Version.V16 else 5
        stop = "12" if version is Version.V16 else "tx"
        unlock = Place(2, 1)
        cases += [
            (version, orders.StartTransaction(token=token(version), remote_start_id=start, evse=2)),
            (version, orders.StopTransaction(transaction_id=stop)),
            (version, orders.Reset(kind=orders.ResetKind.IMMEDIATE)),
            (version, orders.Reset(kind=orders.ResetKind.ON_IDLE)),
            (version, orders.Trigger(message="StatusNotification", place=WHERE)),
            (version, orders.Trigger(message="LogStatusNotification")),
            (version, orders.ChangeAvailability(operative=False, place=WHERE)),
            (version, orders.ChangeAvailability(operative=True)),
            (version, orders.Unlock(place=unlock)),
            (version, orders.ClearCache()),
            (version, orders.GetVariables(names=[name(version)])),
            (version, orders.SetVariables(values=[(name(version), "60")])),
            (version, orders.TransferData(vendor_id="v", message_id="m", data="[1]")),
        ]
    cases.append((Version.V16, orders.GetVariables(names=[])))
    cases.append((Version.V201, orders.Reset(kind=orders.ResetKind.IMMEDIATE, evse=1)))
    cases.append((Version.V21, orders.Reset(kind=orders.ResetKind.IMMEDIATE_AND_RESUME)))
    cases.append((Version.V21, orders.Trigger(message="com.example.custom")))
    return [pytest.param(v, o, id=f"{v}-{type(o).__name__}-{i}") for i, (v, o) in enumerate(cases)]


@pytest.mark.parametrize(("version", "order"), all_orders())
def test_an_order_comes_back_as_it_was_given(version: Version, order: Order) -> None:
    speaker = translator(version)
    action, payload = speaker.from_order(order)
    assert speaker.to_order(action, codec.decode_request(version, action, codec.encode(payload))) == order


def all_outcomes() -> list[Any]:
    cases: list[tuple[Version, Order, Outcome]] = []
    for version in Version:
        start = orders.StartTransaction(token=token(version), remote_start_id=5)
        got = Outcome(
            status="UnknownVariable" if version is not Version.V16 else "Accepted",
            variables=[
                VariableResult(
                    name=name(version), status="Accepted", value="1", mutable=True if version is Version.V16 else None
                ),
                VariableResult(name=name(version), status="UnknownVariable"),
            ],
        )
        was_set = Outcome(
            status="RebootRequired", variables=[VariableResult(name=name(version), status="RebootRequired")]
        )
        cases += [
            (version, start, Outcome(status="Rejected")),
            (version, orders.Reset(kind=orders.ResetKind.IMMEDIATE), Outcome(status="Accepted")),
            (version, orders.ChangeAvailability(operative=False), Outcome(status="Scheduled")),
            (version, orders.Unlock(place=WHERE), Outcome(status="UnlockFailed")),
            (version, orders.ClearCache(), Outcome(status="Accepted")),
            (version, orders.Trigger(message="Heartbeat"), Outcome(status="NotImplemented")),
            (version, orders.GetVariables(names=[name(version)]), got),
            (version, orders.SetVariables(values=[(name(version), "1")]), was_set),
            (version, orders.TransferData(vendor_id="v"), Outcome(status="UnknownVendorId", data='"x"')),
        ]
    for version in TWO:
        start = orders.StartTransaction(token=token(version), remote_start_id=5)
        cases.append((version, start, Outcome(status="Accepted", transaction_id="tx")))
        reset = orders.Reset(kind=orders.ResetKind.IMMEDIATE)
        cases.append((version, reset, Outcome(status="Rejected", reason="NotNow", detail="busy")))
    return [pytest.param(*case, id=f"{case[0]}-{type(case[1]).__name__}-{i}") for i, case in enumerate(cases)]


@pytest.mark.parametrize(("version", "order", "outcome"), all_outcomes())
def test_an_outcome_comes_back_as_it_was_said(version: Version, order: Order, outcome: Outcome) -> None:
    speaker = translator(version)
    action, request = speaker.from_order(order)
    response = codec.decode_response(version, action, codec.encode(speaker.from_outcome(action, outcome)))
    assert speaker.to_outcome(action, request, response) == outcome


@pytest.mark.parametrize("version", Version)
def test_every_report_is_read_or_noted(version: Version) -> None:
    reports = {name for name, action in ACTIONS[version].items() if action.origin is not Origin.CSMS}
    assert reports == TRANSLATORS[version].reports.keys()


def test_a_noted_report_names_its_action() -> None:
    payload = codec.decode_request(Version.V16, "FirmwareStatusNotification", b'{"status":"Idle"}')
    fact = noted(Version.V16, {})["FirmwareStatusNotification"].read(payload)
    assert fact == facts.Noted(action="FirmwareStatusNotification")


def test_an_action_without_an_order_gives_its_status() -> None:
    request = codec.decode_request(Version.V16, "GetLocalListVersion", b"{}")
    response = codec.decode_response(Version.V16, "GetLocalListVersion", b'{"listVersion":1}')
    assert translator(Version.V16).to_outcome("GetLocalListVersion", request, response).status == "Accepted"
    response = codec.decode_response(Version.V16, "CancelReservation", b'{"status":"Rejected"}')
    assert translator(Version.V16).to_outcome("CancelReservation", request, response).status == "Rejected"


def test_an_order_that_a_station_does_not_know_is_not_supported() -> None:
    payload = codec.decode_request(Version.V16, "GetLocalListVersion", b"{}")
    with pytest.raises(Untranslatable):
        Translator({}, {}, {}, {}).to_order("GetLocalListVersion", payload)
