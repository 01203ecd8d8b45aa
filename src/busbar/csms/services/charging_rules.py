"""What a charging profile must be before it is sent: the rules of K01 and their neighbours. Knows no version.

A rule that is broken is told by its requirement id and in a sentence. A station's own limits count where they are
known.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from busbar.model.charging import ChargingProfile, ChargingSchedule, ProfileKind, ProfilePurpose, SchedulePeriod

_MOST_SCHEDULES: Final = 3
_CHARGING: Final = "ChargingOnly"
_MODES: Final = {
    ProfilePurpose.PRIORITY: ("K01.FR.111", (_CHARGING,)),
    ProfilePurpose.STATION_MAX: ("K01.FR.111", (_CHARGING,)),
    ProfilePurpose.LOCAL_GENERATION: ("K01.FR.113", (_CHARGING, "ExternalLimits")),
}
"""The operation modes that a purpose may have (2.1); the others may have all."""
_LIMITS: Final = ("limit", "discharge_limit")
_DISCHARGING: Final = ("discharge_limit", "setpoint", "setpoint_reactive")
_OTHER_PHASES: Final = ("_l2", "_l3")
_ABSENT: Final = {
    "CentralSetpoint": ("Q03.FR.02", _LIMITS),
    "CentralFrequency": ("Q07.FR.03", _LIMITS),
    "LocalFrequency": ("Q08.FR.01", (*_LIMITS, "setpoint", "setpoint_reactive")),
    "Idle": ("Q10.FR.01", (*_LIMITS, "setpoint", "setpoint_reactive")),
}
"""What a period of an operation mode does not say, nor for its second and third phase."""
_STATION_WIDE: Final = (ProfilePurpose.STATION_MAX, ProfilePurpose.LOCAL_GENERATION)


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a profile breaks."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A profile that the station holds, as far as it can clash."""

    id: int
    evse: int
    purpose: ProfilePurpose
    stack_level: int
    transaction_id: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What is known of a station; None is not known.

    Attributes:
        explicit: a TxProfile must name its transaction, an absolute schedule its start (2.x; in 1.6 both may be left
            out).
        max_stack_level: SmartChargingCtrlr.ProfileStackLevel, ChargeProfileMaxStackLevel.
        max_periods: SmartChargingCtrlr.PeriodsPerSchedule, ChargingScheduleMaxPeriods.
        max_profiles: SmartChargingCtrlr.Entries, MaxChargingProfilesInstalled.
        units: SmartChargingCtrlr.RateUnit, ChargingScheduleAllowedChargingRateUnit.
        phase_switching: SmartChargingCtrlr.ACPhaseSwitchingSupported.
        external_ids: SmartChargingCtrlr.MaxExternalConstraintsId.
    """

    explicit: bool = True
    max_stack_level: int | None = None
    max_periods: int | None = None
    max_profiles: int | None = None
    units: tuple[str, ...] | None = None
    phase_switching: bool | None = None
    external_ids: int | None = None


UNKNOWN: Final = Abilities()


def check(
    profile: ChargingProfile,
    evse: int,
    *,
    standing: Iterable[Standing] = (),
    abilities: Abilities = UNKNOWN,
    needs_known: bool = True,
) -> Broken | None:
    """Return the first rule that a profile for an EVSE (0: the station) breaks; None where it may be sent.

    `needs_known`: an EV has told its needs in this transaction, so that it may choose among schedules.
    """
    found = list(standing)
    rules = (
        _purpose(profile, evse, abilities),
        _kind(profile),
        _schedules(profile, needs_known),
        *(_schedule(profile, schedule, abilities) for schedule in profile.schedules),
        _able(profile, found, abilities),
        _clashes(profile, evse, found),
    )
    return next((broken for rule in rules for broken in rule), None)


def check_start(profile: ChargingProfile, *, abilities: Abilities = UNKNOWN) -> Broken | None:
    """Return the first rule that a profile breaks which goes with a remote start."""
    if profile.purpose is not ProfilePurpose.TX:
        return Broken("F01.FR.09", "only a TxProfile goes with a remote start")
    if profile.transaction_id is not None:
        return Broken("F01.FR.11", "a profile that goes with a remote start names no transaction")
    rules = (
        _kind(profile),
        _schedules(profile, needs_known=False),
        *(_schedule(profile, schedule, abilities) for schedule in profile.schedules),
        _able(profile, [], abilities),
    )
    return next((broken for rule in rules for broken in rule), None)


def check_needs(profile: ChargingProfile, transfer: str | None, needs: Mapping[str, Any]) -> Broken | None:
    """Return the rule by which a profile does not suit its EV: the `transfer` that it asks for, and OCPP's `needs`."""
    told = needs.get("v2xChargingParameters") or {}
    for period in (period for item in profile.schedules for period in item.periods):
        for name in ("limit", *_DISCHARGING):
            power, rule = ("maxChargePower", "K01.FR.142") if name == "limit" else ("maxDischargePower", "V2X.08")
            if any(f"{power}{phase.upper()}" not in told for phase in _of_phases(period, name)):
                return Broken(rule, f"the EV has told no {power} of that phase")
        one_way = transfer is not None and "BPT" not in transfer
        if one_way and any(getattr(period, name) is not None for name in _DISCHARGING):
            return Broken("Q02.FR.02", "the EV does not ask to discharge")
    return None


