"""Server-sent events: what was committed, shown to many readers, each with a bound. Knows no rule and no storage.

An event is converted and written once, however many readers there are, and not at all where there is none.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, Final

import msgspec

from busbar.api import models
from busbar.api.problems import Kind, Problem
from busbar.csms import happenings as h
from busbar.csms.ports import Bus
from busbar.csms.records.requests import StationRequest
from busbar.csms.tenancy import FIRST, Scope, current, unscoped

SUBJECT: Final = "busbar.event.>"
_HAPPENING: Final = msgspec.json.Decoder(h.AnyHappening)
_BEGIN: Final = b"retry: 2000\n: the stream begins\n\n"
_HEARTBEAT: Final = b": \n\n"
_RELOAD: Final = b"event: reload\ndata: {}\n\n"


async def _first(_: str) -> int:
    return FIRST


class RequestChange(msgspec.Struct, omit_defaults=True):
    """What became of a request to a station that takes its time: its number, state, and the status in OCPP's words."""

    id: int
    state: str
    status: str | None = None
    detail: str = ""


class CampaignChange(msgspec.Struct):
    """How far a campaign is: stations by state."""

    id: int
    state: str
    stage: int
    total: int
    counts: dict[str, int]


class LiveEvent(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Something that was committed. Which parts there are depends on the event's name.

    Names: `station.connected`, `station.disconnected`, `station.booted`, `connector.changed`, `session.changed`,
    `command.changed`, `firmware.changed`, `log.changed`, `campaign.changed`; and `reload`, without content, where
    events were lost and the reader should ask anew. Events of other names have all they tell in `detail`.
    """

    station: str
    site_id: int | None
    at: datetime
    version: str | None = None
    reason: str | None = None
    vendor: str | None = None
    model: str | None = None
    registration: str | None = None
    connector: models.Connector | None = None
    session: models.Session | None = None
    command: models.Command | None = None
    detail: dict[str, Any] | None = None
    request: RequestChange | None = None
    campaign: CampaignChange | None = None


class Reader:
    """One reader: frames that wait for it, up to a bound; beyond it all are dropped and it is told to reload."""

    def __init__(self, backlog: int, station: str | None, scope: Scope | None = None) -> None:
        self._scope = scope
        self.station = station.casefold() if station else None
        self._backlog = backlog
        self._frames: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self.ended = False
        self.overflowed = 0

    def sees(self, owner: int, site_id: int | None) -> bool:
        """Tell whether this reader may know of a station of an organisation and a site."""
        scope = self._scope
        return scope is None or (owner == scope.organisation_id and (scope.sites is None or site_id in scope.sites))

    def put(self, frame: bytes) -> None:
        """Let a frame wait."""
        if len(self._frames) >= self._backlog:
            self._frames.clear()
            self.overflowed += 1
            frame = _RELOAD
        self._frames.append(frame)
        self._wake.set()

    def end(self) -> None:
        """End the stream once what waits is read."""
        self.ended = True
        self._wake.set()

    @property
    def waiting(self) -> int:
        """How many frames wait."""
        return len(self._frames)

    async def take(self) -> bytes:
        """Wait for frames and return all that wait; empty at the end."""
        if not self._frames and not self.ended:
            self._wake.clear()
            await self._wake.wait()
        taken = b"".join(self._frames)
        self._frames.clear()
        return taken


class Live:
    """All readers of one process, fed by one subscription while there are any."""

    def __init__(
        self,
        bus: Bus,
        sites: Callable[[str], Awaitable[int | None]],
        *,
        owners: Callable[[str], Awaitable[int]] = _first,
        readers: int,
        backlog: int,
    ) -> None:
        self._bus = bus
        self._owners = owners
        self._sites = sites
        self._most = readers
        self._backlog = backlog
        self._readers: set[Reader] = set()
        self._gate = asyncio.Lock()
        self._end: Callable[[], Awaitable[None]] | None = None

    async def open(self) -> None:
        """Listen to the bus, where that is not so yet: without a reader nobody has to make an event."""
        async with self._gate:
            if self._end is None:
                with unscoped():  # what is read here is read for all who follow
                    self._end = await self._bus.subscribe(SUBJECT, self.on_event)

    async def rest(self) -> None:
        """Stop listening where nobody reads."""
        async with self._gate:
            if self._end is not None and not self._readers:
                await self._end()
                self._end = None

    async def close(self) -> None:
        """Stop listening and end all streams. A server that stops calls this first: a stream never ends by itself."""
        if self._end is not None:
            await self._end()
            self._end = None
        for reader in self._readers:
            reader.end()

    def join(self, station: str | None = None) -> Reader:
        """Add a reader. Raises Problem where there are too many."""
        if len(self._readers) >= self._most:
            raise Problem(Kind.UNAVAILABLE, "too many event streams are open", headers={"Retry-After": "10"})
        reader = Reader(self._backlog, station, current())
        self._readers.add(reader)
        return reader

    @property
    def readers(self) -> int:
        """How many streams are open."""
        return len(self._readers)

    def leave(self, reader: Reader) -> None:
        """Remove a reader."""
        self._readers.discard(reader)

    async def on_event(self, data: bytes) -> None:
        """Write an event for all who read it."""
        if not self._readers:
            return
        happening = _HAPPENING.decode(data)
        station = happening.station.casefold()
        readers = [reader for reader in self._readers if reader.station in (None, station)]
        if not readers:
            return
        site_id = await self._sites(happening.station)
        owner = await self._owners(happening.station)
        readers = [reader for reader in readers if reader.sees(owner, site_id)]
        if readers:
            frame = self._frame(happening, site_id)
            for reader in readers:
                reader.put(frame)

    def _frame(self, happening: h.AnyHappening, site_id: int | None) -> bytes:
        name, data = _told(happening, site_id)
        return b"event: %b\ndata: %b\n\n" % (name.encode(), data)

    async def render(self, happening: bytes) -> bytes:
        """Return what is told of a happening, as JSON, from the happening's JSON."""
        found = _HAPPENING.decode(happening)
        return _told(found, await self._sites(found.station))[1]


def _told(happening: h.AnyHappening, site_id: int | None) -> tuple[str, bytes]:
    name, parts = _parts(happening, models.Name(happening.station, site_id))
    event = LiveEvent(station=happening.station, site_id=site_id, at=happening.at, **parts)
    return name, msgspec.json.encode(event)


def _parts(happening: h.AnyHappening, name: models.Name) -> tuple[str, dict[str, Any]]:
    """Return an event's name and what it has beside the station and the time."""
    match happening:
        case h.StationConnected():
            return "station.connected", {"version": happening.version}
        case h.StationDisconnected():
            return "station.disconnected", {"reason": happening.reason}
        case h.StationBooted():
            shown = {"vendor": happening.vendor, "model": happening.model, "registration": happening.registration}
            return "station.booted", shown
        case h.ConnectorChanged():
            return "connector.changed", {"connector": models.connector(happening.connector)}
        case h.TransactionChanged():
            return "session.changed", {"session": models.session(happening.transaction, name)}
        case h.CommandChanged():
            return "command.changed", {"command": models.command(happening.command, name.identity)}
        case h.FirmwareChanged():
            return "firmware.changed", {"request": _request(happening.update)}
        case h.LogChanged():
            return "log.changed", {"request": _request(happening.request)}
        case h.CampaignChanged():
            far = happening.progress
            campaign = CampaignChange(happening.campaign_id, happening.state.value, far.stage, far.total, far.counts)
            return "campaign.changed", {"campaign": campaign}
        case _:
            detail = {field: getattr(happening, field) for field in happening.__struct_fields__[2:]}
            return str(happening.__struct_config__.tag), {"detail": detail}


def _request(row: StationRequest) -> RequestChange:
    return RequestChange(row.id, row.state.value, row.status, row.detail)


async def frames(
    live: Live, reader: Reader, allowed: Callable[[], Awaitable[bool]], every_s: float
) -> AsyncIterator[bytes]:
    """Yield what a reader gets. Between events, a comment every `every_s` seconds, while `allowed` says yes."""
    try:
        yield _BEGIN
        checked_at = asyncio.get_running_loop().time()
        while reader.waiting or not reader.ended:
            try:
                chunk = await asyncio.wait_for(reader.take(), every_s)
            except TimeoutError:
                chunk = _HEARTBEAT
            now = asyncio.get_running_loop().time()
            if now - checked_at >= every_s:  # also on a stream that is never quiet
                checked_at = now
                if not await allowed():
                    return
            if chunk:
                yield chunk
    finally:
        live.leave(reader)
        await live.rest()
