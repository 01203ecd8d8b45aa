"""Routes that tell a station how it may charge: profiles, schedules, priority. Rules are those of `charging_rules`."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Router
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from busbar.api.backend import Backend, Here
from busbar.api.charging_abilities import abilities
from busbar.api.charging_models import ChargingProfile, Evse, ProfileId, ScheduleUpdate, TransactionId, Whole, Word
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.problems import invalid
from busbar.api.queries import Identity
from busbar.csms.jobs.charging import settle
from busbar.csms.records.charging import ChargingNeeds, HeldProfile, HeldState
from busbar.csms.rows import Station
from busbar.csms.services.charging_rules import Abilities, Broken, check, check_needs, check_start, replaced
from busbar.csms.services.charging_shapes import standing
from busbar.model import charging as model

_TRIES: Final = 100
_WEEK_S: Final = 7 * 86_400
_SOURCES: Final = ("EMS", "Other", "SO", "CSO")
"""All sources: a question must name something beside the EVSE (K09.FR.03)."""


class SetProfile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Install a profile at an EVSE, or at the station (0).

    One without an id takes the place of the one that has its purpose, stack level, EVSE, transaction and time. `force`
    sends it whatever the station is believed to hold: then the station judges alone.
    """

    evse: Evse
    profile: ChargingProfile
    force: bool = False


class ClearProfile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Remove the profile with an id, or those that fit all that is given; without anything, all (1.6)."""

    profile_id: ProfileId | None = None
    evse: Evse | None = None
    purpose: model.ProfilePurpose | None = None
    stack_level: Whole | None = None


class GetProfiles(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Ask which profiles are installed: those that fit all that is given (2.x)."""

    evse: Evse | None = None
    profile_ids: Annotated[list[ProfileId], Meta(max_length=100)] = []
    purpose: model.ProfilePurpose | None = None
    stack_level: Whole | None = None
    sources: Annotated[list[Word], Meta(max_length=4)] = []


