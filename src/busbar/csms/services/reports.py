"""Reports in parts: which came, which are missing, how a report stands. Knows nothing of what is in them.

Parts may come out of order, twice or never; what is in them is taken in as it comes, whatever is missing.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from busbar.csms.changes import RowPut
from busbar.csms.records.reports import ReportProgress, ReportRequest, Subject
from busbar.csms.rows import Command
from busbar.csms.services.view import Conclusion, RowNeed, StationView
from busbar.model.customer import GetCustomerInformation
from busbar.model.device import GetBaseReport, GetReport, ReportPart
from busbar.model.monitoring import GetMonitoringReport
from busbar.model.orders import Order, Outcome

RANGES: Final = 256
"""Most gaps that are remembered of one report; parts beyond them are taken in, but not counted."""
MISSING: Final = 100

_EMPTY: Final = "EmptyResultSet"
_ACCEPTED: Final = "Accepted"


class ReportState(StrEnum):
    """How a report stands."""

    REQUESTED = "requested"
    PARTIAL = "partial"
    COMPLETE = "complete"
    EMPTY = "empty"
    REFUSED = "refused"
    UNKNOWN = "unknown"


def progress_need(subject: Subject, part: ReportPart, view: StationView) -> RowNeed:
    """Return what has to be known of a report before its next part is taken in."""
    equal = (("station_id", view.station.id), ("subject", subject), ("request_id", part.request_id))
    return RowNeed(ReportProgress, equal)


def progressed(subject: Subject, part: ReportPart, items: int, view: StationView, at: datetime) -> ReportProgress:
    """Return how a report stands with this part. A part of a number that came already adds nothing."""
    (before,) = view.found.get(progress_need(subject, part, view)) or (None,)
    if before is None or _begins_again(before, part):
        before = ReportProgress(
            station_id=view.station.id,
            subject=subject,
            request_id=part.request_id,
            ranges=[],
            last_seq_no=None,
            complete=False,
            items=0,
            generated_at=part.generated_at,
            first_at=at,
            last_at=at,
        )
    ranges = with_number(before.ranges, part.seq_no)
    last = before.last_seq_no if part.more else max(part.seq_no, before.last_seq_no or 0)
    return ReportProgress(
        station_id=before.station_id,
        subject=subject,
        request_id=before.request_id,
        ranges=ranges,
        last_seq_no=last,
        complete=last is not None and ranges == [(0, last)],
        items=before.items + (items if ranges != before.ranges else 0),
        generated_at=part.generated_at,
        first_at=before.first_at,
        last_at=at,
    )


def _begins_again(before: ReportProgress, part: ReportPart) -> bool:
    """Tell whether a number was used for another report."""
    return before.complete and part.seq_no == 0 and part.generated_at > before.generated_at


def with_number(ranges: list[tuple[int, int]], number: int) -> list[tuple[int, int]]:
    """Return ranges with one number more."""
    if number < 0 or any(first <= number <= last for first, last in ranges):
        return ranges
    found: list[tuple[int, int]] = []
    for first, last in sorted([*ranges, (number, number)]):
        if found and first == found[-1][1] + 1:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found if len(found) <= RANGES else ranges


def missing(progress: ReportProgress) -> list[int]:
    """Return the numbers of parts that should have come, at most MISSING."""
    found: list[int] = []
    expected = 0
    for first, last in progress.ranges:
        found.extend(range(expected, min(first, expected + MISSING - len(found))))
        expected = last + 1
    if progress.last_seq_no is not None:
        found.extend(range(expected, min(progress.last_seq_no + 1, expected + MISSING - len(found))))
    return found


def state(request: ReportRequest | None, progress: ReportProgress | None) -> ReportState:
    """Return how a report stands; parts that came count for more than what the station said before."""
    if progress is not None:
        return ReportState.COMPLETE if progress.complete else ReportState.PARTIAL
    status = None if request is None else request.status
    if status is None:
        return ReportState.UNKNOWN
    if status == _ACCEPTED:
        return ReportState.REQUESTED
    return ReportState.EMPTY if status == _EMPTY else ReportState.REFUSED


def asked(
    order: GetBaseReport | GetReport | GetMonitoringReport | GetCustomerInformation,
    command: Command,
    outcome: Outcome | None,
    view: StationView,
    _at: datetime,
) -> Conclusion:
    """Remember a report that was asked for, with what the station said to that."""
    subject, kind = _asked(order)
    row = ReportRequest(
        station_id=view.station.id,
        subject=subject,
        request_id=order.request_id,
        kind=kind,
        status=None if outcome is None else outcome.status,
        command_id=command.id,
        asked_at=command.sent_at or command.created_at,
    )
    return Conclusion([RowPut(row)])


def _asked(order: Order) -> tuple[Subject, str]:
    match order:
        case GetBaseReport():
            return Subject.MODEL, order.base
        case GetMonitoringReport():
            return Subject.MONITORS, "Monitoring"
        case GetCustomerInformation():
            return Subject.CUSTOMER, "+".join(word for word in ("report", "clear") if getattr(order, word))
    return Subject.MODEL, "Custom"
