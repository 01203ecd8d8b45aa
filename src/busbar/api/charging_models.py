"""Charging profiles as the interface takes and shows them, each field with its bound. Knows no rule of charging.

Fields have the names of the neutral profile (`model/charging.py`), which they become and come from by name.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from busbar.api.queries import INT32, Time
from busbar.model import charging as model

Whole = Annotated[int, Meta(ge=0, le=INT32)]
Rate = Annotated[float, Meta(ge=-1e9, le=1e9)]
NotPositive = Annotated[float, Meta(ge=-1e9, le=0)]
ProfileId = Annotated[int, Meta(ge=-INT32, le=INT32)]
Evse = Annotated[int, Meta(ge=0, le=INT32)]
TransactionId = Annotated[str, Meta(min_length=1, max_length=36)]
Curve = Annotated[list[dict[str, float]], Meta(min_length=1, max_length=20)]
SignalCurve = Annotated[list[dict[str, int | float]], Meta(min_length=1, max_length=20)]  # a signal is a whole number
Word = Annotated[str, Meta(min_length=1, max_length=20)]


class ScheduleUpdate(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The values of a period, in the schedule's unit."""

    limit: Rate | None = None
    limit_l2: Rate | None = None
    limit_l3: Rate | None = None
    discharge_limit: NotPositive | None = None
    discharge_limit_l2: NotPositive | None = None
    discharge_limit_l3: NotPositive | None = None
    setpoint: Rate | None = None
    setpoint_l2: Rate | None = None
    setpoint_l3: Rate | None = None
    setpoint_reactive: Rate | None = None
    setpoint_reactive_l2: Rate | None = None
    setpoint_reactive_l3: Rate | None = None

    def neutral(self) -> model.ScheduleUpdate:
        """Return what an order is made of."""
        return msgspec.convert(self, model.ScheduleUpdate, from_attributes=True)


class SchedulePeriod(ScheduleUpdate, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What holds from `start_period` seconds after the schedule's start on."""

    start_period: Whole
    number_phases: Annotated[int, Meta(ge=0, le=3)] | None = None
    phase_to_use: Annotated[int, Meta(ge=0, le=3)] | None = None
    preconditioning_request: bool | None = None
    evse_sleep: bool | None = None
    v2x_baseline: Rate | None = None
    operation_mode: Word | None = None
    v2x_freq_watt_curve: Curve | None = None
    v2x_signal_watt_curve: SignalCurve | None = None


class ChargingSchedule(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Periods in a row; prices are JSON as OCPP writes it."""

    unit: model.RateUnit
    periods: Annotated[list[SchedulePeriod], Meta(min_length=1, max_length=1024)]
    id: ProfileId | None = None
    start_schedule: Time | None = None
    duration: Whole | None = None
    min_charging_rate: Rate | None = None
    limit_at_soc: Annotated[dict[str, int | float], Meta(max_length=2)] | None = None
    power_tolerance: Rate | None = None
    signature_id: Whole | None = None
    digest_value: Annotated[str, Meta(max_length=88)] | None = None
    use_local_time: bool | None = None
    randomized_delay: Whole | None = None
    sales_tariff: dict[str, Any] | None = None
    absolute_price_schedule: dict[str, Any] | None = None
    price_level_schedule: dict[str, Any] | None = None


class ChargingProfile(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A profile; without `id` the server gives one that is not used yet."""

    id: ProfileId | None = None
    stack_level: Whole
    purpose: model.ProfilePurpose
    kind: model.ProfileKind
    schedules: Annotated[list[ChargingSchedule], Meta(min_length=1, max_length=3)]
    recurrency_kind: Word | None = None
    valid_from: Time | None = None
    valid_to: Time | None = None
    transaction_id: TransactionId | None = None
    max_offline_duration: Whole | None = None
    invalid_after_offline_duration: bool | None = None
    dyn_update_interval: Whole | None = None
    dyn_update_time: Time | None = None
    price_schedule_signature: Annotated[str, Meta(max_length=256)] | None = None

    def neutral(self, number: int) -> model.ChargingProfile:
        """Return what an order is made of; `number` is the id where there is none."""
        for count, schedule in enumerate(self.schedules, 1):
            schedule.id = count if schedule.id is None else schedule.id
        self.id = number if self.id is None else self.id
        return msgspec.convert(self, model.ChargingProfile, from_attributes=True)


def shown_profile(kept: dict[str, Any]) -> ChargingProfile:
    """Return a profile that was kept."""
    return msgspec.convert(kept, ChargingProfile)


def shown_schedule(kept: dict[str, Any]) -> ChargingSchedule:
    """Return a schedule that was kept."""
    return msgspec.convert(kept, ChargingSchedule)
