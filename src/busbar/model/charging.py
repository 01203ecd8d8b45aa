"""Smart charging in the words of 2.1: profiles, what a station is told of them and what it says.

Fields have the names of OCPP 2.1; what only passes through (prices, curves) is JSON as OCPP writes it. Limits are in
the schedule's unit: watts in total, or amperes per phase.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from busbar.model.facts import Answer, Fact
from busbar.model.orders import Order, Outcome


class ProfilePurpose(StrEnum):
    """What a profile limits (ChargingProfilePurposeEnumType; the last two are 2.1's)."""

    EXTERNAL = "ChargingStationExternalConstraints"
    STATION_MAX = "ChargingStationMaxProfile"
    TX_DEFAULT = "TxDefaultProfile"
    TX = "TxProfile"
    PRIORITY = "PriorityCharging"
    LOCAL_GENERATION = "LocalGeneration"


class ProfileKind(StrEnum):
    """What a schedule's times count from (the last is 2.1's)."""

    ABSOLUTE = "Absolute"
    RECURRING = "Recurring"
    RELATIVE = "Relative"
    DYNAMIC = "Dynamic"


class EnergyTransfer(StrEnum):
    """A way in which an EV charges, and discharges where it is bidirectional (BPT); the first four are 2.0.1's too."""

    AC_SINGLE_PHASE = "AC_single_phase"
    AC_TWO_PHASE = "AC_two_phase"
    AC_THREE_PHASE = "AC_three_phase"
    DC = "DC"
    AC_BPT = "AC_BPT"
    AC_BPT_DER = "AC_BPT_DER"
    AC_DER = "AC_DER"
    DC_BPT = "DC_BPT"
    DC_ACDP = "DC_ACDP"
    DC_ACDP_BPT = "DC_ACDP_BPT"
    WPT = "WPT"


class RateUnit(StrEnum):
    """The unit of limits."""

    W = "W"
    A = "A"


@dataclass(slots=True, kw_only=True)
class ScheduleUpdate:
    """The values of a period that a dynamic schedule changes (2.1)."""

    limit: float | None = None
    limit_l2: float | None = None
    limit_l3: float | None = None
    discharge_limit: float | None = None
    discharge_limit_l2: float | None = None
    discharge_limit_l3: float | None = None
    setpoint: float | None = None
    setpoint_l2: float | None = None
    setpoint_l3: float | None = None
    setpoint_reactive: float | None = None
    setpoint_reactive_l2: float | None = None
    setpoint_reactive_l3: float | None = None


@dataclass(slots=True, kw_only=True)
class SchedulePeriod(ScheduleUpdate):
    """What holds from `start_period`, seconds after the schedule's start, until the next period."""

    start_period: int
    number_phases: int | None = None
    phase_to_use: int | None = None
    preconditioning_request: bool | None = None
    evse_sleep: bool | None = None
    v2x_baseline: float | None = None
    operation_mode: str | None = None
    v2x_freq_watt_curve: list[dict[str, Any]] | None = None
    v2x_signal_watt_curve: list[dict[str, Any]] | None = None


@dataclass(slots=True, kw_only=True)
class ChargingSchedule:
    """Periods in a row; `duration` in seconds. `id` is None as read from 1.6, which has none."""

    id: int | None = None
    unit: RateUnit
    periods: list[SchedulePeriod]
    start_schedule: datetime | None = None
    duration: int | None = None
    min_charging_rate: float | None = None
    limit_at_soc: dict[str, Any] | None = None
    power_tolerance: float | None = None
    signature_id: int | None = None
    digest_value: str | None = None
    use_local_time: bool | None = None
    randomized_delay: int | None = None
    sales_tariff: dict[str, Any] | None = None
    absolute_price_schedule: dict[str, Any] | None = None
    price_level_schedule: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class ChargingProfile:
    """A profile: which limits hold when, and how it ranks among others."""

    id: int
    stack_level: int
    purpose: ProfilePurpose
    kind: ProfileKind
    schedules: list[ChargingSchedule]
    recurrency_kind: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction_id: str | None = None
    max_offline_duration: int | None = None
    invalid_after_offline_duration: bool | None = None
    dyn_update_interval: int | None = None
    dyn_update_time: datetime | None = None
    price_schedule_signature: str | None = None


# orders


@dataclass(slots=True, kw_only=True)
class SetChargingProfile(Order):
    """Install a profile at an EVSE, or at the station (0)."""

    evse: int
    profile: ChargingProfile


@dataclass(slots=True, kw_only=True)
class ClearChargingProfile(Order):
    """Remove a profile by its id, or all that fit; without any field, all."""

    profile_id: int | None = None
    evse: int | None = None
    purpose: ProfilePurpose | None = None
    stack_level: int | None = None


@dataclass(slots=True, kw_only=True)
class GetChargingProfiles(Order):
    """Ask which profiles are installed; they come in reports that name `request_id` (2.x)."""

    request_id: int
    evse: int | None = None
    profile_ids: list[int] = field(default_factory=list)
    purpose: ProfilePurpose | None = None
    stack_level: int | None = None
    sources: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class GetCompositeSchedule(Order):
    """Ask what will hold for `duration` seconds from now at an EVSE, or at the station's grid connection (0)."""

    evse: int
    duration: int
    unit: RateUnit | None = None


@dataclass(slots=True, kw_only=True)
class UsePriorityCharging(Order):
    """Begin or end priority charging of a transaction (2.1)."""

    transaction_id: str
    activate: bool


@dataclass(slots=True, kw_only=True)
class UpdateDynamicSchedule(Order):
    """Change what a dynamic profile allows now (2.1)."""

    profile_id: int
    update: ScheduleUpdate


@dataclass(slots=True, kw_only=True)
class AllowEnergyTransfer(Order):
    """Tell which ways of energy transfer a transaction may use (2.1 NotifyAllowedEnergyTransfer)."""

    transaction_id: str
    modes: list[str]


@dataclass(slots=True, kw_only=True)
class CompositeSchedule(Outcome):
    """What will hold: `schedule` is None where the station gave none."""

    evse: int | None = None
    schedule: ChargingSchedule | None = None


# facts


@dataclass(slots=True, kw_only=True)
class ProfilesReported(Fact):
    """Installed profiles of one EVSE and one source, in answer to a request; `more` is to come."""

    request_id: int
    evse: int
    source: str
    profiles: list[ChargingProfile]
    more: bool = False


@dataclass(slots=True, kw_only=True)
class ChargingNeedsNotified(Fact):
    """What an EV needs. `needs` is all of it, as OCPP writes it.

    Attributes:
        energy_transfer: the way of transfer that the EV asks for, such as `AC_three_phase`.
        control_mode: ISO 15118-20's `ScheduledControl` or `DynamicControl`; None before it.
        at: when the EV said so, where the station was offline then (2.1).
    """

    evse: int
    needs: dict[str, Any]
    energy_transfer: str
    control_mode: str | None = None
    departure_at: datetime | None = None
    max_schedule_tuples: int | None = None
    at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class EVScheduleNotified(Fact):
    """How an EV will charge, from `time_base` on."""

    evse: int
    time_base: datetime
    schedule: ChargingSchedule
    selected_schedule_id: int | None = None
    power_tolerance_accepted: bool | None = None


@dataclass(slots=True, kw_only=True)
class ChargingLimitNotified(Fact):
    """Somebody else than the CSMS set a limit at an EVSE, or at the station (0)."""

    evse: int
    source: str
    grid_critical: bool | None = None
    local_generation: bool | None = None
    schedules: list[ChargingSchedule] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ChargingLimitCleared(Fact):
    """Such a limit is gone."""

    evse: int
    source: str


@dataclass(slots=True, kw_only=True)
class PriorityChargingNotified(Fact):
    """Priority charging of a transaction began or ended (2.1)."""

    transaction_id: str
    activated: bool


@dataclass(slots=True, kw_only=True)
class DynamicUpdatePulled(Fact):
    """A station asks what a dynamic profile allows now (2.1)."""

    profile_id: int


# answers


class NeedsStatus(StrEnum):
    """What becomes of an EV's needs (the last is 2.1's)."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    PROCESSING = "Processing"
    NO_PROFILE = "NoChargingProfile"


@dataclass(slots=True, kw_only=True)
class NeedsAnswer(Answer):
    """Whether a profile follows."""

    status: NeedsStatus


@dataclass(slots=True, kw_only=True)
class EVScheduleAnswer(Answer):
    """Whether an EV's schedule is within the limits."""

    accepted: bool


@dataclass(slots=True, kw_only=True)
class DynamicUpdateAnswer(Answer):
    """What a dynamic profile allows now; None where there is no such profile."""

    update: ScheduleUpdate | None
