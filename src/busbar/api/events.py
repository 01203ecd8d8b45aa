"""The route of the event stream. Knows no event; the streams are in live.py."""

from typing import Annotated, Any

from litestar import Request, Router, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.response import Stream

from busbar.api.access import Principal, admit
from busbar.api.backend import Here
from busbar.api.live import LiveEvent, frames, resume_of
from busbar.api.policy import POLICY
from busbar.api.problems import invalid
from busbar.api.queries import StationFilter
from busbar.csms.services.rights import Right, reach
from busbar.csms.tenancy import Scope

After = Annotated[
    str | None, QueryParameter(max_length=40, description="The id of the last event that was had: go on behind it.")
]


@get(
    "/events",
    summary="Follow live changes",
    media_type="text/event-stream",
    responses={200: ResponseSpec(LiveEvent, media_type="text/event-stream", description="Server-sent events.")},
)
async def follow(
    request: Request[Principal, Any, Any], backend: Here, station: StationFilter = None, after: After = None
) -> Stream:
    """Stream what changes, as server-sent events whose data are as described here, one JSON document a line.

    What tells of commands, logs, security and vendors' messages needs the right `log`, as the lists of them do.

    A stream begins with now. A reader that is too slow gets `reload` instead of what it missed.

    Where events are logged (`/event-log`), each has an id, and a stream that was cut goes on behind the `Last-Event-ID`
    that browsers send by themselves, or `after`: nothing is missed of what is still kept, else it begins with `reload`.
    A reader that is too slow gets `too-slow`, and its stream ends.
    """
    if station is not None:
        await backend.directory.filtered(station)
    settings, began = backend.settings, _scopes(request.user)
    had = request.headers.get("last-event-id") or after
    resume = None if had is None else resume_of(had)
    if had is not None and resume is None:
        raise invalid("after", "it is the id of an event")

    async def allowed() -> bool:
        found = await backend.door.identify(request)
        return found is not None and _scopes(found) == began

    reader = backend.live.join(station, began[1])
    try:
        begin = await backend.live.enter(reader, resume)
    except BaseException:
        backend.live.leave(reader)
        raise
    stream = frames(backend.live, reader, allowed, settings.live_heartbeat_s, begin)
    return Stream(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _scopes(principal: Principal) -> tuple[Scope, Scope]:
    """Return where somebody may follow what happens, and where also what is logged. Raises Problem."""
    logs = Scope(principal.organisation_id, reach(principal.grants, Right.LOG))
    return admit(principal, POLICY["GET /api/v1/events"]), logs


routes: list[Any] = [follow]
router = Router("/", route_handlers=routes, tags=["Live"])
