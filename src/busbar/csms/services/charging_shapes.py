"""Profiles as they are kept: the content without what is empty, and back. Knows no rule."""

from typing import Any

import msgspec

from busbar.csms.records.charging import HeldProfile
from busbar.csms.services.charging_rules import Standing
from busbar.model.charging import ChargingProfile


def compact(value: Any) -> Any:
    """Return a profile, schedule or update as JSON's objects, without fields that are None."""
    return _full(msgspec.to_builtins(value))


def profile_of(kept: dict[str, Any]) -> ChargingProfile:
    """Return the profile that was kept."""
    return msgspec.convert(kept, ChargingProfile)


def standing(row: HeldProfile) -> Standing:
    """Return what rules need of a held profile."""
    profile = profile_of(row.profile)
    return Standing(
        id=row.profile_id,
        evse=row.evse,
        purpose=row.purpose,
        stack_level=row.stack_level,
        transaction_id=row.transaction_id,
        valid_from=profile.valid_from,
        valid_to=profile.valid_to,
    )


def _full(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _full(item) for name, item in value.items() if item is not None}
    return [_full(item) for item in value] if isinstance(value, list) else value
