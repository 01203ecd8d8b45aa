"""Routes that show what is known of smart charging at stations, and the policy by which EVs' needs are answered."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.charging_models import (
    ChargingProfile,
    ChargingSchedule,
    ScheduleUpdate,
    shown_profile,
    shown_schedule,
)
from busbar.api.problems import invalid, missing
from busbar.api.queries import INT32, Identity, Paging, page_of
from busbar.csms.jobs.charging import settle
from busbar.csms.ports import Page, Search, Test
from busbar.csms.records import charging as records
from busbar.csms.records.charging import HeldState, NeedsPolicy, SentState
from busbar.csms.records.kind import Record
from busbar.csms.services.charging_rules import check_start
from busbar.csms.services.charging_shapes import compact
from busbar.csms.tenancy import everywhere, organisation
from busbar.model.charging import ProfileKind, ProfilePurpose, RateUnit

R = TypeVar("R", bound=Record)
V = TypeVar("V", bound=models.View)


class HeldView(models.View, kw_only=True):
    """A profile that a station holds or held. `source` CSO is the CSMS."""

    evse: int
    state: HeldState
    changed_at: datetime
    source: str
    reported_at: datetime | None
    profile: ChargingProfile


class SentView(models.View, kw_only=True):
    """One try to install a profile, and why it failed."""

    command: str
    at: datetime
    evse: int
    state: SentState
    reason: str | None
    by: str
    profile: ChargingProfile


class UncontrolledView(models.View, kw_only=True):
    """A station that did not take a profile, and has taken none since."""

    station: str
    since: datetime
    reason: str


class LimitView(models.View, kw_only=True):
    """A limit that another than the CSMS set; `cleared_at` where it is gone."""

    evse: int
    source: str
    at: datetime
    grid_critical: bool | None
    local_generation: bool | None
    cleared_at: datetime | None
    schedules: list[ChargingSchedule]


class NeedsView(models.View, kw_only=True):
    """What the EV at an EVSE last said it needs; `needs` is as OCPP writes it."""

    evse: int
    at: datetime
    transaction_id: str | None
    energy_transfer: str
    control_mode: str | None
    departure_at: datetime | None
    max_schedule_tuples: int | None
    answer: str
    needs: dict[str, Any]


class EVScheduleView(models.View, kw_only=True):
    """How the EV at an EVSE said it would charge; `accepted`: within its profile."""

    evse: int
    at: datetime
    transaction_id: str | None
    time_base: datetime
    selected_schedule_id: int | None
    power_tolerance_accepted: bool | None
    accepted: bool
    schedule: ChargingSchedule


class CompositeView(models.View, kw_only=True):
    """What a station said at a time will hold at an EVSE (0: the station), when it was asked for `duration` seconds."""

    evse: int
    at: datetime
    duration: int
    schedule: ChargingSchedule


class PriorityView(models.View, kw_only=True):
    """Whether a transaction charges with priority."""

    transaction_id: str
    at: datetime
    activated: bool


class Policy(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How EVs' needs are answered: `refuse`, `later` (somebody else sends a profile), or `profile` with this limit.

    EVs that want to discharge too get `bidirectional` in place of the limit where it is given (2.1). It begins at once.
    """

    needs: NeedsPolicy
    limit: Annotated[float, Meta(ge=0, le=1e9)] | None = None
    unit: RateUnit = RateUnit.W
    bidirectional: ChargingSchedule | None = None


InState = Annotated[HeldState | None, QueryParameter(name="state", description="Only profiles in this state.")]
SentIn = Annotated[SentState | None, QueryParameter(name="state", description="Only what ended so.")]
ProfileNumber = Annotated[int, PathParameter(ge=-INT32, le=INT32)]
_REFUSE = records.ChargingPolicy(station_id=records.ALL_STATIONS)


@get("/stations/{identity:str}/charging-profiles", summary="List the profiles of a station")
async def list_held(
    backend: Here, identity: Identity, paging: NamedDependency[Paging], in_state: InState = None
) -> models.Page[HeldView]:
    """List what a station holds, and held, by profile id."""
    station = await backend.directory.station(identity)
    await settle(backend.store, station.id, datetime.now(UTC))
    page = await _page(backend, records.HeldProfile, paging, station_id=station.id, state=in_state)
    return _shown(page, HeldView, lambda row: {"profile": shown_profile(row.profile)})


