"""Reservations of 1.6 over the wire and back, as both sides read them."""

from datetime import UTC, datetime

import pytest

from busbar.model.orders import Order, Outcome
from busbar.model.reservations import CancelReservation, ReserveNow
from busbar.model.values import STATION, IdToken, Place
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ProtocolViolation
from busbar.protocol.translate import TRANSLATORS

TRANSLATOR = TRANSLATORS[Version.V16]
UNTIL = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "order",
    [
        ReserveNow(reservation_id=7, expires_at=UNTIL, token=IdToken("CARD"), place=Place(2, 1)),
        ReserveNow(reservation_id=7, expires_at=UNTIL, token=IdToken("CARD"), place=STATION, group=IdToken("FLEET")),
        CancelReservation(reservation_id=7),
    ],
)
def test_orders_go_over_the_wire_and_back(order: Order) -> None:
    action, payload = TRANSLATOR.from_order(order)
    assert TRANSLATOR.to_order(action, codec.decode_request(Version.V16, action, codec.encode(payload))) == order


@pytest.mark.parametrize(("action", "status"), [("ReserveNow", "Faulted"), ("CancelReservation", "Rejected")])
def test_answers_keep_their_word(action: str, status: str) -> None:
    answer = TRANSLATOR.from_outcome(action, Outcome(status=status))
    received = codec.decode_response(Version.V16, action, codec.encode(answer))
    assert TRANSLATOR.to_outcome(action, None, received).status == status


def test_1_6_reserves_no_connector_type() -> None:
    order = ReserveNow(reservation_id=7, expires_at=UNTIL, token=IdToken("CARD"), connector_type="cCCS2")
    with pytest.raises(ProtocolViolation):
        TRANSLATOR.from_order(order)
