"""The contract of changing sites, on every backend."""

import pytest
from msgspec.structs import replace

from busbar.csms.ports import Conflict, Query, Store


async def test_a_site_is_changed_by_its_id(store: Store) -> None:
    site = await store.add_site("Depot", timezone="Europe/Berlin", address="Road 1")
    changed = replace(site, name="Yard", timezone="UTC", address="Road 2")
    assert await store.change_site(changed) is True
    assert (await store.sites(Query())).items == [changed]
    assert await store.change_site(replace(site, id=99, name="Other")) is False


async def test_a_changed_name_is_unique(store: Store) -> None:
    await store.add_site("Depot")
    site = await store.add_site("Yard")
    with pytest.raises(Conflict) as conflict:
        await store.change_site(replace(site, name="Depot"))
    assert conflict.value.field == "name"


async def test_a_site_is_removed_once_no_station_is_there(store: Store) -> None:
    site = await store.add_site("Depot")
    station = await store.add_station("CS-1", secret=None, site_id=site.id)
    with pytest.raises(Conflict) as conflict:
        await store.remove_site(site.id)
    assert conflict.value.field == "stations"
    await store.set_station_site(station.id, None)
    assert await store.remove_site(site.id) is True
    assert await store.remove_site(site.id) is False
    found = await store.station("CS-1")
    assert found is not None
    assert found.site_id is None
