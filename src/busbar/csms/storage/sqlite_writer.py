"""Writes to a SQLite database: rows go in on the loop's thread, the commit and its flush run in a thread of their own.

What arrives while a commit runs goes into the next one. The standard library's sqlite3 gives up the interpreter for
every step and gets it back only when the other thread lets go, so a thread that inserts beside a busy loop spends more
time on the hand-over than on the rows; a commit is one step, and the disk's. Whatever fails on the loop is done again
in the thread, which may wait for a lock and finds out which changes are to blame.
"""

import contextlib
import logging
import sqlite3
from asyncio import AbstractEventLoop, Future
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from busbar.csms.ports import Outrun, StoreUnavailable
from busbar.csms.storage.batch import Batch
from busbar.csms.storage.migrations import migrate
from busbar.csms.storage.organisations import SELECT, Organisations
from busbar.csms.storage.sqlite_rows import SqliteRows
from busbar.csms.storage.submissions import Submission, unstorable
from busbar.telemetry.tally import CommitTally

SUBMISSIONS = 1000
"""Submissions of one commit: what the loop may write in one go without keeping others waiting for long."""
LOCK_WAIT_MS = 5000
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=4000",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA cache_size=-65536",
)
UNSTORABLE = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    sqlite3.NotSupportedError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    Outrun,
)

T = TypeVar("T")
log = logging.getLogger(__name__)

Job = tuple[Callable[[Connection], Any], "Future[Any]"]


def explain(error: BaseException, path: Path) -> StoreUnavailable:
    """Return the trouble with what to mend."""
    text = str(error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error)
    advice = {
        "full": "make room on its disk",
        "readonly": "let the user that runs Busbar write to the file and its directory",
        "unable to open": "create the directory, or let the user that runs Busbar write to it",
        "locked": "end the other program that holds it",
        "not a database": "name another file, this one is no SQLite database",
        "malformed": "restore it from a backup",
        "disk I/O": "check the disk and the free space",
    }
    mend = next((advice[word] for word in advice if word in text), "see the message")
    return StoreUnavailable(f"cannot use the database {path}: {text}; {mend}")


