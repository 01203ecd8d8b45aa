"""The migrations make exactly the tables of the schema, on both databases, and can be run again."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from busbar.csms.storage import schema
from busbar.csms.storage.access import Access
from busbar.csms.storage.migrations import migrate
from busbar.csms.storage.opening import make_store


def differences(connection: Connection) -> list[Any]:
    """Return what autogenerate would change."""
    name = connection.dialect.name

    def belongs(item: Any, *_: object) -> bool:
        return item.info.get("dialect") in (None, name)

    options = {"include_object": belongs, "compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata))


def keys(connection: Connection) -> dict[str, list[str]]:
    """Return the primary keys of the database, sorted."""
    return {
        table: sorted(inspect(connection).get_pk_constraint(table)["constrained_columns"])
        for table in inspect(connection).get_table_names()
        if table != "alembic_version"
    }


@pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)
async def test_a_migrated_database_has_the_tables_of_the_schema(store_url: str) -> None:
    store = make_store(store_url)
    await store.open()
    assert isinstance(store, Access)
    try:
        assert await store.read(differences) == []
        found = await store.read(keys)
        wanted = {
            table.name: sorted(column.name for column in table.primary_key)
            for table in schema.metadata.sorted_tables
            if store.blocks or not table.info
        }
        assert found == wanted
        await store.write(migrate)
        assert await store.read(differences) == []
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
