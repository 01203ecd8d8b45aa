"""The local list of 2.x over the wire and back, as both sides read it."""

from datetime import UTC, datetime

import pytest

from busbar.model.facts import PersonalMessage, TokenAnswer
from busbar.model.local_list import GetLocalListVersion, ListEntry, LocalListVersion, SendLocalList
from busbar.model.orders import Order, Outcome
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import TRANSLATORS

V2 = [Version.V201, Version.V21]
VERDICT = TokenAnswer(
    status=AuthorizationStatus.ACCEPTED,
    expires_at=datetime(2026, 5, 1, tzinfo=UTC),
    group=IdToken("FLEET", "Central"),
    priority=3,
    language="de",
    language2="en",
    evses=(1, 2),
    message=PersonalMessage(content="Hallo", language="de"),
)
CARD = IdToken("CARD", "ISO14443")


@pytest.mark.parametrize("version", V2)
@pytest.mark.parametrize(
    "order",
    [
        SendLocalList(version=3, full=True, entries=[ListEntry(token=CARD, verdict=VERDICT)]),
        SendLocalList(version=4, full=False, entries=[ListEntry(token=CARD)]),  # D01.FR.17: it leaves the list
        SendLocalList(version=5, full=True),  # D01.FR.04: empty, which empties the list
        GetLocalListVersion(),
    ],
)
def test_orders_go_over_the_wire_and_back__D01_FR_02(version: Version, order: Order) -> None:
    action, payload = TRANSLATORS[version].from_order(order)
    received = codec.decode_request(version, action, codec.encode(payload))
    assert TRANSLATORS[version].to_order(action, received) == order


@pytest.mark.parametrize("version", V2)
def test_answers_keep_their_word__D02_FR_02(version: Version) -> None:
    translator = TRANSLATORS[version]
    for action, outcome in (
        ("SendLocalList", Outcome(status="VersionMismatch")),
        ("GetLocalListVersion", LocalListVersion(version=0)),
    ):
        received = codec.decode_response(version, action, codec.encode(translator.from_outcome(action, outcome)))
        assert translator.to_outcome(action, None, received) == outcome
