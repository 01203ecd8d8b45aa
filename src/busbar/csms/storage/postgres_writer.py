"""The one way of writes into PostgreSQL: what arrives while a commit runs goes into the next one, table by table.

Rows go in as arrays, one statement per table and batch. A connection that is lost during COMMIT leaves it open whether
the batch is stored; the writer then asks PostgreSQL what became of that transaction before it tries again, so that
nothing is stored twice. A server that crashed meanwhile, or another one, may have given the transaction's number to
somebody else: there it is stored again, which doubles no event and no reading, and loses nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import cache
from time import monotonic

import asyncpg

from busbar.csms.ports import Outrun, StoreUnavailable, Unstorable
from busbar.csms.storage import writes
from busbar.csms.storage.batch import Batch
from busbar.csms.storage.organisations import SELECT, Organisations
from busbar.csms.storage.sessions import Sessions
from busbar.csms.storage.submissions import Submission, unstorable
from busbar.csms.storage.writes import Write, listed
from busbar.csms.tenancy import unscoped
from busbar.telemetry.tally import CommitTally

CONNECT_TIMEOUT_S = 5.0
COMMAND_TIMEOUT_S = 30.0
PAUSES_S = (0.05, 0.3, 1.0)
"""How long to wait before each further try of a batch."""
SETTINGS = {"synchronous_commit": "on", "application_name": "busbar"}
LIFE = "SELECT stats_reset FROM pg_stat_bgwriter"
"""What changes when a server loses its memory: it keeps its statistics through a restart, but not through a crash."""
AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)
LOST = (
    OSError,
    TimeoutError,
    EOFError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)
REFUSED = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, Outrun)
STATIONS = (writes.BOOT, writes.OPENED, writes.CLOSED)
"""What locks the rows of stations by itself: a fence goes with whatever comes after these."""
NO_ROW = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

log = logging.getLogger(__name__)


def explain(error: BaseException) -> StoreUnavailable:
    """Return the trouble with what to mend."""
    text = str(error) or type(error).__name__
    if isinstance(error, asyncpg.DataError):
        return Unstorable(f"the database refuses this: {text}")
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        mend = "check user and password in the store's URL"
    elif isinstance(error, asyncpg.InvalidCatalogNameError):
        mend = "create the database, or name another in the store's URL"
    elif isinstance(error, asyncpg.InsufficientPrivilegeError):
        mend = "grant the user of the store's URL the right to create and change tables"
    elif isinstance(error, asyncpg.DiskFullError):
        mend = "make room on the database server's disk"
    elif isinstance(error, asyncpg.ReadOnlySQLTransactionError):
        mend = "name the primary server in the store's URL, this one only reads"
    elif isinstance(error, LOST):
        mend = "start the database server, or correct host and port in the store's URL"
    else:
        mend = "see the message"
    return StoreUnavailable(f"cannot use PostgreSQL: {text}; {mend}")


def rows(write: Write) -> str:
    """Return the rows, which are given as arrays, as the table `v`."""
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(write.arrays, 1))
    return f"v({listed(write.columns)}) AS (SELECT * FROM unnest({arrays}))"  # noqa: S608 - names of our own columns


@cache
def statement(write: Write, *, fenced: bool = False) -> str:
    """Return a write's statement; its result is the number of the transaction it ran in, and whether that must end.

    Where it is `fenced`, two further arrays name stations and the oldest connections that said something of them. Their
    rows are locked, so that no newer connection opens between this look and the commit.
    """
    body = write.tail if write.head is None else f"{write.head} SELECT * FROM v {write.tail}"  # noqa: S608
    text = f"WITH {rows(write)}, w AS ({body})"
    if not fenced:
        return f"{text} SELECT pg_current_xact_id()::text, false"
    place = len(write.arrays)
    return (
        f"{text}, f AS (SELECT s.opened_epoch > f.epoch AS outrun"  # noqa: S608
        f" FROM unnest(${place + 1}::int8[], ${place + 2}::int8[]) AS f(station_id, epoch)"
        " JOIN stations s ON s.id = f.station_id FOR SHARE OF s)"
        " SELECT pg_current_xact_id()::text, coalesce((SELECT bool_or(outrun) FROM f), false)"
    )


@cache
def selection(write: Write) -> str:
    """Return the statement of what only reads; its result is what was read."""
    return f"WITH {rows(write)} {write.tail}"


async def connect(dsn: str) -> asyncpg.Connection:
    """Connect with durable commits, whatever the server's default is."""
    return await asyncpg.connect(
        dsn, timeout=CONNECT_TIMEOUT_S, command_timeout=COMMAND_TIMEOUT_S, server_settings=SETTINGS
    )


