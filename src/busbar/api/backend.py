"""What every route works with, and the bounds of the interface. Holds things together; decides nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from busbar.api import models
from busbar.api.auth import Door, Keys
from busbar.api.live import Live
from busbar.api.overviews import Overviews
from busbar.api.people import People
from busbar.api.problems import invalid, missing
from busbar.api.replays import Replays
from busbar.csms.jobs.security import SecurityDesk
from busbar.csms.ports import Bus, Dispatcher, Query, Store
from busbar.csms.rows import Station
from busbar.csms.tenancy import PLATFORM, current
from busbar.csms.trust.openid import Relation
from busbar.files.links import Files
from busbar.telemetry.health import Readiness
from busbar.telemetry.ports import Page, Tracer
from busbar.telemetry.pulse import Pulse


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """The bounds and habits of the interface.

    Attributes:
        secure_cookies: set where browsers come over https, directly or through a proxy.
        session_s: how long a login in the browser lasts.
        body_bytes: largest request body.
        live_readers: event streams at a time.
        live_backlog: events that wait for one slow reader before it is told to reload.
        live_heartbeat_s: seconds between comments on a quiet event stream; the key is checked again then.
        names: stations whose names are kept in memory.
        public_url: where browsers reach the interface, without a slash at the end.
        station_urls: where stations connect, without their identity; the address may be that of all interfaces.
        providers: of OpenID Connect, that people may come from.
    """

    secure_cookies: bool = False
    session_s: int = 43_200
    body_bytes: int = 262_144
    live_readers: int = 500
    live_backlog: int = 256
    live_heartbeat_s: float = 15.0
    names: int = 100_000
    public_url: str = ""
    station_urls: tuple[str, ...] = ()
    providers: tuple[Relation, ...] = ()


@dataclass(slots=True)
class Directory:
    """Which station and site an id stands for, remembered up to a bound."""

    store: Store
    limit: int
    known: dict[int, models.Name] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    async def station(self, identity: str) -> Station:
        """Return the station of a path. Raises Problem where there is none."""
        row = await self.store.station(identity)
        if row is None:
            raise missing("station")
        return row

    async def filtered(self, identity: str | None) -> int | None:
        """Return the id of the station that a list is narrowed to. Raises Problem naming `station`."""
        if identity is None:
            return None
        row = await self.store.station(identity)
        if row is None:
            raise invalid("station", "no such station")
        return row.id

    async def names(self, station_ids: Iterable[int]) -> dict[int, models.Name]:
        """Return the names of stations; those not known yet cost one statement each, once."""
        return {station_id: await self.name(station_id) for station_id in set(station_ids)}

    async def name(self, station_id: int) -> models.Name:
        """Return the name of one station; one that was removed, or is not seen, has its number as its name."""
        if station_id not in self.known:
            page = await self.store.stations(Query(station_id=station_id, limit=1))
            if not page.items:
                return models.Name(f"#{station_id}", None)
            self._remember(page.items[0])
        known, scope = self.known[station_id], current()
        if scope is None or scope.sees(known.organisation_id, known.site_id):
            return known
        return models.Name(f"#{station_id}", None)

    async def site_of(self, identity: str) -> int | None:
        """Return the site of a station by its identity; None where it has none."""
        station_id = self.ids.get(identity.casefold())
        if station_id is None or station_id not in self.known:
            row = await self.store.station(identity)
            if row is None:
                return None
            station_id = row.id
            self._remember(row)
        return self.known[station_id].site_id

    async def owner_of(self, identity: str) -> int:
        """Return the organisation of a station by its identity; nobody's where there is none."""
        await self.site_of(identity)
        station_id = self.ids.get(identity.casefold())
        return PLATFORM if station_id is None else self.known[station_id].organisation_id

    def _remember(self, row: Station) -> None:
        while len(self.known) >= self.limit:
            self.forget(next(iter(self.known)))
        self.known[row.id] = models.Name(row.identity, row.site_id, row.organisation_id)
        self.ids[row.identity.casefold()] = row.id

    def forget(self, station_id: int) -> None:
        """Drop what is known of a station that was changed or removed."""
        name = self.known.pop(station_id, None)
        if name is not None:
            self.ids.pop(name.identity.casefold(), None)

    async def on_changed(self, data: bytes) -> None:
        """Forget the station whose number was told on the bus; all of them where it is not a number."""
        if data.isdigit() and len(data) < 20:
            self.forget(int(data))
        else:
            self.known.clear()
            self.ids.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """How the server is watched.

    Attributes:
        page: writes the page of metrics; None where it is not offered.
        metrics_token: what scrapers show; where it is empty, they need not.
        tracer: follows requests; None where nobody does.
        pulse: tells how late the loop is.
        conditions: what has to hold, beside a store that answers, for the server to be ready.
    """

    page: Page | None = None
    metrics_token: str = field(default="", repr=False)
    tracer: Tracer | None = None
    pulse: Pulse = field(default_factory=Pulse)
    conditions: Mapping[str, Callable[[], bool]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Backend:
    """What every route works with; `key` is the server's key for password hashes."""

    store: Store
    bus: Bus
    dispatcher: Dispatcher
    key: bytes
    keys: Keys
    people: People
    door: Door
    directory: Directory
    live: Live
    replays: Replays
    overviews: Overviews
    settings: ApiSettings
    files: Files
    observed: Observed
    readiness: Readiness

    @property
    def security(self) -> SecurityDesk:
        """Where changes of stations' security are made."""
        return SecurityDesk(self.store, self.bus, self.dispatcher)


Here = NamedDependency[SkipValidation[Backend]]
