"""Every kind of record goes in and comes out as it was, on every backend: what a kind's author never tried by hand."""

from collections.abc import Awaitable, Callable
from datetime import timedelta, timezone
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from busbar.csms.changes import RowAdded, RowGone, RowPut
from busbar.csms.ports import Conflict, Search, Store, Test, Unstorable
from busbar.csms.records import KINDS
from busbar.csms.records.kind import Record
from busbar.csms.records.vendors import Vendor
from busbar.csms.storage.kinds import TABLES
from busbar.csms.storage.types import Json, Micros
from busbar.csms.tenancy import scoped
from tests.fixtures.samples import rows

ALL = sorted(KINDS, key=lambda kind: kind.__name__)


def key(row: Record) -> tuple[Any, ...]:
    """Return a row's key."""
    return tuple(getattr(row, name) for name in KINDS[type(row)].key)


def with_key(row: Record, other: Record) -> Record:
    """Return a row with another's key and owner."""
    names = (*KINDS[type(row)].key, "organisation_id")
    return replace(row, **{name: getattr(other, name) for name in names})


def plain(kind: type[Record]) -> list[str]:
    """Return the fields that can be searched by."""
    return [column.name for column in TABLES[kind].c if not isinstance(column.type, Json)]


def of_every_kind(test: Callable[[Store, type[Record]], Awaitable[None]]) -> Callable[[Store], Awaitable[None]]:
    """Run a test with every kind, one after the other in one store: opening one takes longer than most tests."""

    async def run(stocked: Store) -> None:
        for kind in ALL:
            try:
                await test(stocked, kind)
            except BaseException as error:
                error.add_note(kind.__name__)
                raise
            for row in await stocked.find(kind):
                await stocked.remove(kind, *key(row))

    run.__name__ = test.__name__
    return run


@pytest.fixture
async def stocked(store: Store) -> Store:
    """Return a store with two stations, of two organisations."""
    await store.add_station("one", secret=None)
    with scoped(2):
        await store.add_station("two", secret=None)
    return store


@of_every_kind
async def test_a_record_is_inserted_read_searched_changed_replaced_and_removed(
    stocked: Store, kind: type[Record]
) -> None:
    store = stocked
    first = await store.insert(rows(kind, 1))
    assert first == with_key(rows(kind, 1), first)
    assert await store.get(kind, *key(first)) == first
    await searched(store, first)

    second = with_key(rows(kind, 2), first)
    values = {name: getattr(second, name) for name in plain(kind) if name not in KINDS[kind].key}
    expected = {name: getattr(first, name) for name in values}
    json = {name: getattr(second, name) for name in kind.__struct_fields__ if name not in plain(kind)}
    if values | json:  # else it is all key
        assert not await store.change(
            kind, key(first), values=values | json, expected=expected | {"organisation_id": 9}
        )
        assert await store.change(kind, key(first), values=values | json, expected=expected)
    assert await store.get(kind, *key(first)) == second

    third = with_key(rows(kind, 3), first)
    await store.put(third)
    assert await store.get(kind, *key(first)) == third
    await store.commit([RowAdded(second)] if not KINDS[kind].generated else [])
    assert await store.get(kind, *key(first)) == third
    await store.commit([RowGone(kind, key(first))])
    assert await store.get(kind, *key(first)) is None
    await store.put(second)
    assert await store.find(kind) == [second]
    assert await store.remove(kind, *key(first))
    assert not await store.remove(kind, *key(first))
    await store.commit([RowAdded(replace(second, **({"id": None} if KINDS[kind].generated else {})))])
    (added,) = await store.find(kind)
    assert with_key(added, second) == second


async def searched(store: Store, row: Record) -> None:
    """Find a row by each of its fields, and not by another value."""
    kind = type(row)
    for name in plain(kind):
        value = getattr(row, name)
        assert await store.find(kind, **{name: value}) == [row], name
        if value is not None and not isinstance(value, bytes):
            assert (await store.look(kind, Search(tests=(Test(name, "=", value),)))).items == [row], name
            assert (await store.look(kind, Search(tests=(Test(name, "!=", value),)))).items == [], name
    page = await store.look(kind, Search(limit=1, newest=True))
    assert page.items == [row]


