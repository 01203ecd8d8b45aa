"""Requests are looked after: answers, cancellations, proofs, ends."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from msgspec.structs import replace

from busbar.csms.bus.local import LocalBus
from busbar.csms.changes import BootRecorded, CommandPut, ConnectionOpened
from busbar.csms.happenings import FirmwareChanged, LogChanged
from busbar.csms.jobs import requests as job
from busbar.csms.jobs.runner import Desk
from busbar.csms.records.files import FileUse, StoredFile
from busbar.csms.records.firmware import FirmwareUpdate
from busbar.csms.records.logs import LogRequest
from busbar.csms.records.requests import RequestState
from busbar.csms.rows import CommandState
from busbar.csms.services import commands, requests
from busbar.model.logs import LogKind
from busbar.model.versions import Version

NOW = datetime.now(UTC)


@pytest.fixture
async def desk(store):
    station = await store.add_station("CS1", secret=None)
    epoch = await store.next_epoch(station.id)
    await store.commit([ConnectionOpened(station.id, epoch, Version.V16, NOW, "127.0.0.1")])
    told: list[Any] = []
    made = Desk(store, LocalBus(), cast("Any", None), lambda _, happenings: told.extend(happenings))
    return made, told


def update(number: int = 1, **fields) -> FirmwareUpdate:
    known = {"id": number, "station_id": 1, "key": f"k{number}", "location": "x", "before": "1", "version": "2"}
    times = {"retrieve_at": NOW, "created_at": NOW, "updated_at": NOW}
    return FirmwareUpdate(**(known | times | fields))


def log(number: int = 1, **fields) -> LogRequest:
    known = {"id": number, "station_id": 1, "key": f"k{number}", "location": "x", "kind": LogKind.DIAGNOSTICS}
    return LogRequest(**(known | {"created_at": NOW, "updated_at": NOW} | fields))


async def ended(store, key: str, action: str = "UpdateFirmware", payload: bytes = b"{}", **fields) -> None:
    made = commands.make(key, 1, action, payload, at=NOW, ttl_s=60)
    known = {"idempotency_key": key, "state": CommandState.ACCEPTED, "status": "Accepted"}
    await store.commit([CommandPut(replace(made, **(known | fields)))])


async def test_the_end_of_a_command_is_taken_in_and_told(desk) -> None:
    made, told = desk
    await made.store.insert(update())
    await job.look(made)
    assert (await made.store.get(FirmwareUpdate, 1, 1)).answered is False
    await ended(made.store, "k1", state=CommandState.REJECTED, status="InvalidCertificate")
    await job.look(made)
    row = await made.store.get(FirmwareUpdate, 1, 1)
    assert (row.state, row.answer, row.answered) == (RequestState.REFUSED, "InvalidCertificate", True)
    assert [type(one) for one in told] == [FirmwareChanged]


async def test_a_request_whose_command_was_never_made_ends(desk) -> None:
    made, _ = desk
    await made.store.insert(update(created_at=NOW - timedelta(hours=1)))
    await job.look(made)
    row = await made.store.get(FirmwareUpdate, 1, 1)
    assert (row.state, row.answered, row.detail) == (RequestState.FAILED, True, "it was never sent")


async def test_a_canceled_update_ends_when_the_newer_one_is_taken__TC_L_10(desk) -> None:
    made, _ = desk
    await made.store.insert(update(1, state=RequestState.UNDER_WAY, answered=True))
    await made.store.insert(update(2, created_at=NOW + timedelta(seconds=1)))
    await ended(made.store, "k2", status="AcceptedCanceled")
    await job.look(made)
    assert (await made.store.get(FirmwareUpdate, 1, 1)).state is RequestState.CANCELED
    assert (await made.store.get(FirmwareUpdate, 1, 2)).state is RequestState.ACCEPTED


async def test_a_refused_cancellation_leaves_the_older_update__TC_L_11(desk) -> None:
    made, _ = desk
    await made.store.insert(update(1, state=RequestState.UNDER_WAY, answered=True))
    await made.store.insert(update(2, created_at=NOW + timedelta(seconds=1)))
    await ended(made.store, "k2", status="Rejected", state=CommandState.REJECTED)
    await job.look(made)
    assert (await made.store.get(FirmwareUpdate, 1, 1)).state is RequestState.UNDER_WAY


async def test_a_named_file_is_remembered__TC_045(desk) -> None:
    made, told = desk
    await made.store.insert(log())
    await ended(made.store, "k1", "GetDiagnostics", b'{"location":"x"}', answer=b'{"fileName":"diag.zip"}')
    await job.look(made)
    assert (await made.store.get(LogRequest, 1, 1)).filename == "diag.zip"
    assert [type(one) for one in told] == [LogChanged]


async def test_a_report_that_came_meanwhile_is_not_overwritten(desk) -> None:
    made, _ = desk
    row = update()
    await made.store.insert(row)
    await ended(made.store, "k1")
    moved = requests.reported(row, "Downloading", RequestState.UNDER_WAY, NOW + timedelta(seconds=1))
    await made.store.put(moved)
    assert await job.settle(made.store, row, NOW) is row
    assert (await made.store.get(FirmwareUpdate, 1, 1)).state is RequestState.UNDER_WAY
    await job.look(made)
    assert (await made.store.get(FirmwareUpdate, 1, 1)).answer == "Accepted"


async def test_a_boot_proves_an_update(desk) -> None:
    made, told = desk
    await made.store.insert(update(state=RequestState.DONE, answered=True))
    await made.store.commit([BootRecorded(1, "V", "M", None, "2", None, NOW + timedelta(seconds=5))])
    await job.look(made)
    row = await made.store.get(FirmwareUpdate, 1, 1)
    assert (row.confirmed, row.watched, len(told)) == (True, False, 1)
    await job.look(made)
    assert len(told) == 1


async def test_what_nothing_is_heard_of_ends(desk) -> None:
    made, _ = desk
    old = {"updated_at": NOW - timedelta(days=40), "state": RequestState.ACCEPTED, "answered": True}
    await made.store.insert(update(1, **(old | {"retrieve_at": NOW - timedelta(days=40)})))
    await made.store.insert(update(2, **old))  # it is to begin only now
    await made.store.insert(log(**old))
    await job.look(made)
    assert (await made.store.get(FirmwareUpdate, 1, 1)).state is RequestState.FAILED
    assert (await made.store.get(FirmwareUpdate, 1, 2)).state is RequestState.ACCEPTED
    assert (await made.store.get(LogRequest, 1, 1)).state is RequestState.FAILED


async def test_a_log_that_came_is_not_watched_any_more(desk) -> None:
    made, _ = desk
    await made.store.insert(log(state=RequestState.DONE, answered=True))
    await job.look(made)
    row = await made.store.get(LogRequest, 1, 1)
    assert (row.state, row.watched) == (RequestState.DONE, False)


@pytest.mark.parametrize(("minutes", "state"), [(0, RequestState.UNDER_WAY), (2, RequestState.DONE)])
async def test_a_file_that_came_ends_a_request_of_which_the_station_says_nothing(desk, minutes, state) -> None:
    made, told = desk
    await made.store.insert(log(state=RequestState.UNDER_WAY, answered=True))
    file = StoredFile(
        id="f",
        use=FileUse.LOG,
        size=1,
        sha256="",
        received_at=datetime.now(UTC) - timedelta(minutes=minutes),
        station_id=1,
        request_id=1,
    )
    await made.store.insert(file)
    await job.look(made)
    row = await made.store.get(LogRequest, 1, 1)
    assert (row.state, row.watched, len(told)) == (state, state.open, 0 if state.open else 1)


async def test_an_update_of_a_station_that_was_removed_ends(desk) -> None:
    made, _ = desk
    await made.store.insert(update(state=RequestState.UNDER_WAY, answered=True))
    await made.store.remove_station(1)
    await job.look(made)
    row = await made.store.get(FirmwareUpdate, 1, 1)
    assert (row.state, row.watched) == (RequestState.FAILED, False)
