"""What stations report of their logs."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from busbar.csms.happenings import LogChanged
from busbar.csms.records.logs import LogRequest
from busbar.csms.records.requests import RequestState
from busbar.csms.rows import CommandState
from busbar.csms.services import commands, logs
from busbar.model.logs import GetLog, LogKind, LogOutcome, LogProgressed, LogStatus

AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
ROW = LogRequest(
    id=1, station_id=7, key="k", kind=LogKind.SECURITY, location="https://x/", created_at=AT, updated_at=AT
)


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        (["Uploading", "Uploaded"], RequestState.DONE),
        (["Uploading", "UploadFailure"], RequestState.FAILED),
        (["PermissionDenied"], RequestState.FAILED),
        (["BadMessage"], RequestState.FAILED),
        (["NotSupportedOperation"], RequestState.FAILED),
        (["Uploading", "AcceptedCanceled"], RequestState.CANCELED),
        (["Uploading", "Idle"], RequestState.UNDER_WAY),
    ],
)
@pytest.mark.parametrize("request_id", [1, None])
def test_an_upload_goes_its_way__N01_FR_07_10_20(world, statuses, state, request_id) -> None:
    world.rows[LogRequest] = [ROW]
    for status in statuses:
        world.tell(LogProgressed(status=LogStatus(status), request_id=request_id))
        world.view.found.clear()
    assert world.rows[LogRequest][0].state is state
    assert any(isinstance(happening, LogChanged) for happening in world.happenings)


def test_a_status_of_nothing_known_is_acknowledged(world) -> None:
    world.tell(LogProgressed(status=LogStatus.UPLOADED, request_id=9))
    assert LogRequest not in world.rows


def test_a_request_by_a_raw_call_becomes_known__TC_079(world) -> None:
    ended = replace(
        commands.make("c", 7, "GetLog", b"{}", at=AT, ttl_s=9), state=CommandState.ACCEPTED, status="Accepted"
    )
    order = GetLog(kind=LogKind.SECURITY, location="x", request_id=5)
    outcome = LogOutcome(status="Accepted", filename="s.zip")
    (change,) = logs.log_concluded(order, ended, outcome, world.view, AT).changes
    assert (change.row.id, change.row.filename, change.row.state) == (5, "s.zip", RequestState.ACCEPTED)
    assert not logs.log_concluded(order, ended, None, world.view, AT).changes