def _purpose(profile: ChargingProfile, evse: int, abilities: Abilities) -> Iterator[Broken]:
    purpose = profile.purpose
    if purpose is ProfilePurpose.EXTERNAL:
        yield Broken("K01.FR.22", "a CSMS sets no ChargingStationExternalConstraints")
    if purpose in _STATION_WIDE and evse != 0:
        yield Broken("K01", f"a {purpose} is for the whole station, EVSE 0")
    if purpose is ProfilePurpose.TX:
        if evse == 0:
            yield Broken("K01.FR.16", "a TxProfile is for one EVSE")
        if profile.transaction_id is None and abilities.explicit:
            yield Broken("K01.FR.03", "a TxProfile names its transaction")
    elif profile.transaction_id is not None:
        yield Broken("K01.FR.03", "only a TxProfile names a transaction")
    if purpose is ProfilePurpose.PRIORITY and any(item.duration is not None for item in profile.schedules):
        yield Broken("K01.FR.70", "priority charging has no duration")


def _kind(profile: ChargingProfile) -> Iterator[Broken]:
    kind = profile.kind
    if kind is ProfileKind.RELATIVE and profile.purpose is ProfilePurpose.STATION_MAX:
        yield Broken("K01.FR.38", "a ChargingStationMaxProfile is not relative to a transaction")
    if (kind is ProfileKind.RECURRING) != (profile.recurrency_kind is not None):
        yield Broken("K01", "recurrency_kind goes with the kind Recurring, and only with it")
    if kind is ProfileKind.DYNAMIC and [len(item.periods) for item in profile.schedules] != [1]:
        yield Broken("K28.FR.01", "a dynamic profile has one schedule with one period")
    modes = {period.operation_mode for item in profile.schedules for period in item.periods}
    if kind is not ProfileKind.DYNAMIC and "CentralFrequency" in modes:
        yield Broken("Q07.FR.02", "a profile with central frequency control is dynamic")
    if kind is not ProfileKind.DYNAMIC and (profile.dyn_update_interval or profile.dyn_update_time):
        yield Broken("K28", "only a dynamic profile is updated")
    if profile.valid_from and profile.valid_to and profile.valid_from >= profile.valid_to:
        yield Broken("K01.FR.36", "valid_from is before valid_to")


def _schedules(profile: ChargingProfile, needs_known: bool) -> Iterator[Broken]:
    count = len(profile.schedules)
    if not 1 <= count <= _MOST_SCHEDULES:
        yield Broken("K15.FR.07", "a profile has one schedule, or up to three for an EV to choose from")
    if count > 1 and (not needs_known or profile.purpose is not ProfilePurpose.TX):
        yield Broken("K01.FR.34", "more than one schedule is for a transaction whose EV has told its needs")
    if len({item.id for item in profile.schedules}) != count:
        yield Broken("K01", "schedules have different ids")


def _schedule(profile: ChargingProfile, schedule: ChargingSchedule, abilities: Abilities) -> Iterator[Broken]:
    starts = schedule.start_schedule is not None
    if profile.kind in (ProfileKind.ABSOLUTE, ProfileKind.RECURRING) and not starts and abilities.explicit:
        yield Broken("K01.FR.40", "an absolute or recurring schedule has a start_schedule")
    if profile.kind is ProfileKind.RELATIVE and starts:
        yield Broken("K01.FR.41", "a relative schedule has no start_schedule")
    if schedule.randomized_delay and profile.purpose not in (ProfilePurpose.TX, ProfilePurpose.TX_DEFAULT):
        yield Broken("K01.FR.95", "only a TxProfile or TxDefaultProfile is delayed at random")
    times = [period.start_period for period in schedule.periods]
    if not times or times[0] != 0:
        yield Broken("K01.FR.31", "the first period starts at 0")
    if any(later <= earlier for earlier, later in pairwise(times)):
        yield Broken("K01.FR.35", "periods are in the order of their start")
    if schedule.duration is not None and times and times[-1] >= schedule.duration:
        yield Broken("K01.FR.11", "every period starts within the schedule's duration")
    for period in schedule.periods:
        yield from _period(period, abilities)
        yield from _phases(period, profile.purpose)
        yield from _mode(period, profile.purpose)


def _period(period: SchedulePeriod, abilities: Abilities) -> Iterator[Broken]:
    if period.phase_to_use is not None:
        if period.number_phases != 1:
            yield Broken("K01.FR.19", "phase_to_use goes with one phase")
        if abilities.phase_switching is False:
            yield Broken("K01.FR.20", "the station cannot choose the phase")
    limits = (period.limit, period.limit_l2, period.limit_l3)
    if any(limit is not None and limit < 0 for limit in limits):
        yield Broken("K01", "a limit is not negative; discharging has a discharge_limit or setpoint")
    bounds = [value for value in (period.discharge_limit, period.setpoint, period.limit) if value is not None]
    if period.setpoint is not None and bounds != sorted(bounds):
        yield Broken("V2X.05", "a setpoint is within the limits beside it")
    if period.operation_mode in (None, _CHARGING) and period.limit is None:
        yield Broken("K01", "a period that only charges has a limit")


