"""What a station says of ad hoc payments is read, and answered in its words."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from busbar.model.payment import (
    Address,
    NotifyWebPayment,
    PaymentSettled,
    SettlementAnswer,
    SettlementStatus,
    VatAnswer,
    VatNumberAsked,
)
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import translator

SPEAKER = translator(Version.V21)
COMPANY = Address(name="ACME", address1="Road 1", city="Town", country="NL", address2="b", postal_code="1")
SETTLED = PaymentSettled(
    psp_ref="psp-1",
    status=SettlementStatus.SETTLED,
    amount=Decimal("12.34"),
    at=datetime(2026, 1, 1, tzinfo=UTC),
    transaction_id="tx",
    info="ok",
    receipt_id="r",
    receipt_url="https://r.example/1",
    vat_number="NL1",
    vat_company=COMPANY,
)
CANCELED = PaymentSettled(
    psp_ref="psp-2", status=SettlementStatus.CANCELED, amount=Decimal("0.0"), at=datetime(2026, 1, 1, tzinfo=UTC)
)


@pytest.mark.parametrize("fact", [SETTLED, CANCELED, VatNumberAsked(number="NL1", evse=0), VatNumberAsked(number="X")])
def test_a_report_is_read__C19_FR_02_C21_FR_02_C18_FR_08(fact: PaymentSettled | VatNumberAsked) -> None:
    action, payload = SPEAKER.from_fact(fact)
    assert SPEAKER.to_fact(action, codec.decode_request(Version.V21, action, codec.encode(payload))) == fact


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        ("NotifySettlement", SettlementAnswer(receipt_url="https://r.example/1", receipt_id="7")),
        ("NotifySettlement", SettlementAnswer()),
        ("VatNumberValidation", VatAnswer(number="NL1", accepted=True, evse=1, company=COMPANY)),
        ("VatNumberValidation", VatAnswer(number="NL1", accepted=False, reason="InvalidValue")),
    ],
)
def test_an_answer_says_what_it_says__C18_FR_09_FR_10_C21_FR_03(
    action: str, answer: SettlementAnswer | VatAnswer
) -> None:
    raw = codec.encode(SPEAKER.from_answer(action, answer))
    assert SPEAKER.to_answer(action, codec.decode_response(Version.V21, action, raw)) == answer


def test_a_payment_on_the_web_is_told__C25_FR_21() -> None:
    order = NotifyWebPayment(evse=1, timeout_s=60)
    action, payload = SPEAKER.from_order(order)
    assert SPEAKER.to_order(action, codec.decode_request(Version.V21, action, codec.encode(payload))) == order
