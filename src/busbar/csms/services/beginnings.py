"""What follows from a session's beginning: a reservation is used, a remote start has led to it. Knows no message.

Asked of every event, so what does not concern one is seen by a look at its fields.
"""

from collections.abc import Sequence
from datetime import datetime

from busbar.csms.changes import RowAdded, TransactionPut
from busbar.csms.services import remote_starts, reservations, resumptions, transactions
from busbar.csms.services.authorization import explained, judge, limit_of, started_at, use_needs
from busbar.csms.services.view import Context, Decision, Need, StationView, Tokens
from busbar.model.facts import TransactionAnswer, TransactionStarted, TransactionUpdated
from busbar.model.values import AuthorizationStatus


def started_needs(fact: TransactionStarted, view: StationView, tokens: Tokens) -> Sequence[Need]:
    """Return what a start lacks."""
    lacking = transactions.started_needs(fact, view, tokens)
    use = use_needs(fact.token, view, tokens)
    return (*lacking, *use, *reservations.used_needs(fact, view), *remote_starts.needs(fact, view))


def updated_needs(fact: TransactionUpdated, view: StationView, tokens: Tokens) -> Sequence[Need]:
    """Return what an update lacks."""
    lacking = transactions.updated_needs(fact, view, tokens)
    if fact.token is not None and fact.trigger != "StopAuthorized":
        lacking = (*lacking, *use_needs(fact.token, view, tokens))
    if resumptions.resumed(fact):
        lacking = (*lacking, *resumptions.needs(fact, view))
    if fact.reservation_id is None and fact.remote_start_id is None:
        return lacking
    return (*lacking, *reservations.used_needs(fact, view), *remote_starts.needs(fact, view))


def started(fact: TransactionStarted, view: StationView, context: Context, at: datetime) -> Decision:
    """Take in a start, and what it says of reservations and remote starts; keep why its token was taken or not."""
    decision = _followed(fact, transactions.started(fact, view, context, at), view, at)
    if fact.token is not None and decision.changes:
        occasion = started_at(fact, view, context.tokens)
        judged = judge(fact.token, context.tokens, at, occasion)
        if isinstance(decision.answer, TransactionAnswer) and judged.answer.status is AuthorizationStatus.ACCEPTED:
            decision.answer.limit = limit_of(fact.token, context.tokens, occasion, at)  # E16.FR.01
        decision.changes.append(RowAdded(explained(judged, fact.token, view, "start", at)))
    return decision


def updated(fact: TransactionUpdated, view: StationView, context: Context, at: datetime) -> Decision:
    """Take in an update, and what it says of reservations and remote starts."""
    decision = transactions.updated(fact, view, context, at)
    if resumptions.resumed(fact) and decision.changes:  # else it is the same event again
        decision.errands += resumptions.errands(fact, view, at)
    if fact.reservation_id is None and fact.remote_start_id is None:
        return decision
    return _followed(fact, decision, view, at)


def _followed(
    fact: TransactionStarted | TransactionUpdated, decision: Decision, view: StationView, at: datetime
) -> Decision:
    put = decision.changes[0] if decision.changes else None
    if isinstance(put, TransactionPut):  # else it is the same event again
        reservations.used(fact, put.row, decision, view, at)
        remote_starts.followed(fact, put.row, decision, view, at)
    return decision
