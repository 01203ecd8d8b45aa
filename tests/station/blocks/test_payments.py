"""Ad hoc payment: cards and their settlement, dynamic QR codes, VAT numbers, limits (2.1 C18 to C25)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from busbar.model.facts import (
    Fact,
    TokenAnswer,
    TokenPresented,
    TransactionAnswer,
    TransactionLimit,
    TransactionStarted,
    TransactionUpdated,
)
from busbar.model.orders import SetVariables, StartTransaction, VariableName
from busbar.model.payment import (
    Address,
    NotifyWebPayment,
    PaymentSettled,
    SettlementAnswer,
    SettlementStatus,
    VatAnswer,
    VatNumberAsked,
)
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.model.versions import Version
from busbar.protocol.qr_codes import is_one_time_password
from busbar.station import effects as ef
from busbar.station import events as ev
from busbar.station.payment import Receipt, Settle
from busbar.station.work import Failed

SECRET = "a secret of a station"
URL = "https://qr.example/{chargingstationid}/{evse}/{totp}/{version}"
CODES = {"PaymentUrl": URL, "TotpSecret": SECRET}
PAID = IdToken("psp-1", "DirectPayment")


def station(play: Any, evses: int = 1, **settings: str) -> Any:
    p = play(Version.V21, evses=evses, settings={"MeterValueSampleInterval": "0", **settings})
    p.go_online()
    return p


def shown(effects: list[ef.Effect]) -> list[str]:
    return [effect.text for effect in effects if isinstance(effect, ef.Show)]


def code(effects: list[ef.Effect]) -> str:
    return next(text for text in reversed(shown(effects)) if text.startswith("https://qr"))


def good(p: Any, url: str) -> bool:
    return is_one_time_password(url.split("/")[5], SECRET, p.now, validity_s=30, length=8)


# QR codes


def test_a_code_is_shown_and_changes_with_its_password__C25_FR_01_50_51_52(play: Any) -> None:
    p = play(Version.V21, settings=CODES)
    first = code(p.run(ev.PoweredOn()))
    assert first.startswith("https://qr.example/CS1/1/")
    assert first.endswith("/v1")
    assert good(p, first)
    second = code(p.wait(31))
    assert second != first
    assert good(p, second)
    p.now += timedelta(seconds=90)
    assert not good(p, second)


def test_codes_begin_when_they_are_set(play: Any) -> None:
    p = station(play)
    names = [VariableName(component="WebPaymentsCtrlr", variable=name) for name in ("SharedSecret", "URLTemplate")]
    p.csms.heard.clear()
    effects = p.run(ev.Ordered("o", SetVariables(values=[(names[0], SECRET), (names[1], URL)])))
    assert good(p, code(effects))
    (result,) = p.order(SetVariables(values=[(names[1], "ftp://x")])).variables
    assert result.status == "Rejected"


def test_no_code_where_somebody_charges(play: Any) -> None:
    p = station(play, **CODES)
    p.charge()
    assert not [text for text in shown(p.wait(61)) if text.startswith("https://qr")]


def test_a_choice_stands_in_the_code_and_is_a_limit__C25_FR_03_to_06_56_to_58__E16_FR_01(play: Any) -> None:
    p = station(play, **CODES)
    limit = TransactionLimit(max_time_s=600, max_energy_wh=5000.0)
    url = code(p.run(ev.LimitsChosen(1, limit)))
    assert url.endswith("?maxtime=600&maxenergy=5000")
    p.charge()
    assert [f.limit for f in p.sent if isinstance(f, TransactionUpdated) and f.trigger == "LimitSet"] == [limit]
    p.run(ev.LimitsChosen(1, TransactionLimit(max_energy_wh=100.0)))
    p.meter(100)
    p.wait(10)
    assert not p.station.evses[1].offered


def test_an_evse_is_kept_while_somebody_pays__C25_FR_22_27(play: Any) -> None:
    p = station(play, 2)
    assert p.order(NotifyWebPayment(evse=1, timeout_s=60)).status == "Accepted"
    assert shown(p.run(ev.TokenRead(IdToken("T"), 1))) == ["Please wait"]
    assert p.order(StartTransaction(token=PAID, remote_start_id=1, evse=1)).status == "Accepted"
    assert p.station.evses[1].token == PAID
    p.order(NotifyWebPayment(evse=0, timeout_s=60))
    assert p.station.evses[2].paying
    p.wait(61)
    p.run(ev.TokenRead(IdToken("T"), 2))
    assert p.station.evses[2].token == IdToken("T")


# cards


def answering(p: Any, total: Decimal | None = None, **more: Any) -> None:
    """Let the CSMS tell a total cost, and answer what only 2.1 asks."""
    answer = p.csms.answer

    def said(fact: Fact, now: Any) -> Any:
        given = answer(fact, now)
        if isinstance(given, TransactionAnswer):
            given.total_cost = total
        return more.get(type(fact).__name__, given) if given is not None else None

    p.csms.answer = said


def pay(p: Any) -> None:
    p.run(ev.CablePluggedIn(1), ev.CardAuthorized(1, "psp-1", (("PaymentBrand", "VISA"),)))


def leave(p: Any) -> None:
    p.run(ev.TokenRead(PAID, 1))


def settled(p: Any) -> list[PaymentSettled]:
    return [fact for fact in p.sent if isinstance(fact, PaymentSettled)]


def test_a_card_charges_and_is_settled__C18_FR_04_05_06__C21_FR_01_02_04(play: Any) -> None:
    p = station(play, AuthorizationAmount="30", ReceiptServerUrl="https://receipts.example")
    answering(p, Decimal("4.2"))
    pay(p)
    asked = next(fact for fact in p.sent if isinstance(fact, TokenPresented))
    assert (asked.token, asked.token.more) == (PAID, (("PaymentBrand", "VISA"),))
    assert next(fact for fact in p.sent if isinstance(fact, TransactionStarted)).token == PAID
    limits = [fact.limit for fact in p.sent if isinstance(fact, TransactionUpdated) and fact.limit is not None]
    assert limits == [TransactionLimit(max_cost=30.0)]
    leave(p)
    assert list(p.works.values()) == [Settle("psp-1", Decimal("4.2"))]
    p.work(Settle, Receipt("R1"))
    (fact,) = settled(p)
    assert (fact.psp_ref, fact.status, fact.amount, fact.transaction_id) == (
        "psp-1",
        SettlementStatus.SETTLED,
        Decimal("4.2"),
        "tx-1",
    )
    assert (fact.receipt_id, fact.receipt_url) == ("R1", "https://receipts.example")
    assert not any(key.startswith("payment/") for key in p.kept)


def test_nobody_is_asked_where_that_is_not_wanted__C18_FR_03(play: Any) -> None:
    p = station(play, AuthorizeDirectPayment="false")
    pay(p)
    assert not [fact for fact in p.sent if isinstance(fact, TokenPresented)]
    assert p.station.evses[1].token == PAID


def test_a_card_that_is_denied_is_released__C18_FR_07(play: Any) -> None:
    p = station(play)
    p.csms.verdicts["psp-1"] = TokenAnswer(status=AuthorizationStatus.INVALID)
    pay(p)
    p.work(Settle, Receipt("R1"))
    (fact,) = settled(p)
    assert (fact.status, fact.amount, fact.transaction_id, fact.receipt_id) == (
        SettlementStatus.CANCELED,
        Decimal(0),
        None,
        None,
    )


def test_what_cost_nothing_is_canceled__C20_FR_04_05(play: Any) -> None:
    p = station(play)
    answering(p, Decimal(0))
    pay(p)
    leave(p)
    p.work(Settle, Receipt("R1"))
    assert [(fact.status, fact.transaction_id) for fact in settled(p)] == [(SettlementStatus.CANCELED, "tx-1")]


def test_the_csms_settles_where_it_is_to__C21_FR_05_06_07(play: Any) -> None:
    p = station(play, SettlementByCSMS="true", ReceiptServerUrl="https://receipts.example")
    pay(p)
    effects = p.run(ev.TokenRead(PAID, 1))
    assert "https://receipts.example" in shown(effects)
    assert not p.works
    assert not any(key.startswith("payment/") for key in p.kept)


def test_the_receipt_of_the_csms_is_shown__C21_FR_03(play: Any) -> None:
    p = station(play, ReceiptByCSMS="true")
    answering(p, Decimal(1), PaymentSettled=SettlementAnswer(receipt_url="https://r.example/1"))
    pay(p)
    leave(p)
    assert "https://r.example/1" in shown(p.work(Settle, Receipt("R1")))
    assert settled(p)[0].receipt_id is None


def test_a_failure_of_the_terminal_is_told(play: Any) -> None:
    p = station(play)
    answering(p, Decimal(1))
    pay(p)
    leave(p)
    p.work(Settle, Failed("no line"))
    assert [fact.status for fact in settled(p)] == [SettlementStatus.FAILED]


@pytest.mark.parametrize("cut", [False, True])
def test_a_settlement_is_told_when_the_csms_is_back(play: Any, cut: bool) -> None:
    p = station(play)
    answering(p, Decimal(3))
    pay(p)
    leave(p)
    if cut:  # before the terminal answered: it is asked again
        p.power_cut(connect=False)
    else:
        p.run(ev.Disconnected())
    p.work(Settle, Receipt("R1"))
    assert settled(p) == []
    p.run(ev.Connected())
    assert [(fact.status, fact.amount) for fact in settled(p)] == [(SettlementStatus.SETTLED, Decimal(3))]


@pytest.mark.parametrize("accepted", [True, False])
def test_a_vat_number_goes_on_the_receipt_where_it_is_good__C18_FR_08(play: Any, accepted: bool) -> None:
    p = station(play)
    company = Address(name="ACME", address1="Road 1", city="Town", country="NL")
    answer = VatAnswer(number="NL1", accepted=accepted, evse=1, company=company)
    answering(p, Decimal(3), VatNumberAsked=answer)
    pay(p)
    p.run(ev.VatNumberEntered(1, "NL1"))
    assert next(fact for fact in p.sent if isinstance(fact, VatNumberAsked)).evse == 1
    leave(p)
    p.work(Settle, Receipt("R1"))
    (fact,) = settled(p)
    assert (fact.vat_number, fact.vat_company) == (("NL1", company) if accepted else (None, None))
