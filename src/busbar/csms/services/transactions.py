"""Transaction events with sequence numbers, in any order and any number of times; the rest goes to numbered.py.

The row after a set of events does not depend on the order they came in. An event is known by (station, transaction,
sequence number) and the first content counts. Nothing here refuses. Knows no version.
"""

from collections.abc import Sequence
from datetime import datetime

from busbar.csms.changes import Change, EventStored, ReadingStored, TransactionPut
from busbar.csms.happenings import TransactionChanged
from busbar.csms.rows import Transaction
from busbar.csms.services import numbered, remote_starts
from busbar.csms.services.authorization import started_at, token_needs, verdict
from busbar.csms.services.clock import event_time, plausible
from busbar.csms.services.readings import context_of, reading_row
from busbar.csms.services.references import (
    REUSED,
    Sequenced,
    remember,
    sequenced_key,
    sequenced_needs,
    sequences,
    stop_needs,
)
from busbar.csms.services.registers import flag, note_start, note_stop, reopen, settle_energy, snapshot
from busbar.csms.services.view import Context, Decision, Need, StartNeed, StationView, Tokens, TransactionNeed
from busbar.model.facts import TokenAnswer, TransactionAnswer, TransactionEnded, TransactionStarted, TransactionUpdated
from busbar.model.values import AuthorizationStatus, IdToken, Reading


def started_needs(fact: TransactionStarted, view: StationView, tokens: Tokens) -> Sequence[Need]:
    """Return what a start lacks."""
    token = token_needs(fact.token, tokens)
    if not _by_number(fact):
        return (*sequenced_needs(fact, view), *token)
    key = numbered.start_key(fact)
    if key not in view.starts:
        return (StartNeed(key), *token)
    known = view.starts[key]
    return token if known is None or known in view.transactions else (TransactionNeed(known), *token)


def updated_needs(fact: TransactionUpdated, view: StationView, tokens: Tokens) -> Sequence[Need]:
    """Return what an update lacks."""
    needs = sequenced_needs(fact, view)
    return needs if fact.token is None else (*needs, *token_needs(fact.token, tokens))


def ended_needs(fact: TransactionEnded, view: StationView, tokens: Tokens) -> Sequence[Need]:
    """Return what an end lacks."""
    needs = sequenced_needs(fact, view) if fact.seq_no is not None else stop_needs(fact, view)
    return (*needs, *token_needs(fact.token, tokens))


def _by_number(fact: TransactionStarted) -> bool:
    return fact.transaction_id is None or fact.seq_no is None


def started(fact: TransactionStarted, view: StationView, context: Context, at: datetime) -> Decision:
    """Take in a start (E01, E02)."""
    if fact.seq_no is None or _by_number(fact):
        return numbered.started(fact, view, context, at)
    return _event(fact, fact.seq_no, view, context, at)


def updated(fact: TransactionUpdated, view: StationView, context: Context, at: datetime) -> Decision:
    """Take in an update (E02, E03)."""
    return _event(fact, fact.seq_no, view, context, at)


def ended(fact: TransactionEnded, view: StationView, context: Context, at: datetime) -> Decision:
    """Take in an end (E06, E07)."""
    if fact.seq_no is None:
        return numbered.ended(fact, view, context, at)
    return _event(fact, fact.seq_no, view, context, at)


