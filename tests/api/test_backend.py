"""Names of stations, remembered up to a bound."""

import pytest

from busbar.api.backend import Directory
from busbar.api.models import Name
from busbar.api.problems import Problem
from busbar.csms.storage.memory import MemoryStore
from busbar.csms.tenancy import scoped


class CountingStore(MemoryStore):
    """Counts how often stations are asked for."""

    asked = 0

    async def stations(self, query):
        self.asked += 1
        return await super().stations(query)

    async def station(self, identity):
        self.asked += 1
        return await super().station(identity)


@pytest.fixture
async def directory():
    store = CountingStore()
    site = await store.add_site("North")
    for number in range(1, 6):
        await store.add_station(f"CS{number}", secret=None, site_id=site.id if number == 1 else None)
    store.asked = 0
    return Directory(store, limit=3)


async def test_a_name_is_asked_for_once(directory):
    for _ in range(3):
        names = await directory.names([1, 1, 2])
    assert (names[1].identity, names[1].site_id, names[2].identity) == ("CS1", 1, "CS2")
    assert directory.store.asked == 2
    assert await directory.site_of("cs1") == 1
    assert directory.store.asked == 2


async def test_names_are_bounded(directory):
    await directory.names(range(1, 6))
    assert len(directory.known) == len(directory.ids) == 3


async def test_a_changed_station_is_asked_for_again(directory):
    await directory.name(1)
    await directory.store.set_station_site(1, None)
    await directory.on_changed(b"1")
    assert (await directory.name(1)).site_id is None


async def test_an_unreadable_change_forgets_everything(directory):
    await directory.names([1, 2])
    await directory.on_changed(b"?")
    assert directory.known == directory.ids == {}


async def test_a_removed_station_keeps_its_number(directory):
    assert (await directory.name(99)).identity == "#99"
    assert await directory.site_of("gone") is None


async def test_an_unknown_station_is_missing_in_a_path_and_wrong_in_a_filter(directory):
    with pytest.raises(Problem, match="no such station"):
        await directory.station("gone")
    with pytest.raises(Problem) as caught:
        await directory.filtered("gone")
    assert caught.value.errors[0].field == "station"
    assert await directory.filtered(None) is None
    assert await directory.filtered("cs2") == 2


async def test_a_name_that_is_remembered_is_told_to_who_sees_the_station(directory):
    assert (await directory.name(1)).identity == "CS1"
    with scoped(1, frozenset({1})):
        assert (await directory.name(1)).identity == "CS1"
    for organisation, sites in ((1, frozenset({2})), (2, None)):
        with scoped(organisation, sites):
            assert await directory.name(1) == Name("#1", None)
