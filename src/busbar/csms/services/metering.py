"""Meter values outside transaction events. Knows no sequence number."""

from datetime import datetime

from busbar.csms.changes import Change, ReadingStored, TransactionPut
from busbar.csms.happenings import TransactionChanged
from busbar.csms.rows import Transaction
from busbar.csms.services.numbered import named
from busbar.csms.services.readings import reading_row
from busbar.csms.services.registers import STALE, reopen, settle_energy, snapshot
from busbar.csms.services.view import Context, Decision, StationView
from busbar.model.facts import Acknowledged, MeterRead
from busbar.model.values import ConnectorStatus
from busbar.protocol.versions import RULES

NO_TRANSACTION = (None, "0")
"""Some stations write 0 where no transaction runs; our numbers begin at 1."""
_ACKNOWLEDGED = Acknowledged()


def meter_read(fact: MeterRead, view: StationView, context: Context, at: datetime) -> Decision:
    """Store meter values; those of a running session also move its energy, power and state of charge (J01)."""
    station_id, wire = view.station.id, fact.transaction_id
    if wire is None:
        row = _unnamed(fact, view)
    else:
        row = None if wire in NO_TRANSACTION else named(wire, fact.place, view, context, at)
    changes: list[Change] = []
    if row is not None:
        reopen(row)
    for reading in fact.readings:
        stored = reading_row(reading, station_id, row, fact.place, at)
        changes.append(ReadingStored(stored))
        if row is None or row.ended_at is not None:
            continue
        if stored.energy_wh is not None:
            row.meter_stop_wh = stored.energy_wh
        if stored.power_w is not None:
            row.power_w = stored.power_w
        if stored.soc_pct is not None:
            row.soc_pct = stored.soc_pct
    if row is None or row.ended_at is not None:
        return Decision(_ACKNOWLEDGED, changes)
    row.events += wire is not None  # else the station may still not know the number
    row.updated_at = at
    settle_energy(row)
    stored_row = snapshot(row)
    changes.insert(0, TransactionPut(stored_row))
    return Decision(
        _ACKNOWLEDGED, changes, [TransactionChanged(station=view.station.identity, at=at, transaction=stored_row)]
    )


def _unnamed(fact: MeterRead, view: StationView) -> Transaction | None:
    """Return the session of values that name none (1.6 §4.7): the only one of their connector at their time.

    What a connector measures that is free, or the main meter (connector 0), is of no session.
    """
    if RULES[view.version].transaction_events or not fact.place.evse or not fact.readings:
        return None
    times = [reading.at for reading in fact.readings]
    first, last = min(times), max(times)
    found = [row for row in view.transactions.values() if row is not None and _ran(row, fact.place.evse, first, last)]
    connector = view.connectors.get((fact.place.evse, fact.place.connector or 0))
    free = connector is not None and connector.status is ConnectorStatus.AVAILABLE and connector.changed_at <= last
    return None if free or len(found) != 1 else found[0]


def _ran(row: Transaction, evse: int, first: datetime, last: datetime) -> bool:
    """Tell whether a session ran at an EVSE from one time to another, and is not one whose stop seems lost."""
    begun = row.started_at is None or row.started_at <= first
    return row.evse == evse and begun and (row.ended_at is None or last <= row.ended_at) and STALE not in row.flags
