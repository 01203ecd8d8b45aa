"""Logs of stations (N01): what they report of an upload. Pure."""

from collections.abc import Sequence
from datetime import datetime

from busbar.csms.changes import RowAdded, RowPut
from busbar.csms.happenings import LogChanged
from busbar.csms.records.logs import LogRequest
from busbar.csms.records.requests import OPEN, RequestState
from busbar.csms.rows import Command
from busbar.csms.services import requests
from busbar.csms.services.redaction import link
from busbar.csms.services.view import Conclusion, Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.facts import Acknowledged
from busbar.model.logs import GetLog, LogOutcome, LogProgressed, LogStatus


def _need(fact: LogProgressed, view: StationView) -> RowNeed:
    which = ("state", OPEN) if fact.request_id is None else ("id", fact.request_id)
    return RowNeed(LogRequest, (("station_id", view.station.id), which))


def progressed_needs(fact: LogProgressed, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Ask for the request that a status may be about."""
    need = _need(fact, view)
    return () if need in view.found else (need,)


def progressed(fact: LogProgressed, view: StationView, _context: Context, at: datetime) -> Decision:
    """Take in a status (N01.FR.07). One that belongs to nothing known is only acknowledged."""
    row = requests.meant(view.found[_need(fact, view)], fact.request_id)
    if row is None or fact.status is LogStatus.IDLE:  # N01.FR.13: Idle answers a trigger
        return Decision(Acknowledged())
    why = ": ".join(filter(None, (fact.reason, fact.detail)))
    moved = requests.reported(row, fact.status.value, _state(fact.status), at, why)
    if moved is row:
        return Decision(Acknowledged())
    return Decision(Acknowledged(), [RowPut(moved)], [LogChanged(station=view.station.identity, at=at, request=moved)])


def _state(status: LogStatus) -> RequestState:
    if status is LogStatus.UPLOADED:
        return RequestState.DONE
    if status is LogStatus.ACCEPTED_CANCELED:  # N01.FR.20
        return RequestState.CANCELED
    return RequestState.FAILED if status.failed else RequestState.UNDER_WAY


def log_concluded(
    order: GetLog, command: Command, outcome: LogOutcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Know a request that came as a raw call, so that its reports find it; our own are known already."""
    if order.request_id is None or outcome is None:
        return Conclusion()
    row = LogRequest(
        id=order.request_id,
        station_id=view.station.id,
        key=command.idempotency_key or command.id,
        kind=order.kind,
        location=link(order.location),
        oldest=order.oldest,
        latest=order.latest,
        filename=outcome.filename,
        requested_by=command.requested_by,
        created_at=command.created_at,
        updated_at=at,
    )
    return Conclusion([RowAdded(requests.answered(row, command, at))])
