"""Reservations (block H, 1.6 §5.13 and §5.2): what stations answer and report of them, and who used one. Sends nothing.

A reservation that a station ended, or that a session used, never comes back to life by a late answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from busbar.csms.changes import RowPut
from busbar.csms.happenings import ReservationChanged
from busbar.csms.records.reservations import Cancellation, Reservation, ReservationState
from busbar.csms.rows import Command, Transaction
from busbar.csms.services.view import Conclusion, Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.facts import Acknowledged, TransactionStarted, TransactionUpdated
from busbar.model.orders import Outcome
from busbar.model.reservations import CancelReservation, ReservationUpdated, ReserveNow

Begun = TransactionStarted | TransactionUpdated
_ENDS: Final = {
    "Expired": ReservationState.EXPIRED,
    "Removed": ReservationState.REMOVED,
    "NoTransaction": ReservationState.EXPIRED,  # 2.1: it was used, and nobody plugged in
}

_VOID: Final = (ReservationState.REFUSED, ReservationState.CANCELLED, ReservationState.REMOVED)


def holding(reservation_id: int) -> str:
    """Return the idempotency key of the command for a reservation that holds its EVSE; a raw call's does not."""
    return f"reservation:{reservation_id}"


def ended(row: Reservation, state: ReservationState, at: datetime, status: str | None = None) -> Reservation:
    """Return a reservation that has ended and holds nothing; one that had ended stays as it is."""
    if row.state.final:
        return row
    return replace(row, state=state, holds=False, changed_at=at, status=status or row.status)


def concluded(
    order: ReserveNow, command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep what came of a reservation (H01.FR.01); what cannot have been done holds no place any more.

    A command without an answer may have been done: its reservation holds until it expires or is cancelled.
    """
    if outcome is not None:
        state = ReservationState.ACTIVE if outcome.accepted else ReservationState.REFUSED
    else:
        unsure = command.state in ("timed-out", "unknown")
        state = ReservationState.PENDING if unsure else ReservationState.REFUSED
    evse = order.place.evse or 0
    row = Reservation(
        id=order.reservation_id,
        station_id=view.station.id,
        evse=evse,
        connector_type=order.connector_type,
        token=order.token.value,
        token_kind=order.token.kind,
        group=None if order.group is None else order.group.value,
        group_kind=None if order.group is None else order.group.kind,
        created_at=command.created_at,
        expires_at=order.expires_at,
        state=state,
        holds=bool(evse) and not state.final and command.idempotency_key == holding(order.reservation_id),
        status=command.status or command.error or command.state.value,
        command=command.id,
        requested_by=command.requested_by,
        changed_at=at,
    )
    return Conclusion([RowPut(row)], [ReservationChanged(station=view.station.identity, at=at, reservation=row)])


def cancelled(
    order: CancelReservation, _: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep a station's answer to a cancellation: Rejected says that it has no such reservation (H02.FR.01)."""
    if outcome is None:
        return Conclusion()
    row = Cancellation(
        reservation_id=order.reservation_id, station_id=view.station.id, at=at, status=outcome.status, done=True
    )
    return Conclusion([RowPut(row)])


def updated_needs(fact: ReservationUpdated, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return which reservation a report is about."""
    return _lacking(view, fact.reservation_id)


def updated(fact: ReservationUpdated, view: StationView, _context: Context, at: datetime) -> Decision:
    """End the reservation that the station ended (H04.FR.01, H01.FR.23); an unknown one is only acknowledged."""
    decision = Decision(Acknowledged())
    state = _ENDS.get(fact.status, ReservationState.REMOVED)
    for row in view.found.get(_need(view, fact.reservation_id), ()):
        _end(decision, row, ended(row, state, at), view, at)
    return decision


def used_needs(fact: Begun, view: StationView) -> Sequence[Need]:
    """Return which reservation a transaction came with, the first time that it says so."""
    if fact.reservation_id is None:
        return ()
    row = view.transactions.get(fact.transaction_id or "")
    known = row is not None and row.reservation_id == fact.reservation_id
    return () if known else _lacking(view, fact.reservation_id)


def used(fact: Begun, row: Transaction, decision: Decision, view: StationView, at: datetime) -> None:
    """End the reservation that a transaction used (H03.FR.09; 1.6 §4.8).

    One that had expired meanwhile, by our clock or before the start was delivered, was used all the same.
    """
    if fact.reservation_id is None:
        return
    for kept in view.found.get(_need(view, fact.reservation_id), ()):
        if kept.state.final and kept.state is not ReservationState.EXPIRED:
            continue
        done = replace(kept, state=ReservationState.USED, holds=False, changed_at=at, transaction=row.id)
        _end(decision, kept, done, view, at)


def reserved_s(fact: Begun, row: Transaction, view: StationView) -> int | None:
    """Return how long a reservation had stood when the session began that used it (I12.FR.07); None is without one."""
    if fact.reservation_id is None:
        return None
    for kept in view.found.get(_need(view, fact.reservation_id), ()):
        if kept.state in _VOID or (kept.state is ReservationState.USED and kept.transaction != row.id):
            continue
        return max(0, int(((row.started_at or fact.at) - kept.created_at).total_seconds()))
    return None


def _end(decision: Decision, before: Reservation, row: Reservation, view: StationView, at: datetime) -> None:
    if row is before:
        return
    decision.changes.append(RowPut(row))
    decision.happenings = [
        *decision.happenings,
        ReservationChanged(station=view.station.identity, at=at, reservation=row),
    ]


def _need(view: StationView, reservation_id: int) -> RowNeed:
    return RowNeed(Reservation, (("station_id", view.station.id), ("id", reservation_id)))


def _lacking(view: StationView, reservation_id: int) -> Sequence[Need]:
    need = _need(view, reservation_id)
    return () if need in view.found else (need,)
