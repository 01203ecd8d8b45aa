"""What waits for a commit, counted, and the telling of those who wait. It must not know a database."""

import asyncio
import logging
from collections.abc import Sequence
from time import monotonic
from typing import Protocol, cast

from busbar.csms import tenancy
from busbar.csms.changes import Change
from busbar.csms.ports import Done, StoreUnavailable, Unstorable
from busbar.csms.storage.admission import Looks, admitted
from busbar.telemetry.tally import CommitTally

Submission = tuple[Sequence[Change], Done]
WAITING_LIMIT = 20_000
"""Changes that may wait before callers should stop reading their sockets: a few commits' worth."""

log = logging.getLogger(__name__)


class Queue(Protocol):
    """Where submissions go."""

    def submit(self, submission: Submission) -> None:
        """Take a submission into the next commit."""


def unstorable(error: BaseException) -> Unstorable:
    """Return what the one hears whose changes a database refused."""
    return error if isinstance(error, Unstorable) else Unstorable(f"the database refuses these changes: {error}")


class Submissions:
    """`ports.Writer` before a queue; a store sets `queue` while it is open.

    Attributes:
        commits: how the commits went; a writer says in its `began_at` when it begins one.
    """

    def __init__(self) -> None:
        self.commits = CommitTally()
        self._waiting = 0
        self._queue: Queue | None = None

    def submit(self, changes: Sequence[Change], done: Done) -> None:
        """Put changes into the next commit; `done` is called on the loop once they are durable, or never will be."""
        if self._queue is None:
            asyncio.get_running_loop().call_soon(done, StoreUnavailable("the store is not open"))
            return
        self._waiting += len(changes)
        self._queue.submit((changes, done))

    async def commit(self, changes: Sequence[Change]) -> None:
        """Submit and wait. Raises StoreUnavailable."""
        if (scope := tenancy.current()) is not None:
            changes = await admitted(cast("Looks", self), changes, scope)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def done(error: BaseException | None) -> None:
            if future.done():
                return
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)

        self.submit(changes, done)
        await future

    @property
    def waiting(self) -> int:
        """How many changes wait to be committed, or are being committed."""
        return self._waiting

    @property
    def full(self) -> bool:
        """Whether more changes wait than a few commits can take."""
        return self._waiting >= WAITING_LIMIT

    def _finish(self, submissions: Sequence[Submission], error: BaseException | None) -> None:
        """Tell those who wait; what one of them breaks keeps no other from hearing."""
        count = 0
        for changes, _ in submissions:
            count += len(changes)
        self._waiting -= count
        if error is None:
            self.commits.add(count, monotonic())
        elif isinstance(error, Unstorable):
            self.commits.refused += 1
        else:
            self.commits.failed += 1
        for _, done in submissions:
            try:
                done(error)
            except Exception:
                log.exception("a listener failed after a commit")