def _event(fact: Sequenced, seq_no: int, view: StationView, context: Context, at: datetime) -> Decision:
    token = None if fact.token is None else _verdict(fact, fact.token, view, context.tokens, event_time(fact, at))
    answer = TransactionAnswer(transaction_id=fact.transaction_id or "", token=token)
    key = sequenced_key(fact, view)
    known = sequences(view, key)
    row = view.transactions.get(key)
    if row is None:
        row = Transaction(
            id=context.take_transaction_number(),
            station_id=view.station.id,
            transaction_id=key,
            updated_at=at,
            flags="orphan",
        )
        remember(view, row)
    if not known.add(seq_no):
        if token is not None and row.token_status is not None and isinstance(fact, TransactionStarted):
            token.status = row.token_status  # the same start, the same answer
        return Decision(answer)
    newest = known.last == seq_no
    reopen(row)
    row.events += 1
    row.updated_at = at
    _note(row, fact, token)
    stored = _readings(row, fact, seq_no, newest, at)
    if newest and fact.charging_state is not None:
        row.charging_state = fact.charging_state
    if row.ended_at is not None:
        row.complete = row.started_at is not None and known.unbroken
        row.power_w = None
    settle_energy(row)
    flag(row, "gap", on=not known.unbroken)
    if not plausible(fact.at, at):
        flag(row, "clock")
    stored_row = snapshot(row)
    number, station_id = row.id, row.station_id
    event = EventStored(number, station_id, key, seq_no, _KINDS[type(fact)], fact.at, at, fact.offline)
    changes: list[Change] = [TransactionPut(stored_row), event, *stored]
    told = TransactionChanged(station=view.station.identity, at=at, transaction=stored_row)
    decision = Decision(answer, changes, [told])
    if key != fact.transaction_id and isinstance(fact, TransactionStarted):
        _reused(fact, decision, view, at)
    return decision


def _reused(fact: TransactionStarted, decision: Decision, view: StationView, at: datetime) -> None:
    """Flag the session that had the id before; later events are told apart by their time from then on."""
    earlier = view.transactions[fact.transaction_id or ""]
    assert earlier is not None  # or the id would not be used again
    if REUSED not in earlier.flags:
        flag(earlier, REUSED)
        row = snapshot(earlier)
        decision.changes.append(TransactionPut(row))
        decision.happenings = [
            *decision.happenings,
            TransactionChanged(station=view.station.identity, at=at, transaction=row),
        ]


def _verdict(fact: Sequenced, token: IdToken, view: StationView, tokens: Tokens, at: datetime) -> TokenAnswer:
    """Judge a token (E01.FR.11, E01.FR.12) where a session begins by it; ending one is bound to no place and time."""
    if isinstance(fact, TransactionEnded) or fact.trigger == "StopAuthorized":
        answer = verdict(token, tokens, at, None)
        if answer.status is AuthorizationStatus.UNKNOWN and remote_starts.began(fact, view):
            answer.status = AuthorizationStatus.ACCEPTED  # what it began by ends it
        return answer
    return verdict(token, tokens, at, started_at(fact, view, tokens))


_KINDS: dict[type, str] = {TransactionStarted: "Started", TransactionUpdated: "Updated", TransactionEnded: "Ended"}


def _note(row: Transaction, fact: Sequenced, token: TokenAnswer | None) -> None:
    """Take what only some events carry: the place, the token, the start, the end."""
    if row.evse is None:
        row.evse, row.connector = fact.place.evse, fact.place.connector
    elif row.connector is None and fact.place.evse == row.evse:
        row.connector = fact.place.connector
    if isinstance(fact, TransactionEnded):
        row.ended_at, row.stop_reason = row.ended_at or fact.at, row.stop_reason or fact.reason
    else:
        if row.remote_start_id is None:
            row.remote_start_id = fact.remote_start_id
        if row.reservation_id is None:
            row.reservation_id = fact.reservation_id
    if isinstance(fact, TransactionStarted):
        row.started_at = row.started_at or fact.at
        flag(row, "orphan", on=False)
    if fact.token is not None and token is not None and (row.token is None or isinstance(fact, TransactionStarted)):
        row.token, row.token_kind, row.token_status = fact.token.value, fact.token.kind, token.status


def _readings(row: Transaction, fact: Sequenced, seq_no: int, newest: bool, at: datetime) -> list[ReadingStored]:
    stored = []
    readings = fact.readings if len(fact.readings) < 2 else sorted(fact.readings, key=_time)
    for reading in readings:
        taken = reading_row(reading, row.station_id, row, fact.place, at)
        stored.append(ReadingStored(taken))
        if taken.energy_wh is not None:
            context = context_of(reading)
            note_start(row, taken.energy_wh, seq_no, context)
            note_stop(row, taken.energy_wh, seq_no, context)
        if newest and taken.power_w is not None:
            row.power_w = taken.power_w
        if newest and taken.soc_pct is not None:
            row.soc_pct = taken.soc_pct
    return stored


def _time(reading: Reading) -> datetime:
    return reading.at
