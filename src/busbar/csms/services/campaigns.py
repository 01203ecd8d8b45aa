"""Campaigns: which stations, in which order, what each is told, what came of it, when to stop. Pure.

Nothing is told to a station before its row says so, and each try has a key of its own: a crash at any place is followed
by the same step again, never by another.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
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
    Work,
)
from busbar.csms.records.firmware import FirmwareUpdate
from busbar.csms.records.requests import RequestState
from busbar.csms.rows import Command, CommandState, Station
from busbar.model.firmware import UpdateFirmware
from busbar.model.orders import Order, SetVariables, Trigger, VariableName

LEAST_FOR_SHARE: Final = 5
"""Stations that must have ended before a share of failures means anything."""
PROOF: Final = timedelta(minutes=10)
"""How long the boot with the new firmware is waited for; a station that needs none is done then."""
REASON_LIMIT: Final = 500


def selected(selection: Selection, station: Station) -> bool:
    """Tell whether a station is one of those that a campaign is for."""
    names = selection.stations
    wanted = (
        (selection.site_id, station.site_id),
        (selection.vendor, station.vendor),
        (selection.model, station.model),
        (selection.firmware, station.firmware),
        (selection.version, station.version),
    )
    listed = names is None or station.identity.casefold() in {name.casefold() for name in names}
    return listed and all(want is None or want == has for want, has in wanted)


def stage_ends(stages: Sequence[Stage], total: int) -> list[int]:
    """Return the last position of each stage; the last one ends with the last station."""
    ends: list[int] = []
    before = 0
    for stage in stages:
        size = stage.count if stage.count is not None else math.ceil(total * (stage.percent or 0) / 100)
        before = min(total, before + max(1, size))
        ends.append(before)
    if not ends or ends[-1] < total:
        ends.append(total)
    return ends


def key(member: CampaignMember) -> str:
    """Return the idempotency key of a member's present try."""
    return f"campaign:{member.campaign_id}:{member.position}:{member.step}:{member.attempt}"


def steps(work: Work) -> int:
    """Return how many calls a station gets."""
    return len(work.settings) if isinstance(work, ConfigurationWork) else 1


def unfit(work: Work, station: Station) -> str | None:
    """Return why a station is left out, None where it is not."""
    if not isinstance(work, FirmwareWork):
        return None
    if station.firmware == work.version:
        return "it runs this version already"
    if station.vendor != work.vendor or work.model not in (None, station.model):
        return "it is not of the vendor and model that the firmware is for"
    return None


def order(work: Work, member: CampaignMember, at: datetime) -> Order | RawCall:
    """Return what a station is told next."""
    match work:
        case FirmwareWork():
            return UpdateFirmware(
                location=work.location,
                retrieve_at=work.retrieve_at or at,
                request_id=member.request_id,
                install_at=work.install_at,
                retries=work.retries,
                retry_interval_s=work.retry_interval_s,
                signing_certificate=work.signing_certificate,
                signature=work.signature,
            )
        case ConfigurationWork():
            setting = work.settings[member.step]
            return SetVariables(values=[(_name(setting), setting.value)])
        case CertificateWork():
            return Trigger(message=work.message)
        case CallWork():
            return RawCall(action=work.action, payload=msgspec.json.encode(work.payload))


def _name(setting: Setting) -> VariableName:
    named = {field: getattr(setting, field) for field in Setting.__struct_fields__ if field != "value"}
    return VariableName(**named)


def moved(member: CampaignMember, state: MemberState, at: datetime, reason: str = "") -> CampaignMember:
    """Move a station on."""
    return replace(member, state=state, reason=reason[:REASON_LIMIT], updated_at=at)


def tried(member: CampaignMember, at: datetime) -> CampaignMember:
    """Begin a try; it is stored before anything is sent."""
    return replace(moved(member, MemberState.SENT, at), attempt=member.attempt + 1, sent_at=at)


def answered(work: Work, member: CampaignMember, command: Command, at: datetime) -> CampaignMember:
    """Take in how a command ended; the same row where it has not."""
    if member.state is not MemberState.SENT or not command.state.final:
        return member
    if command.state is CommandState.ACCEPTED:
        return _accepted(work, member, at)
    if command.state is CommandState.EXPIRED:
        return moved(member, MemberState.OFFLINE, at, "it was not connected")
    if command.state is CommandState.UNKNOWN and not isinstance(work, CallWork):
        return moved(member, MemberState.OFFLINE, at, "the connection ended before it answered")
    return moved(member, MemberState.FAILED, at, _failure(command))


def _accepted(work: Work, member: CampaignMember, at: datetime) -> CampaignMember:
    if isinstance(work, FirmwareWork):
        return moved(member, MemberState.ACCEPTED, at)
    following = member.step + 1
    if following >= steps(work):
        return moved(replace(member, step=following), MemberState.DONE, at)
    return tried(replace(member, step=following), at)


def _failure(command: Command) -> str:
    if command.state is CommandState.TIMED_OUT:
        return "it did not answer in time"
    if command.state is CommandState.UNKNOWN:
        return "the connection ended before it answered; what became of the call is not known"
    return ": ".join(filter(None, (command.status or command.error, command.error_description)))


def updated(member: CampaignMember, update: FirmwareUpdate, at: datetime) -> CampaignMember:
    """Take in how far an update is; the same row where nothing changed."""
    if update.state is RequestState.DONE:
        return _installed(member, update, at)
    if update.state.failed:
        why = ": ".join(filter(None, (update.status or update.answer, update.detail))) or update.state.value
        return moved(member, MemberState.FAILED, at, why)
    if update.state is RequestState.UNDER_WAY and member.state is not MemberState.IN_PROGRESS:
        return moved(member, MemberState.IN_PROGRESS, at)
    return member


def _installed(member: CampaignMember, update: FirmwareUpdate, at: datetime) -> CampaignMember:
    """Wait a while for the boot that proves an installation: a station that fell back must stop a campaign."""
    if update.confirmed is False:
        return moved(member, MemberState.FAILED, at, update.detail)
    if update.confirmed or at - update.updated_at >= PROOF:
        return moved(member, MemberState.DONE, at, "" if update.confirmed else "no boot has told the new version yet")
    return member if member.state is MemberState.IN_PROGRESS else moved(member, MemberState.IN_PROGRESS, at)


def counted(counts: Mapping[str, int], before: MemberState | None, after: MemberState) -> dict[str, int]:
    """Return the counts after a station moved from one state to another; `before` is None for a new one."""
    found = dict(counts)
    if before is not None:
        found[before.value] = found.get(before.value, 0) - 1
    found[after.value] = found.get(after.value, 0) + 1
    return {name: count for name, count in found.items() if count}


def too_many_failed(campaign: Campaign, counts: Mapping[str, int]) -> str | None:
    """Return why a campaign has to halt, None where it has not."""
    failed = counts.get(MemberState.FAILED, 0)
    ended = failed + counts.get(MemberState.DONE, 0)
    if campaign.halt_after is not None and failed >= campaign.halt_after:
        return f"{failed} stations failed"
    if campaign.halt_pct is not None and ended >= LEAST_FOR_SHARE and failed * 100 >= campaign.halt_pct * ended:
        return f"{failed} of {ended} stations failed"
    return None
