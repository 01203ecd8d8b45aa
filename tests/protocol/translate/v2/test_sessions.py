import pytest

from busbar.model.sessions import GetTransactionStatus, TransactionStatus
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ProtocolViolation
from busbar.protocol.translate import TRANSLATORS

V2 = [Version.V201, Version.V21]


@pytest.mark.parametrize("version", V2)
@pytest.mark.parametrize("asked", ["tx-1", None])
def test_the_question_goes_over_the_wire_and_back(version: Version, asked: str | None) -> None:
    order = GetTransactionStatus(transaction_id=asked)
    action, payload = TRANSLATORS[version].from_order(order)
    text = codec.encode(payload)
    assert text == (b"{}" if asked is None else b'{"transactionId":"tx-1"}')
    assert TRANSLATORS[version].to_order(action, codec.decode_request(version, action, text)) == order


@pytest.mark.parametrize("version", V2)
@pytest.mark.parametrize(("ongoing", "queued"), [(True, False), (False, True), (None, True)])
def test_the_answer_goes_over_the_wire_and_back(version: Version, ongoing: bool | None, queued: bool) -> None:
    action, outcome = "GetTransactionStatus", TransactionStatus(ongoing=ongoing, messages_in_queue=queued)
    translator = TRANSLATORS[version]
    text = codec.encode(translator.from_outcome(action, outcome))
    request = codec.decode_request(version, action, b"{}")
    assert translator.to_outcome(action, request, codec.decode_response(version, action, text)) == outcome


def test_1_6_has_no_such_question() -> None:
    with pytest.raises(ProtocolViolation):
        TRANSLATORS[Version.V16].from_order(GetTransactionStatus(transaction_id="1"))
