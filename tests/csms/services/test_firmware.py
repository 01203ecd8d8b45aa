"""What stations report of updates, and what a boot proves."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from busbar.csms.changes import RowAdded
from busbar.csms.happenings import FirmwareChanged
from busbar.csms.records.firmware import FirmwarePublication, FirmwareUpdate
from busbar.csms.records.requests import RequestState, Step
from busbar.csms.rows import CommandState
from busbar.csms.services import commands, firmware
from busbar.model.firmware import (
    FirmwareProgressed,
    FirmwareStatus,
    PublishFirmware,
    PublishProgressed,
    PublishStatus,
    UpdateFirmware,
)
from busbar.model.orders import Outcome

AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
KNOWN = {"station_id": 7, "key": "k", "location": "https://x/f", "created_at": AT, "updated_at": AT}


def update(number: int = 1, **fields) -> FirmwareUpdate:
    return FirmwareUpdate(**(KNOWN | {"id": number, "retrieve_at": AT, "before": "1.0", "version": "2.0"} | fields))


def publication(**fields) -> FirmwarePublication:
    return FirmwarePublication(**(KNOWN | {"id": 3, "checksum": "0" * 32} | fields))


def tell(world, row, status: FirmwareStatus, request_id: int | None = 1) -> FirmwareUpdate:
    world.rows.setdefault(FirmwareUpdate, [row])
    world.tell(FirmwareProgressed(status=status, request_id=request_id))
    world.view.found.clear()
    return world.rows[FirmwareUpdate][-1]


GOOD = ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"]


@pytest.mark.parametrize("request_id", [1, None])
def test_a_good_update_goes_its_way__TC_L_01(world, request_id) -> None:
    for status in GOOD:
        row = tell(world, update(), FirmwareStatus(status), request_id)
    assert (row.state, row.status) == (RequestState.DONE, "Installed")
    assert [step.status for step in row.steps] == GOOD
    assert sum(isinstance(happening, FirmwareChanged) for happening in world.happenings) == len(GOOD)


@pytest.mark.parametrize("status", [status for status in FirmwareStatus if status.failed])
def test_a_failure_end_state_ends_it__TC_L_06_07_08_09(world, status) -> None:
    assert tell(world, update(), status).state is RequestState.FAILED


@pytest.mark.parametrize("status", ["DownloadScheduled", "DownloadPaused", "InstallScheduled"])
def test_waiting_is_being_under_way__TC_L_02_03(world, status) -> None:
    assert tell(world, update(), FirmwareStatus(status)).state is RequestState.UNDER_WAY


def test_idle_tells_of_no_update__L01_FR_25(world) -> None:
    assert tell(world, update(), FirmwareStatus.IDLE, None).status is None


def test_a_status_of_nothing_known_is_acknowledged(world) -> None:
    assert tell(world, update(), FirmwareStatus.INSTALLED, 99).state is RequestState.REQUESTED


def test_publishing_goes_its_way__TC_L_17(world) -> None:
    world.rows[FirmwarePublication] = [publication()]
    for status in ("Downloading", "Downloaded", "ChecksumVerified", "Published"):
        places = ["http://lc/f"] if status == "Published" else []
        world.tell(PublishProgressed(status=PublishStatus(status), request_id=3, locations=places))
        world.view.found.clear()
    row = world.rows[FirmwarePublication][0]
    assert (row.state, row.locations, len(row.steps)) == (RequestState.DONE, ["http://lc/f"], 4)


@pytest.mark.parametrize("status", [status for status in PublishStatus if status.failed])
def test_publishing_fails__TC_L_19_20_24(world, status) -> None:
    world.rows[FirmwarePublication] = [publication()]
    world.tell(PublishProgressed(status=status, request_id=3))
    assert world.rows[FirmwarePublication][0].state is RequestState.FAILED


def test_an_update_by_a_raw_call_becomes_known(world) -> None:
    ended = replace(
        commands.make("c", 7, "UpdateFirmware", b"{}", at=AT, ttl_s=9), state=CommandState.ACCEPTED, status="Accepted"
    )
    order = UpdateFirmware(location="x", retrieve_at=AT, request_id=5)
    (change,) = firmware.update_concluded(order, ended, Outcome(status="Accepted"), world.view, AT).changes
    assert isinstance(change, RowAdded)
    assert (change.row.id, change.row.state, change.row.answered) == (5, RequestState.ACCEPTED, True)
    publish = PublishFirmware(location="x", checksum="0" * 32, request_id=6)
    (change,) = firmware.publish_concluded(publish, ended, Outcome(status="Accepted"), world.view, AT).changes
    assert change.row.id == 6


def test_a_raw_call_without_an_answer_or_number_leaves_nothing(world) -> None:
    ended = commands.make("c", 7, "UpdateFirmware", b"{}", at=AT, ttl_s=9)
    order = UpdateFirmware(location="x", retrieve_at=AT)
    assert not firmware.update_concluded(order, ended, Outcome(status="Accepted"), world.view, AT).changes
    order.request_id = 5
    assert not firmware.update_concluded(order, ended, None, world.view, AT).changes


@pytest.mark.parametrize(
    ("row", "runs", "booted_min", "state", "confirmed"),
    [
        (update(state=RequestState.DONE), "2.0", 5, RequestState.DONE, True),
        (update(state=RequestState.UNDER_WAY), "2.0", 5, RequestState.DONE, True),
        (update(state=RequestState.DONE), "1.0", 5, RequestState.DONE, False),
        (update(state=RequestState.DONE), "1.0", -5, RequestState.DONE, None),
        (update(state=RequestState.UNDER_WAY), "1.0", 5, RequestState.UNDER_WAY, None),
        (update(state=RequestState.DONE, version=None), "2.0", 5, RequestState.DONE, True),
        (update(state=RequestState.FAILED), "2.0", 5, RequestState.FAILED, None),
        (update(state=RequestState.DONE, before="2.0"), "2.0", 5, RequestState.DONE, None),
    ],
)
def test_a_boot_proves_what_runs(world, row, runs, booted_min, state, confirmed) -> None:
    world.station.firmware, world.station.booted_at = runs, AT + timedelta(minutes=booted_min)
    proved = firmware.proved(row, world.station, AT + timedelta(minutes=6))
    assert (proved.state, proved.confirmed) == (state, confirmed)
    assert proved.watched is (confirmed is None)


def test_what_no_boot_proves_is_not_waited_for_for_ever(world) -> None:
    row = update(state=RequestState.DONE)
    assert firmware.proved(row, world.station, AT + timedelta(days=8)).watched is False


def test_an_answer_that_is_taken_in_late_hides_no_boot(world) -> None:
    row = update(state=RequestState.DONE, steps=[Step(AT, "Installed")], updated_at=AT + timedelta(minutes=9))
    world.station.firmware, world.station.booted_at = "1.0", AT + timedelta(minutes=5)
    assert firmware.proved(row, world.station, AT + timedelta(minutes=9)).confirmed is False
