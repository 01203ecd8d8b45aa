"""ReserveNow and CancelReservation of 1.6 ↔ orders."""

from datetime import UTC
from typing import Any, Final

from msgspec import UNSET

from busbar.model.orders import Outcome
from busbar.model.reservations import CancelReservation, ReserveNow
from busbar.model.values import IdToken
from busbar.protocol.translate.errors import unsupported, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Written, read_status
from busbar.protocol.translate.v16.words import connector, id_tag, place, token
from busbar.protocol.wire import v16


def read_reserve(sent: v16.ReserveNowRequest) -> ReserveNow:
    return ReserveNow(
        reservation_id=sent.reservation_id,
        expires_at=sent.expiry_date.astimezone(UTC),
        token=IdToken(sent.id_tag),
        place=place(sent.connector_id),
        group=token(sent.parent_id_tag),
    )


def write_reserve(order: ReserveNow) -> Written:
    if order.connector_type is not None:
        raise unsupported("1.6 reserves a connector or the charge point, not a type")
    return "ReserveNow", v16.ReserveNowRequest(
        connector_id=connector(order.place),
        expiry_date=seconds(order.expires_at),
        id_tag=id_tag(order.token),
        parent_id_tag=UNSET if order.group is None else id_tag(order.group),
        reservation_id=order.reservation_id,
    )


def read_cancel(sent: v16.CancelReservationRequest) -> CancelReservation:
    return CancelReservation(reservation_id=sent.reservation_id)


def write_cancel(order: CancelReservation) -> Written:
    return "CancelReservation", v16.CancelReservationRequest(reservation_id=order.reservation_id)


def write_reserved(outcome: Outcome) -> Any:
    return v16.ReserveNowResponse(status=word(v16.ReserveNowStatus, outcome.status))


def write_cancelled(outcome: Outcome) -> Any:
    return v16.CancelReservationResponse(status=word(v16.CancelReservationStatus, outcome.status))


PART: Final = Part(
    calls={
        "ReserveNow": Call(read_reserve, read_status, write_reserved),
        "CancelReservation": Call(read_cancel, read_status, write_cancelled),
    },
    orders={ReserveNow: write_reserve, CancelReservation: write_cancel},
)
