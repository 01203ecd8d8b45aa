"""Forgets logged events when their time is over, and says up to which: a stream cannot go on from before."""

from datetime import UTC, datetime, timedelta
from typing import Final

from busbar.csms.changes import RowGone
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Search, Test
from busbar.csms.records.webhooks import ONLY_LOG, EventLog, OutgoingEvent, Webhook

NAME: Final = "event-log"
EVERY_S: Final = 300.0
PAGE: Final = 1000


async def look(desk: Desk) -> None:
    """Forget what is older than the log keeps; webhooks keep events for themselves. Raises StoreUnavailable."""
    kept = await desk.store.get(EventLog, ONLY_LOG)
    if kept is None:
        return
    before = datetime.now(UTC) - timedelta(hours=kept.keep_hours)
    theirs = bool((await desk.store.look(Webhook, Search(limit=1))).items)
    gone = kept.pruned_to
    while True:
        tests = (Test("id", ">", gone), Test("at", "<", before))
        rows = (await desk.store.look(OutgoingEvent, Search(tests=tests, limit=PAGE))).items
        if not rows:
            return
        gone = rows[-1].id or gone
        await desk.store.change(EventLog, (ONLY_LOG,), values={"pruned_to": gone}, expected={})
        if not theirs:
            await desk.store.commit([RowGone(OutgoingEvent, (row.id,)) for row in rows])
