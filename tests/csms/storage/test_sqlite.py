"""The SQLite store: opening what is not there or is something else, and reading beside the writer."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event

from busbar.csms.ports import Query, StoreUnavailable
from busbar.csms.storage import cursor
from busbar.csms.storage.lists import EXCHANGES, READINGS
from busbar.csms.storage.sqlite import SqliteStore


async def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="create the directory"):
        await SqliteStore(tmp_path / "missing" / "busbar.db").open()


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "busbar.db"
    path.write_bytes(b"not a database at all " * 100)
    with pytest.raises(StoreUnavailable, match="this one is no SQLite database"):
        await SqliteStore(path).open()


async def test_a_database_of_a_newer_version_is_told(tmp_path: Path) -> None:
    path = tmp_path / "busbar.db"
    store = SqliteStore(path)
    await store.open()
    await store.close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(StoreUnavailable, match="newer version of Busbar"):
        await SqliteStore(path).open()


async def test_what_is_not_open_is_told() -> None:
    store = SqliteStore(Path("unused.db"))
    await store.close()
    for call in (store.totals(), store.add_site("a"), store.commit([])):
        with pytest.raises(StoreUnavailable, match="not open"):
            await call


async def test_readers_cannot_write(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "busbar.db")
    await store.open()
    with pytest.raises(StoreUnavailable):
        await store.read(lambda connection: connection.exec_driver_sql("DELETE FROM stations").rowcount)
    await store.close()


@pytest.mark.parametrize("name", ["exchanges", "readings"])
async def test_the_rows_of_a_station_are_found_by_its_places_and_sorted_within_one_at_most(
    tmp_path: Path, name: str
) -> None:
    store = SqliteStore(tmp_path / "busbar.db")
    await store.open()
    plans: list[str] = []

    def explained(connection: object, _: object, text: str, values: object, *_rest: object) -> None:
        if "FROM exchange_blocks" in text or "FROM reading_slots" in text:
            rows = connection.connection.execute(f"EXPLAIN QUERY PLAN {text}", values)  # type: ignore[attr-defined]
            plans.append("\n".join(str(row[3]) for row in rows))

    event.listen(store._engine, "before_cursor_execute", explained)
    order = EXCHANGES if name == "exchanges" else READINGS
    for after in (None, cursor.encode(tuple(5 for _ in order.kinds))):
        await getattr(store, name)(Query(station_id=1, cursor=after))
    await store.close()
    assert len(plans) == 2
    for plan in plans:
        places, rows, *sorting = plan.split("\n")
        assert places.startswith(("SEARCH exchange_blocks USING PRIMARY KEY", "SEARCH reading_slots USING PRIMARY KEY"))
        assert rows.startswith((f"SEARCH {name} USING INTEGER PRIMARY KEY", f"SEARCH {name} USING PRIMARY KEY"))
        # Newer versions say `LAST 4 TERMS OF` for `RIGHT PART OF`; without either, all rows would be sorted.
        assert len(sorting) <= 1
        assert "USE TEMP B-TREE FOR ORDER BY" not in sorting
