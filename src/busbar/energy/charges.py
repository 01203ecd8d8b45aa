"""Limits from a state of charge on (2.1 K01.FR.100): a schedule's values are capped as soon as an EV has so much."""

from dataclasses import replace

from busbar.model.charging import ChargingProfile, ChargingSchedule, SchedulePeriod

_CAPPED = ("limit", "limit_l2", "limit_l3", "setpoint", "setpoint_l2", "setpoint_l3")


def by_charge(profile: ChargingProfile) -> bool:
    """Tell whether a profile asks for the state of charge."""
    return any(schedule.limit_at_soc is not None for schedule in profile.schedules)


def capped(profile: ChargingProfile, soc_pct: float | None) -> ChargingProfile:
    """Return a profile as it holds for an EV of this state of charge; the profile itself where none is known."""
    if soc_pct is None or not by_charge(profile):
        return profile
    return replace(profile, schedules=[_schedule(schedule, soc_pct) for schedule in profile.schedules])


def _schedule(schedule: ChargingSchedule, soc_pct: float) -> ChargingSchedule:
    at = schedule.limit_at_soc
    if at is None or soc_pct < at["soc"]:
        return schedule
    return replace(schedule, periods=[_period(period, at["limit"]) for period in schedule.periods])


def _period(period: SchedulePeriod, limit: float) -> SchedulePeriod:
    values = {name: getattr(period, name) for name in _CAPPED}
    return replace(period, **{name: min(value, limit) for name, value in values.items() if value is not None})
