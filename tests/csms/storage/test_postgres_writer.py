"""The PostgreSQL writer: what passes by itself is tried again, and a lost COMMIT never stores twice."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from busbar.csms.changes import ConnectionOpened, ExchangeLogged, TransactionPut
from busbar.csms.ports import Outrun, StoreUnavailable
from busbar.csms.storage import postgres_writer, writes
from busbar.csms.storage.postgres import PostgresStore
from busbar.csms.storage.postgres_writer import explain, statement
from busbar.model.versions import Version
from tests.csms.storage.conftest import emptied
from tests.fixtures.rows import NOON, exchange, transaction


@pytest.fixture
async def store(postgres_dsn: str) -> AsyncIterator[PostgresStore]:
    """Return an open store without rows."""
    store = PostgresStore(postgres_dsn)
    await store.open()
    await emptied(postgres_dsn)
    yield store
    await store.close()


class Faulty:
    """A connection that fails at its first COMMIT, before or after the server did it."""

    def __init__(self, real: Any, error: BaseException, *, committed: bool) -> None:
        self._real, self._error, self._committed = real, error, committed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def execute(self, text: str) -> None:
        if text != "COMMIT" or self._error is None:
            await self._real.execute(text)
            return
        error, self._error = self._error, None  # type: ignore[assignment]
        if self._committed:
            await self._real.execute(text)
        if isinstance(error, OSError):
            self._real.terminate()
        raise error


def break_first(monkeypatch: pytest.MonkeyPatch, error: BaseException, *, committed: bool) -> list[Any]:
    """Let the writer's first connection fail at COMMIT; return the list of its connections."""
    connect, made = postgres_writer.connect, []

    async def broken(dsn: str) -> Any:
        real = await connect(dsn)
        made.append(real if made else Faulty(real, error, committed=committed))
        return made[-1]

    monkeypatch.setattr(postgres_writer, "connect", broken)
    monkeypatch.setattr(postgres_writer, "PAUSES_S", (0.01, 0.05, 0.2))
    return made


