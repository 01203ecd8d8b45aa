"""What follows from a session's beginning: a reservation is used, a remote start has led to it. Knows no message.

Asked of every event, so what does not concern one is seen by a look at its fields.
"""

from collections.abc import Sequence
from datetime import datetime

from busbar.csms.changes import RowAdded, RowPut, TransactionPut
from busbar.csms.records.sessions import StationLimit
from busbar.csms.services import limit_changes, limits, remote_starts, reservations, resumptions, transactions
from busbar.csms.services.authorization import (
    explained,
    judge,
    limit_between,
    limit_of,
    started_at,
    supported_need,
    turns_over,
    use_needs,
)
from busbar.csms.services.clock import event_time
from busbar.csms.services.references import sequenced_key
from busbar.csms.services.view import Context, Decision, Need, StationView, Tokens
from busbar.model.facts import TransactionAnswer, TransactionStarted, TransactionUpdated
from busbar.model.values import AuthorizationStatus
from busbar.protocol.versions import RULES


def started_needs(fact: TransactionStarted, view: StationView, tokens: Tokens) -> Sequence[Need]:
    """Return what a start lacks."""
    lacking = transactions.started_needs(fact, view, tokens)
    use = use_needs(fact.token, view, tokens, starting=True)
    if fact.limit is not None:
        lacking = (*lacking, *_limit_needs(fact, view))
    lacking = (*lacking, *_wanted_needs(fact, view))
    return (*lacking, *use, *reservations.used_needs(fact, view), *remote_starts.needs(fact, view))


def updated_needs(fact: TransactionUpdated, view: StationView, tokens: Tokens) -> Sequence[Need]:
    """Return what an update lacks."""
    lacking = transactions.updated_needs(fact, view, tokens)
    if fact.token is not None and fact.trigger != "StopAuthorized":
        lacking = (*lacking, *use_needs(fact.token, view, tokens, starting=True))
    if fact.limit is not None:
        lacking = (*lacking, *_limit_needs(fact, view))
    if view.policy != tokens.policy_changed:
        lacking = (*lacking, *limit_changes.needs(fact, view, tokens))
    if resumptions.resumed(fact):
        lacking = (*lacking, *resumptions.needs(fact, view))
    if fact.reservation_id is None and fact.remote_start_id is None:
        return lacking
    lacking = (*lacking, *_wanted_needs(fact, view))
    return (*lacking, *reservations.used_needs(fact, view), *remote_starts.needs(fact, view))


def started(fact: TransactionStarted, view: StationView, context: Context, at: datetime) -> Decision:
    """Take in a start, and what it says of reservations and remote starts; keep why its token was taken or not."""
    follows = remote_starts.may_follow(fact, view)
    decision = _followed(fact, transactions.started(fact, view, context, at), view, at)
    if fact.token is not None:
        _begin(fact, decision, view, context, at)
    if fact.remote_start_id is not None and (follows or not decision.changes):
        _limit_as_wanted(fact, decision, view)
    if fact.limit is not None:
        _keep_limit(fact, decision, view)
    return decision


def updated(fact: TransactionUpdated, view: StationView, context: Context, at: datetime) -> Decision:
    """Take in an update, and what it says of reservations and remote starts; a session may get its token by it."""
    presents = fact.token is not None and fact.trigger != "StopAuthorized"
    begins = follows = False
    if presents:
        row = view.transactions.get(fact.transaction_id)
        begins = row is None or row.token is None
    if fact.remote_start_id is not None:
        follows = remote_starts.may_follow(fact, view)
    decision = transactions.updated(fact, view, context, at)
    again = not decision.changes
    if begins or (presents and again):
        _begin(fact, decision, view, context, at)
    if view.policy != context.tokens.policy_changed:
        limit_changes.tell(fact, decision, view, context, at)
    if fact.remote_start_id is not None and (follows or again):
        _limit_as_wanted(fact, decision, view)
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
    """Say how far the session of a token may go, and keep why the token was taken or not.

    To an event that comes again the same is said: the answer to the first may have been lost.
    """
    assert fact.token is not None
    occasion = started_at(fact, view, context.tokens)
    judged = judge(fact.token, context.tokens, event_time(fact, at), occasion)
    if isinstance(decision.answer, TransactionAnswer) and judged.answer.status is AuthorizationStatus.ACCEPTED:
        limit = limit_of(fact, view, context, occasion, at)
        if limit is not None:
            limit_changes.note(fact, view, context.tokens, limit)
            decision.answer.limit = limit_between(limit, fact.limit, view)  # E16.FR.02, C17.FR.03
    if not decision.changes:
        return
    decision.changes += [RowAdded(explained(judged, fact.token, view, "start", at)), *turns_over(view)]


def _wanted_needs(fact: TransactionStarted | TransactionUpdated, view: StationView) -> Sequence[Need]:
    if fact.remote_start_id is None or not RULES[view.version].transaction_limits:
        return ()
    needs = (remote_starts.limit_need(fact.remote_start_id, view), supported_need(view))
    return [need for need in needs if need not in view.found]


def _limit_as_wanted(fact: TransactionStarted | TransactionUpdated, decision: Decision, view: StationView) -> None:
    """Say how far the session of a remote start is to go (F07.FR.02, C24.FR.02, C25.FR.24)."""
    answer, number = decision.answer, fact.remote_start_id
    wanted = None if number is None else remote_starts.limit_of(number, view)
    if wanted is not None and isinstance(answer, TransactionAnswer):
        answer.limit = limit_between(limits.tightest(wanted, answer.limit), fact.limit, view)


def _limit_needs(fact: TransactionStarted | TransactionUpdated, view: StationView) -> Sequence[Need]:
    need = limit_changes.confirmed_need(sequenced_key(fact, view), view)
    return () if need in view.found else (need,)


def _keep_limit(fact: TransactionStarted | TransactionUpdated, decision: Decision, view: StationView) -> None:
    """Keep how far the station lets the session go, unless a later event has said it already (E16.FR.01)."""
    limit, number, key = fact.limit, fact.seq_no, sequenced_key(fact, view)
    known: tuple[StationLimit, ...] = view.found.get(limit_changes.confirmed_need(key, view), ())
    if limit is None or number is None or not decision.changes or any(row.seq_no > number for row in known):
        return
    row = StationLimit(
        station_id=view.station.id,
        transaction_id=key,
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
