"""What only 1.6 says, and what it cannot say."""

from datetime import UTC, datetime

import pytest

from busbar.model import facts
from busbar.model.facts import Fact
from busbar.model.values import AuthorizationStatus, ConnectorStatus, IdToken, Place, Reading, Sample, StopReason
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ErrorCode
from busbar.protocol.translate import Untranslatable, translator

AT = datetime(2026, 1, 1, tzinfo=UTC)
SPEAKER = translator(Version.V16)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (AuthorizationStatus.UNKNOWN, "Invalid"),
        (AuthorizationStatus.NO_CREDIT, "Blocked"),
        (AuthorizationStatus.CONCURRENT_TX, "ConcurrentTx"),
    ],
)
def test_a_verdict_that_16_lacks_is_said_in_its_nearest_word(status: AuthorizationStatus, said: str) -> None:
    payload = SPEAKER.from_answer("Authorize", facts.TokenAnswer(status=status))
    assert codec.encode(payload) == b'{"idTagInfo":{"status":"%s"}}' % said.encode()


def test_connector_zero_is_the_station() -> None:
    raw = b'{"connectorId":0,"errorCode":"NoError","status":"Available"}'
    fact = SPEAKER.to_fact("StatusNotification", codec.decode_request(Version.V16, "StatusNotification", raw))
    assert fact == facts.StatusChanged(place=Place(), status=ConnectorStatus.AVAILABLE)


def test_a_stop_without_a_reason_was_local() -> None:
    raw = b'{"meterStop":1,"timestamp":"2026-01-01T00:00:00Z","transactionId":1}'
    fact = SPEAKER.to_fact("StopTransaction", codec.decode_request(Version.V16, "StopTransaction", raw))
    assert isinstance(fact, facts.TransactionEnded)
    assert fact.reason is StopReason.LOCAL


@pytest.mark.parametrize("text", ["abc", "", "1.5", "99999999999", "١"])
def test_a_transaction_id_that_is_no_number_cannot_be_said(text: str) -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_fact(facts.MeterRead(place=Place(), readings=[], transaction_id=text))


def test_a_reason_that_16_lacks_is_other() -> None:
    ended = facts.TransactionEnded(transaction_id="1", at=AT, meter_wh=1, reason=StopReason.STOPPED_BY_EV)
    assert b'"reason":"Other"' in codec.encode(SPEAKER.from_fact(ended)[1])


REGISTER = [Reading(AT, [Sample("Energy.Active.Import.Register", 1.5, "kWh")])]
LATER = [*REGISTER, Reading(AT, [Sample("Energy.Active.Import.Register", 2500.0, "Wh")])]
MISSING = ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (facts.TokenPresented(token=IdToken("x" * 21)), ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        (facts.MeterRead(place=Place(1, 1), readings=[]), MISSING),
        (facts.TransactionStarted(transaction_id=None, at=AT, place=Place(1, 1), meter_wh=1.0), MISSING),
        (facts.TransactionStarted(transaction_id=None, at=AT, place=Place(1, 1), token=IdToken("T")), MISSING),
        (
            facts.TransactionStarted(transaction_id=None, at=AT, place=Place(), token=IdToken("T"), meter_wh=1.0),
            ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        ),
        (facts.TransactionEnded(transaction_id="1", at=AT), MISSING),
        (facts.TransactionUpdated(transaction_id="1", at=AT, seq_no=1, trigger="Trigger"), ErrorCode.NOT_SUPPORTED),
        (facts.StatusChanged(place=Place(1, 2), status=ConnectorStatus.AVAILABLE), ErrorCode.NOT_SUPPORTED),
        (
            facts.StatusChanged(place=Place(1, 1), status=ConnectorStatus.FAULTED, error="Melted"),
            ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        ),
        (facts.Noted(action="DiagnosticsStatusNotification"), ErrorCode.NOT_SUPPORTED),
    ],
)
def test_a_fact_that_cannot_be_said_says_why(fact: Fact, code: ErrorCode) -> None:
    with pytest.raises(Untranslatable) as error:
        SPEAKER.from_fact(fact)
    assert error.value.code is code


def test_a_start_without_a_register_takes_it_from_its_first_reading() -> None:
    fact = facts.TransactionStarted(transaction_id=None, at=AT, place=Place(1, 1), token=IdToken("T"), readings=LATER)
    assert b'"meterStart":1500' in codec.encode(SPEAKER.from_fact(fact)[1])


def test_a_stop_without_a_register_takes_it_from_its_last_reading() -> None:
    fact = facts.TransactionEnded(transaction_id="-1", at=AT, readings=LATER)
    said = codec.encode(SPEAKER.from_fact(fact)[1])
    assert b'"meterStop":2500' in said
    assert b'"transactionId":-1' in said
    assert b'"reason"' not in said


def test_a_register_of_zero_is_a_register() -> None:
    fact = facts.TransactionEnded(transaction_id="1", at=AT, meter_wh=0.0, readings=LATER)
    assert b'"meterStop":0' in codec.encode(SPEAKER.from_fact(fact)[1])


def test_a_start_is_never_answered_without_a_verdict() -> None:
    with pytest.raises(Untranslatable) as error:
        SPEAKER.from_answer("StartTransaction", facts.TransactionAnswer(transaction_id="1"))
    assert error.value.code is MISSING


@pytest.mark.parametrize("action", ["GetCertificateStatus", "TransactionEvent"])
def test_an_action_without_a_report_has_no_answer(action: str) -> None:
    with pytest.raises(Untranslatable) as error:
        SPEAKER.from_answer(action, facts.Acknowledged())
    assert error.value.code is ErrorCode.NOT_SUPPORTED


def test_an_old_serial_number_field_will_do() -> None:
    raw = b'{"chargePointVendor":"V","chargePointModel":"M","chargeBoxSerialNumber":"B"}'
    fact = SPEAKER.to_fact("BootNotification", codec.decode_request(Version.V16, "BootNotification", raw))
    assert fact == facts.Booted(vendor="V", model="M", serial="B")


def test_transaction_data_are_readings() -> None:
    raw = (
        b'{"meterStop":2,"timestamp":"2026-01-01T00:00:00Z","transactionId":-1,"idTag":"T","transactionData":'
        b'[{"timestamp":"2026-01-01T00:00:00Z","sampledValue":[{"value":"2","context":"Transaction.End"}]}]}'
    )
    fact = SPEAKER.to_fact("StopTransaction", codec.decode_request(Version.V16, "StopTransaction", raw))
    assert isinstance(fact, facts.TransactionEnded)
    assert (fact.transaction_id, fact.token, fact.meter_wh) == ("-1", IdToken("T"), 2)
    assert fact.readings == [Reading(AT, [Sample("Energy.Active.Import.Register", 2.0, context="Transaction.End")])]
