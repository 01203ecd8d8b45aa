"""Connector status: the last word of each connector, and of the station as a whole. Knows no transaction."""

from datetime import datetime

from busbar.csms.changes import ConnectorPut
from busbar.csms.happenings import ConnectorChanged
from busbar.csms.rows import Connector
from busbar.csms.services.clock import plausible
from busbar.csms.services.view import Context, Decision, StationView
from busbar.model.facts import Acknowledged, StatusChanged

CONNECTORS_LIMIT = 512


def status_changed(fact: StatusChanged, view: StationView, _context: Context, at: datetime) -> Decision:
    """Keep a connector's newest status; an older one, late out of a queue, changes nothing (G01).

    A time that no set clock shows, or that is ahead of ours, is replaced by ours: it would block later ones.
    """
    key = (fact.place.evse or 0, fact.place.connector or 0)
    known = view.connectors.get(key)
    changed_at = min(fact.at, at) if fact.at is not None and plausible(fact.at, at) else at
    if known is not None and known.changed_at > changed_at:
        return Decision(Acknowledged())
    if known is None and len(view.connectors) >= CONNECTORS_LIMIT:
        return Decision(Acknowledged())
    row = Connector(
        station_id=view.station.id,
        evse=key[0],
        connector=key[1],
        status=fact.status,
        changed_at=changed_at,
        error=fact.error,
        info=fact.info,
        vendor_error=fact.vendor_error,
    )
    view.connectors[key] = row
    decision = Decision(Acknowledged(), [ConnectorPut(row)])
    if known is None or _said(known) != _said(row):
        decision.happenings.append(ConnectorChanged(station=view.station.identity, at=at, connector=row))
    return decision


def _said(row: Connector) -> tuple[str | None, ...]:
    return row.status, row.error, row.info, row.vendor_error
