"""Sessions that the CSMS numbers: a start, a stop, and the -1 of a station that never learnt its number.

Nothing here refuses: an unknown number or odd content makes a flagged row and a positive answer. Knows no version.
"""

from datetime import datetime

from busbar.csms.changes import Change, EventStored, ReadingStored, TransactionPut
from busbar.csms.happenings import TransactionChanged
from busbar.csms.rows import Transaction
from busbar.csms.services.authorization import started_at, verdict
from busbar.csms.services.clock import event_time, plausible
from busbar.csms.services.readings import reading_row
from busbar.csms.services.references import MARK, NEVER_GIVEN, ended_alike, numbered, remember, unlearnt_stop_key
from busbar.csms.services.registers import flag, reopen, settle_energy, snapshot
from busbar.csms.services.view import Context, Decision, StationView
from busbar.model.facts import TransactionAnswer, TransactionEnded, TransactionStarted
from busbar.model.values import IdToken, Place


def start_key(fact: TransactionStarted) -> str:
    """Return what makes two starts the same start: place, token, time and meter; never the message id."""
    token = "" if fact.token is None else fact.token.key
    return f"{fact.place.evse}.{fact.place.connector}|{token}|{fact.at.isoformat()}|{fact.meter_wh}"


def started(fact: TransactionStarted, view: StationView, context: Context, at: datetime) -> Decision:
    """Number a start; the same start again gets the same number and verdict, and changes nothing."""
    where = started_at(fact, view, context.tokens)
    token = None if fact.token is None else verdict(fact.token, context.tokens, event_time(fact, at), where)
    key = start_key(fact)
    row = view.transactions.get(view.starts.get(key) or "")
    over = row is not None and row.ended_at is not None and not plausible(fact.at, at)
    if over:  # without a clock, two starts can look alike: after its stop it is another one, not a retry
        row = _started_again(key, view)
    if row is not None:
        if token is not None and row.token_status is not None:
            token.status = row.token_status
        return Decision(TransactionAnswer(transaction_id=row.transaction_id, token=token))
    number = context.take_transaction_number()
    row = Transaction(
        id=number,
        station_id=view.station.id,
        transaction_id=str(number),
        evse=fact.place.evse,
        connector=fact.place.connector,
        token=None if fact.token is None else fact.token.value,
        token_kind=None if fact.token is None else fact.token.kind,
        token_status=None if token is None else token.status,
        start_key=f"{key}|{number}" if over else key,
        reservation_id=fact.reservation_id,
        started_at=fact.at,
        updated_at=at,
        meter_start_wh=fact.meter_wh,
        meter_stop_wh=fact.meter_wh,
        events=1,
    )
    settle_energy(row)
    flag(row, "clock", on=not plausible(fact.at, at))
    view.starts[key] = row.transaction_id
    remember(view, row)
    answer = TransactionAnswer(transaction_id=row.transaction_id, token=token)
    return _put(answer, row, [_event(row, 0, "Started", fact, at)], view, at)


def _started_again(key: str, view: StationView) -> Transaction | None:
    rows = (row for row in view.transactions.values() if row is not None and row.ended_at is None)
    return next((row for row in rows if (row.start_key or "").startswith(key + "|")), None)


def ended(fact: TransactionEnded, view: StationView, context: Context, at: datetime) -> Decision:
    """End a session; the first stop counts, a later one that says something else is flagged."""
    token = None if fact.token is None else verdict(fact.token, context.tokens, event_time(fact, at))
    answer = TransactionAnswer(transaction_id=fact.transaction_id, token=token)
    row = _stopped_row(fact, view, context, at)
    reopen(row)
    if row.ended_at is not None:
        if (row.ended_at, row.meter_stop_wh) == (fact.at, fact.meter_wh) or "stop-differs" in row.flags:
            return Decision(answer)
        flag(row, "stop-differs")
        return _put(answer, row, [], view, at)
    row.ended_at, row.stop_reason = fact.at, fact.reason
    row.updated_at, row.power_w, row.charging_state = at, None, None
    row.events += 1
    row.complete = row.started_at is not None
    if fact.meter_wh is not None:
        row.meter_stop_wh = fact.meter_wh
    settle_energy(row)
    backwards = row.started_at is not None and fact.at < row.started_at
    if backwards or not plausible(fact.at, at):
        flag(row, "clock")
    changes: list[Change] = [_event(row, 1, "Ended", fact, at)]
    changes += [ReadingStored(reading_row(r, view.station.id, row, fact.place, at)) for r in fact.readings]
    return _put(answer, row, changes, view, at)


