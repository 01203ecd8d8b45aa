"""Campaigns carried out over a store, with stations that answer as they are told; crashes at every step."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from busbar.csms.bus.local import LocalBus
from busbar.csms.changes import BootRecorded, CommandPut, ConnectionClosed, ConnectionOpened
from busbar.csms.happenings import CampaignChanged
from busbar.csms.jobs import campaigns as job
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Store, StoreUnavailable
from busbar.csms.records.campaigns import (
    CallWork,
    Campaign,
    CampaignMember,
    CampaignProgress,
    CampaignState,
    ConfigurationWork,
    FirmwareWork,
    MemberState,
    Selection,
    Setting,
    Stage,
)
from busbar.csms.records.firmware import FirmwareUpdate
from busbar.csms.records.requests import RequestState
from busbar.csms.rows import CommandState
from busbar.csms.services import commands, requests
from busbar.csms.tenancy import scoped
from busbar.model.versions import Version
from busbar.protocol.errors import ErrorCode, LocalProtocolError

NOW = datetime.now(UTC)
CALL = CallWork(action="ClearCache", payload={})


@dataclass
class Stations:
    """The dispatcher: stations that answer as scripted, once per idempotency key."""

    store: Store
    script: dict[str, Any] = field(default_factory=lambda: {"state": CommandState.ACCEPTED, "status": "Accepted"})
    asked: list[tuple[str, Any, str]] = field(default_factory=list)
    error: Exception | None = None

    async def dispatch(self, station, request, *, wait_s, requested_by, idempotency_key, ttl_s):
        if self.error is not None:
            raise self.error
        known = await self.store.command_by_key(station.id, idempotency_key)
        if known is not None:
            return known
        made = commands.make(idempotency_key, station.id, "X", b"{}", at=datetime.now(UTC), ttl_s=ttl_s)
        made = replace(made, idempotency_key=idempotency_key, **self.script)
        await self.store.commit([CommandPut(made)])
        self.asked.append((station.identity, request, idempotency_key))
        return made


@dataclass
class Fleet:
    """A store with stations, and the job's desk."""

    store: Store
    stations: Stations
    desk: Desk
    told: list[Any]
    heard: set[int] = field(default_factory=set)

    async def look(self, times: int = 1) -> None:
        for _ in range(times):
            await job.look(self.desk)

    async def begin(self, **fields) -> Campaign:
        known = {"id": 1, "name": "c", "work": CALL, "selection": Selection(), "created_at": NOW}
        times = {"starts_at": NOW - timedelta(seconds=1), "ends_at": NOW + timedelta(hours=1)}
        row = Campaign(**(known | times | fields))
        await self.store.insert(row)
        await self.look()
        return row

    async def state(self) -> CampaignState:
        return (await self.store.get(Campaign, 1)).state

    async def members(self) -> list[str]:
        return [row.state.value for row in await self.store.find(CampaignMember, campaign_id=1)]

    async def check_counts(self) -> None:
        members, progress = await self.members(), await self.store.get(CampaignProgress, 1)
        assert progress.counts == {state: members.count(state) for state in set(members)}

    async def connect(self, station_id: int) -> None:
        epoch = await self.store.next_epoch(station_id)
        await self.store.commit([ConnectionOpened(station_id, epoch, Version.V201, NOW, "")])

    async def leave(self, station_id: int) -> None:
        await self.store.commit([ConnectionClosed(station_id, 1, NOW, "gone")])


@pytest.fixture
async def fleet(store):
    stations, told, heard = Stations(store), [], set()

    def publish(station_id, said):
        heard.add(station_id)
        told.extend(said)

    made = Fleet(store, stations, Desk(store, LocalBus(), stations, publish), told, heard)
    for number in range(1, 7):
        station = await store.add_station(f"CS{number}", secret=None)
        await made.connect(station.id)
    return made


async def test_a_campaign_goes_over_all_its_stations_and_tells_of_it(fleet) -> None:
    await fleet.begin()
    await fleet.look(3)
    assert await fleet.state() is CampaignState.FINISHED
    assert await fleet.members() == ["done"] * 6
    assert [identity for identity, _, _ in fleet.stations.asked] == [f"CS{number}" for number in range(1, 7)]
    assert [type(told) for told in fleet.told].count(CampaignChanged) == len(fleet.told) > 2
    assert fleet.told[-1].progress.counts == {"done": 6}


async def test_a_campaign_of_one_organisation_touches_no_station_of_another(fleet) -> None:
    with scoped(2):
        theirs = await fleet.store.add_station("THEIRS", secret=None)
    await fleet.connect(theirs.id)
    await fleet.begin(organisation_id=2)
    await fleet.look(3)
    assert [row.station_id for row in await fleet.store.find(CampaignMember)] == [theirs.id]
    assert {identity for identity, _, _ in fleet.stations.asked} == {"THEIRS"}
    assert (await fleet.store.get(CampaignProgress, 1)).organisation_id == 2
    assert {told.organisation_id for told in fleet.told} == {2}
    assert fleet.heard == {0}


