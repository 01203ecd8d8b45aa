"""ReserveNow, CancelReservation and ReservationStatusUpdate of 2.x ↔ orders and a fact; `wire` has the types."""

from datetime import UTC
from typing import Any

import msgspec

from busbar.model.facts import Acknowledged
from busbar.model.orders import Outcome
from busbar.model.reservations import CancelReservation, ReservationUpdated, ReserveNow
from busbar.protocol.translate.errors import improper, required, unsupported, word
from busbar.protocol.translate.part import Part
from busbar.protocol.translate.times import seconds
from busbar.protocol.translate.translator import Call, Report, Written, read_status
from busbar.protocol.translate.v2.words import numbered, read_token, token


def part(wire: Any) -> Part:
    """Return what 2.x says of reservations."""
    taken = wire.ReservationStatusUpdateResponse()

    def write_reserve(order: ReserveNow) -> Written:
        if order.place.connector is not None:
            raise unsupported("2.x reserves an EVSE, not one of its connectors")
        request = {
            "id": order.reservation_id,
            "expiryDateTime": seconds(order.expires_at),
            "idToken": token(wire, order.token),
        }
        if order.group is not None:
            request["groupIdToken"] = token(wire, order.group)
        if order.place.evse is not None:
            request["evseId"] = order.place.evse
        if order.connector_type is not None:
            request["connectorType"] = order.connector_type
        try:
            return "ReserveNow", msgspec.convert(request, wire.ReserveNowRequest)
        except msgspec.ValidationError:
            raise improper("this version cannot say this reservation") from None

    def write_cancel(order: CancelReservation) -> Written:
        return "CancelReservation", wire.CancelReservationRequest(reservation_id=order.reservation_id)

    def write_updated(fact: ReservationUpdated) -> Written:
        status = word(wire.ReservationUpdateStatusEnumType, fact.status)
        return "ReservationStatusUpdate", wire.ReservationStatusUpdateRequest(
            reservation_id=fact.reservation_id, reservation_update_status=status
        )

    def write_reserved(outcome: Outcome) -> Any:
        return wire.ReserveNowResponse(status=word(wire.ReserveNowStatusEnumType, outcome.status))

    def write_cancelled(outcome: Outcome) -> Any:
        return wire.CancelReservationResponse(status=word(wire.CancelReservationStatusEnumType, outcome.status))

    return Part(
        reports={"ReservationStatusUpdate": Report(_read_updated, lambda _: taken, lambda _: Acknowledged())},
        facts={ReservationUpdated: write_updated},
        calls={
            "ReserveNow": Call(_read_reserve, read_status, write_reserved),
            "CancelReservation": Call(_read_cancel, read_status, write_cancelled),
        },
        orders={ReserveNow: write_reserve, CancelReservation: write_cancel},
    )


def _read_updated(sent: Any) -> ReservationUpdated:
    return ReservationUpdated(reservation_id=sent.reservation_id, status=sent.reservation_update_status.value)


def _read_reserve(sent: Any) -> ReserveNow:
    return ReserveNow(
        reservation_id=sent.id,
        expires_at=sent.expiry_date_time.astimezone(UTC),
        token=required(read_token(sent.id_token), "idToken"),
        place=numbered(sent.evse_id or 0),
        connector_type=str(sent.connector_type) if sent.connector_type else None,
        group=read_token(sent.group_id_token),
    )


def _read_cancel(sent: Any) -> CancelReservation:
    return CancelReservation(reservation_id=sent.reservation_id)
