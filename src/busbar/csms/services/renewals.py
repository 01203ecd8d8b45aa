"""A renewed certificate that a station threw away, since it could not connect with it: noted, and asked for anew.

Asked of every security event, so another one is seen by its name. Sends nothing unless the operator wants renewals.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from busbar.csms.changes import RowPut
from busbar.csms.records.certificates import HolderState, StationCertificate
from busbar.csms.services import security_events
from busbar.csms.services.certificates import OWN, POLICY, policy, trigger_name
from busbar.csms.services.view import Context, Decision, Errand, Need, RowNeed, StationView, Tokens
from busbar.model.certificates import SigningUse
from busbar.model.orders import Trigger
from busbar.model.security import SecurityEventReported

DISCARDED: Final = "DiscardedRenewedClientCertificate"
MOST_A_DAY: Final = 3
"""New attempts for one station: what it throws away each time is not mended by another certificate."""


def needs(fact: SecurityEventReported, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return what the operator wants and what the station has, for the one event that this is about."""
    if fact.type != DISCARDED:
        return ()
    return [need for need in (POLICY, _held(view)) if need not in view.found]


def event_reported(fact: SecurityEventReported, view: StationView, context: Context, at: datetime) -> Decision:
    """Keep an event; after a discarded certificate the one before is in use, and another is asked for (A02.FR.29)."""
    decision = security_events.event_reported(fact, view, context, at)
    if fact.type != DISCARDED:
        return decision
    rows: list[StationCertificate] = [row for row in view.found[_held(view)] if row.use in OWN]
    newest = max((row for row in rows if row.state is HolderState.ACCEPTED), key=lambda row: row.at, default=None)
    use = SigningUse.STATION if newest is None else newest.use
    if newest is not None:
        decision.changes.append(RowPut(replace(newest, state=HolderState.DISCARDED, detail=fact.info, at=at)))
    today = sum(row.state is HolderState.DISCARDED and row.at.date() == at.date() for row in rows)
    if policy(view).renew and today < MOST_A_DAY:
        key = f"discarded:{at:%Y-%m-%d}:{today}"
        decision.errands.append(Errand(Trigger(message=trigger_name(use)), key=key))
    return decision


def _held(view: StationView) -> RowNeed:
    return RowNeed(StationCertificate, (("station_id", view.station.id),))