def _phases(period: SchedulePeriod, purpose: ProfilePurpose) -> Iterator[Broken]:
    for name in ("limit", *_DISCHARGING):
        if not _of_phases(period, name):
            continue
        if purpose is not ProfilePurpose.TX:
            rule = "K01.FR.143" if name == "limit" else "V2X.09"
            yield Broken(rule, f"only a TxProfile has a {name} of single phases")
        if getattr(period, name) is None:
            rule = "K01.FR.145" if name == "limit" else "V2X.07"
            yield Broken(rule, f"a {name} of the second and third phase goes with one of the first")


def _of_phases(period: SchedulePeriod, name: str) -> list[str]:
    """Return which phases beside the first have a value of their own."""
    return [phase for phase in _OTHER_PHASES if getattr(period, name + phase) is not None]


def _mode(period: SchedulePeriod, purpose: ProfilePurpose) -> Iterator[Broken]:
    mode = period.operation_mode or _CHARGING
    rule, modes = _MODES.get(purpose, ("", (mode,)))
    if mode not in modes:
        yield Broken(rule, f"a {purpose} has no operation mode {mode}")
    rule, absent = _ABSENT.get(mode, ("", ()))
    for name in absent:
        if any(getattr(period, name + phase) is not None for phase in ("", "_l2", "_l3")):
            yield Broken(rule, f"a period of the mode {mode} has no {name}")
    if mode == "LocalFrequency" and (period.v2x_baseline is None or len(period.v2x_freq_watt_curve or ()) < 2):
        yield Broken("Q08.FR.03", "local frequency control has a v2x_baseline, and a curve of two points or more")


def _able(profile: ChargingProfile, standing: list[Standing], abilities: Abilities) -> Iterator[Broken]:
    """Hold a profile against what the station can keep (SmartChargingCtrlr)."""
    most = abilities.max_stack_level
    if most is not None and profile.stack_level > most:
        yield Broken("ProfileStackLevel", f"the station's highest stack level is {most}")
    for schedule in profile.schedules:
        if abilities.max_periods is not None and len(schedule.periods) > abilities.max_periods:
            yield Broken("PeriodsPerSchedule", f"the station takes {abilities.max_periods} periods in a schedule")
        if abilities.units is not None and schedule.unit not in abilities.units:
            yield Broken("K01.FR.26", f"the station takes limits in {' or '.join(abilities.units)}")
    others = sum(other.id != profile.id for other in standing)
    if abilities.max_profiles is not None and others >= abilities.max_profiles:
        yield Broken("Entries", f"the station holds {abilities.max_profiles} profiles")
    if abilities.external_ids is not None and profile.id <= abilities.external_ids:
        yield Broken("K01.FR.80", f"ids up to {abilities.external_ids} are the station's own")


def _clashes(profile: ChargingProfile, evse: int, standing: list[Standing]) -> Iterator[Broken]:
    for other in standing:
        if other.id == profile.id:
            if other.purpose is ProfilePurpose.EXTERNAL:
                yield Broken("K01.FR.05", "a profile with this id stands for an external limit")
            continue
        same_level = (other.purpose, other.stack_level) == (profile.purpose, profile.stack_level)
        if _same_place(profile, evse, other):
            of_transaction = profile.purpose is ProfilePurpose.TX
            rule, what = ("K01.FR.39", "transaction") if of_transaction else ("K01.FR.06", "EVSE and a time in common")
            yield Broken(rule, f"profile {other.id} has the same purpose, stack level, {what}")
        elif (
            same_level
            and profile.purpose is ProfilePurpose.TX_DEFAULT
            and evse != other.evse
            and 0 in (evse, other.evse)
        ):
            rule = "K01.FR.52" if evse == 0 else "K01.FR.53"
            yield Broken(rule, f"profile {other.id} of EVSE {other.evse} has the same stack level")


def replaced(profile: ChargingProfile, evse: int, standing: Iterable[Standing]) -> int | None:
    """Return the id of the profile whose place a new one takes: with the same id it replaces it (K01.FR.05)."""
    return next((other.id for other in standing if _same_place(profile, evse, other)), None)


def _same_place(profile: ChargingProfile, evse: int, other: Standing) -> bool:
    if (other.purpose, other.stack_level, other.evse) != (profile.purpose, profile.stack_level, evse):
        return False
    if profile.purpose is ProfilePurpose.TX:
        return other.transaction_id == profile.transaction_id
    return _overlap(profile, other)


def _overlap(one: ChargingProfile, other: Standing) -> bool:
    begins_in_time = one.valid_from is None or other.valid_to is None or one.valid_from < other.valid_to
    return begins_in_time and (other.valid_from is None or one.valid_to is None or other.valid_from < one.valid_to)
