"""What only 2.x says, and what it cannot say."""

from datetime import UTC, datetime

import pytest

from busbar.model import facts
from busbar.model.certificates import CertificateHash, ContractVerdict, HashAlgorithm, StatusTarget
from busbar.model.facts import Fact
from busbar.model.values import AuthorizationStatus, ConnectorStatus, IdToken, Place, StopReason
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ErrorCode
from busbar.protocol.translate import Untranslatable, translator

AT = datetime(2026, 1, 1, tzinfo=UTC)
SPEAKER = translator(Version.V201)


@pytest.mark.parametrize("status", ["PREPARING", "CHARGING", "SUSPENDED_EV", "SUSPENDED_EVSE", "FINISHING"])
def test_the_phases_of_16_are_occupied(status: str) -> None:
    fact = facts.StatusChanged(place=Place(1, 1), status=ConnectorStatus[status], at=AT)
    assert b'"Occupied"' in codec.encode(SPEAKER.from_fact(fact)[1])


@pytest.mark.parametrize(
    "fact",
    [
        facts.StatusChanged(place=Place(1, 1), status=ConnectorStatus.AVAILABLE),
        facts.TransactionStarted(transaction_id=None, at=AT, place=Place(1, 1), seq_no=0, trigger="Authorized"),
        facts.TransactionEnded(transaction_id="x", at=AT),
        facts.DataTransferred(vendor_id="v", data="no json"),
    ],
)
def test_a_fact_of_16_only_cannot_be_said(fact: Fact) -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_fact(fact)


def test_an_end_without_a_reason_was_local() -> None:
    raw = (
        b'{"eventType":"Ended","timestamp":"2026-01-01T00:00:00Z","triggerReason":"StopAuthorized","seqNo":3,'
        b'"transactionInfo":{"transactionId":"x"}}'
    )
    fact = SPEAKER.to_fact("TransactionEvent", codec.decode_request(Version.V201, "TransactionEvent", raw))
    assert isinstance(fact, facts.TransactionEnded)
    assert (fact.reason, fact.place, fact.readings) == (StopReason.LOCAL, Place(), [])


def test_a_token_without_authorization_may_be_empty() -> None:
    raw = b'{"idToken":{"idToken":"","type":"NoAuthorization"}}'
    fact = SPEAKER.to_fact("Authorize", codec.decode_request(Version.V201, "Authorize", raw))
    assert fact == facts.TokenPresented(token=IdToken("", "NoAuthorization"))


MISSING = ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (facts.StatusChanged(place=Place(), status=ConnectorStatus.AVAILABLE, at=AT), MISSING),
        (facts.StatusChanged(place=Place(1), status=ConnectorStatus.AVAILABLE, at=AT), MISSING),
        (facts.MeterRead(place=Place(1), readings=[]), MISSING),
        (facts.TransactionEnded(transaction_id="x", at=AT, trigger="Trigger"), MISSING),
        (facts.TransactionEnded(transaction_id="x", at=AT, seq_no=0), MISSING),
        (
            facts.TransactionEnded(transaction_id="x", at=AT, seq_no=0, trigger="TxResumed"),
            ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        ),
        (facts.TokenPresented(token=IdToken("x" * 37)), ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        (facts.Booted(vendor="v", model="m", reason="Boredom"), ErrorCode.PROPERTY_CONSTRAINT_VIOLATION),
        (facts.Noted(action="NotifyEvent"), ErrorCode.NOT_SUPPORTED),
    ],
)
def test_a_fact_that_cannot_be_said_says_why(fact: Fact, code: ErrorCode) -> None:
    with pytest.raises(Untranslatable) as error:
        SPEAKER.from_fact(fact)
    assert error.value.code is code


@pytest.mark.parametrize(
    ("version", "reason", "said"),
    [
        (Version.V201, StopReason.HARD_RESET, "ImmediateReset"),
        (Version.V201, StopReason.SOFT_RESET, "ImmediateReset"),
        (Version.V21, StopReason.UNLOCK_COMMAND, "Other"),
        (Version.V201, StopReason.REQ_ENERGY_TRANSFER_REJECTED, "Other"),
        (Version.V21, StopReason.REQ_ENERGY_TRANSFER_REJECTED, "ReqEnergyTransferRejected"),
    ],
)
def test_a_reason_is_said_in_the_nearest_word_of_the_version(version: Version, reason: StopReason, said: str) -> None:
    fact = facts.TransactionEnded(transaction_id="x", at=AT, seq_no=1, trigger="Trigger", reason=reason)
    assert f'"stoppedReason":"{said}"'.encode() in codec.encode(translator(version).from_fact(fact)[1])


