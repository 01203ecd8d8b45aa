"""The store on SQLite: one writing thread, and a few reading connections in threads of their own.

Reads go through SQLAlchemy's plain driver in a small thread pool. An asynchronous driver would cross threads for every
statement, fetch and close; here a read crosses once. In WAL mode readers neither wait for the writer nor hold it up.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar, TypeVar

import sqlalchemy
from sqlalchemy import Connection, Engine, create_engine, event

from busbar.csms import tenancy
from busbar.csms.ports import StoreUnavailable, Unstorable
from busbar.csms.storage.lists import Lists
from busbar.csms.storage.narrowing import within
from busbar.csms.storage.records import Records
from busbar.csms.storage.register import Register
from busbar.csms.storage.sqlite_writer import SqliteWriter, explain
from busbar.csms.storage.submissions import Submissions

T = TypeVar("T")
READERS = 2
REFUSED = (UnicodeEncodeError, OverflowError)
"""What the driver says of a value that SQLite cannot have."""


class SqliteStore(Submissions, Lists, Register, Records):
    """All of `ports.Store` in one file (and its `-wal` and `-shm` beside it)."""

    blocks: ClassVar[bool] = True

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._writer: SqliteWriter | None = None
        self._engine: Engine | None = None

    async def open(self) -> None:
        """Open the file, or make it, and bring the schema up to date. Raises StoreUnavailable with what to mend."""
        writer = SqliteWriter(self._path, self._finish, self.commits)
        await writer.open(asyncio.get_running_loop())
        self._queue = self._writer = writer
        self._engine = create_engine(f"sqlite:///{self._path}", pool_size=READERS, max_overflow=0, hide_parameters=True)
        event.listen(self._engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only=1").close())
        self._readers = ThreadPoolExecutor(READERS, "sqlite-reader")

    async def close(self) -> None:
        """Commit what waits and close the file."""
        if self._writer is None or self._engine is None:
            return
        writer, self._queue, self._writer = self._writer, None, None
        await writer.close()
        self._readers.shutdown()
        self._engine.dispose()
        self._engine = None

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` reads, in a reading thread. Raises StoreUnavailable."""
        if self._engine is None:
            raise StoreUnavailable("the store is not open")
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, self._look, self._engine, within(work, tenancy.current())
        )

    def _look(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        try:
            with engine.connect() as connection:
                return work(connection)
        except REFUSED as error:
            raise Unstorable(f"the database refuses this: {error}") from error
        except (sqlite3.Error, sqlalchemy.exc.OperationalError) as error:
            raise explain(error, self._path) from error

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction of the writer and return once it is durable. Raises StoreUnavailable."""
        if self._writer is None:
            raise StoreUnavailable("the store is not open")
        try:
            return await self._writer.run(within(work, tenancy.current()))
        except REFUSED as error:
            raise Unstorable(f"the database refuses this: {error}") from error
