"""What is held of a customer is told and forgotten on demand."""

from typing import Any

import pytest

from busbar.model.customer import CertificateHash, CustomerInformed, GetCustomerInformation
from busbar.model.orders import Outcome
from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.station.blocks import customers

TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])
TOKEN = IdToken("T1")


def ask(*, report: bool = True, clear: bool = False, **who: Any) -> GetCustomerInformation:
    return GetCustomerInformation(request_id=4, report=report, clear=clear, **who or {"token": TOKEN})


def began(play: Any, version: Version = Version.V201) -> Any:
    p = play(version)
    p.go_online()
    return p


def told(p: Any) -> str:
    facts = [fact for fact in p.csms.heard if isinstance(fact, CustomerInformed)]
    p.csms.heard.clear()
    assert [(fact.part.request_id, fact.part.seq_no) for fact in facts] == [(4, number) for number in range(len(facts))]
    assert [fact.part.more for fact in facts] == [True] * (len(facts) - 1) + [False] * bool(facts)
    return "".join(fact.data for fact in facts)


@TWO
def test_a_token_is_told_in_pages_and_cleared__N09_FR_05_FR_06_N10_FR_03_FR_04(
    play: Any, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "PAGE", 20)
    p = began(play, version)
    assert p.order(ask()) == Outcome(status="Accepted")
    assert told(p) == "No data found"
    p.charge()
    p.order(ask(clear=True))
    text = told(p)
    assert text.startswith("authorization cache: T1 Accepted until 2026-03-31")
    assert "transaction: tx-1 since" in text
    p.order(ask())
    assert told(p).startswith("transaction")


def test_clearing_alone_says_so_or_that_there_was_nothing__N10_FR_06(play: Any) -> None:
    p = began(play)
    p.charge()
    p.order(ask(report=False, clear=True))
    assert told(p) == "Data cleared"
    p.order(ask(report=False, clear=True, identifier="somebody"))
    assert told(p) == "No data found"


@pytest.mark.parametrize(
    ("order", "status"),
    [
        (ask(report=False), "Rejected"),
        (ask(identifier="x", token=TOKEN), "Invalid"),
        (GetCustomerInformation(request_id=1, report=True, clear=False), "Invalid"),
        (
            ask(certificate=CertificateHash(algorithm="SHA256", issuer_name_hash="", issuer_key_hash="", serial="1")),
            "Accepted",
        ),
    ],
)
def test_who_is_meant_must_be_said_once__N09_FR_07_FR_09(play: Any, order: GetCustomerInformation, status: str) -> None:
    assert began(play).order(order).status == status
