"""Which stored transaction a station means by an id, and what must be looked up to tell.

A row's `transaction_id` is the id on the wire. Three kinds share a wire id with another row and carry a mark behind
a `~`, which no OCPP identifier contains: an id used for another start (`ID~<start in seconds>`), a number that we
never gave (`ID~0`), and what a station that never learnt a number says of an unknown session (`-1~…`). Views stay
bounded here. Knows no meter and no token.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from busbar.csms.rows import Transaction
from busbar.csms.services.sequences import Sequences
from busbar.csms.services.view import Need, StationView, TransactionNeed
from busbar.model.facts import TransactionEnded, TransactionStarted, TransactionUpdated

MARK = "~"
NEVER_GIVEN = "-1"
REUSED = "id-reused"
ENDED_LIMIT = 64
TRANSACTIONS_LIMIT = 256
STARTS_LIMIT = 256

Sequenced = TransactionStarted | TransactionUpdated | TransactionEnded


def id_on_wire(transaction_id: str) -> str:
    """Return a row's `transaction_id` as its station knows it: without what tells it from others of the same id."""
    wire, mark, number = transaction_id.rpartition(MARK)
    return wire if mark and number.isdecimal() else transaction_id


def sequenced_needs(fact: Sequenced, view: StationView) -> Sequence[Need]:
    """Return what is missing to place an event with a sequence number."""
    wire = fact.transaction_id
    if wire is None:
        return ()
    row = view.transactions.get(wire)
    if row is None:
        return () if wire in view.transactions else (TransactionNeed(wire),)
    plain = row.ended_at is None and not row.flags and not isinstance(fact, TransactionStarted)
    key = wire if plain else sequenced_key(fact, view)
    known = view.transactions.get(key)
    if (key in view.transactions) if known is None else (key in view.events):
        return ()
    return (TransactionNeed(key),)


def sequenced_key(fact: Sequenced, view: StationView) -> str:
    """Return the `transaction_id` of the row, existing or to be made, that an event belongs to."""
    wire = fact.transaction_id or ""
    row = view.transactions.get(wire)
    if row is None:
        return wire
    if isinstance(fact, TransactionStarted) and row.started_at is not None and row.started_at < fact.at:
        return f"{wire}{MARK}{int(fact.at.timestamp())}"  # an id is given once (E01.FR.08), and this one was not
    if REUSED not in row.flags and (row.ended_at is None or fact.at <= row.ended_at):
        return wire
    later = [r for r in _again(view, wire) if r.started_at is not None and r.started_at <= fact.at]
    return max(later, key=_started).transaction_id if later else wire


def _again(view: StationView, wire: str) -> Iterator[Transaction]:
    prefix = wire + MARK
    return (row for key, row in view.transactions.items() if row is not None and key.startswith(prefix))


def _started(row: Transaction) -> float:
    return 0.0 if row.started_at is None else row.started_at.timestamp()


def numbered_needs(transaction_id: str, view: StationView) -> Sequence[Need]:
    """Return what is missing to place a message that names a transaction by the number we gave."""
    if transaction_id == NEVER_GIVEN or view.transactions.get(transaction_id) is not None:
        return ()
    keys = (transaction_id, transaction_id + MARK + "0")
    return tuple(TransactionNeed(key) for key in keys if key not in view.transactions)


def unlearnt_stop_key(fact: TransactionEnded) -> str:
    """Return the `transaction_id` of an orphan made by a stop without a number: the same for the same stop."""
    return f"{NEVER_GIVEN}{MARK}{int(fact.at.timestamp())}.{fact.meter_wh or 0:.0f}"


def stop_needs(fact: TransactionEnded, view: StationView) -> Sequence[Need]:
    """Return what is missing to place a stop that names a transaction by the number we gave."""
    if fact.transaction_id != NEVER_GIVEN:
        return numbered_needs(fact.transaction_id, view)
    key = unlearnt_stop_key(fact)
    return () if key in view.transactions else (TransactionNeed(key),)


def numbered(transaction_id: str, view: StationView) -> Transaction | None:
    """Return the row of a number; another station's number finds nothing."""
    return view.transactions.get(transaction_id) or view.transactions.get(transaction_id + MARK + "0")


def sequences(view: StationView, key: str) -> Sequences:
    """Return the stored sequence numbers of a transaction, as ranges from now on."""
    known = view.events.get(key)
    if isinstance(known, Sequences):
        return known
    ranges = view.events[key] = Sequences(known or ())
    return ranges


def remember(view: StationView, row: Transaction) -> None:
    """Put a new row into the view and drop what is over and old; what is dropped can be looked up again."""
    view.transactions.pop(row.transaction_id, None)
    view.transactions[row.transaction_id] = row
    if len(view.transactions) > ENDED_LIMIT:
        over = [key for key, known in view.transactions.items() if known is None or known.ended_at is not None]
        _drop(view, over[: max(0, len(over) - ENDED_LIMIT)])
        _drop(view, list(view.transactions)[: max(0, len(view.transactions) - TRANSACTIONS_LIMIT)])
    while len(view.starts) > STARTS_LIMIT:
        del view.starts[next(iter(view.starts))]


def _drop(view: StationView, keys: Sequence[str]) -> None:
    for key in keys:
        del view.transactions[key]
        view.events.pop(key, None)


def ended_alike(view: StationView, at: datetime, meter_wh: float | None) -> Transaction | None:
    """Return the transaction that a stop of this time and meter already ended."""
    rows = (row for row in view.transactions.values() if row is not None)
    return next((row for row in rows if row.ended_at == at and row.meter_stop_wh == meter_wh), None)
