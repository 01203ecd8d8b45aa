"""What a station's device model says of the profiles it takes, for the rules that are checked before one is sent."""

from typing import Final

from busbar.csms.ports import Store
from busbar.csms.records.device_model import ModelValue, ModelVariable
from busbar.csms.rows import Station
from busbar.csms.services.charging_rules import Abilities
from busbar.protocol.versions import RULES

_COMPONENT: Final = "smartchargingctrlr"
_UNITS: Final = {"current": "A", "power": "W", "a": "A", "w": "W"}
_KEYS_16: Final = (
    "chargeprofilemaxstacklevel",
    "chargingscheduleallowedchargingrateunit",
    "chargingschedulemaxperiods",
    "maxchargingprofilesinstalled",
)


async def abilities(store: Store, station: Station) -> Abilities:
    """Return what is known; nothing of a station whose model was never read. Raises StoreUnavailable."""
    variables = await store.find(ModelVariable, station_id=station.id, component_key=_COMPONENT)
    variables += await store.find(ModelVariable, station_id=station.id, component_key="", variable_key=_KEYS_16)
    paths = {row.path: row for row in variables if row.evse is None}
    values: dict[str, str] = {}
    if paths:
        for value in await store.find(ModelValue, station_id=station.id, path=tuple(paths), attribute="Actual"):
            if value.value is not None:
                values[paths[value.path].variable_key] = value.value
    units = values.get("rateunit") or values.get("chargingscheduleallowedchargingrateunit")
    return Abilities(
        explicit=station.version is None or RULES[station.version].explicit_profiles,
        max_stack_level=_number(values.get("profilestacklevel") or values.get("chargeprofilemaxstacklevel")),
        max_periods=_number(values.get("periodsperschedule") or values.get("chargingschedulemaxperiods")),
        max_profiles=_number(values.get("maxchargingprofilesinstalled")) or _most(variables),
        units=_units(units),
        phase_switching=_switches(variables, values),
        external_ids=_number(values.get("maxexternalconstraintsid")),
    )


def _switches(variables: list[ModelVariable], values: dict[str, str]) -> bool | None:
    """Tell whether the phase can be chosen; not where a report of the controller does not name it (K01.FR.20)."""
    said = values.get("acphaseswitchingsupported")
    if said is not None:
        return said.casefold() == "true"
    reported = any(row.reported_at is not None and row.component_key == _COMPONENT for row in variables)
    named = any(row.variable_key == "acphaseswitchingsupported" for row in variables)
    return False if reported and not named else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None


def _units(text: str | None) -> tuple[str, ...] | None:
    found = [_UNITS.get(word.strip().casefold()) for word in (text or "").split(",")]
    return tuple(unit for unit in found if unit is not None) or None


def _most(variables: list[ModelVariable]) -> int | None:
    """Return how many profiles fit: the limit of Entries[ChargingProfiles], whose value is how many there are."""
    for row in variables:
        if (row.variable_key, (row.variable_instance or "").casefold()) == ("entries", "chargingprofiles"):
            limit = row.characteristics.max_limit if row.characteristics else None
            return None if limit is None else int(limit)
    return None
