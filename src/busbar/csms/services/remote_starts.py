"""Remote starts (F01, F02; 1.6 §5.11): what the station answered, and which session came of it. Sends nothing.

2.x says in the session's first event which start it follows; in 1.6 the token, the EVSE and the time have to tell.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from busbar.csms.changes import RowPut
from busbar.csms.happenings import RemoteStartChanged
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.remote_starts import OPEN, RemoteStart, StartState
from busbar.csms.records.sessions import StationLimit
from busbar.csms.rows import Command, CommandState, Transaction
from busbar.csms.services.device_model import path
from busbar.csms.services.references import MARK
from busbar.csms.services.view import Conclusion, Decision, Need, RowNeed, StationView
from busbar.model.facts import TransactionEnded, TransactionLimit, TransactionStarted, TransactionUpdated
from busbar.model.orders import Outcome, StartTransaction, VariableName
from busbar.model.values import AuthorizationStatus, IdToken

WAIT: Final = timedelta(seconds=180)
"""How long a cable is awaited where the station's own time is not known."""
TIMEOUTS: Final = (
    path(VariableName(component="TxCtrlr", variable="EVConnectionTimeOut")),
    path(VariableName(variable="ConnectionTimeOut")),
)
"""Where a station's device model says how long it waits."""
_GRACE: Final = timedelta(seconds=15)
_DIGITS: Final = 6
_OURS: Final = ("Central", "DirectPayment")
"""Types of tokens that nobody enters: made by the CSMS itself, or the reference of a payment at a kiosk (2.1 C18)."""
_UNSURE: Final = (CommandState.TIMED_OUT, CommandState.UNKNOWN)

Begun = TransactionStarted | TransactionUpdated


def limit_name(remote_start_id: int) -> str:
    """Return under which name the limit is kept of the session that a remote start will begin: no station's id."""
    return f"{MARK}remote start {remote_start_id}"


def limit_need(remote_start_id: int, view: StationView) -> RowNeed:
    """Return how the limit is found of the session that a remote start begins."""
    equal = (("station_id", view.station.id), ("transaction_id", limit_name(remote_start_id)))
    return RowNeed(StationLimit, equal)


def limit_of(remote_start_id: int, view: StationView) -> TransactionLimit | None:
    """Return how far the session of a remote start is to go (2.1 F07); None is without limit, or not looked up."""
    for row in view.found.get(limit_need(remote_start_id, view), ()):
        return TransactionLimit(
            max_cost=row.max_cost,
            max_energy_wh=row.max_energy_wh,
            max_time_s=row.max_time_s,
            max_soc_pct=row.max_soc_pct,
        )
    return None


def waiting(values: Iterable[ModelValue]) -> timedelta | None:
    """Return how long after a start a session may begin, by values at `TIMEOUTS`; None where none says a time.

    What a station sends at the last moment has a little more. Of two values, the newer one counts.
    """
    for value in sorted(values, key=lambda value: value.at, reverse=True):
        text = value.value or ""
        if text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text):
            return timedelta(seconds=int(text)) + _GRACE
    return None


