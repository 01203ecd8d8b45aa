"""1.6's places, tokens, numbers and verdicts."""

from datetime import UTC, datetime

import pytest

from busbar.model.facts import TokenAnswer
from busbar.model.values import STATION, AuthorizationStatus, ConnectorStatus, IdToken, Place, StopReason
from busbar.protocol.errors import ErrorCode
from busbar.protocol.translate.errors import Untranslatable
from busbar.protocol.translate.v16 import words
from busbar.protocol.wire import v16


@pytest.mark.parametrize(("connector", "place"), [(0, STATION), (1, Place(1, 1)), (7, Place(7, 1))])
def test_a_connector_is_an_evse_with_one_connector_and_zero_the_station(connector: int, place: Place) -> None:
    assert words.place(connector) == place
    assert words.connector(place) == connector


def test_a_negative_connector_is_nowhere() -> None:
    with pytest.raises(Untranslatable) as error:
        words.place(-1)
    assert error.value.code is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION


def test_an_evse_alone_is_its_one_connector() -> None:
    assert words.connector(Place(3)) == 3


@pytest.mark.parametrize("place", [Place(None, 1), Place(0, 1)])
def test_a_connector_without_an_evse_is_not_taken_for_the_station(place: Place) -> None:
    with pytest.raises(Untranslatable):
        words.connector(place)


def test_a_second_connector_of_an_evse_is_never_taken_for_the_first() -> None:
    with pytest.raises(Untranslatable) as error:
        words.connector(Place(3, 2))
    assert error.value.code is ErrorCode.NOT_SUPPORTED


@pytest.mark.parametrize("place", [STATION, Place(0), Place(-1)])
def test_what_is_about_one_connector_is_not_about_the_station(place: Place) -> None:
    with pytest.raises(Untranslatable):
        words.one_connector(place)


def test_a_token_has_twenty_characters_at_most() -> None:
    assert words.id_tag(IdToken("x" * 20, "ISO14443")) == "x" * 20
    with pytest.raises(Untranslatable) as error:
        words.id_tag(IdToken("x" * 21))
    assert error.value.code is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION


@pytest.mark.parametrize("number", [-1, 0, 7, -(2**31), 2**31 - 1])
def test_a_transaction_id_is_a_number_also_minus_one(number: int) -> None:
    assert words.number(str(number)) == number


@pytest.mark.parametrize("text", ["2147483648", "-2147483649", "9999999999", "--1", "+1", " 1", "1_0", "uuid"])
def test_a_transaction_id_beyond_32_bits_or_of_another_shape_cannot_be_said(text: str) -> None:
    with pytest.raises(Untranslatable):
        words.number(text)


def test_every_verdict_status_and_reason_has_a_word() -> None:
    for verdict in AuthorizationStatus:
        assert words.info(TokenAnswer(status=verdict)).status in v16.IdTagInfoStatus
    assert {v16.StatusNotificationStatus(words.STATUSES[status]) for status in ConnectorStatus}
    assert set(words.REASONS) == set(StopReason)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (StopReason.IMMEDIATE_RESET, "HardReset"),
        (StopReason.MASTER_PASS, "Local"),
        (StopReason.SOC_LIMIT_REACHED, "Other"),
        (StopReason.UNLOCK_COMMAND, "UnlockCommand"),
    ],
)
def test_a_reason_is_said_in_its_nearest_word(reason: StopReason, said: str) -> None:
    assert words.REASONS[reason].value == said


def test_a_connector_in_use_claims_no_energy() -> None:
    assert words.STATUSES[ConnectorStatus.OCCUPIED] == "Preparing"


def test_a_group_that_is_too_long_does_not_spoil_the_verdict() -> None:
    said = words.info(TokenAnswer(status=AuthorizationStatus.ACCEPTED, group=IdToken("g" * 21)))
    assert words.verdict(said) == TokenAnswer(status=AuthorizationStatus.ACCEPTED)


def test_a_verdict_comes_back_whole() -> None:
    verdict = TokenAnswer(
        status=AuthorizationStatus.EXPIRED, expires_at=datetime(2026, 1, 1, tzinfo=UTC), group=IdToken("G")
    )
    assert words.verdict(words.info(verdict)) == verdict