async def test_a_selection_without_stations_is_empty(fleet) -> None:
    await fleet.begin(selection=Selection(vendor="nobody"))
    assert await fleet.state() is CampaignState.EMPTY


async def test_a_preparation_that_a_crash_cut_off_doubles_nobody(fleet) -> None:
    await fleet.store.insert(CampaignMember(campaign_id=1, position=1, station_id=3, updated_at=NOW))
    await fleet.begin()
    rows = await fleet.store.find(CampaignMember, campaign_id=1)
    assert sorted(row.station_id for row in rows) == [1, 2, 3, 4, 5, 6]
    assert [row.position for row in rows] == [1, 2, 3, 4, 5, 6]


async def test_no_more_are_at_work_than_allowed(fleet) -> None:
    fleet.stations.script = {"state": CommandState.SENT}
    await fleet.begin(concurrency=2)
    await fleet.look(5)
    assert await fleet.members() == ["sent"] * 2 + ["pending"] * 4
    for _, _, key in fleet.stations.asked[:1]:
        await _end(fleet, key, CommandState.ACCEPTED)
    await fleet.look()
    assert await fleet.members() == ["done", "sent", "sent", "pending", "pending", "pending"]
    await fleet.check_counts()


async def _end(fleet, key: str, state: CommandState) -> None:
    position = int(key.split(":")[2])
    command = await fleet.store.command_by_key(position, key)
    await fleet.store.commit([CommandPut(replace(command, state=state))])


async def test_a_stage_is_done_before_the_next_begins_after_its_pause(fleet) -> None:
    await fleet.begin(stages=[Stage(count=1), Stage(count=2)], pause_s=3600)
    await fleet.look(5)
    assert await fleet.members() == ["done"] + ["pending"] * 5
    progress = await fleet.store.get(CampaignProgress, 1)
    await fleet.store.put(replace(progress, stage_ended_at=NOW - timedelta(hours=2)))
    await fleet.look(5)
    assert await fleet.members() == ["done"] * 3 + ["pending"] * 3


async def test_a_stage_may_wait_for_an_operator(fleet) -> None:
    await fleet.begin(stages=[Stage(count=1)], confirm_stages=True)
    await fleet.look(5)
    assert await fleet.state() is CampaignState.PAUSED
    assert await fleet.members() == ["done"] + ["pending"] * 5
    await fleet.store.change(
        Campaign, (1,), values={"state": CampaignState.RUNNING}, expected={"state": CampaignState.PAUSED}
    )
    await fleet.look(5)
    assert await fleet.state() is CampaignState.FINISHED


async def test_failures_halt_it_before_all_are_lost(fleet) -> None:
    fleet.stations.script = {"state": CommandState.REJECTED, "status": "Rejected"}
    await fleet.begin(halt_after=2, concurrency=1)
    await fleet.look(9)
    assert await fleet.state() is CampaignState.HALTED
    members = await fleet.members()
    assert members.count("failed") == len(fleet.stations.asked) == 2
    assert (await fleet.store.get(CampaignMember, 1, 1)).reason == "Rejected"


async def test_a_paused_campaign_sends_nothing_and_takes_answers(fleet) -> None:
    fleet.stations.script = {"state": CommandState.SENT}
    await fleet.begin(concurrency=1)
    await fleet.look()
    await fleet.store.change(
        Campaign, (1,), values={"state": CampaignState.PAUSED}, expected={"state": CampaignState.RUNNING}
    )
    await _end(fleet, fleet.stations.asked[0][2], CommandState.ACCEPTED)
    await fleet.look(3)
    assert await fleet.members() == ["done"] + ["pending"] * 5


async def test_a_stopped_campaign_ends_when_those_at_work_have(fleet) -> None:
    fleet.stations.script = {"state": CommandState.SENT}
    await fleet.begin(concurrency=1)
    await fleet.look()
    await fleet.store.change(
        Campaign, (1,), values={"state": CampaignState.STOPPING}, expected={"state": CampaignState.RUNNING}
    )
    await fleet.look(2)
    assert await fleet.members() == ["sent"] + ["skipped"] * 5
    assert await fleet.state() is CampaignState.STOPPING
    await _end(fleet, fleet.stations.asked[0][2], CommandState.ACCEPTED)
    await fleet.look()
    assert await fleet.state() is CampaignState.STOPPED
    await fleet.check_counts()


