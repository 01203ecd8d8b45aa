"""The stations in memory: loaded, kept fresh, looked up, forgotten."""

import asyncio

import pytest

from busbar.csms.gateway import directory as module
from busbar.csms.gateway.directory import Directory
from busbar.csms.ports import StoreUnavailable
from busbar.csms.records.security import StationSecurity
from busbar.csms.storage.memory import MemoryStore


@pytest.fixture
async def store():
    store = MemoryStore()
    await store.open()
    return store


async def settled(directory: Directory) -> None:
    while directory._looking:
        await asyncio.sleep(0)


async def test_all_pages_are_loaded(store, monkeypatch):
    monkeypatch.setattr(module, "PAGE", 2)
    for n in range(5):
        await store.add_station(f"CS{n}", secret=b"s")
    directory = Directory(store, print)
    await directory.load()
    assert len(directory) == 5
    assert directory.find("cs4").identity == "CS4"
    assert directory.find("CS5") is None


async def test_a_change_shows_in_the_row_that_sessions_hold(store):
    station = await store.add_station("CS1", secret=b"old")
    directory = Directory(store, print)
    await directory.load()
    held = directory.find("CS1")
    held.vendor = "told by the station"
    await store.set_station_secret(station.id, b"new")
    await store.set_registration(station.id, "Pending")
    await directory.on_changed(str(station.id).encode())
    assert directory.find("CS1") is held
    assert (held.secret, held.registration, held.vendor) == (b"new", "Pending", "told by the station")


async def test_how_a_station_proves_itself_is_kept_with_it(store, monkeypatch):
    monkeypatch.setattr(module, "PAGE", 2)
    stations = [await store.add_station(f"CS{n}", secret=b"s") for n in range(5)]
    for station in stations[:4]:
        await store.put(StationSecurity(station_id=station.id, profile=2))
    told = []
    directory = Directory(store, told.append)
    await directory.load()
    assert [row and row.profile for row in (directory.security(station.id) for station in stations)] == [
        2,
        2,
        2,
        2,
        None,
    ]
    assert sorted(told) == [station.id for station in stations]
    await store.put(StationSecurity(station_id=stations[0].id, profile=3))
    await store.remove(StationSecurity, stations[1].id)
    for station in stations[:2]:
        await directory.on_changed(str(station.id).encode())
    assert directory.security(stations[0].id).profile == 3
    assert directory.security(stations[1].id) is None
    assert told[5:] == [stations[0].id, stations[1].id]


async def test_a_look_up_finds_how_a_station_proves_itself(store):
    directory = Directory(store, print)
    await directory.load()
    station = await store.add_station("CS1", secret=b"s")
    await store.put(StationSecurity(station_id=station.id, profile=2))
    directory.look_up_later("cs1")
    await settled(directory)
    assert directory.security(station.id).profile == 2


async def test_a_removed_station_is_forgotten_and_told(store):
    told = []
    station = await store.add_station("CS1", secret=None)
    directory = Directory(store, told.append)
    await directory.load()
    await store.remove_station(station.id)
    for _ in range(2):
        await directory.on_changed(str(station.id).encode())
    assert directory.find("CS1") is None
    assert directory.identity(station.id) == ""
    assert told == [station.id] * 2


@pytest.mark.parametrize("data", [b"", b"x", b"-1", b"99", b"\xff"])
async def test_news_of_no_station_change_nothing(store, data):
    await store.add_station("CS1", secret=None)
    directory = Directory(store, print)
    await directory.load()
    await directory.on_changed(data)
    assert len(directory) == 1


async def test_an_identity_is_told_by_id(store):
    station = await store.add_station("CS1", secret=None)
    directory = Directory(store, print)
    await directory.load()
    assert directory.identity(station.id) == "CS1"


async def test_a_look_up_finds_what_no_news_came_of(store):
    directory = Directory(store, print)
    await store.add_station("CS1", secret=b"s")
    directory.look_up_later("cS1")
    assert directory.find("CS1") is None
    await settled(directory)
    assert directory.find("CS1").secret == b"s"


async def test_look_ups_are_bounded_and_not_doubled(store, monkeypatch):
    asked = []

    async def station(key):
        asked.append(key)
        await asyncio.sleep(0)

    monkeypatch.setattr(store, "station", station)
    directory = Directory(store, print)
    for _ in range(2):
        for n in range(100):
            directory.look_up_later(f"X{n}")
    await settled(directory)
    assert len(asked) == module.MAX_LOOK_UPS == len(set(asked))


async def test_a_look_up_without_a_store_is_given_up(store, monkeypatch, caplog):
    async def station(key):
        raise StoreUnavailable("gone")

    monkeypatch.setattr(store, "station", station)
    directory = Directory(store, print)
    directory.look_up_later("CS1")
    await settled(directory)
    assert "gone" in caplog.text


async def test_closing_ends_look_ups(store, monkeypatch):
    async def station(key):
        await asyncio.sleep(100)

    monkeypatch.setattr(store, "station", station)
    directory = Directory(store, print)
    directory.look_up_later("CS1")
    await asyncio.wait_for(directory.close(), 5)
    await settled(directory)


async def test_news_of_no_station_read_all_and_forget_what_is_gone(store):
    station = await store.add_station("CS1", secret=None)
    told = []
    directory = Directory(store, told.append)
    await directory.load()
    await store.remove_station(station.id)
    await store.add_station("CS2", secret=None)
    await directory.on_changed(b"")
    assert (directory.find("CS1"), told[:2]) == (None, [station.id] * 2)
    assert directory.find("CS2") is not None


async def test_a_station_that_was_removed_and_added_again_is_the_new_one(store):
    told = []
    old = await store.add_station("CS1", secret=b"old")
    directory = Directory(store, told.append)
    await directory.load()
    await store.remove_station(old.id)
    new = await store.add_station("cs1", secret=b"new")
    await directory.load()
    assert directory.find("CS1") == new
    assert (directory.identity(old.id), directory.identity(new.id)) == ("", "cs1")
    assert told == [old.id, old.id, new.id]


async def test_an_older_answer_never_replaces_a_newer_one(store):
    station = await store.add_station("CS1", secret=b"old")
    directory = Directory(store, print)
    read, slow = store.stations, asyncio.Event()

    async def held_up(query):
        page = await read(query)
        if not slow.is_set():
            slow.set()
            await asyncio.sleep(0.01)
        return page

    store.stations = held_up
    first = asyncio.create_task(directory.read(station.id))
    await slow.wait()
    await store.set_station_secret(station.id, b"new")
    await directory.read(station.id)
    await first
    assert directory.find("CS1").secret == b"new"
