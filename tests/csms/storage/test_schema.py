"""The migrations make exactly the tables of the schema and of the records, on both databases, and can be run again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text

from busbar.csms.storage import kinds, schema
from busbar.csms.storage.access import Access
from busbar.csms.storage.migrations import migrate
from busbar.csms.storage.opening import make_store

REMEDY = "the schema differs from its migrations: make migration NAME='what changes' (CONTRIBUTING.md)"
SQLITE = (
    "SELECT m.name, p.name, p.type, p.\"notnull\", p.dflt_value, p.pk, m.sql LIKE '%WITHOUT ROWID%',"
    " m.sql LIKE '%AUTOINCREMENT%' FROM sqlite_master m, pragma_table_xinfo(m.name) p WHERE m.type = 'table'",
    "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index'",
)
POSTGRES = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name, is_identity"
    " FROM information_schema.columns WHERE table_schema = current_schema()",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
    "SELECT relname, reloptions FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace",
)


def belonging(connection: Connection) -> Any:
    """Return the test whether a table or an index is meant for this database."""
    return lambda item, *_: item.info.get("dialect") in (None, connection.dialect.name)


def differences(connection: Connection) -> list[Any]:
    """Return what autogenerate would change."""
    options = {"include_object": belonging(connection), "compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata))


def described(connection: Connection) -> list[str]:
    """Return every table, column and index of the database as it says itself: also keys, collations and conditions."""
    found: set[str] = set()
    for query in SQLITE if connection.dialect.name == "sqlite" else POSTGRES:
        found |= {str(tuple(row)) for row in connection.execute(text(query))}
    return sorted(row for row in found if "alembic_version" not in row and "sqlite_" not in row)


def made(connection: Connection) -> list[str]:
    """Make the schema anew, from what the code says, and describe it."""
    mine = belonging(connection)
    hidden = [index for table in schema.metadata.sorted_tables for index in table.indexes if not mine(index)]
    for index in hidden:
        index.table.indexes.discard(index)
    try:
        schema.metadata.create_all(
            connection, tables=[table for table in schema.metadata.sorted_tables if mine(table)], checkfirst=False
        )
        return described(connection)
    finally:
        for index in hidden:
            index.table.indexes.add(index)


def postgres_anew(connection: Connection) -> list[str]:
    """Describe the schema of the code on PostgreSQL, in a schema that is gone afterwards."""
    connection.execute(text("CREATE SCHEMA anew"))
    connection.execute(text("SET LOCAL search_path TO anew"))
    found = made(connection)
    connection.execute(text("DROP SCHEMA anew CASCADE"))
    return [line.replace("anew.", "public.") for line in found]


@pytest.fixture
def wanted(store_url: str, tmp_path: Path) -> Iterator[Any]:
    """Return what describes, inside an open store, the schema that its database has to have."""
    if store_url.startswith("postgres"):
        yield postgres_anew
        return
    engine = create_engine(f"sqlite:///{tmp_path}/anew.db")
    with engine.begin() as connection:
        found = made(connection)
    engine.dispose()
    yield lambda _: found


@pytest.mark.filterwarnings("ignore:.*expression-based index")
@pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)
async def test_a_migrated_database_has_the_tables_of_the_schema_and_the_records(store_url: str, wanted: Any) -> None:
    store = make_store(store_url)
    await store.open()
    assert isinstance(store, Access)
    try:
        assert await store.read(differences) == [], REMEDY
        found = await store.read(described)
        assert found == await store.write(wanted), REMEDY
        assert all(any(table.name in line for line in found) for table in kinds.TABLES.values())
        await store.write(migrate)
        assert await store.read(described) == found
    finally:
        await store.close()


@pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)
async def test_an_open_database_keeps_its_rows_when_it_is_opened_again(store_url: str) -> None:
    for _ in range(2):
        store = make_store(store_url)
        await store.open()
        if await store.station("kept") is None:
            await store.add_station("kept", secret=b"x")
        found = await store.station("kept")
        assert found is not None
        assert found.secret == b"x"
        await store.close()


def test_no_migration_looks_at_the_code_of_today() -> None:
    folder = Path(schema.__file__).parent / "migrations/versions"
    assert [path.name for path in folder.glob("*.py") if "busbar" in path.read_text().split("def upgrade")[0]] == []
