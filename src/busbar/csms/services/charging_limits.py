"""Limits that others set, priority charging, and what dynamic profiles allow now. Knows no version."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Final

import msgspec

from busbar.csms.changes import RowPut
from busbar.csms.happenings import ChargingLimitChanged
from busbar.csms.records.charging import DynamicValues, ExternalLimit, HeldProfile, HeldState, PriorityCharging
from busbar.csms.services.charging_shapes import compact, profile_of
from busbar.csms.services.view import Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.charging import (
    ChargingLimitCleared,
    ChargingLimitNotified,
    DynamicUpdateAnswer,
    DynamicUpdatePulled,
    PriorityChargingNotified,
    ProfileKind,
    ScheduleUpdate,
)
from busbar.model.facts import Acknowledged

_VALUES: Final = tuple(item.name for item in fields(ScheduleUpdate))


def limited(fact: ChargingLimitNotified, view: StationView, _context: Context, at: datetime) -> Decision:
    """Keep a limit that another has set (K11, K12)."""
    row = ExternalLimit(
        station_id=view.station.id,
        evse=fact.evse,
        source=fact.source,
        at=at,
        grid_critical=fact.grid_critical,
        local_generation=fact.local_generation,
        schedules=[compact(schedule) for schedule in fact.schedules],
    )
    return _changed(row, view, at)


def released(fact: ChargingLimitCleared, view: StationView, _context: Context, at: datetime) -> Decision:
    """Keep that such a limit is gone (K13)."""
    row = ExternalLimit(
        station_id=view.station.id, evse=fact.evse, source=fact.source, at=at, cleared_at=at, schedules=[]
    )
    return _changed(row, view, at)


def _changed(row: ExternalLimit, view: StationView, at: datetime) -> Decision:
    told = ChargingLimitChanged(station=view.station.identity, at=at, limit=row)
    return Decision(Acknowledged(), [RowPut(row)], [told])


def prioritised(fact: PriorityChargingNotified, view: StationView, _context: Context, at: datetime) -> Decision:
    """Keep whether a transaction charges with priority (K21, K22)."""
    row = PriorityCharging(
        station_id=view.station.id, transaction_id=fact.transaction_id, at=at, activated=fact.activated
    )
    return Decision(Acknowledged(), [RowPut(row)])


def pulled_needs(fact: DynamicUpdatePulled, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return the profile and its present values."""
    wanted = (_need(HeldProfile, fact, view), _need(DynamicValues, fact, view))
    return [need for need in wanted if need not in view.found]


def pulled(fact: DynamicUpdatePulled, view: StationView, _context: Context, _at: datetime) -> Decision:
    """Answer with what a dynamic profile allows now (K28.FR.07), nothing where there is none (K28.FR.12)."""
    rows: tuple[HeldProfile, ...] = view.found.get(_need(HeldProfile, fact, view), ())
    taken = view.profiles.get(fact.profile_id)  # it may not be stored yet
    if taken is not None and all(row.changed_at < taken.changed_at for row in rows):
        rows = (taken,)
    for row in rows:
        profile = profile_of(row.profile)
        if row.state is HeldState.HELD and profile.kind is ProfileKind.DYNAMIC:
            values: tuple[DynamicValues, ...] = view.found.get(_need(DynamicValues, fact, view), ())
            present = [item for item in values if item.at >= row.changed_at]
            if present:
                return Decision(DynamicUpdateAnswer(update=msgspec.convert(present[0].values, ScheduleUpdate)))
            period = profile.schedules[0].periods[0]
            update = ScheduleUpdate(**{name: getattr(period, name) for name in _VALUES})
            return Decision(DynamicUpdateAnswer(update=update))
    return Decision(DynamicUpdateAnswer(update=None))


def _need(kind: type[HeldProfile | DynamicValues], fact: DynamicUpdatePulled, view: StationView) -> RowNeed:
    return RowNeed(kind, (("station_id", view.station.id), ("profile_id", fact.profile_id)))