HASH = (
    '{"hashAlgorithm":"SHA256","issuerNameHash":"a","issuerKeyHash":"b","serialNumber":"c","responderURL":"http://d"}'
)


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_a_contract_certificate_comes_with_its_token__C07_FR_02(version: Version) -> None:
    extra = f'"certificate":"PEM","iso15118CertificateHashData":[{HASH}]'
    raw = f'{{"idToken":{{"idToken":"X","type":"eMAID"}},{extra}}}'.encode()
    fact = translator(version).to_fact("Authorize", codec.decode_request(version, "Authorize", raw))
    assert isinstance(fact, facts.TokenPresented)
    assert fact.certificate == "PEM"
    named = CertificateHash(HashAlgorithm.SHA256, "a", "b", "c")
    assert fact.certificate_targets == (StatusTarget(named, "http://d"),)
    assert translator(version).from_fact(fact)[1] == codec.decode_request(version, "Authorize", raw)
    answer = facts.TokenAnswer(status=AuthorizationStatus.INVALID, certificate=ContractVerdict.REVOKED)
    written = translator(version).from_answer("Authorize", answer)
    assert b'"certificateStatus":"CertificateRevoked"' in codec.encode(written)
    assert translator(version).to_answer("Authorize", written) == answer


def test_a_negative_evse_is_nowhere() -> None:
    raw = b'{"evseId":-1,"meterValue":[{"timestamp":"2026-01-01T00:00:00Z","sampledValue":[{"value":1}]}]}'
    with pytest.raises(Untranslatable):
        SPEAKER.to_fact("MeterValues", codec.decode_request(Version.V201, "MeterValues", raw))


def test_a_group_that_the_version_cannot_hold_does_not_spoil_the_answer() -> None:
    verdict = facts.TokenAnswer(status=AuthorizationStatus.ACCEPTED, group=IdToken("g" * 40, "Central"))
    answer = facts.TransactionAnswer(transaction_id="x", token=verdict)
    payload = SPEAKER.from_answer("TransactionEvent", answer)
    assert codec.encode(payload) == b'{"idTokenInfo":{"status":"Accepted"}}'
    newer = translator(Version.V21).from_answer("TransactionEvent", answer)
    assert b"groupIdToken" in codec.encode(newer)


def test_a_stream_of_21_is_noted_and_never_answered() -> None:
    speaker = translator(Version.V21)
    with pytest.raises(Untranslatable):
        speaker.from_answer("NotifyPeriodicEventStream", facts.Acknowledged())


@pytest.mark.parametrize(
    ("version", "status", "told"),
    [
        (Version.V21, AuthorizationStatus.ACCEPTED, True),
        (Version.V21, AuthorizationStatus.BLOCKED, False),
        (Version.V201, AuthorizationStatus.ACCEPTED, False),
    ],
)
def test_an_accepted_driver_is_told_which_transfers_are_allowed__Q01_FR_01(
    version: Version, status: AuthorizationStatus, told: bool
) -> None:
    answer = facts.TokenAnswer(status=status, energy_transfers=("DC", "DC_BPT"))
    written = codec.encode(translator(version).from_answer("Authorize", answer))
    assert (b'"allowedEnergyTransfer":["DC","DC_BPT"]' in written) is told


def test_a_limit_is_said_where_the_version_has_limits__E16_FR_03() -> None:
    limit = facts.TransactionLimit(max_energy_wh=1000.0, max_time_s=60)
    fact = facts.TransactionUpdated(transaction_id="x", at=AT, seq_no=1, trigger="Trigger", limit=limit)
    speaker = translator(Version.V21)
    action, said = speaker.from_fact(fact)
    again = speaker.to_fact(action, codec.decode_request(Version.V21, action, codec.encode(said)))
    assert isinstance(again, facts.TransactionUpdated)
    assert again.limit == limit
    assert b"Limit" not in codec.encode(SPEAKER.from_fact(fact)[1])
