"""The store knows which tariffs a station holds, from what it accepted, cleared and told."""

from datetime import timedelta

import pytest

from busbar.csms.records.tariffs import HeldTariff, TariffInventory
from busbar.csms.services.tariffs import standing, wire_id
from busbar.model.tariffs import (
    AssignedTariff,
    ClearedTariff,
    ClearTariffs,
    GetTariffs,
    SetDefaultTariff,
    Tariff,
    TariffsCleared,
    TariffsHeld,
)


async def put(stand, name: str, evse: int = 0, status: str | None = "Accepted", **more) -> None:
    stand.now += timedelta(minutes=1)
    order = SetDefaultTariff(evse=evse, tariff=Tariff(id=name, currency="EUR", **more))
    await stand.end(order, status)


async def held(stand) -> set[tuple[str, int]]:
    rows = await stand.store.find(HeldTariff, station_id=1)
    inventories = await stand.store.find(TariffInventory, station_id=1)
    return {(row.tariff_id, row.evse) for row in standing(rows, inventories, stand.now) if row.held}


async def clear(stand, order: ClearTariffs, *results: tuple[str | None, str]) -> None:
    stand.now += timedelta(minutes=1)
    cleared = [ClearedTariff(tariff_id=name, status=status) for name, status in results]
    await stand.end(order, TariffsCleared(status="x", results=cleared))


async def test_a_default_tariff_takes_the_place_of_the_one_before__I07_FR_12_FR_22(stand):
    await put(stand, "a", 1)
    await put(stand, "b", 2)
    assert await held(stand) == {("a", 1), ("b", 2)}
    await put(stand, "c", 1)
    assert await held(stand) == {("c", 1), ("b", 2)}
    await put(stand, "d")
    assert await held(stand) == {("d", 0)}


async def test_one_that_becomes_valid_later_waits__I07_FR_20_FR_23(stand):
    await put(stand, "a")
    await put(stand, "b", valid_from=stand.at(60))
    assert await held(stand) == {("a", 0), ("b", 0)}
    stand.now = stand.at(61)
    assert await held(stand) == {("b", 0)}


@pytest.mark.parametrize("status", ["TooManyElements", "ConditionNotSupported", "DuplicateTariffId", "Rejected"])
async def test_a_refusal_is_kept_and_replaces_nothing__I07_FR_02_FR_03_FR_04(stand, status):
    await put(stand, "a")
    await put(stand, "b", status=status)
    await put(stand, "c", status=None)
    assert await held(stand) == {("a", 0)}
    assert (await stand.store.get(HeldTariff, 1, 0, "b")).status == status


async def test_a_tariff_is_cleared_by_name_or_all_are__I10_FR_01_FR_02_FR_06(stand):
    await put(stand, "a", 1)
    await put(stand, "b", 2)
    await clear(stand, ClearTariffs(tariff_ids=["a"], evse=1), ("a", "Accepted"))
    assert await held(stand) == {("b", 2)}
    await clear(stand, ClearTariffs(tariff_ids=["b"], evse=2), ("b", "Rejected"))
    assert await held(stand) == {("b", 2)}
    await clear(stand, ClearTariffs(), ("b", "Accepted"))
    assert await held(stand) == set()


async def test_one_that_is_not_known_is_gone__I10_FR_06(stand):
    await put(stand, "a")
    await clear(stand, ClearTariffs(tariff_ids=["a"]), (None, "NoTariff"))
    assert await held(stand) == set()


async def test_what_a_station_tells_is_all_it_holds__I09_FR_01_FR_04(stand):
    await put(stand, "a", 1)
    await put(stand, "b", 2)
    stand.now += timedelta(minutes=1)
    told = [
        AssignedTariff(tariff_id="c", kind="DefaultTariff", evses=[1]),
        AssignedTariff(tariff_id="d", kind="DriverTariff", evses=[1], tokens=["T"]),
    ]
    await stand.end(GetTariffs(evse=1), TariffsHeld(status="Accepted", tariffs=told))
    assert await held(stand) == {("b", 2), ("c", 1), ("d", 1)}
    stand.now += timedelta(minutes=1)
    await stand.end(GetTariffs(evse=0), TariffsHeld(status="Rejected"))
    assert len(await held(stand)) == 3
    await stand.end(GetTariffs(evse=0), TariffsHeld(status="NoTariff"))
    assert await held(stand) == set()


def test_each_version_has_a_name_of_its_own__I08_FR_08() -> None:
    assert len({wire_id(tariff, version) for tariff in range(20) for version in range(20)}) == 400


async def test_a_tariff_for_later_outlives_one_that_holds_before_it__I07_FR_20(stand):
    later = stand.now + timedelta(days=1)
    await put(stand, "later", 1, valid_from=later)
    await put(stand, "now", 1)
    assert await held(stand) == {("later", 1), ("now", 1)}
    stand.now = later
    assert await held(stand) == {("later", 1)}
