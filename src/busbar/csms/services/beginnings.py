"""What follows from a session's beginning: a reservation is used, a remote start has led to it. Knows no message.

Asked of every event, so what does not concern one is seen by a look at its fields.
"""

from collections.abc import Sequence
from datetime import datetime

from busbar.csms.changes import RowAdded, RowPut, TransactionPut
from busbar.csms.records.sessions import StationLimit
from busbar.csms.services import remote_starts, reservations, resumptions, transactions
from busbar.csms.services.authorization import explained, judge, limit_of, started_at, turns_over, use_needs
from busbar.csms.services.references import sequenced_key
from busbar.csms.services.view import Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.facts import TransactionAnswer, TransactionStarted, TransactionUpdated
from busbar.model.values import AuthorizationStatus


def started_needs(fact: TransactionStarted, view: StationView, tokens: Tokens) -> Sequence[Need]:
    """Return what a start lacks."""
    lacking = transactions.started_needs(fact, view, tokens)
    use = use_needs(fact.token, view, tokens, starting=True)
    if fact.limit is not None:
        lacking = (*lacking, *_limit_needs(fact, view))
    return (*lacking, *use, *reservations.used_needs(fact, view), *remote_starts.needs(fact, view))


def updated_needs(fact: TransactionUpdated, view: StationView, tokens: Tokens) -> Sequence[Need]:
    """Return what an update lacks."""
    lacking = transactions.updated_needs(fact, view, tokens)
    if fact.token is not None and fact.trigger != "StopAuthorized":
        lacking = (*lacking, *use_needs(fact.token, view, tokens, starting=True))
    if fact.limit is not None:
        lacking = (*lacking, *_limit_needs(fact, view))
    if resumptions.resumed(fact):
        lacking = (*lacking, *resumptions.needs(fact, view))
    if fact.reservation_id is None and fact.remote_start_id is None:
        return lacking
    return (*lacking, *reservations.used_needs(fact, view), *remote_starts.needs(fact, view))


def started(fact: TransactionStarted, view: StationView, context: Context, at: datetime) -> Decision:
    """Take in a start, and what it says of reservations and remote starts; keep why its token was taken or not."""
    decision = _followed(fact, transactions.started(fact, view, context, at), view, at)
    if fact.token is not None and decision.changes:
        _begin(fact, decision, view, context, at)
    if fact.limit is not None:
        _keep_limit(fact, decision, view)
    return decision


def updated(fact: TransactionUpdated, view: StationView, context: Context, at: datetime) -> Decision:
    """Take in an update, and what it says of reservations and remote starts; a session may get its token by it."""
    begins = False
    if fact.token is not None and fact.trigger != "StopAuthorized":
        row = view.transactions.get(fact.transaction_id)
        begins = row is None or row.token is None
    decision = transactions.updated(fact, view, context, at)
    if begins and decision.changes:
        _begin(fact, decision, view, context, at)
    if fact.limit is not None:
        _keep_limit(fact, decision, view)
    if resumptions.resumed(fact) and decision.changes:  # else it is the same event again
        decision.errands += resumptions.errands(fact, view, at)
    if fact.reservation_id is None and fact.remote_start_id is None:
        return decision
    return _followed(fact, decision, view, at)


def _begin(
    fact: TransactionStarted | TransactionUpdated, decision: Decision, view: StationView, context: Context, at: datetime
) -> None:
    """Say how far the session of a token may go, and keep why the token was taken or not."""
    assert fact.token is not None
    occasion = started_at(fact, view, context.tokens)
    judged = judge(fact.token, context.tokens, at, occasion)
    if isinstance(decision.answer, TransactionAnswer) and judged.answer.status is AuthorizationStatus.ACCEPTED:
        decision.answer.limit = limit_of(fact, view, context, occasion, at)  # E16.FR.02, C17.FR.03
    decision.changes += [RowAdded(explained(judged, fact.token, view, "start", at)), *turns_over(view)]


def _limit_needs(fact: TransactionStarted | TransactionUpdated, view: StationView) -> Sequence[Need]:
    need = _limit_need(fact, view)
    return () if need in view.found else (need,)


def _limit_need(fact: TransactionStarted | TransactionUpdated, view: StationView) -> RowNeed:
    key = sequenced_key(fact, view)
    return RowNeed(StationLimit, (("station_id", view.station.id), ("transaction_id", key)))


def _keep_limit(fact: TransactionStarted | TransactionUpdated, decision: Decision, view: StationView) -> None:
    """Keep how far the station lets the session go, unless a later event has said it already (E16.FR.01)."""
    limit, number = fact.limit, fact.seq_no
    known: tuple[StationLimit, ...] = view.found.get(_limit_need(fact, view), ())
    if limit is None or number is None or not decision.changes or any(row.seq_no > number for row in known):
        return
    row = StationLimit(
        station_id=view.station.id,
        transaction_id=sequenced_key(fact, view),
        seq_no=number,
        at=fact.at,
        max_cost=limit.max_cost,
        max_energy_wh=limit.max_energy_wh,
        max_time_s=limit.max_time_s,
        max_soc_pct=limit.max_soc_pct,
    )
    decision.changes.append(RowPut(row))


def _followed(
    fact: TransactionStarted | TransactionUpdated, decision: Decision, view: StationView, at: datetime
) -> Decision:
    put = decision.changes[0] if decision.changes else None
    if isinstance(put, TransactionPut):  # else it is the same event again
        reservations.used(fact, put.row, decision, view, at)
        remote_starts.followed(fact, put.row, decision, view, at)
    return decision