class GetComposite(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Ask what will hold at an EVSE, or for the station as a whole (0), for `duration` seconds."""

    evse: Evse
    duration: Annotated[int, Meta(ge=1, le=_WEEK_S)]
    unit: model.RateUnit | None = None


class UsePriority(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Begin or end priority charging of a transaction (2.1)."""

    transaction_id: TransactionId
    activate: bool


class UpdateSchedule(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Change what a dynamic profile allows now (2.1)."""

    profile_id: ProfileId
    values: ScheduleUpdate


class AllowTransfer(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Tell which ways of energy transfer a transaction may use (2.1)."""

    transaction_id: TransactionId
    modes: Annotated[list[Word], Meta(min_length=1, max_length=20)]


@order_route("/stations/{identity:str}/commands/set-charging-profile", "Set a charging profile")
async def set_profile(
    backend: Here, identity: Identity, data: JSONBody[SetProfile], options: NamedDependency[Options]
) -> Answered:
    """Install a profile. What breaks a rule is not sent; the rule is named."""
    station = await backend.directory.station(identity)
    known = await abilities(backend.store, station)
    await settle(backend.store, station.id, datetime.now(UTC))
    held = await backend.store.find(HeldProfile, station_id=station.id, state=HeldState.HELD)
    found = [standing(row) for row in held]
    given, profile = data.profile.id, data.profile.neutral(0)
    if given is None:
        place = replaced(profile, data.evse, found)
        profile.id = place if place is not None else await _unused(backend, known, {row.profile_id for row in held})
    needs = await _needs(backend, station, data.evse, profile)
    if needs is not None and needs.max_schedule_tuples:  # K15.FR.07
        known = replace(known, max_periods=min(filter(None, (known.max_periods, needs.max_schedule_tuples))))
    needs_known = needs is not None
    refuse(check(profile, data.evse, abilities=known, needs_known=needs_known))
    broken = None
    if not data.force:
        broken = check(profile, data.evse, standing=found, abilities=known, needs_known=needs_known)
        told = (None, {}) if needs is None else (needs.energy_transfer, needs.needs)
        broken = broken or check_needs(profile, *told)
    if broken is not None:
        raise invalid("profile", f"{broken.rule}: {broken.text}; `force` lets the station judge")
    return await send(backend, identity, model.SetChargingProfile(evse=data.evse, profile=profile), options)


async def start_profile(backend: Backend, identity: str, given: ChargingProfile) -> model.ChargingProfile:
    """Return the profile that goes with a remote start. Raises Problem naming the rule that it breaks."""
    station = await backend.directory.station(identity)
    known = await abilities(backend.store, station)
    number = given.id
    if number is None:
        held = await backend.store.find(HeldProfile, station_id=station.id, state=HeldState.HELD)
        number = await _unused(backend, known, {row.profile_id for row in held})
    profile = given.neutral(number)
    refuse(check_start(profile, abilities=known))
    return profile


def refuse(broken: Broken | None) -> None:
    """Raise the problem of a profile that breaks a rule."""
    if broken is not None:
        raise invalid("profile", f"{broken.rule}: {broken.text}")


async def _unused(backend: Backend, known: Abilities, taken: set[int]) -> int:
    for _ in range(_TRIES):
        number = (known.external_ids or 0) + next(iter(await backend.store.take_ids("charging-profile", 1)))
        if number not in taken:
            return number
    raise invalid("profile", "give it an id: those of the server are in use at the station")


async def _needs(backend: Backend, station: Station, evse: int, profile: model.ChargingProfile) -> ChargingNeeds | None:
    """Return what the EV of a transaction has told that it needs."""
    if profile.purpose is not model.ProfilePurpose.TX:
        return None
    needs = await backend.store.get(ChargingNeeds, station.id, evse)
    return needs if needs is not None and needs.transaction_id in (None, profile.transaction_id) else None


@order_route("/stations/{identity:str}/commands/clear-charging-profile", "Clear charging profiles")
async def clear_profile(
    backend: Here, identity: Identity, data: JSONBody[ClearProfile], options: NamedDependency[Options]
) -> Answered:
    """Remove profiles by id, or by EVSE, purpose and stack level."""
    narrowed = (data.evse, data.purpose, data.stack_level) != (None, None, None)
    if data.profile_id is not None and narrowed:
        raise invalid("profile_id", "K10.FR.02: an id stands alone")
    station = await backend.directory.station(identity)
    if data.profile_id is None and not narrowed and (await abilities(backend.store, station)).explicit:
        raise invalid("profile_id", "K10.FR.02: say which profiles; only 1.6 clears all at once")
    if data.purpose in (model.ProfilePurpose.EXTERNAL, model.ProfilePurpose.LOCAL_GENERATION):
        raise invalid("purpose", "K10.FR.06: what another has set is not cleared by a CSMS")
    order = model.ClearChargingProfile(
        profile_id=data.profile_id, evse=data.evse, purpose=data.purpose, stack_level=data.stack_level
    )
    return await send(backend, identity, order, options)


@order_route("/stations/{identity:str}/commands/report-charging-profiles", "Have charging profiles reported")
async def get_profiles(
    backend: Here, identity: Identity, data: JSONBody[GetProfiles], options: NamedDependency[Options]
) -> Answered:
    """Ask which profiles are installed. They come as reports, and then stand in the list of held profiles."""
    if data.profile_ids and (data.purpose, data.stack_level, data.sources) != (None, None, []):
        raise invalid("profile_ids", "K09.FR.03: ids stand alone, beside an EVSE")
    narrowed = bool(data.profile_ids) or (data.purpose, data.stack_level) != (None, None)
    order = model.GetChargingProfiles(
        request_id=next(iter(await backend.store.take_ids("charging-report", 1))),
        evse=data.evse,
        profile_ids=data.profile_ids,
        purpose=data.purpose,
        stack_level=data.stack_level,
        sources=data.sources or ([] if narrowed else list(_SOURCES)),
    )
    return await send(backend, identity, order, options)


@order_route("/stations/{identity:str}/commands/composite-schedule", "Get a composite schedule")
async def get_composite(
    backend: Here, identity: Identity, data: JSONBody[GetComposite], options: NamedDependency[Options]
) -> Answered:
    """Ask what all profiles together allow; the schedule is in `answer`, and listed as the station's composite."""
    order = model.GetCompositeSchedule(evse=data.evse, duration=data.duration, unit=data.unit)
    return await send(backend, identity, order, options)


@order_route("/stations/{identity:str}/commands/priority-charging", "Use priority charging")
async def use_priority(
    backend: Here, identity: Identity, data: JSONBody[UsePriority], options: NamedDependency[Options]
) -> Answered:
    """Begin or end priority charging (2.1)."""
    order = model.UsePriorityCharging(transaction_id=data.transaction_id, activate=data.activate)
    return await send(backend, identity, order, options)


@order_route("/stations/{identity:str}/commands/update-dynamic-schedule", "Update a dynamic schedule")
async def update_schedule(
    backend: Here, identity: Identity, data: JSONBody[UpdateSchedule], options: NamedDependency[Options]
) -> Answered:
    """Change what a dynamic profile allows now (2.1)."""
    order = model.UpdateDynamicSchedule(profile_id=data.profile_id, update=data.values.neutral())
    return await send(backend, identity, order, options)


@order_route("/stations/{identity:str}/commands/allow-energy-transfer", "Allow ways of energy transfer")
async def allow_transfer(
    backend: Here, identity: Identity, data: JSONBody[AllowTransfer], options: NamedDependency[Options]
) -> Answered:
    """Tell which ways of energy transfer a transaction may use (2.1)."""
    order = model.AllowEnergyTransfer(transaction_id=data.transaction_id, modes=data.modes)
    return await send(backend, identity, order, options)


routes: list[Any] = [
    set_profile,
    clear_profile,
    get_profiles,
    get_composite,
    use_priority,
    update_schedule,
    allow_transfer,
]
router = Router("/", route_handlers=routes, tags=["Smart charging"])
