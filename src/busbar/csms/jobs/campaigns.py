"""Carries campaigns out: stage by stage, so many stations at a time, again after a crash where it was.

Operators change a campaign's row, this job alone its stations and its progress; both meet in compare-and-set.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from busbar.csms.changes import Change, RowAdded, RowPut
from busbar.csms.happenings import CampaignChanged
from busbar.csms.jobs.requests import settle
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Conflict, NeverConnected, Query, Search, Test
from busbar.csms.records.campaigns import (
    ACTIVE,
    Campaign,
    CampaignMember,
    CampaignProgress,
    CampaignState,
    FirmwareWork,
    MemberState,
)
from busbar.csms.records.firmware import FirmwareUpdate
from busbar.csms.rows import Station
from busbar.csms.services import campaigns
from busbar.protocol.errors import ProtocolViolation

BATCH: Final = 500
TTL_S: Final = 60.0
_WAITING: Final = (MemberState.PENDING, MemberState.OFFLINE)


async def look(desk: Desk) -> None:
    """Take every campaign that is not over one look further."""
    for campaign in await desk.store.find(Campaign, state=tuple(state for state in CampaignState if not state.final)):
        if campaign.state is CampaignState.PREPARING:
            await _prepare(desk, campaign)
        else:
            await Look(desk, campaign).take()


async def _prepare(desk: Desk, campaign: Campaign) -> None:
    """Write down the stations that a campaign is for; those that a crash left written are not doubled."""
    store, at = desk.store, datetime.now(UTC)
    known: set[int] = set()
    async for member in _members(desk, campaign.id, ()):
        known.add(member.station_id)
    waiting: list[Change] = []
    query: Query | None = Query(limit=1000, site_id=campaign.selection.site_id)
    while query is not None:
        page = await store.stations(query)
        for station in page.items:
            mine = station.organisation_id == campaign.organisation_id
            if mine and station.id not in known and campaigns.selected(campaign.selection, station):
                known.add(station.id)
                row = CampaignMember(campaign_id=campaign.id, position=len(known), station_id=station.id, updated_at=at)
                waiting.append(RowAdded(row))
        for start in range(0, len(waiting), BATCH):
            await store.commit(waiting[start : start + BATCH])
        waiting.clear()
        query = None if page.next is None else replace(query, cursor=page.next)
    counts = {MemberState.PENDING.value: len(known)} if known else {}
    progress = CampaignProgress(
        organisation_id=campaign.organisation_id, campaign_id=campaign.id, total=len(known), counts=counts
    )
    await store.put(progress)
    await _set_state(desk, campaign, CampaignState.RUNNING if known else CampaignState.EMPTY, "", progress)


async def _members(desk: Desk, campaign_id: int, tests: tuple[Test, ...]) -> AsyncIterator[CampaignMember]:
    """Yield the stations of a campaign by position."""
    search: Search | None = Search(tests=(Test("campaign_id", "=", campaign_id), *tests), limit=1000)
    while search is not None:
        page = await desk.store.look(CampaignMember, search)
        for member in page.items:
            yield member
        search = None if page.next is None else replace(search, cursor=page.next)


async def _set_state(
    desk: Desk, campaign: Campaign, state: CampaignState, reason: str, progress: CampaignProgress
) -> bool:
    """Set a campaign's state, unless an operator was faster; then tell."""
    changed = await desk.store.change(
        Campaign, (campaign.id,), values={"state": state, "reason": reason}, expected={"state": campaign.state}
    )
    if changed:
        _tell(desk, campaign, state, progress)
    return changed


def _tell(desk: Desk, campaign: Campaign, state: CampaignState, progress: CampaignProgress) -> None:
    told = CampaignChanged(
        station="",
        at=datetime.now(UTC),
        organisation_id=campaign.organisation_id,
        campaign_id=campaign.id,
        state=state,
        progress=progress,
    )
    desk.publish(0, [told])


