"""What a station says of a transaction when it is asked (E14)."""

from typing import Any

import pytest

from busbar.model.facts import TransactionUpdated
from busbar.model.sessions import GetTransactionStatus
from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.station import events as ev


def said(p: Any, transaction_id: str | None) -> tuple[bool | None, bool]:
    outcome = p.order(GetTransactionStatus(transaction_id=transaction_id))
    return outcome.ongoing, outcome.messages_in_queue


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_a_transaction_is_unknown_ongoing_or_over__E14__TC_E_28_CS_to_34_CS(play: Any, version: Version) -> None:
    p = play(version)
    p.go_online()
    p.charge()
    assert said(p, "nope") == (False, False)  # E14.FR.01
    assert said(p, "tx-1") == (True, False)
    assert said(p, None) == (None, False)
    p.csms.silent = lambda fact: isinstance(fact, TransactionUpdated)
    p.run(ev.EvDemandChanged(1, False))
    assert said(p, "tx-1") == (True, True)  # E14.FR.04
    assert said(p, None) == (None, True)
    p.run(ev.TokenRead(IdToken("T1"), 1))
    assert said(p, "tx-1") == (False, True)
    p.csms.silent = lambda fact: False
    p.wait(600)
    assert said(p, "tx-1") == (False, False)