def named(transaction_id: str, place: Place, view: StationView, context: Context, at: datetime) -> Transaction:
    """Return the row that meter values name, or a new orphan."""
    if transaction_id != NEVER_GIVEN:
        known = numbered(transaction_id, view)
        return known or _orphan(f"{transaction_id}{MARK}0", place, view, context, at)
    rows = [row for row in _unlearnt(view) if row.evse == place.evse]
    key = f"{NEVER_GIVEN}{MARK}{place.evse}@{int(at.timestamp())}"
    return _mark(rows[-1]) if rows else _mark(_orphan(key, place, view, context, at))


def _stopped_row(fact: TransactionEnded, view: StationView, context: Context, at: datetime) -> Transaction:
    if fact.transaction_id != NEVER_GIVEN:
        return named(fact.transaction_id, fact.place, view, context, at)
    key = unlearnt_stop_key(fact)
    row = view.transactions.get(key) or ended_alike(view, fact.at, fact.meter_wh) or _match(fact, view)
    return row or _mark(_orphan(key, fact.place, view, context, at))


def _match(fact: TransactionEnded, view: StationView) -> Transaction | None:
    """Find the session of a stop without a number (1.6 errata 3.18): by token, else the only one that fits."""
    rows = [row for row in _unlearnt(view) if _fits(row, fact)]
    sure = [row for row in rows if _same_token(row, fact.token) or "no-id" in row.flags]
    if sure:
        return _mark(sure[-1])
    return _mark(rows[0]) if fact.token is None and len(rows) == 1 else None


def _unlearnt(view: StationView) -> list[Transaction]:
    """Return the running sessions whose number the station has not used yet, in the order they came."""
    rows = (row for row in view.transactions.values() if row is not None and row.ended_at is None)
    return [row for row in rows if (row.events == 1 and row.start_key is not None) or "no-id" in row.flags]


def _fits(row: Transaction, fact: TransactionEnded) -> bool:
    begun = row.started_at is None or row.started_at <= fact.at
    return begun and (row.meter_start_wh is None or fact.meter_wh is None or row.meter_start_wh <= fact.meter_wh)


def _same_token(row: Transaction, token: IdToken | None) -> bool:
    return token is not None and row.token is not None and row.token.casefold() == token.key


def _mark(row: Transaction) -> Transaction:
    flag(row, "no-id")
    return row


def _orphan(key: str, place: Place, view: StationView, context: Context, at: datetime) -> Transaction:
    row = Transaction(
        id=context.take_transaction_number(),
        station_id=view.station.id,
        transaction_id=key,
        evse=place.evse,
        connector=place.connector,
        updated_at=at,
        flags="orphan",
    )
    remember(view, row)
    return row


def _event(
    row: Transaction, seq_no: int, kind: str, fact: TransactionStarted | TransactionEnded, at: datetime
) -> EventStored:
    return EventStored(row.id, row.station_id, row.transaction_id, seq_no, kind, fact.at, at, fact.offline)


def _put(
    answer: TransactionAnswer, row: Transaction, changes: list[Change], view: StationView, at: datetime
) -> Decision:
    stored = snapshot(row)
    changes.insert(0, TransactionPut(stored))
    return Decision(answer, changes, [TransactionChanged(station=view.station.identity, at=at, transaction=stored)])
