"""A tariff goes to a station and comes back the same; what a version cannot say is refused before it is sent."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from busbar.model import tariffs
from busbar.model.facts import TransactionAnswer
from busbar.model.orders import Order
from busbar.model.tariffs import (
    Amount,
    Conditions,
    EvseKind,
    Part,
    Price,
    Tariff,
    TariffsCleared,
    TariffsHeld,
    Tax,
    Text,
    TextFormat,
    Weekday,
)
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator

SPEAKER = translator(Version.V21)
D = Decimal
VAT = (Tax(type="vat", percent=D("19.5")), Tax(type="city", percent=D(1), stack=1))
USAGE = Conditions(
    start_time_of_day="08:00",
    end_time_of_day="18:00",
    day_of_week=(Weekday.MONDAY, Weekday.SUNDAY),
    valid_from_date="2026-01-01",
    valid_to_date="2027-01-01",
    evse_kind=EvseKind.DC,
    min_energy=D(1000),
    max_power=D("11000.5"),
    min_idle_time=300,
)
FULL = Tariff(
    id="t-1",
    currency="EUR",
    description=(Text(content="0.40/kWh", format=TextFormat.ASCII, language="en"),),
    valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    energy=Part(prices=(Price(amount=D("0.4"), conditions=USAGE), Price(amount=D("0.25"))), taxes=VAT),
    charging_time=Part(prices=(Price(amount=D("0.1")),)),
    idle_time=Part(prices=(Price(amount=D(1)),)),
    fixed_fee=Part(prices=(Price(amount=D(3), conditions=Conditions(payment_recognition="CC")),)),
    reservation_time=Part(prices=(Price(amount=D("0.01")),)),
    reservation_fixed=Part(prices=(Price(amount=D(1)),)),
    min_cost=Amount(excl_tax=D(1), incl_tax=D("1.2")),
    max_cost=Amount(incl_tax=D(100), taxes=VAT),
)


def carried(order: Order, version: Version = Version.V21) -> Order:
    speaker = translator(version)
    action, payload = speaker.from_order(order)
    return speaker.to_order(action, codec.decode_request(version, action, codec.encode(payload)))


@pytest.mark.parametrize(
    "order",
    [
        tariffs.SetDefaultTariff(evse=0, tariff=FULL),
        tariffs.ChangeTransactionTariff(transaction_id="x", tariff=Tariff(id="t", currency="EUR")),
        tariffs.ClearTariffs(tariff_ids=["a", "b"], evse=1),
        tariffs.ClearTariffs(),
        tariffs.GetTariffs(evse=0),
        tariffs.UpdateCost(transaction_id="x", total=D("12.34")),
    ],
)
def test_an_order_says_what_it_says(order: Order) -> None:
    assert carried(order) == order


def test_the_cost_so_far_is_told_in_2_0_1_too__I02_FR_01() -> None:
    order = tariffs.UpdateCost(transaction_id="x", total=D("0.10"))
    assert carried(order, Version.V201) == order


@pytest.mark.parametrize(
    "tariff",
    [
        Tariff(id="x" * 61, currency="EUR"),
        Tariff(id="t", currency="EURO"),
        Tariff(id="t", currency="EUR", energy=Part(prices=())),
        Tariff(
            id="t",
            currency="EUR",
            energy=Part(prices=(Price(amount=D(1), conditions=Conditions(payment_brand="VISA")),)),
        ),
        Tariff(id="t", currency="EUR", fixed_fee=Part(prices=(Price(amount=D(1), conditions=Conditions(min_time=3)),))),
    ],
)
def test_a_tariff_that_cannot_be_said_is_refused(tariff: Tariff) -> None:
    with pytest.raises(Untranslatable):
        SPEAKER.from_order(tariffs.SetDefaultTariff(evse=0, tariff=tariff))


def test_tariffs_are_2_1s() -> None:
    for version in (Version.V16, Version.V201):
        with pytest.raises(Untranslatable):
            translator(version).from_order(tariffs.GetTariffs())


def answered(action: str, request: bytes, response: bytes) -> object:
    asked = codec.decode_request(Version.V21, action, request)
    said = codec.decode_response(Version.V21, action, response)
    return SPEAKER.to_outcome(action, asked, said)


def test_what_a_station_holds_is_read__I09_FR_04_FR_07() -> None:
    outcome = answered(
        "GetTariffs",
        b'{"evseId":0}',
        b'{"status":"Accepted","tariffAssignments":[{"tariffId":"a","tariffKind":"DefaultTariff","evseIds":[1,2],'
        b'"validFrom":"2026-01-01T00:00:00Z"},{"tariffId":"b","tariffKind":"DriverTariff","idTokens":["T"]}]}',
    )
    assert isinstance(outcome, TariffsHeld)
    first, second = outcome.tariffs
    assert (first.evses, first.kind, first.valid_from) == ([1, 2], "DefaultTariff", datetime(2026, 1, 1, tzinfo=UTC))
    assert second.tokens == ["T"]


def test_no_tariff_is_no_failure_to_read__I10_FR_06() -> None:
    outcome = answered("ClearTariffs", b"{}", b'{"clearTariffsResult":[{"status":"NoTariff"}]}')
    assert isinstance(outcome, TariffsCleared)
    assert (outcome.status, outcome.results[0].tariff_id, outcome.accepted) == ("NoTariff", None, False)


def test_a_text_that_a_version_cannot_say_is_left_out_of_an_answer__I06_FR_02() -> None:
    texts = (Text(content="qr", format=TextFormat.QRCODE), Text(content="a"), Text(content="b"))
    said = {
        version: codec.encode(
            translator(version).from_answer("TransactionEvent", TransactionAnswer(transaction_id="", messages=texts))
        )
        for version in (Version.V201, Version.V21)
    }
    assert said[Version.V201] == b'{"updatedPersonalMessage":{"format":"UTF8","content":"a"}}'
    assert b'"updatedPersonalMessageExtra":[{' in said[Version.V21]
    only = TransactionAnswer(transaction_id="", messages=texts[:1])
    assert codec.encode(translator(Version.V201).from_answer("TransactionEvent", only)) == b"{}"
