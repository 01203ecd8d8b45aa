"""Routes of stations' security: how they prove themselves, what was noticed, whose certificates count.

Knows no rule: what is allowed is said by the services, what is sent by the security desk.
"""

from datetime import datetime
from secrets import token_bytes
from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.commands import Answered, Options, answered, order_route, way
from busbar.api.problems import Kind, Problem, invalid
from busbar.api.queries import NO_NUL, Identity, Paging, Span, StationFilter, page_of
from busbar.api.stations import Password
from busbar.csms.ports import RawCall, Search, Test
from busbar.csms.records.security import EventOrigin, NameRule, Refusal, SecurityEvent, StationSecurity
from busbar.csms.rows import Station
from busbar.csms.services.credentials import STATION_SECRET_BYTES, hash_secret, make_station_secret
from busbar.csms.services.security import Forbidden, check_setting, password_order, profile_order, spell_password
from busbar.model.orders import Order, Reset, ResetKind
from busbar.protocol.versions import RULES

Profile = Annotated[int, Meta(ge=0, le=3)]
Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NUL)]
Slot = Annotated[int, Meta(ge=0, le=2_147_483_647)]


class SecurityView(models.View, kw_only=True):
    """How a station proves itself. Until a pending profile or password is used, the present one counts beside it."""

    profile: int
    pending_profile: int | None
    pending_password: bool
    downgrade_allowed: bool
    certificate_name: str | None
    certificate_organisation: str | None
    name_rule: NameRule
    expired_allowed: bool


