"""The route of the event stream. Knows no event; the streams are in live.py."""

from typing import Any

from litestar import Request, Router, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream

from busbar.api.access import admit
from busbar.api.backend import Here
from busbar.api.live import LiveEvent, frames
from busbar.api.policy import POLICY
from busbar.api.queries import StationFilter
from busbar.csms.tenancy import current


@get(
    "/events",
    summary="Follow live changes",
    media_type="text/event-stream",
    responses={200: ResponseSpec(LiveEvent, media_type="text/event-stream", description="Server-sent events.")},
)
async def follow(request: Request[Any, Any, Any], backend: Here, station: StationFilter = None) -> Stream:
    """Stream what changes, as server-sent events whose data are as described here, one JSON document a line.

    A stream begins with now. A reader that is too slow gets `reload` instead of what it missed.
    """
    if station is not None:
        await backend.directory.filtered(station)
    settings, began = backend.settings, current()

    async def allowed() -> bool:
        found = await backend.door.identify(request)
        return found is not None and admit(found, POLICY["GET /api/v1/events"]) == began

    reader = backend.live.join(station)
    await backend.live.open()
    stream = frames(backend.live, reader, allowed, settings.live_heartbeat_s)
    return Stream(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


routes: list[Any] = [follow]
router = Router("/", route_handlers=routes, tags=["Live"])
