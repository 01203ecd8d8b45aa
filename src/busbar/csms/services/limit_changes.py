"""Limits that operators change while sessions run: told with the answer to the next event of each (2.1 E16.FR.02).

What was told on an earlier connection is known by what the station confirmed (E16.FR.03). Knows no store.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Final

from busbar.csms.records.sessions import StationLimit
from busbar.csms.rows import Transaction
from busbar.csms.services import limits, remote_starts
from busbar.csms.services.authorization import limit_between, supported_need, token_needs, use_needs, within_limits
from busbar.csms.services.references import sequenced_key
from busbar.csms.services.view import Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.facts import TransactionAnswer, TransactionLimit, TransactionStarted, TransactionUpdated
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.protocol.versions import RULES

MOST: Final = 256
NONE: Final = TransactionLimit()
FREE: Final = TransactionLimit(max_cost=1e9, max_energy_wh=1e12, max_time_s=2**31 - 1)
"""What takes a limit away that was told (E16.FR.17)."""


def needs(fact: TransactionUpdated, view: StationView, tokens: Tokens) -> Sequence[Need]:
    """Return what is lacking to say how far a session may go since a limit was changed."""
    row = _concerned(fact, view, tokens)
    if row is None or row.token is None:
        return ()
    token, supported = IdToken(row.token, row.token_kind), supported_need(view)
    rows = (supported,) if row.transaction_id in view.limits else (supported, confirmed_need(row.transaction_id, view))
    if row.remote_start_id is not None:
        rows = (*rows, remote_starts.limit_need(row.remote_start_id, view))
    lacking = [need for need in rows if need not in view.found]
    return (*token_needs(token, tokens), *use_needs(token, view, tokens), *lacking)


def confirmed_need(key: str, view: StationView) -> RowNeed:
    """Return how the limit is found that a station last said of a session."""
    return RowNeed(StationLimit, (("station_id", view.station.id), ("transaction_id", key)))


def note(
    fact: TransactionStarted | TransactionUpdated, view: StationView, tokens: Tokens, limit: TransactionLimit | None
) -> None:
    """Remember how far a session may go, as its station knows now."""
    key = sequenced_key(fact, view)
    view.limits[key] = (tokens.policy_changed, limit or NONE)
    while len(view.limits) > MOST:
        del view.limits[next(iter(view.limits))]


def tell(fact: TransactionUpdated, decision: Decision, view: StationView, context: Context, at: datetime) -> None:
    """Answer how far the session may go, where that is not what its station knows."""
    tokens = context.tokens
    row = _concerned(fact, view, tokens)
    if row is not None and decision.changes and isinstance(decision.answer, TransactionAnswer):
        limit = within_limits(row, view, context, at)
        wanted = None if row.remote_start_id is None else remote_starts.limit_of(row.remote_start_id, view)
        if wanted is not None:  # a limit that is raised does not lift what was asked for with the start (F07)
            limit = limits.tightest(limit, wanted)
        if row.transaction_id in view.limits:
            _, told = view.limits[row.transaction_id]
            decision.answer.limit = limit_between(_changed(limit or NONE, told), fact.limit, view)
        else:
            own = next(iter(view.found.get(confirmed_need(row.transaction_id, view), ())), None)
            decision.answer.limit = limit_between(limit or NONE, fact.limit or own, view)
        note(fact, view, tokens, limit)
    if all(_judged(other, view, tokens) for other in view.transactions.values()):
        view.policy = tokens.policy_changed


def _changed(limit: TransactionLimit, told: TransactionLimit) -> TransactionLimit:
    """Return what of a limit is not as it was told."""
    changes = {}
    for name in (each.name for each in fields(limit)):
        now, before = getattr(limit, name), getattr(told, name)
        changes[name] = None if now == before else getattr(FREE, name) if now is None else now
    return replace(limit, **changes)


def _concerned(fact: TransactionUpdated, view: StationView, tokens: Tokens) -> Transaction | None:
    """Return the session of an event, if it is to be looked at since a limit was changed."""
    row = view.transactions.get(sequenced_key(fact, view))
    return None if _judged(row, view, tokens) else row


def _judged(row: Transaction | None, view: StationView, tokens: Tokens) -> bool:
    """Tell whether a session is over, cannot be told of limits, or was looked at since they were changed."""
    if row is None or row.ended_at is not None or row.token is None or not RULES[view.version].transaction_limits:
        return True
    if row.token_status != AuthorizationStatus.ACCEPTED:
        return True
    return view.limits.get(row.transaction_id, (view.policy, NONE))[0] == tokens.policy_changed
