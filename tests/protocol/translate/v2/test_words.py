"""2.x's places, tokens and free JSON."""

from types import ModuleType

import pytest
from msgspec import UNSET

from busbar.model.orders import Outcome
from busbar.model.values import STATION, ConnectorStatus, IdToken, Place, StopReason
from busbar.protocol.errors import ErrorCode
from busbar.protocol.translate.errors import Untranslatable
from busbar.protocol.translate.v2 import words
from busbar.protocol.wire import v21, v201

BOTH = [v201, v21]


@pytest.mark.parametrize("wire", BOTH)
@pytest.mark.parametrize("place", [STATION, Place(1), Place(2, 3)])
def test_a_place_comes_back(wire: ModuleType, place: Place) -> None:
    assert words.read_place(words.evse(wire, place)) == place


def test_number_zero_names_none() -> None:
    assert words.numbered(0, 0) == STATION
    assert words.numbered(2, 0) == Place(2)


@pytest.mark.parametrize("numbers", [(-1, 1), (1, -1)])
def test_a_negative_number_is_nowhere(numbers: tuple[int, int]) -> None:
    with pytest.raises(Untranslatable):
        words.numbered(*numbers)


@pytest.mark.parametrize("wire", BOTH)
@pytest.mark.parametrize("token", [IdToken("04AA", "ISO14443"), IdToken("", "NoAuthorization")])
def test_a_token_comes_back_also_an_empty_one(wire: ModuleType, token: IdToken) -> None:
    assert words.read_token(words.token(wire, token)) == token


@pytest.mark.parametrize("wire", BOTH)
def test_a_token_of_no_known_type_is_the_systems_own(wire: ModuleType) -> None:
    assert words.read_token(words.token(wire, IdToken("T"))) == IdToken("T", "Central")


@pytest.mark.parametrize(
    ("wire", "token"),
    [
        (v201, IdToken("x" * 37, "Central")),
        (v21, IdToken("x" * 256, "Central")),
        (v201, IdToken("WBA123", "VIN")),
        (v21, IdToken("T", "x" * 21)),
    ],
)
def test_a_token_that_the_version_cannot_hold_cannot_be_said(wire: ModuleType, token: IdToken) -> None:
    with pytest.raises(Untranslatable) as error:
        words.token(wire, token)
    assert error.value.code is ErrorCode.PROPERTY_CONSTRAINT_VIOLATION


def test_what_201_cannot_hold_21_can() -> None:
    for token in (IdToken("x" * 255, "Central"), IdToken("WBA123", "VIN")):
        assert words.read_token(words.token(v21, token)) == token


@pytest.mark.parametrize("text", ["1", '"x"', "null", "[1,{}]", '{"a":[true]}'])
def test_vendor_data_is_any_json(text: str) -> None:
    assert words.data_text(words.text_data(text)) == text


def test_no_vendor_data_is_not_null() -> None:
    assert words.text_data(None) is UNSET
    assert words.data_text(UNSET) is None


@pytest.mark.parametrize("text", ["", "hello", "{", "[" * 33 + "]" * 33, "[" * 5000 + "]" * 5000])
def test_vendor_data_that_is_no_json_or_too_deep_cannot_be_said(text: str) -> None:
    with pytest.raises(Untranslatable):
        words.data_transfer(v21, "v", None, text)


@pytest.mark.parametrize("wire", BOTH)
def test_every_status_and_reason_has_a_word(wire: ModuleType) -> None:
    for status in ConnectorStatus:
        assert wire.ConnectorStatusEnumType(words.STATUSES[status])
    for reason in StopReason:
        known = {kind.value for kind in wire.ReasonEnumType}
        assert reason.value in known or words.NEAREST_REASONS[reason] in known


@pytest.mark.parametrize("wire", BOTH)
def test_what_is_told_with_a_token_is_read__C18(wire: ModuleType) -> None:
    more = [wire.AdditionalInfoType(additional_id_token="Visa", type="PaymentBrand")]
    token = words.read_token(wire.IdTokenType(id_token="psp", type="Central", additional_info=more))
    assert token == IdToken("psp", "Central")
    assert (token.told("PaymentBrand"), token.told("PaymentRecognition")) == ("Visa", None)


def test_evse_0_is_the_station_and_left_out__G04() -> None:
    assert words.evse(v201, Place(0)) is UNSET


def test_a_connector_without_an_evse_is_not_taken_for_the_station() -> None:
    with pytest.raises(Untranslatable):
        words.evse(v21, Place(None, 1))


@pytest.mark.parametrize("wire", BOTH)
def test_a_status_is_said_and_why(wire: ModuleType) -> None:
    write = words.status_writer(wire, wire.GetReportResponse, wire.GenericDeviceModelStatusEnumType)
    said = write(Outcome(status="Rejected", reason="NotFound", detail="nothing"))
    assert (said.status.value, said.status_info.reason_code, said.status_info.additional_info) == (
        "Rejected",
        "NotFound",
        "nothing",
    )
    assert write(Outcome(status="EmptyResultSet")).status_info is UNSET
    with pytest.raises(Untranslatable):
        write(Outcome(status="Nonsense"))
