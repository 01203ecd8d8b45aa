"""The store on PostgreSQL: one writing connection, and a small pool for all that is read or entered by people."""

import logging
from collections.abc import Callable
from typing import ClassVar, TypeVar

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from busbar.csms import tenancy
from busbar.csms.ports import StoreUnavailable
from busbar.csms.storage.isolation import enter, secure
from busbar.csms.storage.lists import Lists
from busbar.csms.storage.migrations import migrate
from busbar.csms.storage.narrowing import within
from busbar.csms.storage.postgres_writer import LOST, PostgresWriter, connect, explain
from busbar.csms.storage.records import Records
from busbar.csms.storage.register import Register
from busbar.csms.storage.submissions import Submissions

T = TypeVar("T")
POOL = 5
MIGRATION_LOCK = 0x62757362
"""Nodes that start together bring the schema up to date one after the other."""
UNSAFE = ("fsync", "full_page_writes")

log = logging.getLogger(__name__)


class PostgresStore(Submissions, Lists, Register, Records):
    """All of `ports.Store` in one PostgreSQL database, shared by any number of nodes."""

    blocks: ClassVar[bool] = False

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self._dsn = dsn
        self._writer: PostgresWriter | None = None
        self._engine: AsyncEngine | None = None
        self._secured = False

    async def open(self) -> None:
        """Connect and bring the schema up to date. Raises StoreUnavailable with what to mend."""
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: connect(self._dsn),
            pool_size=POOL,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        try:
            await self.write(self._prepare)
        except BaseException:
            await self.close()
            raise
        self._queue = self._writer = PostgresWriter(self._dsn, self._finish, self.commits)

    def _prepare(self, connection: Connection) -> None:
        for setting in UNSAFE:
            if connection.scalar(text(f"SHOW {setting}")) == "off":
                log.warning(
                    "PostgreSQL runs with %s=off: a power cut can lose what stations were told is stored", setting
                )
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        migrate(connection)
        self._secured = secure(connection)

    async def close(self) -> None:
        """Finish the commits under way and disconnect."""
        writer, self._queue, self._writer = self._writer, None, None
        if writer is not None:
            await writer.close()
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` reads. Raises StoreUnavailable."""
        return await self._run(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in its own transaction and return once it is durable. Raises StoreUnavailable."""
        return await self._run(work)

    async def _run(self, work: Callable[[Connection], T]) -> T:
        if self._engine is None:
            raise StoreUnavailable("the store is not open")
        scope = tenancy.current()
        try:
            async with self._engine.begin() as connection:
                if scope is not None and self._secured:
                    await connection.run_sync(enter, scope.organisation_id)
                return await connection.run_sync(within(work, scope))
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise explain(error.orig.__cause__ or error.orig if error.orig else error) from error
        except (*LOST, asyncpg.PostgresError) as error:
            raise explain(error) from error
