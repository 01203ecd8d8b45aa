"""The life of a request: answers, reports, cancellation, giving up."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from busbar.csms.records.logs import LogRequest
from busbar.csms.records.requests import RequestState
from busbar.csms.rows import CommandState
from busbar.csms.services import commands, requests
from busbar.model.logs import LogKind

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)


def row(number: int = 1, **fields) -> LogRequest:
    known = {"id": number, "station_id": 7, "key": f"k{number}", "kind": LogKind.SECURITY, "location": "https://x/"}
    return LogRequest(**(known | {"created_at": AT, "updated_at": AT} | fields))


def command(state: CommandState, **fields):
    made = commands.make("c", 7, "GetLog", b"{}", at=AT, ttl_s=60)
    return replace(made, state=state, **fields)


@pytest.mark.parametrize(
    ("ended", "state", "answer"),
    [
        (command(CommandState.ACCEPTED, status="Accepted"), RequestState.ACCEPTED, "Accepted"),
        (command(CommandState.ACCEPTED, status="AcceptedCanceled"), RequestState.ACCEPTED, "AcceptedCanceled"),
        (command(CommandState.REJECTED, status="RevokedCertificate"), RequestState.REFUSED, "RevokedCertificate"),
        (command(CommandState.ERROR, error="NotSupported"), RequestState.FAILED, "NotSupported"),
        (command(CommandState.EXPIRED, error="offline"), RequestState.FAILED, "offline"),
        (command(CommandState.TIMED_OUT), RequestState.UNANSWERED, "timed-out"),
        (command(CommandState.UNKNOWN), RequestState.UNANSWERED, "unknown"),
    ],
)
def test_an_answer_moves_a_request_on(ended, state, answer) -> None:
    moved = requests.answered(row(), ended, LATER)
    assert (moved.answered, moved.state, moved.answer) == (True, state, answer)
    assert requests.answered(moved, ended, LATER) is moved


def test_a_command_under_way_says_nothing() -> None:
    made = row()
    assert requests.answered(made, command(CommandState.SENT), LATER) is made


def test_an_answer_after_a_report_does_not_set_back() -> None:
    moved = requests.reported(row(), "Uploading", RequestState.UNDER_WAY, LATER)
    assert requests.answered(moved, command(CommandState.ACCEPTED), LATER).state is RequestState.UNDER_WAY


def test_reports_are_kept_in_order_and_repeated_ones_once() -> None:
    made = row()
    for status in ("Uploading", "Uploading", "Uploaded"):
        made = requests.reported(made, status, RequestState.UNDER_WAY, LATER)
    assert [step.status for step in made.steps] == ["Uploading", "Uploaded"]


def test_a_station_that_goes_round_in_circles_fills_nothing() -> None:
    made = row()
    for number in range(requests.STEP_LIMIT * 2):
        made = requests.reported(made, f"S{number}", RequestState.UNDER_WAY, LATER)
    assert len(made.steps) == requests.STEP_LIMIT
    assert made.steps[-1].status == made.status == f"S{number}"


def test_a_report_revives_what_had_no_answer() -> None:
    made = row(state=RequestState.UNANSWERED, answered=True)
    assert requests.reported(made, "Uploaded", RequestState.DONE, LATER).state is RequestState.DONE


def test_a_canceled_request_stays_so_whatever_it_still_reports__L01_FR_24() -> None:
    made = requests.canceled(row(state=RequestState.UNDER_WAY), LATER)
    late = requests.reported(made, "DownloadFailed", RequestState.FAILED, LATER)
    assert (late.state, late.status) == (RequestState.CANCELED, "DownloadFailed")


def test_what_ended_is_not_canceled_or_given_up() -> None:
    made = row(state=RequestState.DONE)
    assert requests.canceled(made, LATER) is made
    assert requests.given_up(made, LATER, "x").state is RequestState.DONE


def test_what_nothing_came_of_is_given_up() -> None:
    made = requests.given_up(row(), LATER, "nothing came")
    assert (made.state, made.detail, made.watched) == (RequestState.FAILED, "nothing came", False)


def test_a_report_is_about_its_number_or_the_newest_open_one() -> None:
    old, new, ended = row(1), row(2, created_at=LATER), row(3, created_at=LATER, state=RequestState.DONE)
    assert requests.meant([old, new], 1) is old
    assert requests.meant([old, new], 9) is None
    assert requests.meant([old, new, ended], None) is new
    assert requests.meant([ended], None) is None
