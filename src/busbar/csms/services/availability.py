"""Connector status, the last word of each, and what an operator wants of it. Knows no transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from busbar.csms.changes import Change, ConnectorPut, RowPut
from busbar.csms.happenings import AnyHappening, AvailabilityChanged, ConnectorChanged
from busbar.csms.records.availability import AvailabilityIntent
from busbar.csms.rows import Command, Connector
from busbar.csms.services.clock import plausible
from busbar.csms.services.view import Conclusion, Context, Decision, StationView
from busbar.model.facts import Acknowledged, StatusChanged
from busbar.model.orders import ChangeAvailability, Outcome
from busbar.model.values import ConnectorStatus, Place

CONNECTORS_LIMIT = 512
RESTORE: Final = "restore:"


def status_changed(fact: StatusChanged, view: StationView, _context: Context, at: datetime) -> Decision:
    """Keep a connector's newest status (G01)."""
    return _moved(fact, view, at)


def _moved(fact: StatusChanged, view: StationView, at: datetime) -> Decision:
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


def connector_status(
    view: StationView, place: Place, status: ConnectorStatus, at: datetime, now: datetime
) -> tuple[list[Change], list[AnyHappening]]:
    """Take a status that came as a variable's value (NotifyEvent, G01.FR.04): the same as a StatusNotification."""
    decision = _moved(StatusChanged(place=place, status=status, at=at), view, now)
    return decision.changes, decision.happenings


def concluded(
    order: ChangeAvailability, command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep what was wanted and what the station answered: Scheduled waits for a transaction's end (G03.FR.05).

    `RESTORE` at the start of the idempotency key says that the order is to be made again after a contradiction.
    """
    intent = AvailabilityIntent(
        station_id=view.station.id,
        evse=order.place.evse or 0,
        connector=order.place.connector or 0,
        operative=order.operative,
        wanted_at=command.created_at,
        requested_by=command.requested_by,
        restore=(command.idempotency_key or "").startswith(RESTORE),
        status=None if outcome is None else outcome.status,
        ordered_at=command.sent_at,
        answered_at=None if outcome is None else at,
    )
    told = AvailabilityChanged(station=view.station.identity, at=at, intent=intent)
    return Conclusion([RowPut(intent)], [told])


def contradicts(intent: AvailabilityIntent, connectors: Iterable[Connector]) -> bool:
    """Tell whether what a station says of its connectors is not what was wanted; a fault is neither."""
    for row in connectors:
        if row.status is ConnectorStatus.FAULTED or not _covers(intent, row):
            continue
        if row.changed_at > intent.wanted_at and (row.status is ConnectorStatus.UNAVAILABLE) is intent.operative:
            return True
    return False


def _covers(intent: AvailabilityIntent, row: Connector) -> bool:
    return intent.evse in (0, row.evse) and intent.connector in (0, row.connector)


def _said(row: Connector) -> tuple[str | None, ...]:
    return row.status, row.error, row.info, row.vendor_error
