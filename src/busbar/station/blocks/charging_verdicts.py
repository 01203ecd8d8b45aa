"""Whether a station takes a charging profile, and why not: OCPP's reason codes. Knows no other profile's limits."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from busbar.energy.rates import Line
from busbar.model.charging import ChargingProfile, ChargingSchedule, ProfileKind, ProfilePurpose, SchedulePeriod

P, K = ProfilePurpose, ProfileKind
_CHARGING: Final = (None, "ChargingOnly")
_ADDITIONAL: Final = (P.PRIORITY, P.LOCAL_GENERATION)


class Refusal(NamedTuple):
    """A reason code, and the same for people."""

    reason: str
    detail: str


class Abilities(NamedTuple):
    """What a station can do: the variables of SmartChargingCtrlr.

    `explicit`: an absolute or recurring schedule has a start (2.x); in 1.6 it may be left out. Ids up to `own_ids` are
    the station's own there.
    """

    line: Line
    explicit: bool
    most_level: int
    most_periods: int
    units: tuple[str, ...]
    purposes: tuple[str, ...]
    own_ids: int
    phase_switching: bool
    by_charge: bool


def check(profile: ChargingProfile, evse: int, able: Abilities) -> Refusal | None:
    """Return why a profile for an EVSE (0: the station) is not taken; None where nothing speaks against it itself."""
    rules = (_purpose(profile, evse, able), _kind(profile), *(_schedule(profile, s, able) for s in profile.schedules))
    return next((refusal for rule in rules for refusal in rule), None)


def _purpose(profile: ChargingProfile, evse: int, able: Abilities) -> Iterator[Refusal]:
    purpose = profile.purpose
    if purpose is P.EXTERNAL:  # K01.FR.22
        yield Refusal("InvalidProfile", "only a station makes external constraints")
    if purpose in _ADDITIONAL and purpose not in able.purposes:  # K01.FR.120
        yield Refusal("UnsupportedPurpose", f"no {purpose} here")
    if purpose is P.STATION_MAX and evse != 0:  # K04.FR.03
        yield Refusal("InvalidProfile", "this purpose is for the whole station")
    if purpose is P.TX and evse == 0:  # K01.FR.16
        yield Refusal("InvalidProfile", "a TxProfile is for one EVSE")
    if able.explicit and profile.id <= able.own_ids:  # K01.FR.81
        yield Refusal("InvalidProfileId", f"ids up to {able.own_ids} are the station's own")
    if not 0 <= profile.stack_level <= able.most_level:
        yield Refusal("InvalidStackLevel", f"the highest stack level is {able.most_level}")


def _kind(profile: ChargingProfile) -> Iterator[Refusal]:
    if profile.kind is K.RELATIVE and profile.purpose is P.STATION_MAX:  # K01.FR.38
        yield Refusal("InvalidProfile", "the limit of a station is not relative to a transaction")
    if (profile.kind is K.RECURRING) != (profile.recurrency_kind is not None):
        yield Refusal("InvalidProfile", "recurrencyKind goes with the kind Recurring")
    if profile.kind is not K.DYNAMIC and (profile.dyn_update_interval or profile.dyn_update_time):  # K01.FR.122
        yield Refusal("InvalidProfile", "only a dynamic profile is updated")
    if profile.kind is K.DYNAMIC and [len(item.periods) for item in profile.schedules] != [1]:  # K28.FR.03
        yield Refusal("InvalidSchedule", "a dynamic profile has one schedule of one period")
    if len(profile.schedules) != 1:  # K01.FR.34: no EV here tells its needs
        yield Refusal("InvalidSchedule", "one schedule, where the EV chooses none")
    if profile.valid_from and profile.valid_to and profile.valid_from >= profile.valid_to:
        yield Refusal("InvalidProfile", "never valid")


def _schedule(profile: ChargingProfile, schedule: ChargingSchedule, able: Abilities) -> Iterator[Refusal]:
    if schedule.unit not in able.units:  # K01.FR.26
        yield Refusal("UnsupportedRateUnit", f"limits are in {' or '.join(able.units)}")
    if able.explicit and profile.kind in (K.ABSOLUTE, K.RECURRING) and schedule.start_schedule is None:  # K01.FR.40
        yield Refusal("InvalidSchedule", "no startSchedule")
    if able.explicit and profile.kind is K.RELATIVE and schedule.start_schedule is not None:  # K01.FR.41
        yield Refusal("InvalidSchedule", "a relative schedule has no startSchedule")
    if profile.purpose is P.PRIORITY and schedule.duration is not None:  # K01.FR.70
        yield Refusal("InvalidSchedule", "priority charging has no duration")
    if schedule.randomized_delay and profile.purpose not in (P.TX, P.TX_DEFAULT):  # K01.FR.95
        yield Refusal("InvalidSchedule", "this purpose has no randomizedDelay")
    if schedule.use_local_time or (schedule.limit_at_soc is not None and not able.by_charge):  # K01.FR.123, .125
        yield Refusal("InvalidSchedule", "no local time, and no limit by state of charge, here")
    if (schedule.duration is not None and schedule.duration < 0) or (schedule.randomized_delay or 0) < 0:
        yield Refusal("InvalidSchedule", "times are not negative")
    if not 1 <= len(schedule.periods) <= able.most_periods:
        yield Refusal("InvalidSchedule", f"a schedule has up to {able.most_periods} periods")
    times = [period.start_period for period in schedule.periods]
    if times[:1] != [0] or any(later <= earlier for earlier, later in pairwise(times)):  # K01.FR.31, .35
        yield Refusal("InvalidSchedule", "periods begin at 0 and are in the order of their start")
    for period in schedule.periods:
        yield from _period(profile, period, able)


def _period(profile: ChargingProfile, period: SchedulePeriod, able: Abilities) -> Iterator[Refusal]:
    if period.evse_sleep:  # K01.FR.126
        yield Refusal("InvalidSchedule", "the EVSE cannot sleep")
    if able.line.dc and (period.number_phases or period.phase_to_use) and able.explicit:  # K01.FR.44
        yield Refusal("NoPhaseForDC", "direct current has no phases")
    chooses = period.number_phases == 1 and able.phase_switching  # K01.FR.19, .48
    if period.phase_to_use is not None and not able.line.dc and not chooses:
        yield Refusal("InvalidSchedule", "the phase cannot be chosen")
    only_charges = period.operation_mode in _CHARGING
    if only_charges and (period.limit is None or period.limit < 0):
        yield Refusal("InvalidSchedule", "a period that charges has a limit, not below 0")
    if profile.purpose in (P.PRIORITY, P.STATION_MAX) and not only_charges:  # K01.FR.71, .111
        yield Refusal("InvalidSchedule", "this purpose only charges")
