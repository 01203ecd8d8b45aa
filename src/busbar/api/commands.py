"""How a command is sent and what came of it, and the routes that show commands. Knows no order in particular."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, PathParameter, QueryParameter

from busbar.api import models
from busbar.api.access import Principal
from busbar.api.backend import Backend, Here
from busbar.api.problems import Kind, Problem, missing
from busbar.api.queries import NO_NUL, Paging, StationFilter, page_of
from busbar.api.variables import variables_of
from busbar.csms import rows
from busbar.csms.jobs.security import Way
from busbar.csms.ports import NeverConnected, RawCall
from busbar.csms.rows import CommandState
from busbar.csms.services.credentials import hash_secret
from busbar.csms.services.security import Forbidden
from busbar.csms.services.security_changes import SecurityChange, security_change
from busbar.model.orders import Order
from busbar.model.values import RegistrationStatus

WAIT_S: Final = 120
TTL_S: Final = 7 * 86_400


CommandAnswers: Final = {
    202: ResponseSpec(models.Command, description="Not answered yet; `Location` is where to ask again."),
}


@dataclass(frozen=True, slots=True)
class Options:
    """How a command is sent, and what the request was (for its idempotency key)."""

    wait_s: float
    ttl_s: float
    survives_reconnect: bool
    idempotency_key: str | None
    fingerprint: bytes
    requested_by: str


async def take_options(
    request: Request[Principal, None, Any],
    wait_s: Annotated[
        int, QueryParameter(ge=0, le=WAIT_S, description="How long to wait for the station's answer.")
    ] = 30,
    ttl_s: Annotated[int, QueryParameter(ge=1, le=TTL_S, description="How long the command may wait to be sent.")] = 60,
    survives_reconnect: Annotated[
        bool, QueryParameter(description="Keep it for an offline station, or for its next connection.")
    ] = False,
    idempotency_key: Annotated[
        str | None,
        HeaderParameter(
            name="Idempotency-Key",
            min_length=1,
            max_length=100,
            pattern=r"^[!-~]+$(?!\n)",
            description="The same key to the same station is the same command, however often it is sent.",
        ),
    ] = None,
) -> Options:
    """Read the options that all commands share."""
    requested_by = f"api:{request.user.id}"
    key = f"{request.user.id}:{idempotency_key}" if idempotency_key else None
    fingerprint = request.url.path.encode() + b"\0" + await request.body()
    return Options(wait_s, ttl_s, survives_reconnect, key, fingerprint, requested_by)


Answered = Response[models.Command]


def order_route(path: str, summary: str) -> post:
    """Return the decorator of a route that sends a command: 200 with the answer, or 202 with where to ask."""
    return post(path, status_code=200, responses=CommandAnswers, summary=summary)


State = Annotated[CommandState | None, QueryParameter(name="state", description="Only commands in this state.")]
Action = Annotated[
    str | None, QueryParameter(min_length=1, max_length=50, pattern=NO_NUL, description="Only this OCPP action.")
]


@get("/commands", summary="List commands")
async def list_commands(
    backend: Here,
    paging: NamedDependency[Paging],
    station: StationFilter = None,
    in_state: State = None,
    action: Action = None,
) -> models.Page[models.Command]:
    """List commands, newest first."""
    station_id = await backend.directory.filtered(station)
    query = paging.query(station_id=station_id, outcome=in_state, action=action)
    page = await page_of(backend.store.commands(query))
    names = await backend.directory.names(row.station_id for row in page.items)
    return models.Page(
        items=[models.command(row, names[row.station_id].identity) for row in page.items], next=page.next
    )


@get("/commands/{command_id:str}", summary="Show a command")
async def show_command(
    backend: Here, command_id: Annotated[str, PathParameter(max_length=64, pattern=NO_NUL)]
) -> models.Command:
    """Show a command as it stands."""
    row = await backend.store.command(command_id)
    if row is None:
        raise missing("command")
    name = await backend.directory.name(row.station_id)
    station = await backend.store.station(name.identity)
    return models.command(row, name.identity, variables_of(row, station.version if station else None))


async def send(
    backend: Backend, identity: str, request: Order | RawCall, options: NamedDependency[Options]
) -> Answered:
    """Send a command and return the station's answer, or where to ask for it. Raises Problem for a failure."""
    station = await backend.directory.station(identity)
    check_registration(station)
    if options.idempotency_key is not None:
        backend.replays.check(station.id, options.idempotency_key, options.fingerprint)
    row = await call(backend, station, request, options)
    if isinstance(request, RawCall) and row.action != request.action:  # an old key that this process never saw
        raise Problem(Kind.KEY_REUSED)
    return answered(row, station)