@dataclass(slots=True)
class Look:
    """One look at one campaign: first what came of what was sent, then what to send next."""

    desk: Desk
    campaign: Campaign
    progress: CampaignProgress = field(default_factory=lambda: CampaignProgress(campaign_id=0))
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    changed: bool = False

    async def take(self) -> None:
        """Look."""
        store, campaign = self.desk.store, self.campaign
        self.progress = await store.get(CampaignProgress, campaign.id) or CampaignProgress(
            organisation_id=campaign.organisation_id, campaign_id=campaign.id
        )
        active = 0
        for member in await store.find(CampaignMember, campaign_id=campaign.id, state=ACTIVE):
            active += (await self._advance(member)).state.active
        if campaign.state is CampaignState.STOPPING:
            await self._leave(MemberState.SKIPPED, "the campaign was stopped")
            await self._end(active, CampaignState.STOPPED)
        elif self.at >= campaign.ends_at:
            await self._leave(MemberState.MISSED, "it was not taken up within the window")
            await self._end(active, CampaignState.FINISHED)
        elif campaign.state is CampaignState.RUNNING and self.at >= campaign.starts_at:
            await self._go_on(active)
        if self.changed:
            _tell(self.desk, campaign, campaign.state, self.progress)

    async def _end(self, active: int, state: CampaignState) -> None:
        if not active:
            await _set_state(self.desk, self.campaign, state, self.campaign.reason, self.progress)

    async def _leave(self, state: MemberState, reason: str) -> None:
        """Take up none of the stations that wait any more."""
        while members := await self.desk.store.find(CampaignMember, campaign_id=self.campaign.id, state=_WAITING):
            for start in range(0, len(members), BATCH):
                batch = members[start : start + BATCH]
                changes: list[Change] = []
                for member in batch:
                    changes.append(RowPut(campaigns.moved(member, state, self.at, reason)))
                    counts = campaigns.counted(self.progress.counts, member.state, state)
                    self.progress = replace(self.progress, counts=counts)
                await self.desk.store.commit([*changes, RowPut(self.progress)])
            self.changed = True

    async def _go_on(self, active: int) -> None:
        """Send more, or go to the next stage, or halt, or finish."""
        why = campaigns.too_many_failed(self.campaign, self.progress.counts)
        if why is not None:
            await _set_state(self.desk, self.campaign, CampaignState.HALTED, why, self.progress)
            return
        ends = campaigns.stage_ends(self.campaign.stages, self.progress.total)
        if self.progress.stage_ended_at is not None and not await self._next_stage():
            return
        free = self.campaign.concurrency - active
        for waiting in (MemberState.OFFLINE, MemberState.PENDING):  # who has come back was there before
            free -= await self._take_up(waiting, ends[self.progress.stage], free)
        if free == self.campaign.concurrency:
            await self._stage_ended(ends)

    async def _take_up(self, state: MemberState, last: int, free: int) -> int:
        """Send to stations that wait, up to `free` of them; return how many are at work for it."""
        if free <= 0 or (state is MemberState.OFFLINE and not self.progress.counts.get(state.value)):
            return 0
        taken = 0
        tests = (Test("state", "=", state), Test("position", "<=", last))
        online = await self._online() if state is MemberState.OFFLINE else None
        async for member in _members(self.desk, self.campaign.id, tests):
            if online is None or member.station_id in online:
                taken += (await self._begin(member)).state.active
                if taken >= free or campaigns.too_many_failed(self.campaign, self.progress.counts):
                    break
        return taken

    async def _online(self) -> set[int]:
        found: set[int] = set()
        query: Query | None = Query(active=True, limit=1000)
        while query is not None:
            page = await self.desk.store.stations(query)
            found.update(station.id for station in page.items)
            query = None if page.next is None else replace(query, cursor=page.next)
        return found

    async def _stage_ended(self, ends: list[int]) -> None:
        """Go on from a stage of which none is at work or to be sent; stations that are offline do not hold it up."""
        if self.progress.stage < len(ends) - 1:
            self.progress = replace(self.progress, stage_ended_at=self.at)
            await self.desk.store.put(self.progress)
            self.changed = True
            if self.campaign.confirm_stages:
                why = f"stage {self.progress.stage + 1} is done"
                await _set_state(self.desk, self.campaign, CampaignState.PAUSED, why, self.progress)
        elif not any(self.progress.counts.get(state.value) for state in _WAITING):
            await _set_state(self.desk, self.campaign, CampaignState.FINISHED, "", self.progress)

    async def _next_stage(self) -> bool:
        ended_at = self.progress.stage_ended_at
        if ended_at is not None and self.at < ended_at + timedelta(seconds=self.campaign.pause_s):
            return False
        self.progress = replace(self.progress, stage=self.progress.stage + 1, stage_ended_at=None)
        await self.desk.store.put(self.progress)
        self.changed = True
        return True

    # one station

    async def _station(self, station_id: int) -> Station | None:
        page = await self.desk.store.stations(Query(station_id=station_id, limit=1))
        return page.items[0] if page.items else None

    async def _keep(self, before: CampaignMember, after: CampaignMember) -> CampaignMember:
        """Store a station's step together with the counts."""
        if after is before:
            return before
        counts = campaigns.counted(self.progress.counts, before.state, after.state)
        self.progress = replace(self.progress, counts=counts)
        await self.desk.store.commit([RowPut(after), RowPut(self.progress)])
        self.changed = True
        return after

    async def _begin(self, member: CampaignMember) -> CampaignMember:
        """Begin a try at a station, or say why there is none."""
        station = await self._station(member.station_id)
        if station is None:
            return await self._keep(member, campaigns.moved(member, MemberState.SKIPPED, self.at, "it was removed"))
        if not station.online or station.version is None:
            if member.state is MemberState.OFFLINE:
                return member
            offline = campaigns.moved(member, MemberState.OFFLINE, self.at, "it was not connected")
            return await self._keep(member, offline)
        why = campaigns.unfit(self.campaign.work, station)
        if why is not None:
            return await self._keep(member, campaigns.moved(member, MemberState.SKIPPED, self.at, why))
        sent = campaigns.tried(member, self.at)
        if isinstance(self.campaign.work, FirmwareWork):
            sent = replace(sent, request_id=(await self.desk.store.take_ids("firmware-request", 1))[0])
        return await self._send(station, await self._keep(member, sent))

    async def _send(self, station: Station, member: CampaignMember) -> CampaignMember:
        """Tell a station; the same try is never told twice, however often this is done."""
        work = self.campaign.work
        order = campaigns.order(work, member, self.at)
        if isinstance(work, FirmwareWork):
            await self._add_update(station, member, work)
        try:
            command = await self.desk.dispatcher.dispatch(
                station,
                order,
                wait_s=0,
                requested_by=f"campaign:{member.campaign_id}",
                idempotency_key=campaigns.key(member),
                ttl_s=TTL_S,
            )
        except (ProtocolViolation, NeverConnected) as error:
            if isinstance(work, FirmwareWork) and member.request_id is not None:
                await self.desk.store.remove(FirmwareUpdate, station.id, member.request_id)
            why = getattr(error, "description", str(error))
            return await self._keep(member, campaigns.moved(member, MemberState.FAILED, self.at, why))
        return await self._keep(member, campaigns.answered(work, member, command, self.at))

    async def _add_update(self, station: Station, member: CampaignMember, work: FirmwareWork) -> None:
        assert member.request_id is not None
        row = FirmwareUpdate(
            id=member.request_id,
            station_id=station.id,
            key=campaigns.key(member),
            location=f"firmware image {work.image_id}",
            image_id=work.image_id,
            campaign_id=member.campaign_id,
            signed=work.signature is not None,
            retrieve_at=work.retrieve_at or self.at,
            install_at=work.install_at,
            version=work.version,
            before=station.firmware,
            requested_by=f"campaign:{member.campaign_id}",
            created_at=self.at,
            updated_at=self.at,
        )
        try:
            await self.desk.store.insert(row)
        except Conflict:
            return  # a crash came after this

    async def _advance(self, member: CampaignMember) -> CampaignMember:
        """Take in what came of a try: of its command, then of the update that it began."""
        store, work = self.desk.store, self.campaign.work
        while member.state is MemberState.SENT:
            command = await store.command_by_key(member.station_id, campaigns.key(member))
            if command is None:  # the next call of several, or a crash before the first
                station = await self._station(member.station_id)
                if station is None:
                    gone = campaigns.moved(member, MemberState.FAILED, self.at, "it was removed")
                    return await self._keep(member, gone)
                return await self._send(station, member)
            after = await self._keep(member, campaigns.answered(work, member, command, self.at))
            if after is member:
                return member
            member = after
        if isinstance(work, FirmwareWork) and member.state.active and member.request_id is not None:
            update = await store.get(FirmwareUpdate, member.station_id, member.request_id)
            if update is not None:
                update = await settle(store, update, self.at)
                return await self._keep(member, campaigns.updated(member, update, self.at))
        return member
