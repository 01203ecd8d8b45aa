"""Reservations of 2.x over the wire and back, as both sides read them."""

from datetime import UTC, datetime

import pytest

from busbar.model.orders import Order, Outcome
from busbar.model.reservations import CancelReservation, ReservationUpdated, ReserveNow
from busbar.model.values import IdToken, Place
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.errors import ProtocolViolation
from busbar.protocol.translate import TRANSLATORS

V2 = [Version.V201, Version.V21]
UNTIL = datetime(2026, 5, 1, 12, tzinfo=UTC)
CARD, GROUP = IdToken("CARD", "ISO14443"), IdToken("FLEET", "Central")
ORDERS = [
    ReserveNow(reservation_id=7, expires_at=UNTIL, token=CARD, place=Place(2)),
    ReserveNow(reservation_id=7, expires_at=UNTIL, token=CARD, group=GROUP),
    ReserveNow(reservation_id=7, expires_at=UNTIL, token=CARD, connector_type="cCCS2"),
    CancelReservation(reservation_id=7),
]


@pytest.mark.parametrize("version", V2)
@pytest.mark.parametrize("order", ORDERS)
def test_orders_go_over_the_wire_and_back__H01_FR_01(version: Version, order: Order) -> None:
    action, payload = TRANSLATORS[version].from_order(order)
    received = codec.decode_request(version, action, codec.encode(payload))
    assert TRANSLATORS[version].to_order(action, received) == order


@pytest.mark.parametrize("version", V2)
@pytest.mark.parametrize("status", ["Expired", "Removed"])
def test_the_station_says_what_became_of_a_reservation__H04_FR_01(version: Version, status: str) -> None:
    fact = ReservationUpdated(reservation_id=7, status=status)
    action, payload = TRANSLATORS[version].from_fact(fact)
    assert TRANSLATORS[version].to_fact(action, codec.decode_request(version, action, codec.encode(payload))) == fact


@pytest.mark.parametrize("version", V2)
@pytest.mark.parametrize(("action", "status"), [("ReserveNow", "Occupied"), ("CancelReservation", "Rejected")])
def test_answers_keep_their_word(version: Version, action: str, status: str) -> None:
    translator = TRANSLATORS[version]
    answer = translator.from_outcome(action, Outcome(status=status))
    received = codec.decode_response(version, action, codec.encode(answer))
    assert translator.to_outcome(action, None, received).status == status


def test_a_connector_of_an_evse_cannot_be_reserved_in_2_x() -> None:
    order = ReserveNow(reservation_id=7, expires_at=UNTIL, token=CARD, place=Place(1, 2))
    with pytest.raises(ProtocolViolation):
        TRANSLATORS[Version.V201].from_order(order)


def test_only_2_1_takes_a_type_that_its_schema_does_not_name() -> None:
    order = ReserveNow(reservation_id=7, expires_at=UNTIL, token=CARD, connector_type="cMCS")
    assert b"cMCS" in codec.encode(TRANSLATORS[Version.V21].from_order(order)[1])
    with pytest.raises(ProtocolViolation):
        TRANSLATORS[Version.V201].from_order(order)
