"""Routes of how a station starts and connects: boot settings, pending resets, network profiles. Knows no version."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from busbar.api import models
from busbar.api.backend import Here
from busbar.api.commands import Answered, Options, order_route, send
from busbar.api.queries import Identity, Paging, page_of
from busbar.csms.ports import Search, Test
from busbar.csms.records.provisioning import BootDetail, BootSetting, NetworkSlot, PendingReset
from busbar.csms.services.redaction import link
from busbar.model import network

Seconds = Annotated[int, Meta(ge=1, le=7 * 86_400)]
Text50 = Annotated[str, Meta(min_length=1, max_length=50)]
Secret = Annotated[str, Meta(min_length=1, max_length=64)]


class Interface(StrEnum):
    """Which of its interfaces a station uses; Any is 2.1's."""

    WIRED0 = "Wired0"
    WIRED1 = "Wired1"
    WIRED2 = "Wired2"
    WIRED3 = "Wired3"
    WIRELESS0 = "Wireless0"
    WIRELESS1 = "Wireless1"
    WIRELESS2 = "Wireless2"
    WIRELESS3 = "Wireless3"
    ANY = "Any"


class AccessPoint(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A mobile network's access point. `authentication`: PAP, CHAP, NONE or AUTO."""

    apn: Annotated[str, Meta(min_length=1, max_length=2000)]
    authentication: Annotated[str, Meta(pattern="^(PAP|CHAP|NONE|AUTO)$")] = "AUTO"
    user: Text50 | None = None
    password: Secret | None = None
    sim_pin: Annotated[int, Meta(ge=0, le=99_999_999)] | None = None
    preferred_network: Annotated[str, Meta(min_length=1, max_length=6)] | None = None
    only_preferred_network: bool | None = None


class PrivateNetwork(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A VPN. `kind`: IKEv2, IPSec, L2TP or PPTP; `key` is the shared secret."""

    server: Annotated[str, Meta(min_length=1, max_length=2000)]
    user: Text50
    password: Secret
    key: Annotated[str, Meta(min_length=1, max_length=255)]
    kind: Annotated[str, Meta(pattern="^(IKEv2|IPSec|L2TP|PPTP)$")]
    group: Text50 | None = None


class NetworkProfile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A network profile for a slot of the station. `identity` and `password` are 2.1's; 2.0.1 needs `version`."""

    slot: Annotated[int, Meta(ge=0, le=1000)]
    url: Annotated[str, Meta(min_length=1, max_length=2000, pattern="^wss?://")]
    interface: Interface
    message_timeout_s: Annotated[int, Meta(ge=1, le=3600)] = 30
    security_profile: Annotated[int, Meta(ge=1, le=3)]
    version: Annotated[str, Meta(pattern="^OCPP(12|15|16|20|201|21)$")] | None = None
    transport: Annotated[str, Meta(pattern="^(JSON|SOAP)$")] = "JSON"
    identity: Annotated[str, Meta(min_length=1, max_length=48)] | None = None
    password: Secret | None = None
    access_point: AccessPoint | None = None
    private_network: PrivateNetwork | None = None

    def order(self) -> network.SetNetworkProfile:
        """Return the order."""
        point, private = self.access_point, self.private_network
        profile = network.NetworkProfile(
            url=self.url,
            interface=self.interface.value,
            transport=self.transport,
            message_timeout_s=self.message_timeout_s,
            security_profile=self.security_profile,
            version=self.version,
            identity=self.identity,
            password=self.password,
            access_point=None if point is None else network.AccessPoint(**msgspec.structs.asdict(point)),
            private_network=None if private is None else network.PrivateNetwork(**msgspec.structs.asdict(private)),
        )
        return network.SetNetworkProfile(slot=self.slot, profile=profile)


class NetworkSlotView(models.View, kw_only=True):
    """The profile that a station accepted for a slot, without its secrets."""

    slot: int
    url: str
    version: str | None
    interface: str
    transport: str
    message_timeout_s: int
    security_profile: int
    identity: str | None
    has_password: bool
    apn: str | None
    vpn: str | None
    at: datetime


class BootSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a station is told at boot; null leaves it to the server.

    `heartbeat_interval_s` is for an accepted station, `retry_interval_s` for one that is pending or rejected.
    """

    heartbeat_interval_s: Seconds | None = None
    retry_interval_s: Seconds | None = None


class PendingResetView(models.View, kw_only=True):
    """A reset that a station took and has not shown yet; `evse` is null for the whole station."""

    evse: int | None
    kind: str
    status: str
    command: str
    since: datetime


class Provisioning(models.View, kw_only=True):
    """How a station starts: its settings, what it said of modem and meter, and resets that wait."""

    settings: BootSettings
    iccid: str | None
    imsi: str | None
    meter_type: str | None
    meter_serial: str | None
    pending_resets: list[PendingResetView]


@get("/stations/{identity:str}/provisioning", summary="Show how a station starts")
async def show_provisioning(backend: Here, identity: Identity) -> Provisioning:
    """Show a station's boot settings, its modem and meter, and the resets that wait for its next boot."""
    station = await backend.directory.station(identity)
    setting = await backend.store.get(BootSetting, station.id)
    detail = await backend.store.get(BootDetail, station.id)
    resets = await backend.store.find(PendingReset, station_id=station.id)
    return Provisioning(
        settings=BootSettings(
            heartbeat_interval_s=setting.heartbeat_interval_s if setting else None,
            retry_interval_s=setting.retry_interval_s if setting else None,
        ),
        iccid=detail.iccid if detail else None,
        imsi=detail.imsi if detail else None,
        meter_type=detail.meter_type if detail else None,
        meter_serial=detail.meter_serial if detail else None,
        pending_resets=[
            PendingResetView(
                evse=row.evse or None, kind=row.kind, status=row.status, command=row.command_id, since=row.since
            )
            for row in resets
        ],
    )


@put("/stations/{identity:str}/boot-settings", summary="Set what a station is told at boot")
async def set_boot_settings(backend: Here, identity: Identity, data: JSONBody[BootSettings]) -> BootSettings:
    """Set the intervals that a station is told at its next boot."""
    station = await backend.directory.station(identity)
    row = BootSetting(
        station_id=station.id,
        heartbeat_interval_s=data.heartbeat_interval_s,
        retry_interval_s=data.retry_interval_s,
    )
    await backend.store.put(row)
    return data


@order_route("/stations/{identity:str}/commands/set-network-profile", "Set a network profile")
async def set_network_profile(
    backend: Here, identity: Identity, data: JSONBody[NetworkProfile], options: NamedDependency[Options]
) -> Answered:
    """Store a network profile in a slot of the station (B09)."""
    return await send(backend, identity, data.order(), options)


@get("/stations/{identity:str}/network-profiles", summary="List network profiles")
async def list_network_profiles(
    backend: Here, identity: Identity, paging: NamedDependency[Paging]
) -> models.Page[NetworkSlotView]:
    """List the profiles that a station accepted, by slot."""
    station = await backend.directory.station(identity)
    search = Search(tests=(Test("station_id", "=", station.id),), limit=paging.limit, cursor=paging.cursor)
    page = await page_of(backend.store.look(NetworkSlot, search))
    items = [models.record(NetworkSlotView, row, url=link(row.url)) for row in page.items]
    return models.Page(items=items, next=page.next)


routes: list[Any] = [show_provisioning, set_boot_settings, set_network_profile, list_network_profiles]
router = Router("/", route_handlers=routes, tags=["Provisioning"])