@get("/stations/{identity:str}/sent-charging-profiles", summary="List the profiles that a station was sent")
async def list_sent(
    backend: Here, identity: Identity, paging: NamedDependency[Paging], in_state: SentIn = None
) -> models.Page[SentView]:
    """List every try to install a profile, newest first; refusals stay."""
    station = await backend.directory.station(identity)
    page = await _page(backend, records.SentProfile, paging, newest=True, station_id=station.id, state=in_state)
    return _shown(page, SentView, lambda row: {"profile": shown_profile(row.profile), "command": row.command_id})


@get("/uncontrolled-stations", summary="List stations that take no profile")
async def list_uncontrolled(backend: Here, paging: NamedDependency[Paging]) -> models.Page[UncontrolledView]:
    """List stations that refused a profile or were silent, and have taken none since: their load is not limited."""
    page = await _page(backend, records.Uncontrolled, paging)
    names = await backend.directory.names(row.station_id for row in page.items)
    return _shown(page, UncontrolledView, lambda row: {"station": names[row.station_id].identity})


@get("/stations/{identity:str}/charging-limits", summary="List the limits that others set")
async def list_limits(backend: Here, identity: Identity, paging: NamedDependency[Paging]) -> models.Page[LimitView]:
    """List limits of others by EVSE; EVSE 0 is the station."""
    station = await backend.directory.station(identity)
    page = await _page(backend, records.ExternalLimit, paging, station_id=station.id)
    return _shown(page, LimitView, lambda row: {"schedules": [shown_schedule(item) for item in row.schedules]})


@get("/stations/{identity:str}/charging-needs", summary="List what EVs need")
async def list_needs(backend: Here, identity: Identity, paging: NamedDependency[Paging]) -> models.Page[NeedsView]:
    """List the last needs by EVSE."""
    station = await backend.directory.station(identity)
    page = await _page(backend, records.ChargingNeeds, paging, station_id=station.id)
    return _shown(page, NeedsView)


@get("/stations/{identity:str}/ev-schedules", summary="List how EVs will charge")
async def list_ev_schedules(
    backend: Here, identity: Identity, paging: NamedDependency[Paging]
) -> models.Page[EVScheduleView]:
    """List the last schedule of the EV at each EVSE."""
    station = await backend.directory.station(identity)
    page = await _page(backend, records.EVSchedule, paging, station_id=station.id)
    return _shown(page, EVScheduleView, lambda row: {"schedule": shown_schedule(row.schedule)})


@get("/stations/{identity:str}/composite-schedules", summary="List what will hold")
async def list_composites(
    backend: Here, identity: Identity, paging: NamedDependency[Paging]
) -> models.Page[CompositeView]:
    """List the composite schedule that was fetched last for each EVSE; EVSE 0 is the station."""
    station = await backend.directory.station(identity)
    page = await _page(backend, records.FetchedSchedule, paging, station_id=station.id)
    return _shown(page, CompositeView, lambda row: {"schedule": shown_schedule(row.schedule)})


@get("/stations/{identity:str}/priority-charging", summary="List priority charging")
async def list_priority(
    backend: Here, identity: Identity, paging: NamedDependency[Paging]
) -> models.Page[PriorityView]:
    """List which transactions charge, or charged, with priority (2.1)."""
    station = await backend.directory.station(identity)
    return _shown(await _page(backend, records.PriorityCharging, paging, station_id=station.id), PriorityView)


@put("/stations/{identity:str}/charging-profiles/{profile_id:int}/values", summary="Lay values for a dynamic profile")
async def put_values(
    backend: Here, identity: Identity, profile_id: ProfileNumber, data: JSONBody[ScheduleUpdate]
) -> ScheduleUpdate:
    """Lay ready what a dynamic profile allows, for a station that pulls its updates (2.1 K28)."""
    station = await backend.directory.station(identity)
    held = await backend.store.get(records.HeldProfile, station.id, profile_id)
    if held is None or held.state is not HeldState.HELD:
        raise missing("profile")
    if held.profile["kind"] != ProfileKind.DYNAMIC:
        raise invalid("profile_id", "K28.FR.12: this profile is not dynamic")
    values = compact(data.neutral())
    at = datetime.now(UTC)
    row = records.DynamicValues(station_id=station.id, profile_id=profile_id, at=at, values=values)
    await backend.store.put(row)
    return data


