"""Settlements are kept once and joined to sessions; VAT numbers are judged; QR codes are checked."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from busbar.csms.changes import TransactionPut
from busbar.csms.records.payments import ReceiptServer, Settlement
from busbar.csms.rows import Transaction
from busbar.csms.services.payments import VatQuestion, VatVerdict
from busbar.model.payment import Address, PaymentSettled, SettlementAnswer, SettlementStatus, VatNumberAsked

AT = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
COMPANY = Address(name="ACME", address1="Road 1", city="Town", country="NL")


def settled(**more) -> PaymentSettled:
    fields = {"psp_ref": "psp", "status": SettlementStatus.SETTLED, "amount": Decimal("9.99"), "at": AT}
    return PaymentSettled(**(fields | more))


async def test_a_settlement_is_kept_once_and_joined_to_its_session__C21_FR_02(stand):
    await stand.store.commit([TransactionPut(Transaction(id=77, station_id=1, transaction_id="tx", updated_at=AT))])
    for _ in range(2):
        assert (await stand.tell(settled(transaction_id="tx"))).answer == SettlementAnswer()
    (row,) = await stand.store.find(Settlement)
    assert (row.transaction, row.amount, row.status) == (77, Decimal("9.99"), SettlementStatus.SETTLED)
    assert stand.happenings[0].amount == "9.99"


@pytest.mark.parametrize("status", [SettlementStatus.CANCELED, SettlementStatus.REJECTED, SettlementStatus.FAILED])
async def test_what_was_not_settled_is_kept_too__C19_FR_02_C22_FR_01_FR_02(stand, status):
    await stand.store.insert(ReceiptServer(url="https://r.example/{receipt}"))
    assert (await stand.tell(settled(status=status, transaction_id="nowhere"))).answer == SettlementAnswer()
    (row,) = await stand.store.find(Settlement)
    assert (row.status, row.transaction, row.receipt_url) == (status, None, None)


async def test_a_receipt_of_ours_is_named_the_same_each_time__C21_FR_03(stand):
    await stand.store.insert(ReceiptServer(url="https://r.example/{receipt}"))
    first, again = [(await stand.tell(settled())).answer for _ in range(2)]
    assert first == again
    assert first.receipt_url == f"https://r.example/{first.receipt_id}"


async def test_a_receipt_of_the_terminal_is_kept__C21_FR_04(stand):
    await stand.store.insert(ReceiptServer(url="https://r.example/{receipt}"))
    told = settled(receipt_url="https://psp.example/1", receipt_id="1")
    assert (await stand.tell(told)).answer == SettlementAnswer()
    (row,) = await stand.store.find(Settlement)
    assert (row.receipt_url, row.receipt_id) == ("https://psp.example/1", "1")


async def test_a_vat_number_is_judged_by_its_form_where_nobody_knows_more__C18_FR_09_FR_10(stand):
    async def nobody(_):
        return None

    stand.askers = {VatQuestion: nobody}
    good = (await stand.tell(VatNumberAsked(number="DE136695976", evse=2))).answer
    assert (good.accepted, good.number, good.evse, good.reason) == (True, "DE136695976", 2, None)
    bad = (await stand.tell(VatNumberAsked(number="DE000000000"))).answer
    assert (bad.accepted, bad.reason, bad.evse) == (False, "InvalidValue", None)


@pytest.mark.parametrize("known", [True, False])
async def test_the_authority_decides_where_it_is_asked(stand, known):
    async def authority(question):
        assert question == VatQuestion("DE136695976")
        return VatVerdict(known, COMPANY)

    stand.askers = {VatQuestion: authority}
    answer = (await stand.tell(VatNumberAsked(number="DE136695976"))).answer
    assert (answer.accepted, answer.company) == (known, COMPANY if known else None)
