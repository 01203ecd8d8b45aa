"""Routes that send any action of the station's version, as OCPP writes it. The dispatcher validates; this passes on."""

from typing import Annotated, Any

import msgspec
from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from busbar.api.backend import Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.deletions import check_raw_deletion
from busbar.api.models import View
from busbar.api.queries import Identity
from busbar.csms.ports import NeverConnected, RawCall
from busbar.model.versions import Version
from busbar.protocol.actions import ACTIONS, Origin


class Calls(View, kw_only=True):
    """The actions that a station's version knows from the CSMS."""

    version: Version
    actions: list[str]


@get("/stations/{identity:str}/calls", summary="List the actions of a station's version")
async def list_calls(backend: Here, identity: Identity) -> Calls:
    """List the actions that the station's OCPP version lets a CSMS call."""
    station = await backend.directory.station(identity)
    if station.version is None:
        raise NeverConnected
    actions = [name for name, action in ACTIONS[station.version].items() if action.origin is not Origin.STATION]
    return Calls(version=station.version, actions=sorted(actions))


@order_route("/stations/{identity:str}/calls/{action:str}", "Call any action of the station's version")
async def call(
    backend: Here,
    identity: Identity,
    action: Annotated[
        str, PathParameter(pattern=r"^[0-9A-Za-z]{1,50}$(?!\n)", description="An OCPP action, such as `Reset`.")
    ],
    options: NamedDependency[Options],
    data: JSONBody[dict[str, Any] | None] = None,
) -> Answered:
    """Send an action with its payload as OCPP writes it. The answer is in `answer`, as the station wrote it."""
    request = RawCall(action=action, payload=msgspec.json.encode(data or {}))
    await check_raw_deletion(backend, await backend.directory.station(identity), request)
    return await send(backend, identity, request, options)


routes: list[Any] = [list_calls, call]
router = Router("/", route_handlers=routes, tags=["Commands"])
