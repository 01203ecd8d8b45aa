"""Meter values outside transaction events. Knows no sequence number."""

from datetime import datetime

from busbar.csms.changes import Change, ReadingStored, TransactionPut
from busbar.csms.happenings import TransactionChanged
from busbar.csms.services.numbered import named
from busbar.csms.services.readings import reading_row
from busbar.csms.services.registers import reopen, settle_energy, snapshot
from busbar.csms.services.view import Context, Decision, StationView
from busbar.model.facts import Acknowledged, MeterRead

NO_TRANSACTION = (None, "0")
"""Some stations write 0 where no transaction runs; our numbers begin at 1."""
_ACKNOWLEDGED = Acknowledged()


def meter_read(fact: MeterRead, view: StationView, context: Context, at: datetime) -> Decision:
    """Store meter values; those of a running session also move its energy, power and state of charge (J01)."""
    station_id, wire = view.station.id, fact.transaction_id
    row = None if wire in NO_TRANSACTION or wire is None else named(wire, fact.place, view, context, at)
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
    row.events += 1
    row.updated_at = at
    settle_energy(row)
    stored_row = snapshot(row)
    changes.insert(0, TransactionPut(stored_row))
    return Decision(
        _ACKNOWLEDGED, changes, [TransactionChanged(station=view.station.identity, at=at, transaction=stored_row)]
    )
