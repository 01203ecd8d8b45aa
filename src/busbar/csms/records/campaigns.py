"""Campaigns: one piece of work for many stations, in stages. What the operator says and how far it came are apart."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec import field

from busbar.csms.records.kind import Kind, Record


class Selection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which stations: those that all given conditions hold for. `firmware` is what they run now."""

    site_id: int | None = None
    vendor: str | None = None
    model: str | None = None
    firmware: str | None = None
    version: str | None = None
    stations: tuple[str, ...] | None = None


class Stage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of the stations, as a share of all or as a count; whichever is given. The last stage takes the rest."""

    percent: float | None = None
    count: int | None = None


class FirmwareWork(msgspec.Struct, frozen=True, kw_only=True, tag="firmware", tag_field="kind"):
    """Install an image on stations of its vendor (and model). `location` is where they fetch it."""

    image_id: int
    location: str
    vendor: str
    model: str | None = None
    version: str
    signing_certificate: str | None = None
    signature: str | None = None
    retrieve_at: datetime | None = None
    install_at: datetime | None = None
    retries: int | None = None
    retry_interval_s: int | None = None


class Setting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A variable (or 1.6 configuration key, without a component) and its value."""

    variable: str
    value: str
    component: str | None = None
    variable_instance: str | None = None
    component_instance: str | None = None
    evse: int | None = None
    connector: int | None = None
    attribute: str = "Actual"


class ConfigurationWork(msgspec.Struct, frozen=True, kw_only=True, tag="configuration", tag_field="kind"):
    """Set variables, one after the other."""

    settings: list[Setting]


class CertificateWork(msgspec.Struct, frozen=True, kw_only=True, tag="certificate", tag_field="kind"):
    """Let stations ask for a new certificate (TriggerMessage); `message` says which."""

    message: str = "SignChargingStationCertificate"


class CallWork(msgspec.Struct, frozen=True, kw_only=True, tag="call", tag_field="kind"):
    """Make any call of ours; `payload` is in the words of the stations' version."""

    action: str
    payload: dict[str, Any]


Work = FirmwareWork | ConfigurationWork | CertificateWork | CallWork


class CampaignState(StrEnum):
    """What becomes of a campaign; the last three are final. `halted`: too many failed; `stopping`: some still end."""

    PREPARING = "preparing"
    RUNNING = "running"
    PAUSED = "paused"
    HALTED = "halted"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FINISHED = "finished"
    EMPTY = "empty"

    @property
    def final(self) -> bool:
        """Whether nothing will be done any more."""
        return self in (CampaignState.STOPPED, CampaignState.FINISHED, CampaignState.EMPTY)


class MemberState(StrEnum):
    """How far one station of a campaign is. `offline`: it is waited for; `missed`: it never came in the window."""

    PENDING = "pending"
    OFFLINE = "offline"
    SENT = "sent"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in-progress"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    MISSED = "missed"

    @property
    def active(self) -> bool:
        """Whether the station is at work."""
        return self in ACTIVE


ACTIVE = (MemberState.SENT, MemberState.ACCEPTED, MemberState.IN_PROGRESS)


class Campaign(Record, kw_only=True):
    """What an operator wants done, and whether it goes on.

    Attributes:
        starts_at, ends_at: the window; a station that is offline is taken up when it comes back within it.
        pause_s: between the end of a stage and the beginning of the next.
        confirm_stages: each stage but the first waits until the operator resumes.
        concurrency: stations at work at a time.
        halt_after: failures that stop it; None never does.
        halt_pct: share of failures among the stations that have ended, which stops it from the fifth on.
        reason: why it is in its state, where there is something to say.
    """

    id: int
    name: str
    work: Work
    selection: Selection
    stages: list[Stage] = field(default_factory=list)
    pause_s: int = 0
    confirm_stages: bool = False
    concurrency: int = 10
    halt_after: int | None = None
    halt_pct: float | None = None
    starts_at: datetime
    ends_at: datetime
    state: CampaignState = CampaignState.PREPARING
    reason: str = ""
    created_at: datetime
    created_by: str = ""


class CampaignProgress(Record, kw_only=True):
    """How far a campaign came: written by its job alone, together with the stations that changed.

    Attributes:
        total: stations in it.
        stage: the one at work, from 0; `stage_ended_at` is set while the pause after it lasts.
        counts: stations by state.
    """

    campaign_id: int
    total: int = 0
    stage: int = 0
    stage_ended_at: datetime | None = None
    counts: dict[str, int] = field(default_factory=dict)


class CampaignMember(Record, kw_only=True):
    """One station of a campaign.

    Attributes:
        position: from 1, in the order of taking up.
        step: which call of the work is next, from 0; `attempt` counts its tries, each with a command of its own.
        request_id: the firmware update that was made for it.
        reason: why it failed or was skipped.
    """

    campaign_id: int
    position: int
    station_id: int
    state: MemberState = MemberState.PENDING
    step: int = 0
    attempt: int = 0
    request_id: int | None = None
    reason: str = ""
    sent_at: datetime | None = None
    updated_at: datetime


KINDS: Final[dict[type[Record], Kind]] = {
    Campaign: Kind("campaigns", key=("id",), indexes=(("state",),)),
    CampaignProgress: Kind("campaign_progress", key=("campaign_id",)),
    CampaignMember: Kind(
        "campaign_members",
        key=("campaign_id", "position"),
        indexes=(("campaign_id", "state"), ("station_id",)),
    ),
}
