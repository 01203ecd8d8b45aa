"""The SQLite writer: poison is found alone, trouble is told with what to mend, nothing waits for long."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from busbar.csms.changes import ExchangeLogged, StationSeen, TokenPut
from busbar.csms.ports import Query, StoreUnavailable, Unstorable
from busbar.csms.rows import Token
from busbar.csms.storage.sqlite import SqliteStore
from busbar.csms.storage.sqlite_writer import explain
from tests.fixtures.rows import NOON, exchange


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """Return an open store on a new file."""
    store = SqliteStore(tmp_path / "busbar.db")
    await store.open()
    yield store
    await store.close()


def database(store: SqliteStore) -> sqlite3.Connection:
    """Return the writer's own connection, to break it."""
    assert store._writer is not None
    return store._writer._database


async def test_a_commit_is_durable_by_its_settings(store: SqliteStore) -> None:
    settings = [database(store).execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]


async def test_a_listener_is_told_only_when_another_connection_can_read_the_row(
    store: SqliteStore, tmp_path: Path
) -> None:
    seen: list[int] = []
    done = asyncio.Event()

    def told(error: BaseException | None) -> None:
        other = sqlite3.connect(tmp_path / "busbar.db")
        seen.append(other.execute("SELECT count(*) FROM exchanges").fetchone()[0])
        other.close()
        done.set()

    store.submit([ExchangeLogged(exchange())], told)
    await asyncio.wait_for(done.wait(), 10)
    assert seen == [1]


async def test_what_arrives_together_is_one_transaction(store: SqliteStore) -> None:
    begun: list[str] = []
    database(store).set_trace_callback(lambda text: begun.append(text) if text.startswith("BEGIN") else None)
    await asyncio.gather(*(store.commit([ExchangeLogged(exchange())]) for _ in range(100)))
    assert len(begun) == 1


async def test_a_full_disk_is_told_and_later_commits_work(store: SqliteStore) -> None:
    pages = database(store).execute("PRAGMA page_count").fetchone()[0]
    database(store).execute(f"PRAGMA max_page_count={pages}")
    big = ExchangeLogged(exchange(request=b"x" * 100_000))
    with pytest.raises(StoreUnavailable, match="make room on its disk") as trouble:
        await store.commit([big])
    assert not isinstance(trouble.value, Unstorable)
    with pytest.raises(StoreUnavailable, match="make room on its disk"):
        await store.add_station("CS-1", secret=b"x" * 100_000)
    database(store).execute("PRAGMA max_page_count=1073741823")
    await store.commit([big])
    assert (await store.totals())["exchanges"] == 1


async def test_a_read_only_file_is_told(store: SqliteStore) -> None:
    database(store).execute("PRAGMA query_only=1")
    with pytest.raises(StoreUnavailable, match="let the user that runs Busbar write"):
        await store.commit([ExchangeLogged(exchange())])
    database(store).execute("PRAGMA query_only=0")
    await store.commit([ExchangeLogged(exchange())])


async def test_a_file_held_by_another_program_is_told(store: SqliteStore, tmp_path: Path) -> None:
    database(store).execute("PRAGMA busy_timeout=10")
    other = sqlite3.connect(tmp_path / "busbar.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="end the other program"):
        await store.commit([ExchangeLogged(exchange())])
    with pytest.raises(StoreUnavailable, match="end the other program"):
        await store.take_ids("x", 1)
    other.execute("ROLLBACK")
    other.close()
    await store.commit([ExchangeLogged(exchange())])


async def test_a_job_that_fails_takes_no_other_along(store: SqliteStore) -> None:
    async def broken() -> None:
        await store.write(lambda connection: 1 // 0)

    results = await asyncio.gather(broken(), store.add_site("a"), broken(), store.add_site("b"), return_exceptions=True)
    assert [isinstance(result, ZeroDivisionError) for result in results] == [True, False, True, False]
    assert [site.name for site in (await store.sites(Query())).items] == ["a", "b"]


async def test_the_places_of_an_undone_commit_are_written_with_the_next_one(store: SqliteStore) -> None:
    poison = TokenPut(Token(key="a", value="\ud800"))
    results = await asyncio.gather(
        store.commit([ExchangeLogged(exchange()), poison]),
        store.commit([StationSeen(1, NOON)]),
        return_exceptions=True,
    )
    assert isinstance(results[0], Unstorable)
    await store.commit([ExchangeLogged(exchange())])
    assert len((await store.exchanges(Query(station_id=1))).items) == 1


def test_every_trouble_names_the_file_and_what_to_mend() -> None:
    for text in ("database or disk is full", "database is locked", "file is not a database", "unheard-of"):
        trouble = explain(sqlite3.OperationalError(text), Path("x/busbar.db"))
        assert str(trouble).startswith(f"cannot use the database x/busbar.db: {text}; ")
