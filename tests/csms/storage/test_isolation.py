"""Row-level security on a real PostgreSQL: a connection in a tenant's role sees one organisation without any WHERE."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from busbar.csms.changes import ExchangeLogged, TokenPut
from busbar.csms.ports import Query, Store
from busbar.csms.records.access import AuditEntry
from busbar.csms.rows import Token
from busbar.csms.storage import isolation
from busbar.csms.storage.isolation import ROLE, SETTING
from busbar.csms.storage.opening import make_store
from busbar.csms.storage.postgres_writer import connect
from busbar.csms.storage.schema import metadata
from busbar.csms.tenancy import scoped
from tests.csms.storage.conftest import emptied
from tests.fixtures.rows import NOON, exchange

OWNED = [table.name for table in metadata.sorted_tables if "organisation_id" in table.c and not table.info]


@pytest.fixture
async def store(postgres_dsn: str) -> AsyncIterator[Store]:
    """A store with a station, a token, a message and an audit entry in each of two organisations."""
    store = make_store(postgres_dsn)
    await store.open()
    await emptied(postgres_dsn)
    for number in (1, 2):
        with scoped(number):
            station = await store.add_station(f"CS{number}", secret=None)
            await store.commit([TokenPut(Token(key="a", value="a")), ExchangeLogged(exchange(station.id))])
            await store.insert(
                AuditEntry(
                    at=NOON,
                    actor="",
                    actor_name="",
                    route="",
                    path="",
                    object="",
                    status=200,
                    outcome="done",
                    address="",
                )
            )
    yield store
    await store.close()


@pytest.fixture
async def tenant(store: Store, postgres_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A raw connection inside a transaction of organisation 2."""
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute(f"BEGIN; SET LOCAL ROLE {ROLE}; SET LOCAL {SETTING} = '2'")
    yield connection
    await connection.close()


async def count(connection: asyncpg.Connection, table: str) -> Any:
    return await connection.fetchval(f'SELECT count(*) FROM "{table}"')


async def test_every_table_with_an_owner_has_a_policy(store: Store, postgres_dsn: str) -> None:
    connection = await asyncpg.connect(postgres_dsn)
    rows = await connection.fetch("SELECT relname FROM pg_class WHERE relrowsecurity")
    await connection.close()
    assert {row[0] for row in rows} == set(OWNED)


async def test_a_forgotten_where_shows_the_own_rows_only(tenant: asyncpg.Connection) -> None:
    for table in ("stations", "tokens", "exchanges", "audit_entries"):
        assert await count(tenant, table) == 1, table
    assert await tenant.fetchval("SELECT identity FROM stations") == "CS2"


async def test_without_an_organisation_nothing_is_shown(tenant: asyncpg.Connection) -> None:
    await tenant.execute(f"SET LOCAL {SETTING} = ''")
    for table in OWNED:
        assert await count(tenant, table) == 0, table


async def test_others_rows_are_neither_changed_nor_deleted_nor_made(tenant: asyncpg.Connection) -> None:
    assert await tenant.execute("UPDATE stations SET identity = 'mine'") == "UPDATE 1"
    assert await tenant.execute("DELETE FROM tokens") == "DELETE 1"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await tenant.execute("UPDATE stations SET organisation_id = 1")


async def test_the_audit_trail_is_only_added_to(tenant: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await tenant.execute("DELETE FROM audit_entries")


async def test_a_scopes_transactions_run_in_the_role__and_others_do_not(store: Store) -> None:
    """Seen by a statement that is not narrowed: it is only the database that holds it back."""

    def work(connection: Any) -> Any:
        raw = getattr(connection, "_connection", connection)
        return raw.scalar(text("SELECT count(*) FROM stations"))

    with scoped(2):
        assert await store.read(work) == 1  # type: ignore[attr-defined]
    assert await store.read(work) == 2  # type: ignore[attr-defined]
    assert len((await store.stations(Query())).items) == 2


async def test_a_user_without_the_right_to_make_roles_is_warned(
    store: Store, postgres_dsn: str, caplog: pytest.LogCaptureFixture
) -> None:
    owner = await asyncpg.connect(postgres_dsn)
    await owner.execute("DROP ROLE IF EXISTS busbar_weak; CREATE ROLE busbar_weak LOGIN PASSWORD 'w'")
    await owner.close()
    parts = urlsplit(postgres_dsn)
    weak = urlunsplit(parts._replace(netloc=f"busbar_weak:w@{parts.netloc.rpartition('@')[2]}"))
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect(weak))
    try:
        async with engine.begin() as connection:
            assert await connection.run_sync(isolation.secure) is False
    finally:
        await engine.dispose()
    assert "row-level security is off" in caplog.text
