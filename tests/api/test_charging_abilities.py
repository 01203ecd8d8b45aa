from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from busbar.api.charging_abilities import abilities
from busbar.csms.records.device_model import ModelValue, ModelVariable
from busbar.csms.rows import Station
from busbar.csms.services.charging_rules import Abilities
from busbar.csms.storage.memory import MemoryStore
from busbar.model.device import Characteristics
from busbar.model.versions import Version

AT = datetime(2026, 3, 1, tzinfo=UTC)
STATION = Station(id=1, identity="CS1", version=Version.V21)


@pytest.fixture
async def store() -> MemoryStore:
    made = MemoryStore()
    await made.add_station("CS1", secret=None)
    return made


async def put(store: MemoryStore, variable: str, value: str | None, component: str = "SmartChargingCtrlr") -> None:
    row = ModelVariable(
        station_id=1,
        path=f"{component}/{variable}".casefold(),
        component=component or None,
        component_key=component.casefold(),
        variable=variable,
        variable_key=variable.casefold(),
        attributes=[],
    )
    await store.put(row)
    await store.put(ModelValue(station_id=1, path=row.path, attribute="Actual", value=value, at=AT, source="report"))


async def test_the_device_model_tells_what_a_station_takes(store: MemoryStore) -> None:
    await put(store, "ProfileStackLevel", "3")
    await put(store, "PeriodsPerSchedule", "24")
    await put(store, "RateUnit", "A, W")
    await put(store, "ACPhaseSwitchingSupported", "false")
    await put(store, "MaxExternalConstraintsId", "100")
    entries = ModelVariable(
        station_id=1,
        path="e",
        component="SmartChargingCtrlr",
        component_key="smartchargingctrlr",
        variable="Entries",
        variable_key="entries",
        variable_instance="ChargingProfiles",
        attributes=[],
        characteristics=Characteristics(data_type="integer", supports_monitoring=False, max_limit=20.0),
    )
    await store.put(entries)
    assert await abilities(store, STATION) == Abilities(
        max_stack_level=3,
        max_periods=24,
        max_profiles=20,
        units=("A", "W"),
        phase_switching=False,
        external_ids=100,
    )


async def test_a_phase_that_a_report_does_not_name_cannot_be_chosen__K01_FR_20(store: MemoryStore) -> None:
    await put(store, "RateUnit", "A")
    assert (await abilities(store, STATION)).phase_switching is None
    (row,) = await store.find(ModelVariable, station_id=1)
    await store.put(replace(row, reported_at=AT))
    assert (await abilities(store, STATION)).phase_switching is False


async def test_1_6_tells_it_in_configuration_keys(store: MemoryStore) -> None:
    await put(store, "ChargeProfileMaxStackLevel", "0", "")
    await put(store, "ChargingScheduleMaxPeriods", "6", "")
    await put(store, "MaxChargingProfilesInstalled", "5", "")
    await put(store, "ChargingScheduleAllowedChargingRateUnit", "Current", "")
    assert await abilities(store, replace(STATION, version=Version.V16)) == Abilities(
        explicit=False, max_stack_level=0, max_periods=6, max_profiles=5, units=("A",)
    )


async def test_nothing_is_known_of_a_station_that_was_never_read(store: MemoryStore) -> None:
    assert await abilities(store, STATION) == Abilities()
    await put(store, "ProfileStackLevel", "many")
    await put(store, "PeriodsPerSchedule", None)
    assert await abilities(store, STATION) == Abilities()
