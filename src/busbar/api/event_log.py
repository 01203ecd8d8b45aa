"""Routes of the log of events, which lets streams go on where they were cut. Knows no stream."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, put
from litestar.params import JSONBody
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.problems import missing
from busbar.api.tail import CHANGED, kept_log
from busbar.csms.records.webhooks import ONLY_LOG, EventLog
from busbar.csms.tenancy import unscoped


class EventLogInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How long events are kept."""

    keep_hours: Annotated[int, Meta(ge=1, le=144)]


class EventLogView(models.View, kw_only=True):
    """How long events are kept, and since when without a gap."""

    keep_hours: int
    since: datetime


@get("/event-log", summary="Show how long events are kept")
async def show_event_log(backend: Here) -> EventLogView:
    """Show how long events are kept for streams that were cut."""
    row = await kept_log(backend.store)
    if row is None:
        raise missing("event log")
    return models.record(EventLogView, row)


@put("/event-log", summary="Keep events")
async def put_event_log(backend: Here, data: JSONBody[EventLogInput]) -> EventLogView:
    """Keep events, of all organisations, so that streams can go on where they were cut; for longer, or shorter.

    Streams that are open end when it is switched on, and begin anew with numbered events.
    """
    row = await kept_log(backend.store)
    with unscoped():
        if row is None:
            generation = next(iter(await backend.store.take_ids("event-log", 1)))
            row = EventLog(generation=generation, keep_hours=data.keep_hours, since=datetime.now(UTC))
            row = await backend.store.insert(row)
        else:
            row.keep_hours = data.keep_hours
            await backend.store.change(EventLog, (ONLY_LOG,), values={"keep_hours": data.keep_hours}, expected={})
    backend.bus.publish(CHANGED, b"")
    return models.record(EventLogView, row)


@delete("/event-log", summary="Keep events no more")
async def remove_event_log(backend: Here) -> None:
    """Keep events no more: a stream that was cut begins with now."""
    with unscoped():
        if not await backend.store.remove(EventLog, ONLY_LOG):
            raise missing("event log")
    backend.bus.publish(CHANGED, b"")


routes: list[Any] = [show_event_log, put_event_log, remove_event_log]
router = Router("/", route_handlers=routes, tags=["Live"])
