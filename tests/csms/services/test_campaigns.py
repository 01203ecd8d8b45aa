"""Campaigns: who, in which order, what came of it, when to stop."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from busbar.csms.ports import RawCall
from busbar.csms.records.campaigns import (
    CallWork,
    Campaign,
    CampaignMember,
    CertificateWork,
    ConfigurationWork,
    FirmwareWork,
    MemberState,
    Selection,
    Setting,
    Stage,
)
from busbar.csms.records.firmware import FirmwareUpdate
from busbar.csms.records.requests import RequestState
from busbar.csms.rows import CommandState, Station
from busbar.csms.services import campaigns, commands
from busbar.model.firmware import UpdateFirmware
from busbar.model.orders import SetVariables, Trigger, VariableName
from busbar.model.versions import Version

AT = datetime(2026, 5, 1, tzinfo=UTC)
FIRMWARE = FirmwareWork(image_id=1, location="https://x/f", vendor="V", model="M", version="2")
SETTINGS = ConfigurationWork(
    settings=[Setting(variable="a", value="1"), Setting(variable="b", value="2", component="C")]
)
CALL = CallWork(action="Reset", payload={"type": "Soft"})
MEMBER = CampaignMember(campaign_id=3, position=4, station_id=7, state=MemberState.SENT, attempt=1, updated_at=AT)


def station(**fields) -> Station:
    known = {"site_id": 2, "vendor": "V", "model": "M", "firmware": "1", "version": Version.V16}
    return Station(**({"id": 7, "identity": "CS-7"} | known | fields))


def ended(state: CommandState, **fields):
    return replace(commands.make("c", 7, "X", b"{}", at=AT, ttl_s=9), state=state, **fields)


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (Selection(), True),
        (Selection(site_id=2, vendor="V", model="M", firmware="1", version="1.6"), True),
        (Selection(stations=("cs-7",)), True),
        (Selection(site_id=1), False),
        (Selection(vendor="W"), False),
        (Selection(model="N"), False),
        (Selection(firmware="2"), False),
        (Selection(version="2.1"), False),
        (Selection(stations=("other",)), False),
        (Selection(stations=("CS-7",), vendor="W"), False),
    ],
)
def test_all_conditions_choose(selection, chosen) -> None:
    assert campaigns.selected(selection, station()) is chosen


@pytest.mark.parametrize(
    ("stages", "total", "ends"),
    [
        ([], 10, [10]),
        ([Stage(count=1), Stage(percent=10), Stage(percent=100)], 100, [1, 11, 100]),
        ([Stage(percent=1)], 10, [1, 10]),
        ([Stage(count=50), Stage(count=50)], 10, [10, 10]),
    ],
)
def test_stages_divide_the_stations(stages, total, ends) -> None:
    assert campaigns.stage_ends(stages, total) == ends


def test_each_kind_of_work_is_an_order() -> None:
    member = replace(MEMBER, request_id=9)
    update = campaigns.order(FIRMWARE, member, AT)
    assert update == UpdateFirmware(location="https://x/f", retrieve_at=AT, request_id=9)
    second = campaigns.order(SETTINGS, replace(MEMBER, step=1), AT)
    assert second == SetVariables(values=[(VariableName(variable="b", component="C"), "2")])
    assert campaigns.order(CertificateWork(), MEMBER, AT) == Trigger(message="SignChargingStationCertificate")
    assert campaigns.order(CALL, MEMBER, AT) == RawCall(action="Reset", payload=b'{"type":"Soft"}')


@pytest.mark.parametrize(
    ("fields", "left_out"), [({}, False), ({"firmware": "2"}, True), ({"vendor": "W"}, True), ({"model": "N"}, True)]
)
def test_a_station_that_firmware_is_not_for_is_left_out(fields, left_out) -> None:
    assert bool(campaigns.unfit(FIRMWARE, station(**fields))) is left_out
    assert campaigns.unfit(CALL, station(**fields)) is None


def test_each_try_has_a_key_of_its_own() -> None:
    again = campaigns.tried(MEMBER, AT)
    assert campaigns.key(MEMBER) == "campaign:3:4:0:1"
    assert campaigns.key(again) == "campaign:3:4:0:2"
    assert campaigns.key(replace(MEMBER, step=1)) != campaigns.key(MEMBER)


@pytest.mark.parametrize(
    ("work", "command", "state"),
    [
        (CALL, ended(CommandState.ACCEPTED), MemberState.DONE),
        (CALL, ended(CommandState.REJECTED, status="Rejected"), MemberState.FAILED),
        (CALL, ended(CommandState.ERROR, error="NotSupported"), MemberState.FAILED),
        (CALL, ended(CommandState.TIMED_OUT), MemberState.FAILED),
        (CALL, ended(CommandState.UNKNOWN), MemberState.FAILED),
        (SETTINGS, ended(CommandState.UNKNOWN), MemberState.OFFLINE),
        (CALL, ended(CommandState.EXPIRED, error="offline"), MemberState.OFFLINE),
        (FIRMWARE, ended(CommandState.ACCEPTED), MemberState.ACCEPTED),
        (CALL, ended(CommandState.SENT), MemberState.SENT),
    ],
)
def test_the_end_of_a_command_is_taken_in(work, command, state) -> None:
    after = campaigns.answered(work, MEMBER, command, AT)
    assert after.state is state
    assert bool(after.reason) is (state in (MemberState.FAILED, MemberState.OFFLINE))


def test_settings_are_sent_one_after_the_other() -> None:
    second = campaigns.answered(SETTINGS, MEMBER, ended(CommandState.ACCEPTED), AT)
    assert (second.state, second.step) == (MemberState.SENT, 1)
    assert campaigns.answered(SETTINGS, second, ended(CommandState.ACCEPTED), AT).state is MemberState.DONE


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"state": RequestState.DONE, "confirmed": True}, MemberState.DONE),
        ({"state": RequestState.DONE}, MemberState.IN_PROGRESS),
        ({"state": RequestState.DONE, "confirmed": False, "detail": "it runs 1"}, MemberState.FAILED),
        ({"state": RequestState.FAILED, "status": "InvalidSignature"}, MemberState.FAILED),
        ({"state": RequestState.CANCELED}, MemberState.FAILED),
        ({"state": RequestState.UNDER_WAY}, MemberState.IN_PROGRESS),
        ({"state": RequestState.ACCEPTED}, MemberState.ACCEPTED),
    ],
)
def test_an_update_moves_its_station_on(fields, state) -> None:
    known = {"id": 9, "station_id": 7, "key": "k", "location": "x", "retrieve_at": AT}
    update = FirmwareUpdate(**(known | {"created_at": AT, "updated_at": AT} | fields))
    after = campaigns.updated(replace(MEMBER, state=MemberState.ACCEPTED), update, AT)
    assert after.state is state
    assert bool(after.reason) is (state is MemberState.FAILED)


def test_the_boot_that_proves_an_installation_is_waited_for_but_not_for_ever() -> None:
    known = {"id": 9, "station_id": 7, "key": "k", "location": "x", "retrieve_at": AT, "created_at": AT}
    update = FirmwareUpdate(**known, updated_at=AT, state=RequestState.DONE)
    waiting = campaigns.updated(replace(MEMBER, state=MemberState.ACCEPTED), update, AT)
    assert campaigns.updated(waiting, update, AT + timedelta(minutes=1)) is waiting
    late = campaigns.updated(waiting, update, AT + campaigns.PROOF)
    assert (late.state, late.reason) == (MemberState.DONE, "no boot has told the new version yet")


def test_counts_follow_the_stations() -> None:
    counts = campaigns.counted({"pending": 2}, MemberState.PENDING, MemberState.SENT)
    assert counts == {"pending": 1, "sent": 1}
    assert campaigns.counted(counts, MemberState.SENT, MemberState.DONE) == {"pending": 1, "done": 1}


@pytest.mark.parametrize(
    ("bounds", "counts", "halts"),
    [
        ({}, {"failed": 100}, False),
        ({"halt_after": 2}, {"failed": 1}, False),
        ({"halt_after": 2}, {"failed": 2}, True),
        ({"halt_pct": 20}, {"failed": 1, "done": 3}, False),
        ({"halt_pct": 20}, {"failed": 1, "done": 4}, True),
        ({"halt_pct": 20}, {"failed": 1, "done": 5}, False),
    ],
)
def test_too_many_failures_halt(bounds, counts, halts) -> None:
    times = {"starts_at": AT, "ends_at": AT + timedelta(days=1), "created_at": AT}
    campaign = Campaign(id=1, name="c", work=CALL, selection=Selection(), **times, **bounds)
    assert bool(campaigns.too_many_failed(campaign, counts)) is halts