def concluded(
    order: StartTransaction, command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep what a station answered to a remote start (F01.FR.13, F02.FR.05)."""
    if outcome is not None:
        state = StartState.ACCEPTED if outcome.accepted else StartState.REFUSED
    else:
        state = StartState.UNSURE if command.state in _UNSURE else StartState.REFUSED
    row = RemoteStart(
        id=command.id,
        station_id=view.station.id,
        remote_start_id=order.remote_start_id,
        token=order.token.value,
        token_kind=order.token.kind,
        evse=order.evse,
        requested_by=command.requested_by,
        created_at=command.created_at,
        answered_at=at,
        waits_until=at + WAIT,
        state=state,
        status=command.status or command.error or command.state.value,
        transaction_id=None if outcome is None else outcome.transaction_id,
    )
    if view.remote_starts is not None and state in OPEN:
        view.remote_starts[row.id] = row
    return Conclusion([RowPut(row)], [RemoteStartChanged(station=view.station.identity, at=at, remote_start=row)])


def needs(fact: Begun, view: StationView) -> Sequence[Need]:
    """Return what is missing to tell which start a session follows: asked for once per connection."""
    if view.remote_starts is not None or not may_follow(fact, view):
        return ()
    need = _need(view)
    if need in view.found and view.found[need] and fact.seq_no is None:  # only where a start is open
        need = _wait_need(view)
    return () if need in view.found else (need,)


def token_needs(token: IdToken, view: StationView) -> Sequence[Need]:
    """Return what is missing to tell whether a token that a station asks about came with a remote start."""
    need = _need(view)
    return () if token.kind not in _OURS or view.remote_starts is not None or need in view.found else (need,)


def sent(token: IdToken, view: StationView) -> bool:
    """Tell whether an open remote start brought a token that nobody had to enter (F01, C25.FR.23)."""
    return any(_brought(start, token) for start in _open(view).values())


def began(fact: Begun | TransactionEnded, view: StationView) -> bool:
    """Tell whether a session's token is that of the remote start that it follows, now or since its beginning."""
    token = fact.token
    if token is None:
        return False
    row = view.transactions.get(fact.transaction_id or "")
    if row is not None and row.token_kind in _OURS and row.token_status is AuthorizationStatus.ACCEPTED:
        return row.token_kind == token.kind and (row.token or "").casefold() == token.key
    if isinstance(fact, TransactionEnded):
        return False
    start = _match(fact, _open(view), view.cable_wait or WAIT)
    return start is not None and _brought(start, token)


def _open(view: StationView) -> dict[str, RemoteStart]:
    if view.remote_starts is not None:
        return view.remote_starts
    return {start.id: start for start in view.found.get(_need(view), ())}


def _brought(start: RemoteStart, token: IdToken) -> bool:
    same = token.kind in (None, start.token_kind)  # 1.6 has no types
    return same and start.token_kind in _OURS and start.token.casefold() == token.key


def followed(fact: Begun, row: Transaction, decision: Decision, view: StationView, at: datetime) -> None:
    """Link a session to the remote start that it follows."""
    if view.remote_starts is None:
        found = view.found.get(_need(view))
        if found is None:  # no needs, no match
            return
        view.remote_starts = {start.id: start for start in found}
        view.cable_wait = waiting(view.found.get(_wait_need(view), ())) or WAIT
    start = _match(fact, view.remote_starts, view.cable_wait)
    if start is None:
        return
    del view.remote_starts[start.id]
    done = replace(
        start, state=StartState.STARTED, transaction_id=row.transaction_id, transaction=row.id, started_at=at
    )
    decision.changes.append(RowPut(done))
    told = RemoteStartChanged(station=view.station.identity, at=at, remote_start=done)
    decision.happenings = [*decision.happenings, told]


def _need(view: StationView) -> RowNeed:
    return RowNeed(RemoteStart, (("station_id", view.station.id), ("state", OPEN)))


def _wait_need(view: StationView) -> RowNeed:
    where = ("station_id", view.station.id), ("path", TIMEOUTS), ("attribute", "Actual")
    return RowNeed(ModelValue, where)


def may_follow(fact: Begun, view: StationView) -> bool:
    """Tell whether an event may be the first word of a session that follows a remote start."""
    if fact.seq_no is None:
        return fact.token is not None
    if fact.remote_start_id is None:
        return False
    known = view.transactions.get(fact.transaction_id or "")
    return known is None or known.remote_start_id != fact.remote_start_id


def _match(fact: Begun, starts: dict[str, RemoteStart], wait: timedelta) -> RemoteStart | None:
    if fact.remote_start_id is not None:  # F01.FR.25
        return next((row for row in starts.values() if row.remote_start_id == fact.remote_start_id), None)
    if fact.token is None or fact.seq_no is not None:
        return None
    for row in starts.values():
        here = row.evse in (None, fact.place.evse)
        in_time = row.created_at - WAIT <= fact.at <= max(row.waits_until, row.answered_at + wait) + WAIT
        if here and in_time and row.token.casefold() == fact.token.key:
            return row
    return None