async def test_a_station_that_comes_back_within_the_window_is_taken_up(fleet) -> None:
    await fleet.leave(2)
    await fleet.begin(stages=[Stage(count=2)])
    await fleet.look(5)
    assert await fleet.members() == ["done", "offline", "done", "done", "done", "done"]
    assert await fleet.state() is CampaignState.RUNNING
    await fleet.connect(2)
    await fleet.look(3)
    assert await fleet.members() == ["done"] * 6
    assert await fleet.state() is CampaignState.FINISHED


async def test_a_station_that_never_comes_is_missed_when_the_window_ends(fleet) -> None:
    await fleet.leave(2)
    await fleet.begin()
    await fleet.look(2)
    await fleet.store.change(
        Campaign,
        (1,),
        values={"ends_at": NOW - timedelta(seconds=1)},
        expected={"state": CampaignState.RUNNING},
    )
    await fleet.look(2)
    assert (await fleet.members())[1] == "missed"
    assert await fleet.state() is CampaignState.FINISHED
    await fleet.check_counts()


async def test_nothing_is_sent_before_the_window(fleet) -> None:
    await fleet.begin(starts_at=NOW + timedelta(minutes=30))
    await fleet.look(3)
    assert fleet.stations.asked == []


async def test_settings_go_one_by_one_and_stop_at_the_first_refusal(fleet) -> None:
    settings = [Setting(variable=name, value="1") for name in ("a", "b")]
    await fleet.begin(work=ConfigurationWork(settings=settings), selection=Selection(stations=("CS1",)))
    await fleet.look(4)
    names = [request.values[0][0].variable for _, request, _ in fleet.stations.asked]
    assert (names, await fleet.members()) == (["a", "b"], ["done"])


async def test_a_call_that_the_version_lacks_is_a_failure_with_its_reason(fleet) -> None:
    fleet.stations.error = LocalProtocolError(ErrorCode.NOT_IMPLEMENTED, "unknown action")
    await fleet.begin()
    await fleet.look(2)
    row = await fleet.store.get(CampaignMember, 1, 1)
    assert (row.state, row.reason) == (MemberState.FAILED, "unknown action")


FIRMWARE = FirmwareWork(image_id=1, location="https://x/f", vendor="V", version="2")


async def of_vendor(fleet, *station_ids: int, firmware: str = "1") -> None:
    for number in station_ids:
        await fleet.store.commit([BootRecorded(number, "V", "M", None, firmware, None, NOW)])


async def test_firmware_is_done_when_the_station_says_so(fleet) -> None:
    await of_vendor(fleet, 1, 2)
    await of_vendor(fleet, 3, firmware="2")
    await fleet.begin(work=FIRMWARE)
    await fleet.look(2)
    assert await fleet.members() == ["accepted", "accepted", "skipped", "skipped", "skipped", "skipped"]
    for station_id, status, state in (
        (1, "Installed", RequestState.DONE),
        (2, "InvalidSignature", RequestState.FAILED),
    ):
        (update,) = await fleet.store.find(FirmwareUpdate, station_id=station_id)
        assert (update.campaign_id, update.version) == (1, "2")
        proved = replace(update, confirmed=True if state is RequestState.DONE else None)
        await fleet.store.put(requests.reported(proved, status, state, NOW))
    await fleet.look(2)
    assert (await fleet.members())[:2] == ["done", "failed"]
    assert (await fleet.store.get(CampaignMember, 1, 2)).reason.startswith("InvalidSignature")
    assert await fleet.state() is CampaignState.FINISHED


class Crash(StoreUnavailable):
    """The store went away."""


@pytest.mark.parametrize("at", range(1, 26))
async def test_a_crash_at_any_write_is_followed_by_the_same_and_nothing_twice(fleet, monkeypatch, at) -> None:
    writes = 0
    commit, change, insert = fleet.store.commit, fleet.store.change, fleet.store.insert

    def failing(inner):
        async def call(*args, **options):
            nonlocal writes
            writes += 1
            if writes == at:
                raise Crash
            return await inner(*args, **options)

        return call

    await of_vendor(fleet, 1, 2, 3)
    times = {"starts_at": NOW - timedelta(seconds=1), "ends_at": NOW + timedelta(hours=1), "created_at": NOW}
    await insert(Campaign(id=1, name="c", work=FIRMWARE, selection=Selection(), **times))
    for name, inner in (("commit", commit), ("change", change), ("insert", insert)):
        monkeypatch.setattr(fleet.store, name, failing(inner), raising=False)
    for _ in range(8):
        try:
            await fleet.look()
        except Crash:
            continue
    assert await fleet.members() == ["accepted"] * 3 + ["skipped"] * 3
    identities = [identity for identity, _, _ in fleet.stations.asked]
    assert sorted(identities) == ["CS1", "CS2", "CS3"]
    for number in (1, 2, 3):
        row = await fleet.store.get(CampaignMember, 1, number)
        (update,) = await fleet.store.find(FirmwareUpdate, station_id=number)
        assert update.id == row.request_id
    await fleet.check_counts()
