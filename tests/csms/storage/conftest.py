"""`store`: the store port on every backend, empty and open. What a test here asks of it is the port's contract."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from busbar.csms.ports import Store
from busbar.csms.storage.opening import make_store
from busbar.csms.storage.schema import metadata

BACKENDS = ("memory", "sqlite", "postgres")


async def emptied(dsn: str) -> None:
    """Delete every row of a database."""
    names = ", ".join(table.name for table in metadata.sorted_tables if not table.info)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"TRUNCATE {names} RESTART IDENTITY")
    finally:
        await connection.close()


@pytest.fixture(params=BACKENDS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a backend."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_dsn"))
    return "memory:" if request.param == "memory" else f"sqlite:///{tmp_path}/busbar.db"


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """Return an open store without rows."""
    store = make_store(store_url)
    await store.open()
    if store_url.startswith("postgres"):
        await emptied(store_url)
    yield store
    await store.close()