@pytest.mark.parametrize("committed", [True, False])
async def test_a_connection_lost_at_commit_stores_once(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    made = break_first(monkeypatch, ConnectionResetError("lost"), committed=committed)
    await store.commit([ExchangeLogged(exchange()), ExchangeLogged(exchange())])
    assert len(made) == 2
    assert (await store.totals())["exchanges"] == 2


class Crashed:
    """A connection to a server that crashed: it gave the number of the transaction it lost to another one."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def fetchval(self, text: str, *values: Any) -> Any:
        if "pg_xact_status" in text:
            return "committed"
        assert text == postgres_writer.LIFE
        return await self._real.fetchval("SELECT clock_timestamp()")


async def test_the_number_of_a_transaction_says_nothing_after_a_crash_of_the_server(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, made = postgres_writer.connect, list[Any]()

    async def broken(dsn: str) -> Any:
        real = await connect(dsn)
        made.append(Crashed(real) if made else Faulty(real, ConnectionResetError("lost"), committed=False))
        return made[-1]

    monkeypatch.setattr(postgres_writer, "connect", broken)
    monkeypatch.setattr(postgres_writer, "PAUSES_S", (0.01,))
    await store.commit([ExchangeLogged(exchange())])
    assert len(made) == 2
    assert (await store.totals())["exchanges"] == 1


async def test_a_deadlock_is_tried_again(store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    made = break_first(monkeypatch, asyncpg.DeadlockDetectedError("deadlock"), committed=False)
    await store.commit([ExchangeLogged(exchange())])
    assert len(made) == 1
    assert (await store.totals())["exchanges"] == 1


async def test_tries_are_bounded(store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    async def refused(dsn: str) -> Any:
        tries.append(dsn)
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(postgres_writer, "connect", refused)
    monkeypatch.setattr(postgres_writer, "PAUSES_S", (0.001, 0.001))
    with pytest.raises(StoreUnavailable, match="start the database server"):
        await store.commit([ExchangeLogged(exchange())])
    assert len(tries) == 3


async def test_a_connection_that_the_server_ends_is_replaced(store: PostgresStore, postgres_dsn: str) -> None:
    await store.commit([ExchangeLogged(exchange())])
    other = await asyncpg.connect(postgres_dsn)
    await other.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await other.close()
    await store.commit([ExchangeLogged(exchange())])
    assert (await store.totals())["exchanges"] == 2


async def test_a_listener_is_told_only_when_another_connection_can_read_the_row(
    store: PostgresStore, postgres_dsn: str
) -> None:
    other = await asyncpg.connect(postgres_dsn)
    done = asyncio.Event()
    store.submit([TransactionPut(transaction(1))], lambda _: done.set())
    await asyncio.wait_for(done.wait(), 10)
    assert await other.fetchval("SELECT count(*) FROM transactions") == 1
    await other.close()


async def test_commits_are_durable_whatever_the_server_says(postgres_dsn: str) -> None:
    connection = await postgres_writer.connect(postgres_dsn)
    assert await connection.fetchval("SHOW synchronous_commit") == "on"
    await connection.close()


async def test_a_server_that_only_reads_is_told(store: PostgresStore, postgres_dsn: str) -> None:
    other = await asyncpg.connect(postgres_dsn)
    name = await other.fetchval("SELECT current_database()")
    await other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        with pytest.raises(StoreUnavailable, match="this one only reads"):
            await store.commit([ExchangeLogged(exchange())])
    finally:
        await other.execute("SET default_transaction_read_only = off")
        await other.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await other.close()


async def late(store: PostgresStore, station_id: int) -> BaseException | None:
    """Submit what an older connection said; return what became of it."""
    row = transaction(1, station_id, energy_wh=2.0)
    try:
        await store.commit([TransactionPut(row), ExchangeLogged(exchange(station_id, epoch=1))])
    except StoreUnavailable as error:
        return error
    return None


async def test_another_node_that_has_not_heard_of_the_newer_connection_overwrites_nothing(
    store: PostgresStore, postgres_dsn: str
) -> None:
    station = await store.add_station("CS-1", secret=None)
    other = PostgresStore(postgres_dsn)
    await other.open()
    await store.commit([ConnectionOpened(station.id, 1, Version.V201, NOON, "")])
    assert await late(store, station.id) is None
    newer = transaction(1, station.id, energy_wh=3.0)
    opened = ConnectionOpened(station.id, 2, Version.V201, NOON, "")
    await other.commit([opened])
    await other.commit([TransactionPut(newer), ExchangeLogged(exchange(station.id, epoch=2))])
    assert isinstance(await late(store, station.id), Outrun)
    assert await other.transaction(station.id, "t1") == newer
    await other.close()


@pytest.mark.parametrize("opens", [True, False])
async def test_a_connection_that_opens_meanwhile_is_waited_for(
    store: PostgresStore, postgres_dsn: str, opens: bool
) -> None:
    station = await store.add_station("CS-1", secret=None)
    other = await asyncpg.connect(postgres_dsn)
    opening = other.transaction()
    await opening.start()
    await other.execute("UPDATE stations SET opened_epoch = 2 WHERE id = $1", station.id)
    waiting = asyncio.create_task(late(store, station.id))
    await asyncio.sleep(0.2)
    waited = not waiting.done()
    await (opening.commit() if opens else opening.rollback())
    assert waited
    assert isinstance(await waiting, Outrun) is opens
    assert (await store.transaction(station.id, "t1") is None) is opens
    await other.close()


async def test_no_connection_opens_between_the_look_at_the_fence_and_the_commit(
    store: PostgresStore, postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its view would lack what was said on the one before."""
    station = await store.add_station("CS-1", secret=None)
    other = await asyncpg.connect(postgres_dsn)
    opened: list[bool] = []

    class Opening(Faulty):
        async def execute(self, text: str) -> None:
            if text == "COMMIT":
                try:
                    await other.execute("SET lock_timeout = 50")
                    await other.execute("UPDATE stations SET opened_epoch = 2 WHERE id = $1", station.id)
                    opened.append(True)
                except asyncpg.LockNotAvailableError:
                    opened.append(False)
            await self._real.execute(text)

    connect = postgres_writer.connect

    async def watched(dsn: str) -> Any:
        return Opening(await connect(dsn), OSError(), committed=True)

    monkeypatch.setattr(postgres_writer, "connect", watched)
    assert await late(store, station.id) is None
    assert opened == [False]
    await other.close()


def test_a_fence_needs_no_statement_of_its_own() -> None:
    text = statement(writes.EXCHANGE, fenced=True)
    assert text.startswith(statement(writes.EXCHANGE).partition(" SELECT pg_current")[0])
    assert "FOR SHARE OF s" in text


def test_many_rows_are_arrays_of_the_columns_types() -> None:
    text = statement(writes.READING)
    assert "unnest($1::int8[], $2::int8[]" in text
    assert "$8::float8[]" in text
    assert "$11::bytea[]" in text


@pytest.mark.parametrize(
    ("error", "mend"),
    [
        (asyncpg.DiskFullError("no space left"), "make room"),
        (asyncpg.InvalidPasswordError("no"), "check user and password"),
        (asyncpg.InvalidCatalogNameError("no"), "create the database"),
        (TimeoutError(), "start the database server"),
    ],
)
def test_every_trouble_says_what_to_mend(error: BaseException, mend: str) -> None:
    assert mend in str(explain(error))
