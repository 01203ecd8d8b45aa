"""A store for jobs, on the backend in memory and on PostgreSQL: what they ask of it must be the same there."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from busbar.csms.ports import Store
from busbar.csms.storage.opening import make_store
from busbar.csms.storage.schema import metadata


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Return an open store without rows."""
    url = "memory:" if request.param == "memory" else str(request.getfixturevalue("postgres_dsn"))
    made = make_store(url)
    await made.open()
    if request.param == "postgres":
        names = ", ".join(table.name for table in metadata.sorted_tables if not table.info)
        connection = await asyncpg.connect(url)
        await connection.execute(f"TRUNCATE {names} RESTART IDENTITY")
        await connection.close()
    yield made
    await made.close()
