"""Forgets why tokens were taken or not, after a while."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from busbar.csms.changes import RowGone
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Search, Test
from busbar.csms.records.authorization import Explanation

PAGE: Final = 1000
KEEP: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Explanations:
    """How long explanations are kept."""

    keep: timedelta = KEEP

    async def look(self, desk: Desk) -> None:
        """Delete what is older. Raises StoreUnavailable."""
        search = Search(tests=(Test("at", "<", datetime.now(UTC) - self.keep),), limit=PAGE)
        while rows := (await desk.store.look(Explanation, search)).items:
            await desk.store.commit([RowGone(Explanation, (row.id,)) for row in rows])