@of_every_kind
async def test_what_may_be_none_is_none(stocked: Store, kind: type[Record]) -> None:
    full = rows(kind, 1)
    nullable = [c.name for c in TABLES[kind].c if c.nullable]
    empty = replace(full, **dict.fromkeys(nullable))
    made = await stocked.insert(empty)
    assert await stocked.get(kind, *key(made)) == made
    for name in nullable:
        assert getattr(made, name) is None
        assert await stocked.find(kind, **{name: None}) == [made]
    await stocked.put(with_key(full, made))
    assert await stocked.get(kind, *key(made)) == with_key(full, made)
    await stocked.put(made)
    assert await stocked.get(kind, *key(made)) == made


@of_every_kind
async def test_a_record_about_a_station_is_its_organisation_s(stocked: Store, kind: type[Record]) -> None:
    if "station_id" not in kind.__struct_fields__:
        assert (await stocked.insert(replace(rows(kind, 1), organisation_id=2))).organisation_id == 2
        return
    made = await stocked.insert(rows(kind, 1, station=2))
    assert made.organisation_id == 2
    assert [row.organisation_id for row in await stocked.find(kind)] == [2]
    if not KINDS[kind].generated:
        await stocked.remove(kind, *key(made))
    await stocked.commit([RowPut(replace(rows(kind, 2, station=2), **({"id": 77} if KINDS[kind].generated else {})))])
    assert {row.organisation_id for row in await stocked.find(kind)} == {2}


@of_every_kind
async def test_pages_go_through_every_key_once(stocked: Store, kind: type[Record]) -> None:
    made = [await stocked.insert(rows(kind, seed)) for seed in seeds(kind)]
    for newest in (False, True):
        found, cursor = [], None
        while True:
            page = await stocked.look(kind, Search(limit=1, cursor=cursor, newest=newest))
            found += page.items
            if (cursor := page.next) is None:
                break
        assert sorted(map(key, found)) == sorted(map(key, made))


def seeds(kind: type[Record]) -> tuple[int, ...]:
    """Return the seeds that give different keys: a key of one station has one row."""
    parts = [name for name in KINDS[kind].key if name not in ("station_id", "organisation_id")]
    unique = {name for row in KINDS[kind].unique for name in row.columns} - {"station_id"}
    return (1, 2, 3) if parts and (unique or not KINDS[kind].unique) else (1,)


POISON = {"nul": "a\0b", "half a character": "a\ud800"}
TEXTS = [
    (kind, field.name)
    for kind in ALL
    for field in msgspec.structs.fields(kind)
    if field.type in (str, str | None) and field.name not in KINDS[kind].key
]


async def refused(work: Awaitable[Any]) -> bool:
    """Return whether a store says that it can never keep something."""
    try:
        await work
    except Unstorable:
        return True
    except Conflict as error:
        return "refuse" in str(error)
    return False


@pytest.mark.parametrize("poison", POISON)
async def test_a_text_that_no_database_keeps_is_refused_and_breaks_nothing(stocked: Store, poison: str) -> None:
    """PostgreSQL keeps no NUL, nobody keeps half a surrogate pair. A store says so, or keeps the text as it is."""
    bad = POISON[poison]
    for kind, name in TEXTS:
        good = await stocked.insert(rows(kind, 1))
        if await refused(stocked.change(kind, key(good), values={name: bad}, expected={})):
            assert await refused(stocked.put(replace(with_key(rows(kind, 2), good), **{name: bad}))), kind
            assert await stocked.get(kind, *key(good)) == good
            assert await refused(stocked.insert(replace(rows(kind, 3), **{name: bad}))), kind
            assert await refused(stocked.find(kind, **{name: bad})) or poison == "nul"
            assert await stocked.find(kind) == [good]
        else:
            assert await stocked.find(kind, **{name: bad}) == [replace(good, **{name: bad})]
        await stocked.remove(kind, *key(good))


@pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)
async def test_a_number_too_big_is_refused_by_single_statements_too(stocked: Store) -> None:
    made = await stocked.insert(rows(Vendor, 1))
    assert await refused(stocked.remove(Vendor, 2**70))
    assert await refused(stocked.get(Vendor, 2**70))
    assert await stocked.find(Vendor) == [made]


@of_every_kind
async def test_times_of_another_zone_are_the_same_time(stocked: Store, kind: type[Record]) -> None:
    times = [c.name for c in TABLES[kind].c if isinstance(c.type, Micros)]
    row = rows(kind, 1)
    zone = timezone(timedelta(hours=5, minutes=45))
    made = await stocked.insert(replace(row, **{name: getattr(row, name).astimezone(zone) for name in times}))
    found = await stocked.get(kind, *key(made))
    assert found is not None
    for name in times:
        assert getattr(found, name) == getattr(row, name)