class SecurityPatch(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What an operator says of a station's security; what is left out stays.

    `replaced` says that the device was exchanged or set back to what it was when it was made: only then may `profile`
    be lower than it was. Profile 0 is for a 1.6 station alone. With `expired_allowed` the station may come with an
    expired certificate where the server lets that through (`tls_expired_clients`): it is pending, and is asked to
    request another one at once.
    """

    profile: Profile | msgspec.UnsetType = msgspec.UNSET
    replaced: bool = False
    downgrade_allowed: bool | msgspec.UnsetType = msgspec.UNSET
    certificate_name: Name | msgspec.UnsetType | None = msgspec.UNSET
    certificate_organisation: Name | msgspec.UnsetType | None = msgspec.UNSET
    name_rule: NameRule | msgspec.UnsetType = msgspec.UNSET
    expired_allowed: bool | msgspec.UnsetType = msgspec.UNSET


class Connection(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a 2.x station is to put into the slot: where it connects with the new profile."""

    url: Annotated[str, Meta(min_length=1, max_length=512, pattern=r"^wss?://[!-~]+$(?!\n)")]
    interface: Annotated[str, Meta(min_length=1, max_length=20)] = "Wired0"
    message_timeout_s: Annotated[int, Meta(ge=1, le=86_400)] = 30


class ProfileChange(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The profile that a station is to use.

    A 2.x station is told by the slots of its network profiles: `slot` has the new profile, and is filled first where
    `connection` is given; `fallback` are the slots after it. `reset` follows where that is wanted (1.6: hard).
    """

    profile: Annotated[int, Meta(ge=1, le=3)]
    slot: Slot | None = None
    fallback: Annotated[list[Slot], Meta(max_length=10)] = []
    connection: Connection | None = None
    reset: bool = False


class NewPassword(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The password that a station is to be given; without one the server makes it."""

    password: Password | None = None


class SecurityEventView(models.View, kw_only=True):
    """Something about security that a station reported or that the CSMS noticed (`origin`)."""

    id: int
    station: str | None
    origin: EventOrigin
    type: str
    critical: bool
    at: datetime
    received_at: datetime
    info: str | None
    count: int


class RefusalView(models.View, kw_only=True):
    """For what reason, how often and when last connections were refused."""

    station: str | None
    identity: str
    reason: str
    status: int
    count: int
    first_at: datetime
    last_at: datetime
    address: str


@get("/stations/{identity:str}/security", summary="Show a station's security")
async def show_security(backend: Here, identity: Identity) -> SecurityView:
    """Show with which profile and certificate a station may connect."""
    station = await backend.directory.station(identity)
    return _view(await backend.security.row(station.id))


@patch("/stations/{identity:str}/security", summary="Change a station's security")
async def change_security(backend: Here, identity: Identity, data: JSONBody[SecurityPatch]) -> SecurityView:
    """Say with which profile and certificate a station may connect. A connection that does not fit is closed."""
    station, desk = await backend.directory.station(identity), backend.security
    row = await desk.row(station.id)
    values = {name: value for name in _SET if (value := getattr(data, name)) is not msgspec.UNSET}
    made = msgspec.structs.replace(row, **values)
    try:
        check_setting(row, made, station.version, replaced=data.replaced)
    except Forbidden as error:
        raise Problem(Kind.CONFLICT, str(error)) from None
    if "profile" in values:
        values |= {"pending_profile": None, "profile_command": None}
    if not await desk.alter(station.id, values or {"profile": row.profile}, {"profile": row.profile}):
        raise Problem(Kind.CONFLICT, "it was changed meanwhile")
    return _view(await desk.row(station.id))


@delete("/stations/{identity:str}/security/pending", summary="Take back what is pending")
async def forget_pending(backend: Here, identity: Identity) -> None:
    """Forget a pending profile and a pending password: a station that has them already gets in no more."""
    station = await backend.directory.station(identity)
    values = dict.fromkeys(("pending_profile", "profile_command", "pending_secret", "secret_command"))
    await backend.security.alter(station.id, values, {})


@order_route("/stations/{identity:str}/security/password", "Give a station a new password")
async def give_password(
    backend: Here,
    identity: Identity,
    options: NamedDependency[Options],
    data: JSONBody[NewPassword | None] = None,
) -> Answered:
    """Send a station a new password (A01). It is shown nowhere; the old one counts until the station took the new one.

    A station without a connection is not waited for.
    """
    station = await _station(backend, identity, options)
    given = (data.password if data else None) or make_station_secret(token_bytes(STATION_SECRET_BYTES))
    if station.version is None:
        raise Problem(Kind.NEVER_CONNECTED)
    try:
        password = spell_password(station.version, given)
        hashed = hash_secret(backend.key, password.encode())
        order = password_order(station.version, password)
        command = await backend.security.give_password(station, order, hashed, way(options))
    except Forbidden as error:
        raise Problem(Kind.CONFLICT, str(error)) from None
    return answered(command, station)


@order_route("/stations/{identity:str}/security/profile", "Change a station's security profile")
async def change_profile(
    backend: Here, identity: Identity, options: NamedDependency[Options], data: JSONBody[ProfileChange]
) -> Answered:
    """Tell a station to use a higher profile (A05), or 2 after 3 where that is allowed.

    Both profiles count until the station connects with the new one; from then on the old one is dead. A refusal of the
    station ends the change. What is answered is the last call that was made.
    """
    station = await _station(backend, identity, options)
    desk = backend.security
    row = await desk.row(station.id)
    has_password = row.secret is not None or station.secret is not None
    steps = _steps(station, data)
    try:
        command = await desk.raise_profile(station, data.profile, steps, way(options), has_password=has_password)
    except Forbidden as error:
        raise Problem(Kind.CONFLICT, str(error)) from None
    return answered(command, station)


@get("/security-events", summary="List security events")
async def list_events(
    backend: Here,
    paging: NamedDependency[Paging],
    span: NamedDependency[Span],
    station: StationFilter = None,
    kind: Annotated[
        str | None, QueryParameter(name="type", min_length=1, max_length=50, pattern=NO_NUL, description="This type.")
    ] = None,
    critical: Annotated[bool | None, QueryParameter(description="Only critical ones, or only others.")] = None,
    origin: Annotated[EventOrigin | None, QueryParameter(description="Who noticed them.")] = None,
) -> models.Page[SecurityEventView]:
    """List what stations reported and what the CSMS noticed, newest first."""
    station_id = await backend.directory.filtered(station)
    given = (
        Test("station_id", "=", station_id),
        Test("type", "=", kind),
        Test("critical", "=", critical),
        Test("origin", "=", origin),
        Test("received_at", ">=", span.since),
        Test("received_at", "<", span.until),
    )
    tests = tuple(test for test in given if test.value is not None)
    search = Search(tests=tests, limit=paging.limit, cursor=paging.cursor, newest=True)
    page = await page_of(backend.store.look(SecurityEvent, search))
    names = await backend.directory.names(row.station_id for row in page.items if row.station_id)
    items = [_event(row, names[row.station_id].identity if row.station_id else None) for row in page.items]
    return models.Page(items=items, next=page.next)


@get("/refused-connections", summary="List refused connections")
async def list_refusals(
    backend: Here, paging: NamedDependency[Paging], station: StationFilter = None
) -> models.Page[RefusalView]:
    """List why connections were refused, one entry for each station and reason; unknown identities are together."""
    station_id = await backend.directory.filtered(station)
    tests = () if station_id is None else (Test("station_id", "=", station_id),)
    page = await page_of(backend.store.look(Refusal, Search(tests=tests, limit=paging.limit, cursor=paging.cursor)))
    names = await backend.directory.names(row.station_id for row in page.items if row.station_id)
    items = [_refusal(row, names[row.station_id].identity if row.station_id else None) for row in page.items]
    return models.Page(items=items, next=page.next)


async def _station(backend: Backend, identity: str, options: Options) -> Station:
    """Return the station of a change that is sent at once or not at all."""
    if options.survives_reconnect:
        raise invalid("survives_reconnect", "a change of security is not kept for later")
    station = await backend.directory.station(identity)
    if options.idempotency_key is not None:
        backend.replays.check(station.id, options.idempotency_key, options.fingerprint)
    return station


def _steps(station: Station, data: ProfileChange) -> list[Order | RawCall]:
    """Return what is to be sent, in order."""
    version = station.version
    steps: list[Order | RawCall] = []
    if version is None:
        raise Problem(Kind.NEVER_CONNECTED)
    if RULES[version].device_model:
        if data.slot is None:
            raise invalid("slot", "a 2.x station is told by the slot of a network profile")
        if data.connection is not None:
            steps.append(_fill(data.slot, data.profile, data.connection))
    slots = ",".join(str(slot) for slot in (data.slot, *data.fallback) if slot is not None)
    steps.append(profile_order(version, data.profile, slots))
    if data.reset:
        gentle = RULES[version].device_model
        steps.append(Reset(kind=ResetKind.ON_IDLE if gentle else ResetKind.IMMEDIATE))
    return steps


def _fill(slot: int, profile: int, connection: Connection) -> RawCall:
    """Return the call that puts a connection into a slot (B09)."""
    payload = {
        "configurationSlot": slot,
        "connectionData": {
            "ocppVersion": "OCPP20",
            "ocppTransport": "JSON",
            "ocppCsmsUrl": connection.url,
            "messageTimeout": connection.message_timeout_s,
            "securityProfile": profile,
            "ocppInterface": connection.interface,
        },
    }
    return RawCall(action="SetNetworkProfile", payload=msgspec.json.encode(payload))


def _view(row: StationSecurity) -> SecurityView:
    shown = {name: getattr(row, name) for name in ("pending_profile", *_SET)}
    return SecurityView(pending_password=row.pending_secret is not None, **shown)


def _event(row: SecurityEvent, identity: str | None) -> SecurityEventView:
    shown = {name: getattr(row, name) for name in SecurityEventView.__struct_fields__ if name != "station"}
    return SecurityEventView(station=identity, **shown)


def _refusal(row: Refusal, identity: str | None) -> RefusalView:
    shown = {name: getattr(row, name) for name in RefusalView.__struct_fields__ if name != "station"}
    return RefusalView(station=identity, **shown)


_SET = ("profile", "downgrade_allowed", "certificate_name", "certificate_organisation", "name_rule", "expired_allowed")

routes: list[Any] = [
    show_security,
    change_security,
    forget_pending,
    give_password,
    change_profile,
    list_events,
    list_refusals,
]
router = Router("/", route_handlers=routes, tags=["Security"])
