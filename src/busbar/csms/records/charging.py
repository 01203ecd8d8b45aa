"""Smart charging: the profiles that a station holds and those it was sent, limits of others, what EVs need."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from msgspec import field

from busbar.csms.records.kind import Kind, Record, Unique
from busbar.model.charging import ProfilePurpose, RateUnit

ALL_STATIONS: Final = 0


class HeldState(StrEnum):
    """Whether a profile still stands at its station; all but the first are over."""

    HELD = "held"
    CLEARED = "cleared"
    MISSING = "missing"
    ENDED = "ended"
    EXPIRED = "expired"


class HeldProfile(Record, kw_only=True):
    """A profile that a station has taken, or has said that it holds; its latest content by its id.

    Attributes:
        state: `missing` where a station's full report did not name it, `ended` with its transaction.
        changed_at: when the state became so.
        source: who installed it: CSO for the CSMS, EMS, SO, Other.
        reported_at: when the station last named it in a report.
        profile: the content (model ChargingProfile) without what is empty.
    """

    station_id: int
    profile_id: int
    evse: int
    purpose: ProfilePurpose
    stack_level: int
    state: HeldState = HeldState.HELD
    changed_at: datetime
    source: str = "CSO"
    transaction_id: str | None = None
    valid_to: datetime | None = None
    reported_at: datetime | None = None
    profile: dict[str, Any]


class SentState(StrEnum):
    """What came of a profile that was sent; `unknown`: no answer, it may or may not be installed."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    UNSENT = "unsent"


class SentProfile(Record, kw_only=True):
    """One try to install a profile; kept for ever, above all where it was refused."""

    id: int | None = None
    command_id: str
    station_id: int
    at: datetime
    evse: int
    profile_id: int
    purpose: ProfilePurpose
    state: SentState
    reason: str | None = None
    by: str = ""
    profile: dict[str, Any]


class Uncontrolled(Record, kw_only=True):
    """A station that refused a profile, or did not answer one, and has taken none since."""

    station_id: int
    since: datetime
    reason: str


class Criteria(Record, kw_only=True):
    """Which profiles a clearing or a question is about; None and empty lists are all."""

    evse: int | None = None
    profile_ids: list[int] = field(default_factory=list)
    purpose: ProfilePurpose | None = None
    stack_level: int | None = None
    sources: list[str] = field(default_factory=list)


class Clearing(Criteria, kw_only=True):
    """Profiles that a station has removed on our word; `settled` when the held ones are marked."""

    command_id: str
    station_id: int
    at: datetime
    settled: bool = False


class ProfileQuestion(Criteria, kw_only=True):
    """A question which profiles a station holds, that it has said it will answer; `empty`: it holds none."""

    station_id: int
    request_id: int
    at: datetime
    empty: bool = False
    settled: bool = False


class ProfileReport(Record, kw_only=True):
    """The answer to a question so far: the ids that were named; `complete` with its last part."""

    station_id: int
    request_id: int
    at: datetime
    complete: bool
    profile_ids: list[int]


class ExternalLimit(Record, kw_only=True):
    """A limit that another than the CSMS has set at an EVSE (0: the station); `cleared_at` where it is gone."""

    station_id: int
    evse: int
    source: str
    at: datetime
    grid_critical: bool | None = None
    local_generation: bool | None = None
    cleared_at: datetime | None = None
    schedules: list[dict[str, Any]]


class ChargingNeeds(Record, kw_only=True):
    """What the EV at an EVSE last said it needs, and what it was answered. `needs` is as OCPP writes it."""

    station_id: int
    evse: int
    at: datetime
    transaction_id: str | None = None
    energy_transfer: str
    control_mode: str | None = None
    departure_at: datetime | None = None
    max_schedule_tuples: int | None = None
    answer: str
    needs: dict[str, Any]


class EVSchedule(Record, kw_only=True):
    """How the EV at an EVSE last said it would charge, and whether that was within its profile."""

    station_id: int
    evse: int
    at: datetime
    transaction_id: str | None = None
    time_base: datetime
    selected_schedule_id: int | None = None
    power_tolerance_accepted: bool | None = None
    accepted: bool
    schedule: dict[str, Any]


class FetchedSchedule(Record, kw_only=True):
    """What a station last said will hold at an EVSE (0: the station) when it was asked for `duration` seconds of it.

    Attributes:
        schedule: the content (model ChargingSchedule) without what is empty; `start_schedule` is when it begins.
    """

    station_id: int
    evse: int
    at: datetime
    duration: int
    schedule: dict[str, Any]


class NeedsPolicy(StrEnum):
    """How an EV's needs are answered: refused, with one fixed profile, or by somebody who sends one later."""

    REFUSE = "refuse"
    PROFILE = "profile"
    LATER = "later"


class ChargingPolicy(Record, kw_only=True):
    """What an operator has set for a station, or for all (station 0): how needs are answered.

    `limit` in `unit` is the profile's, where `needs` is `profile`; `bidirectional` is the schedule (model
    ChargingSchedule, without what is empty) of EVs that want to discharge too.
    """

    station_id: int
    needs: NeedsPolicy = NeedsPolicy.REFUSE
    limit: float | None = None
    unit: RateUnit = RateUnit.W
    bidirectional: dict[str, Any] | None = None


class AllowedTransfers(Record, kw_only=True):
    """The ways of energy transfer that a station was told of for a transaction, in place of its token's (2.1)."""

    station_id: int
    transaction_id: str
    at: datetime
    modes: list[str]


class DynamicValues(Record, kw_only=True):
    """What a dynamic profile allows now, as was sent last or laid ready for a station that pulls (2.1)."""

    station_id: int
    profile_id: int
    at: datetime
    values: dict[str, float]


class PriorityCharging(Record, kw_only=True):
    """Whether a transaction charges with priority, in its station's last word (2.1)."""

    station_id: int
    transaction_id: str
    at: datetime
    activated: bool


KINDS: Final[dict[type[Record], Kind]] = {
    HeldProfile: Kind("held_profiles", key=("station_id", "profile_id"), indexes=(("state", "valid_to"),)),
    SentProfile: Kind(
        "sent_profiles",
        key=("id",),
        generated=True,
        indexes=(("station_id",),),
        unique=(Unique(("command_id",)),),
    ),
    Uncontrolled: Kind("uncontrolled_stations", key=("station_id",)),
    Clearing: Kind("profile_clearings", key=("command_id",), indexes=(("station_id", "settled"),)),
    ProfileQuestion: Kind("profile_questions", key=("station_id", "request_id"), indexes=(("station_id", "settled"),)),
    ProfileReport: Kind("profile_reports", key=("station_id", "request_id")),
    ExternalLimit: Kind("external_limits", key=("station_id", "evse", "source")),
    ChargingNeeds: Kind("charging_needs", key=("station_id", "evse")),
    EVSchedule: Kind("ev_schedules", key=("station_id", "evse")),
    FetchedSchedule: Kind("fetched_schedules", key=("station_id", "evse")),
    ChargingPolicy: Kind("charging_policies", key=("organisation_id", "station_id")),
    AllowedTransfers: Kind("allowed_transfers", key=("station_id", "transaction_id")),
    DynamicValues: Kind("dynamic_values", key=("station_id", "profile_id")),
    PriorityCharging: Kind("priority_charging", key=("station_id", "transaction_id")),
}
