"""Verdicts and limits of 2.x over the wire and back, and what a version leaves out."""

from busbar.model.facts import TokenAnswer, TransactionAnswer, TransactionLimit
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import TRANSLATORS

LIMIT = TransactionLimit(max_cost=12.5, max_energy_wh=10_000.0, max_time_s=3600, max_soc_pct=80)


def _over(version: Version, answer: TransactionAnswer) -> TransactionAnswer:
    translator, action = TRANSLATORS[version], "TransactionEvent"
    text = codec.encode(translator.from_answer(action, answer))
    back = translator.to_answer(action, codec.decode_response(version, action, text))
    assert isinstance(back, TransactionAnswer)
    return back


def test_a_limit_reaches_a_2_1_station__E16_FR_02() -> None:
    assert _over(Version.V21, TransactionAnswer(transaction_id="", limit=LIMIT)).limit == LIMIT


def test_2_0_1_has_no_limits_and_is_answered_all_the_same() -> None:
    assert _over(Version.V201, TransactionAnswer(transaction_id="", limit=LIMIT)).limit is None


def test_a_group_that_a_version_cannot_spell_is_left_out() -> None:
    verdict = TokenAnswer(status=AuthorizationStatus.ACCEPTED, group=IdToken("x", "DirectPayment"))
    found = _over(Version.V201, TransactionAnswer(transaction_id="", token=verdict)).token
    assert found == TokenAnswer(status=AuthorizationStatus.ACCEPTED)
