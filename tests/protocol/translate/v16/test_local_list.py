"""The local list of 1.6 over the wire and back, as both sides read it."""

from datetime import UTC, datetime

import pytest

from busbar.model.facts import TokenAnswer
from busbar.model.local_list import GetLocalListVersion, ListEntry, LocalListVersion, SendLocalList
from busbar.model.orders import Order, Outcome
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import TRANSLATORS

TRANSLATOR = TRANSLATORS[Version.V16]
VERDICT = TokenAnswer(
    status=AuthorizationStatus.BLOCKED, expires_at=datetime(2026, 5, 1, tzinfo=UTC), group=IdToken("FLEET")
)


@pytest.mark.parametrize(
    "order",
    [
        SendLocalList(version=3, full=True, entries=[ListEntry(token=IdToken("CARD"), verdict=VERDICT)]),
        SendLocalList(version=4, full=False, entries=[ListEntry(token=IdToken("CARD"))]),
        SendLocalList(version=5, full=True),
        GetLocalListVersion(),
    ],
)
def test_orders_go_over_the_wire_and_back(order: Order) -> None:
    action, payload = TRANSLATOR.from_order(order)
    assert TRANSLATOR.to_order(action, codec.decode_request(Version.V16, action, codec.encode(payload))) == order


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        ("SendLocalList", Outcome(status="NotSupported")),
        ("GetLocalListVersion", LocalListVersion(version=-1)),  # 1.6 §5.10: it keeps no list
    ],
)
def test_answers_keep_their_word(action: str, outcome: Outcome) -> None:
    received = codec.decode_response(Version.V16, action, codec.encode(TRANSLATOR.from_outcome(action, outcome)))
    assert TRANSLATOR.to_outcome(action, None, received) == outcome