async def call(backend: Backend, station: rows.Station, request: Order | RawCall, options: Options) -> rows.Command:
    """Call a station; what changes how it proves itself goes a way of its own. Raises Problem where it must not."""
    change = None if station.version is None else security_change(station.version, request)
    made = None if change is None else await _change_security(backend, station, request, change, options)
    if made is not None:
        return made
    try:
        return await backend.dispatcher.dispatch(
            station,
            request,
            wait_s=options.wait_s,
            requested_by=options.requested_by,
            idempotency_key=options.idempotency_key,
            ttl_s=options.ttl_s,
            survives_reconnect=options.survives_reconnect,
        )
    except NeverConnected:
        arrived = await backend.directory.station(station.identity)
        if station.version is not None or arrived.version is None:
            raise
        return await call(backend, arrived, request, options)  # it came for the first time just now


async def _change_security(
    backend: Backend, station: rows.Station, request: Order | RawCall, change: SecurityChange, options: Options
) -> rows.Command | None:
    """Send what changes how a station proves itself so that it can still connect afterwards; None to send it as it is.

    Raises Problem where it is not allowed (A00.FR.005), or is mixed with something else.
    """
    desk = backend.security
    if options.survives_reconnect or not change.alone:
        raise Problem(Kind.CONFLICT, "a change of password or security profile is sent alone, and not kept for later")
    has_password = station.secret is not None or (await desk.row(station.id)).secret is not None
    try:
        if change.password is not None:
            hashed = hash_secret(backend.key, change.password.encode())
            return await desk.give_password(station, request, hashed, way(options))
        profile = change.profile or 0
        return await desk.raise_profile(station, profile, [request], way(options), has_password=has_password)
    except Forbidden as error:
        if change.offered:
            return None
        raise Problem(Kind.CONFLICT, str(error)) from None


def way(options: Options) -> Way:
    """Return how a change of security is sent."""
    return Way(options.wait_s, options.ttl_s, options.requested_by, options.idempotency_key)


def answered(row: rows.Command, station: rows.Station) -> Answered:
    """Return what came of a command, or where to ask for it. Raises Problem for a failure."""
    return outcome(models.command(row, station.identity, variables_of(row, station.version)))


def check_registration(station: rows.Station) -> None:
    """Raise Problem for a station that is rejected: it is not called (B03.FR.03; 1.6 §4.2)."""
    if station.registration == RegistrationStatus.REJECTED:
        raise Problem(Kind.CONFLICT, "the station is rejected, and is not called until it is taken in")


def outcome(command: models.Command) -> Answered:
    """Give a station's word as 200, a command under way as 202, everything else as the problem it is."""
    location = {"Location": f"/api/v1/commands/{command.id}"}
    if not command.state.final:
        return Response(command, status_code=202, headers=location)
    if command.state in (CommandState.ACCEPTED, CommandState.REJECTED):
        return Response(command, status_code=200)
    raise failure(command)


def failure(command: models.Command) -> Problem:
    """Return the problem that a command's end without the station's word is."""
    kind = Kind.OFFLINE if command.error == "offline" else FAILURES[command.state]
    detail = ": ".join(filter(None, (command.error, command.error_description))) or None
    return Problem(kind, detail, command=command, headers={"Location": f"/api/v1/commands/{command.id}"})


FAILURES: Final = {
    CommandState.ERROR: Kind.STATION_ERROR,
    CommandState.TIMED_OUT: Kind.STATION_TIMEOUT,
    CommandState.UNKNOWN: Kind.OUTCOME_UNKNOWN,
    CommandState.EXPIRED: Kind.EXPIRED,
}

router = Router("/", route_handlers=[list_commands, show_command], tags=["Commands"])