class PostgresWriter:
    """The writing connection and its queue."""

    def __init__(
        self,
        dsn: str,
        finish: Callable[[Sequence[Submission], BaseException | None], None],
        commits: CommitTally,
    ) -> None:
        self._dsn = dsn
        self._finish = finish
        self._commits = commits
        self._waiting: list[Submission] = []
        self._task: asyncio.Task[None] | None = None
        self._connection: asyncpg.Connection | None = None
        self._life: object = None
        self._sessions = Sessions()
        self._organisations = Organisations()

    def submit(self, submission: Submission) -> None:
        """Put a submission into the next commit."""
        self._waiting.append(submission)
        if self._task is None:
            with unscoped():  # it tells all who wait, whoever is the first of them
                self._task = asyncio.get_running_loop().create_task(self._drain())

    async def close(self) -> None:
        """Commit what waits and disconnect."""
        if self._task is not None:
            await self._task
        if self._connection is not None:
            await self._connection.close()

    async def _drain(self) -> None:
        try:
            while self._waiting:
                submissions, self._waiting = self._waiting, []
                self._commits.began_at = monotonic()
                await self._store(submissions)
        finally:
            self._task = None

    async def _store(self, submissions: Sequence[Submission]) -> None:
        """Commit submissions together; where one cannot be stored, find it by halves and commit the others."""
        try:
            await self._persist(self._batch(submissions), submissions)
        except REFUSED + NO_ROW as error:
            if len(submissions) == 1:
                self._finish(submissions, unstorable(error))
                return
            middle = len(submissions) // 2
            await self._store(submissions[:middle])
            await self._store(submissions[middle:])
        except Exception as error:  # the task must live, and those who wait must hear
            if not isinstance(error, (*LOST, asyncpg.PostgresError)):
                log.exception("a commit failed in an unforeseen way")
            self._finish(submissions, explain(error))
        else:
            self._finish(submissions, None)

    def _batch(self, submissions: Sequence[Submission]) -> Batch:
        batch = Batch(self._organisations)
        for changes, _ in submissions:
            batch.add(changes)
        return batch

    async def _persist(self, batch: Batch, submissions: Sequence[Submission]) -> None:
        """Commit a batch, again after what passes by itself. Raises the last error."""
        number: str | None = None
        life: object = None
        for pause in (*PAUSES_S, None):
            try:
                connection = await self._connected()
                if number is not None and life == self._life and await self._stored(connection, number):
                    return
                if missing := self._organisations.missing:
                    self._organisations.learn(await connection.fetch(f"{SELECT} (SELECT unnest($1::int8[]))", missing))
                    batch = self._batch(submissions)
                number, life = await self._apply(connection, batch), self._life
                await connection.execute("COMMIT")
                return
            except REFUSED:
                await self._undo()
                raise
            except (*AGAIN, *LOST) as error:
                if isinstance(error, NO_ROW):  # asyncpg's own complaint about a value is an InterfaceError too
                    await self._undo()
                    raise
                if isinstance(error, AGAIN):
                    number = None
                    await self._undo()
                else:
                    self._drop()
                if pause is None:
                    raise
                log.warning("a commit is tried again: %s", error)
                await asyncio.sleep(pause)
            except BaseException:
                await self._undo()
                raise

    async def _apply(self, connection: asyncpg.Connection, batch: Batch) -> str | None:
        """Begin a transaction and put a batch's rows into it. Raises Outrun."""
        number: str | None = None
        fences = [list(batch.fences), list(batch.fences.values())] if batch.fences else []
        await connection.execute("BEGIN")
        for write, values in batch.tables(self._sessions):
            columns = [values[place :: len(write.columns)] for place in range(len(write.columns))]
            if write is writes.NUMBER:
                self._sessions.learn(await connection.fetch(selection(write), *columns))
                continue
            fence, fences = ([], fences) if write in STATIONS else (fences, [])
            text = statement(write, fenced=bool(fence))
            number, outrun = await connection.fetchrow(text, *columns, *fence)
            if outrun:
                raise Outrun
        return number

    async def _stored(self, connection: asyncpg.Connection, number: str) -> bool:
        """Return whether the transaction whose COMMIT was lost has been stored, waiting a little for its end."""
        for pause in (*PAUSES_S, None):
            status = await connection.fetchval("SELECT pg_xact_status($1::text::xid8)", number)
            if status != "in progress":
                return bool(status == "committed")
            if pause is not None:
                await asyncio.sleep(pause)
        raise TimeoutError("the transaction of a lost connection has not ended")

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            connection = await connect(self._dsn)
            try:
                self._life = await connection.fetchval(LIFE)
            except BaseException:
                connection.terminate()
                raise
            self._connection = connection
        return self._connection

    async def _undo(self) -> None:
        self._sessions.clear()
        if self._connection is None or self._connection.is_closed():
            return
        try:
            await self._connection.execute("ROLLBACK")
        except (*LOST, asyncpg.PostgresError):
            self._drop()

    def _drop(self) -> None:
        self._sessions.clear()
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
