"""Routes of stations: what they are, who may connect, and their passwords. Knows no rule and no OCPP."""

import secrets
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from busbar.api import models
from busbar.api.backend import Backend, Here
from busbar.api.queries import INT32, Identity, Paging, SiteFilter, Start, page_of
from busbar.api.sites import check_site
from busbar.csms import rows
from busbar.csms.records.security import StationSecurity
from busbar.csms.services.credentials import STATION_SECRET_BYTES, hash_secret, make_station_secret
from busbar.csms.tenancy import everywhere
from busbar.model.values import RegistrationStatus

# identifierString (2.0.1 part 2 §2.1) without `:`, which ends the user name in HTTP Basic; dots alone are a path.
NewIdentity = Annotated[
    str, msgspec.Meta(min_length=1, max_length=48, pattern=r"^(?!\.+$)[0-9A-Za-z*\-_=+|@.]+$(?!\n)")
]
# passwordString of BasicAuthPassword, 16 characters at least; 40 is the most that every 2.x station takes.
Password = Annotated[str, msgspec.Meta(min_length=16, max_length=40, pattern=r"^[0-9A-Za-z*\-_=:+|@.]+$(?!\n)")]
SiteId = Annotated[int, msgspec.Meta(ge=1, le=INT32)]


class StationInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A station that may connect. Without `password` the server makes one.

    `security_profile` 1 is HTTP Basic, 2 is that over TLS; 0 and 3 are set later, with what they need.
    """

    identity: NewIdentity
    site_id: SiteId | None = None
    password: Password | None = None
    registration: RegistrationStatus = RegistrationStatus.ACCEPTED
    security_profile: Annotated[int, msgspec.Meta(ge=1, le=2)] = 1


class StationPatch(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What to change of a station; what is left out stays, `site_id` null takes it out of its site."""

    site_id: SiteId | msgspec.UnsetType | None = msgspec.UNSET
    registration: RegistrationStatus | msgspec.UnsetType = msgspec.UNSET


class PasswordInput(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A new password; without one the server makes it."""

    password: Password | None = None


Online = Annotated[
    bool | None, QueryParameter(description="Only stations that are connected, or only those that are not.")
]


@get("/", summary="List stations")
async def list_stations(
    backend: Here,
    paging: NamedDependency[Paging],
    site_id: SiteFilter = None,
    online: Online = None,
    q: Start = None,
) -> models.Page[models.Station]:
    """List stations with their connectors, by identity."""
    query = paging.query(site_id=site_id, active=online, text=q)
    page = await page_of(backend.store.stations(query))
    connectors: dict[int, list[rows.Connector]] = {row.id: [] for row in page.items}
    for connector in await backend.store.all_connectors(list(connectors)):
        connectors[connector.station_id].append(connector)
    return models.Page(items=[models.station(row, connectors[row.id]) for row in page.items], next=page.next)


@post("/", summary="Add a station")
async def add_station(backend: Here, data: JSONBody[StationInput]) -> Response[models.StationPassword]:
    """Add a station. Its password is in this answer and nowhere else."""
    await check_site(backend.store, data.site_id)
    password = data.password or make_station_secret(secrets.token_bytes(STATION_SECRET_BYTES))
    secret = hash_secret(backend.key, password.encode())
    row = await backend.store.add_station(data.identity, secret=secret, site_id=data.site_id)
    if data.registration is not row.registration:
        await backend.store.set_registration(row.id, data.registration)
    if data.security_profile != StationSecurity(station_id=row.id).profile:
        await backend.store.put(StationSecurity(station_id=row.id, profile=data.security_profile))
    await _changed(backend, row.id)
    return Response(
        models.StationPassword(identity=row.identity, password=password),
        status_code=201,
        headers={"Location": f"/api/v1/stations/{row.identity}"},
    )


@get("/{identity:str}", summary="Show a station")
async def show_station(backend: Here, identity: Identity) -> models.Station:
    """Show a station with its connectors."""
    return await _shown(backend, identity)


@patch("/{identity:str}", summary="Change a station")
async def change_station(backend: Here, identity: Identity, data: JSONBody[StationPatch]) -> models.Station:
    """Move a station to a site, or set whether it is taken in."""
    row = await backend.directory.station(identity)
    if data.site_id is not msgspec.UNSET:
        await check_site(backend.store, data.site_id)
        await backend.store.set_station_site(row.id, data.site_id)
    if data.registration is not msgspec.UNSET:
        await backend.store.set_registration(row.id, data.registration)
    await _changed(backend, row.id)
    return await _shown(backend, identity)


@post("/{identity:str}/password", status_code=200, summary="Replace a station's password")
async def change_password(
    backend: Here, identity: Identity, data: JSONBody[PasswordInput | None] = None
) -> models.StationPassword:
    """Replace the password with which a station connects. It is in this answer and nowhere else."""
    row = await backend.directory.station(identity)
    password = (data.password if data else None) or make_station_secret(secrets.token_bytes(STATION_SECRET_BYTES))
    await backend.store.set_station_secret(row.id, hash_secret(backend.key, password.encode()))
    await backend.security.password_replaced(row.id)
    await _changed(backend, row.id)
    return models.StationPassword(identity=row.identity, password=password)


@delete("/{identity:str}", summary="Remove a station")
async def remove_station(backend: Here, identity: Identity) -> None:
    """Remove a station that never had a session."""
    row = await backend.directory.station(identity)
    await backend.store.remove_station(row.id)
    with everywhere():  # it is at no site any more
        await backend.security.forget(row.id)
    await _changed(backend, row.id)


async def _shown(backend: Backend, identity: str) -> models.Station:
    row = await backend.directory.station(identity)
    return models.station(row, await backend.store.connectors(row.id))


async def _changed(backend: Backend, station_id: int) -> None:
    """Tell all nodes and interfaces that a station's row changed; the node here knows before the answer leaves."""
    backend.directory.forget(station_id)
    await backend.dispatcher.station_changed(station_id)
    backend.bus.publish(f"busbar.changed.station.{station_id}", str(station_id).encode())


routes: list[Any] = [list_stations, add_station, show_station, change_station, change_password, remove_station]
router = Router("/stations", route_handlers=routes, tags=["Stations"])
