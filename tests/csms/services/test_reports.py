"""Reports in parts stand as their parts say, in whatever order they come."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.records.reports import ReportProgress, ReportRequest, Subject
from busbar.csms.rows import Station
from busbar.csms.services import commands, reports
from busbar.csms.services.conclusions import conclude
from busbar.csms.services.reports import ReportState, missing, progressed, state, with_number
from busbar.csms.services.view import StationView
from busbar.model.customer import GetCustomerInformation
from busbar.model.device import GetBaseReport, GetReport, ReportPart
from busbar.model.monitoring import GetMonitoringReport
from busbar.model.orders import Order, Outcome
from busbar.model.versions import Version

AT = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def part(seq_no: int, *, more: bool = True, at: datetime = AT) -> ReportPart:
    return ReportPart(request_id=3, seq_no=seq_no, more=more, generated_at=at)


def view() -> StationView:
    return StationView(Station(id=1, identity="CS1"), Version.V201, 1)


def told(*parts: ReportPart) -> ReportProgress:
    known, rows = view(), ()
    for one in parts:
        known.found[reports.progress_need(Subject.MODEL, one, known)] = rows
        rows = (progressed(Subject.MODEL, one, 10, known, AT),)
    return rows[0]


def test_a_report_is_complete_when_all_numbers_up_to_the_last_came() -> None:
    assert not told(part(0), part(1)).complete
    assert told(part(0), part(1), part(2, more=False)).complete
    assert told(part(0, more=False)).complete


def test_parts_may_come_out_of_order() -> None:
    early = told(part(2, more=False), part(0))
    assert (early.complete, missing(early)) == (False, [1])
    assert told(part(2, more=False), part(0), part(1)).complete


def test_a_part_that_comes_twice_counts_once() -> None:
    twice = told(part(0), part(0), part(1, more=False))
    assert (twice.complete, twice.items) == (True, 20)


def test_missing_parts_are_named() -> None:
    assert missing(told(part(1), part(5, more=False))) == [0, 2, 3, 4]
    assert missing(told(part(2_000_000_000))) == list(range(reports.MISSING))


def test_a_number_that_is_used_again_begins_again() -> None:
    again = told(part(0), part(1, more=False), part(0, at=AT + SECOND))
    assert (again.complete, again.items, again.ranges) == (False, 10, [(0, 0)])


def test_gaps_beyond_the_bound_are_not_remembered() -> None:
    ranges: list[tuple[int, int]] = []
    for number in range(0, 2 * reports.RANGES + 10, 2):
        ranges = with_number(ranges, number)
    assert len(ranges) == reports.RANGES
    assert with_number(ranges, -1) == ranges


def request(status: str | None) -> ReportRequest:
    return ReportRequest(
        station_id=1, subject=Subject.MODEL, request_id=3, kind="Custom", status=status, command_id="c", asked_at=AT
    )


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        ("Accepted", ReportState.REQUESTED),
        ("EmptyResultSet", ReportState.EMPTY),
        ("NotSupported", ReportState.REFUSED),
        (None, ReportState.UNKNOWN),
    ],
)
def test_before_its_parts_a_report_stands_as_the_station_said(status: str | None, stands: ReportState) -> None:
    assert state(request(status), None) is stands


def test_parts_count_for_more_than_what_the_station_said() -> None:
    assert state(request("Rejected"), told(part(0))) is ReportState.PARTIAL
    assert state(None, told(part(0, more=False))) is ReportState.COMPLETE


@pytest.mark.parametrize(
    ("order", "subject", "kind"),
    [
        (GetBaseReport(request_id=3, base="FullInventory"), Subject.MODEL, "FullInventory"),
        (GetReport(request_id=3), Subject.MODEL, "Custom"),
        (GetMonitoringReport(request_id=3), Subject.MONITORS, "Monitoring"),
        (
            GetCustomerInformation(request_id=3, report=True, clear=True, identifier="x"),
            Subject.CUSTOMER,
            "report+clear",
        ),
    ],
)
def test_what_was_asked_for_is_remembered(order: Order, subject: Subject, kind: str) -> None:
    command = commands.make("c", 1, "GetReport", b"{}", at=AT, ttl_s=60)
    (change,) = conclude(order, command, Outcome(status="EmptyResultSet"), view(), AT).changes
    row = change.row
    assert (row.subject, row.request_id, row.kind, row.status) == (subject, 3, kind, "EmptyResultSet")
    (unanswered,) = conclude(order, command, None, view(), AT).changes
    assert unanswered.row.status is None
