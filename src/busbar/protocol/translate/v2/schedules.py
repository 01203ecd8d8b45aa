"""Charging profiles and schedules of 2.x ↔ their neutral form; `wire` is the version's module of types.

Both sides have the names of 2.1, so fields are carried over by name; the table has those that are called otherwise.
"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, TypeVar

import msgspec
from msgspec import UNSET

from busbar.model.charging import ChargingProfile, ChargingSchedule, SchedulePeriod, ScheduleUpdate
from busbar.protocol.translate.errors import improper, unsupported
from busbar.protocol.translate.times import seconds
from busbar.protocol.wire.shapes import write_custom

Neutral = TypeVar("Neutral")
_NAMES: Final = {
    "purpose": "charging_profile_purpose",
    "kind": "charging_profile_kind",
    "schedules": "charging_schedule",
    "periods": "charging_schedule_period",
    "unit": "charging_rate_unit",
    "limit_at_soc": "limit_at_so_c",
}


def json_of(sent: Any) -> Any:
    """Return a wire value as OCPP's JSON, with its times as text."""
    return msgspec.to_builtins(sent, enc_hook=write_custom)


def read_period(sent: Any) -> SchedulePeriod:
    """Read a period of a schedule."""
    return _read(SchedulePeriod, sent)


def read_schedule(sent: Any) -> ChargingSchedule:
    """Read a schedule."""
    return _read(ChargingSchedule, sent, periods=[read_period(item) for item in sent.charging_schedule_period])


def read_schedules(sent: Any) -> list[ChargingSchedule]:
    """Read schedules, none where they were left out."""
    return [read_schedule(item) for item in sent or ()]


def read_profile(sent: Any) -> ChargingProfile:
    """Read a profile."""
    return _read(ChargingProfile, sent, schedules=read_schedules(sent.charging_schedule))


def read_update(sent: Any) -> ScheduleUpdate:
    """Read the values of a dynamic schedule."""
    return _read(ScheduleUpdate, sent)


def period(wire: Any, neutral: SchedulePeriod) -> Any:
    """Write a period. Raises Untranslatable for what the version lacks."""
    return _write(wire.ChargingSchedulePeriodType, neutral)


def schedule(wire: Any, neutral: ChargingSchedule) -> Any:
    """Write a schedule; one that has no number, as those of 1.6, is 1. Raises Untranslatable."""
    periods = [period(wire, item) for item in neutral.periods]
    number = 1 if neutral.id is None else neutral.id
    return _write(wire.ChargingScheduleType, neutral, id=number, charging_schedule_period=periods)


def profile(wire: Any, neutral: ChargingProfile) -> Any:
    """Write a profile. Raises Untranslatable for what the version lacks."""
    schedules = [schedule(wire, item) for item in neutral.schedules]
    return _write(wire.ChargingProfileType, neutral, charging_schedule=schedules)


def update(wire: Any, neutral: ScheduleUpdate) -> Any:
    """Write the values of a dynamic schedule."""
    return _write(wire.ChargingScheduleUpdateType, neutral)


def _read(kind: type[Neutral], sent: Any, **made: Any) -> Neutral:
    found = {}
    for name in _names(kind):
        if name in made:
            continue
        value = getattr(sent, _NAMES.get(name, name), UNSET)
        if value is not UNSET:
            found[name] = _plain(value)
    return msgspec.convert({**found, **made}, kind)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value.value if isinstance(value, Enum) else json_of(value)


def _wired(value: Any) -> Any:
    if isinstance(value, datetime):
        return seconds(value)
    return value.value if isinstance(value, Enum) else value


def _write(kind: type[Any], neutral: Any, **made: Any) -> Any:
    """Check what is written against the type, which tells a word or field that this version lacks."""
    encoded = {field.name: field.encode_name for field in msgspec.structs.fields(kind)}
    found = {}
    for name in _names(type(neutral)):
        value = getattr(neutral, name)
        written = _NAMES.get(name, name)
        if value is None or written in made:
            continue
        if written not in encoded:
            raise unsupported(f"this version has no {name} here")
        found[encoded[written]] = _wired(value)
    found |= {encoded[name]: value for name, value in made.items()}
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as error:
        raise improper(f"this version cannot say it: {error}") from None


def _names(kind: type[Any]) -> Iterable[str]:
    return (item.name for item in fields(kind))