@get("/charging-policy", summary="Show the policy of all stations")
async def show_charging_policy(backend: Here) -> Policy:
    """Show how EVs' needs are answered where a station has no policy of its own."""
    with everywhere():
        row = await backend.store.get(records.ChargingPolicy, organisation(), records.ALL_STATIONS)
    return _policy(row or _REFUSE)


@put("/charging-policy", summary="Set the policy of all stations")
async def put_policy(backend: Here, data: JSONBody[Policy]) -> Policy:
    """Set how EVs' needs are answered where a station has no policy of its own."""
    return await _set(backend, records.ALL_STATIONS, data)


@get("/stations/{identity:str}/charging-policy", summary="Show a station's policy")
async def show_station_policy(backend: Here, identity: Identity) -> Policy:
    """Show a station's own policy. Not found where that of all holds."""
    station = await backend.directory.station(identity)
    row = await backend.store.get(records.ChargingPolicy, organisation(), station.id)
    if row is None:
        raise missing("policy of this station")
    return _policy(row)


@put("/stations/{identity:str}/charging-policy", summary="Set a station's policy")
async def put_station_policy(backend: Here, identity: Identity, data: JSONBody[Policy | None] = None) -> Policy | None:
    """Set how the needs of EVs at a station are answered; null lets that of all hold."""
    station = await backend.directory.station(identity)
    if data is None:
        await backend.store.remove(records.ChargingPolicy, organisation(), station.id)
        return None
    return await _set(backend, station.id, data)


async def _set(backend: Backend, station_id: int, data: Policy) -> Policy:
    if (data.needs is NeedsPolicy.PROFILE) != (data.limit is not None):
        raise invalid("limit", "a limit goes with the policy `profile`, and only with it")
    schedule = None
    if data.bidirectional is not None:
        if data.needs is not NeedsPolicy.PROFILE:
            raise invalid("bidirectional", "a schedule goes with the policy `profile`, and only with it")
        relative = ChargingProfile(
            stack_level=0, purpose=ProfilePurpose.TX, kind=ProfileKind.RELATIVE, schedules=[data.bidirectional]
        )
        profile = relative.neutral(1)
        if (broken := check_start(profile)) is not None:
            raise invalid("bidirectional", f"{broken.rule}: {broken.text}")
        schedule = compact(profile.schedules[0])
    row = records.ChargingPolicy(
        station_id=station_id, needs=data.needs, limit=data.limit, unit=data.unit, bidirectional=schedule
    )
    await backend.store.put(row)
    return data


def _policy(row: records.ChargingPolicy) -> Policy:
    schedule = None if row.bidirectional is None else shown_schedule(row.bidirectional)
    return Policy(needs=row.needs, limit=row.limit, unit=row.unit, bidirectional=schedule)


async def _page(backend: Backend, kind: type[R], paging: Paging, *, newest: bool = False, **equal: Any) -> Page[R]:
    tests = tuple(Test(name, "=", value) for name, value in equal.items() if value is not None)
    search = Search(tests=tests, limit=paging.limit, cursor=paging.cursor, newest=newest)
    return await page_of(backend.store.look(kind, search))


def _same(_row: Any) -> dict[str, Any]:
    return {}


def _shown(page: Page[R], view: type[V], made: Callable[[R], dict[str, Any]] = _same) -> models.Page[V]:
    """Make a view of each row: what `made` makes of it, and else the fields of the same name."""
    items = []
    for row in page.items:
        fields = made(row)
        fields |= {name: getattr(row, name) for name in view.__struct_fields__ if name not in fields}
        items.append(view(**fields))
    return models.Page(items=items, next=page.next)


routes: list[Any] = [
    list_held,
    list_sent,
    list_uncontrolled,
    list_limits,
    list_needs,
    list_ev_schedules,
    list_composites,
    list_priority,
    put_values,
    show_charging_policy,
    put_policy,
    show_station_policy,
    put_station_policy,
]
router = Router("/", route_handlers=routes, tags=["Smart charging"])