class SqliteWriter:
    """The writer. The database is used by one thread at a time: the loop's until `_hand_over`, then the writing one."""

    def __init__(
        self,
        path: Path,
        finish: Callable[[Sequence[Submission], BaseException | None], None],
        commits: CommitTally,
    ) -> None:
        self._path = path
        self._finish = finish
        self._commits = commits
        self._waiting: deque[Submission] = deque()
        self._jobs: deque[Job] = deque()
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._busy = False
        self._planned = False
        self._rows = SqliteRows()
        self._organisations = Organisations()

    async def open(self, loop: AbstractEventLoop) -> None:
        """Start the thread, open the database and bring its schema up to date. Raises StoreUnavailable."""
        self._loop = loop
        opened: Future[None] = loop.create_future()
        self._thread = Thread(target=self._run, args=(opened,), name="sqlite-writer", daemon=True)
        self._thread.start()
        await opened

    async def close(self) -> None:
        """Commit what waits and end the thread."""
        while self._busy or self._waiting or self._jobs:
            await self.run(lambda _: None)
        self._work.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def submit(self, submission: Submission) -> None:
        """Put a submission into the next commit, which begins in the next turn of the loop or after the present one.

        Beginning at once would commit the first message alone, and split what the loop has just read.
        """
        self._waiting.append(submission)
        self._plan()

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction of the writer and return once it is durable."""
        done: Future[T] = self._loop.create_future()
        self._jobs.append((work, done))
        self._plan()
        return await done

    def _plan(self) -> None:
        if not self._busy and not self._planned:
            self._planned = True
            self._loop.call_soon(self._begin)

    def _begin(self) -> None:
        """Write what waits, and leave the rest to the thread."""
        self._planned = False
        if self._busy or not (self._waiting or self._jobs):
            return
        submissions = [self._waiting.popleft() for _ in range(min(len(self._waiting), SUBMISSIONS))]
        jobs = list(self._jobs)
        self._jobs.clear()
        self._commits.began_at = monotonic()
        written = bool(submissions) and self._try_write(submissions)
        self._busy = True
        self._work.put(partial(self._conclude, submissions, jobs, written=written))

    def _try_write(self, submissions: Sequence[Submission]) -> bool:
        """Begin a transaction and write into it; False, and nothing written, where anything is in the way."""
        try:
            self._write(submissions)
        except Exception:  # found again, and told, in the thread
            self._undo()
            return False
        return True

    def _ended(self) -> None:
        self._busy = False
        if self._waiting or self._jobs:
            self._begin()

    def _tell(self, call: Callable[..., None], *args: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is gone, and with it all who wait
            self._loop.call_soon_threadsafe(call, *args)

    def _run(self, opened: "Future[None]") -> None:
        """Be the thread."""
        try:
            self._connect()
        except Exception as error:  # handed to whoever opens
            with contextlib.suppress(AttributeError):  # it may never have been opened
                self._database.close()
            known = isinstance(error, StoreUnavailable)
            self._tell(settle, opened, None, error if known else explain(error, self._path))
            return
        self._tell(settle, opened, None, None)
        while (work := self._work.get()) is not None:
            work()
        self._core.close()
        self._database.close()

    def _conclude(self, submissions: Sequence[Submission], jobs: Sequence[Job], *, written: bool) -> None:
        """Commit what was written, write what was not, do the jobs; then give the database back to the loop."""
        if submissions and not (written and self._commit(submissions)):
            self._database.execute(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")
            self._store(submissions)
            self._database.execute("PRAGMA busy_timeout=0")
        if jobs:
            self._do(jobs)
        self._tell(self._ended)

    def _commit(self, submissions: Sequence[Submission]) -> bool:
        """Make what was written durable; False where it could not be, and nothing is."""
        try:
            self._database.execute("COMMIT")
        except sqlite3.Error:
            self._undo()
            return False
        self._tell(self._finish, submissions, None)
        return True

    def _connect(self) -> None:
        self._database = sqlite3.connect(
            self._path,
            timeout=LOCK_WAIT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        for pragma in PRAGMAS:
            self._database.execute(pragma)
        engine = create_engine(
            "sqlite://",
            creator=lambda: self._database,
            poolclass=StaticPool,
            pool_reset_on_return=None,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        self._core = engine.connect()
        self._core.exec_driver_sql("BEGIN IMMEDIATE")
        migrate(self._core)
        self._core.commit()
        self._database.execute("PRAGMA busy_timeout=0")

    def _store(self, submissions: Sequence[Submission]) -> None:
        """Commit submissions together; where one cannot be stored, find it by halves and commit the others."""
        try:
            self._write(submissions)
            self._database.execute("COMMIT")
        except UNSTORABLE as error:
            self._undo()
            if len(submissions) == 1:
                self._tell(self._finish, submissions, unstorable(error))
                return
            middle = len(submissions) // 2
            self._store(submissions[:middle])
            self._store(submissions[middle:])
        except Exception as error:  # the thread must live, and those who wait must hear
            self._undo()
            if not isinstance(error, sqlite3.Error):
                log.exception("a commit failed in an unforeseen way")
            self._tell(self._finish, submissions, explain(error, self._path))
        else:
            self._tell(self._finish, submissions, None)

    def _write(self, submissions: Sequence[Submission]) -> None:
        """Begin a transaction and put the submissions' rows into it."""
        batch = self._batch(submissions)
        if missing := list(self._organisations.missing):
            marks = ",".join("?" * len(missing))
            self._organisations.learn(self._database.execute(f"{SELECT} ({marks})", missing))
            batch = self._batch(submissions)
        self._database.execute("BEGIN IMMEDIATE")
        self._rows.write(self._database, batch)

    def _batch(self, submissions: Sequence[Submission]) -> Batch:
        batch = Batch(self._organisations)
        for changes, _ in submissions:
            batch.add(changes)
        return batch

    def _undo(self) -> None:
        self._rows.clear()
        if self._database.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")

    def _do(self, jobs: Sequence[Job]) -> None:
        """Run jobs in one transaction, each in a savepoint, so that one that fails takes no other along."""
        results: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            self._database.execute("BEGIN IMMEDIATE")
            for work, done in jobs:
                self._database.execute("SAVEPOINT job")
                try:
                    results.append((done, work(self._core), None))
                except sqlalchemy.exc.OperationalError:
                    raise
                except Exception as error:  # handed to whoever waits for the job
                    self._database.execute("ROLLBACK TO job")
                    results.append((done, None, error))
                self._database.execute("RELEASE job")
            self._database.execute("COMMIT")
        except (sqlite3.Error, sqlalchemy.exc.OperationalError) as error:
            self._undo()
            results = [(done, None, explain(error, self._path)) for _, done in jobs]
        for done, result, failure in results:
            self._tell(settle, done, result, failure)


def settle(done: "Future[Any]", result: Any, error: BaseException | None) -> None:
    """Give a future its result or error, unless nobody waits any more."""
    if done.done():
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)
