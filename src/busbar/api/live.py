"""Server-sent events: what was committed, shown to many readers, each with a bound. Knows no rule.

An event is converted and written once, however many readers there are, and not at all where there is none. Where events
are logged (`tail.py`), they are numbered: a stream goes on behind the number that its reader had last.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, Final

import msgspec

from busbar.api import models
from busbar.api.problems import Kind, Problem
from busbar.api.readers import RELOAD, Reader, Told, numbered
from busbar.api.tail import CHANGED, Tail, kept_log
from busbar.csms import happenings as h
from busbar.csms.ports import Bus, Store
from busbar.csms.records.requests import StationRequest
from busbar.csms.records.webhooks import OutgoingEvent
from busbar.csms.tenancy import FIRST, Scope, current, unscoped

SUBJECT: Final = "busbar.event.>"
_HAPPENING: Final = msgspec.json.Decoder(h.AnyHappening)
_LOGGED: Final = (h.CommandChanged, h.LogChanged, h.SecurityAlerted, h.VendorMessageReceived)
"""What they alone are told who may read commands, logs, security events and vendors' messages."""
_BEGIN: Final = b"retry: 2000\n: the stream begins\n\n"
_NUMBERED: Final = b"retry: 2000\nid: %d-%d\n: the stream begins\n\n"
_ID: Final = re.compile(r"(\d{1,9})-(\d{1,18})")
Resume = tuple[int, int]
"""The log's generation, and the number of the last event that a reader had."""


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
    `command.changed`, `firmware.changed`, `log.changed`, `campaign.changed`; and, without content, `reload` where
    events were lost and the reader should ask anew, and `too-slow` at the end of a stream that was cut, to be gone on
    with by its last id. Events of other names have all they tell in `detail`.
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


class Live:
    """All readers of one process, fed by one subscription, or one look at the log, while there are any."""

    def __init__(
        self,
        bus: Bus,
        sites: Callable[[str], Awaitable[int | None]],
        *,
        owners: Callable[[str], Awaitable[int]] = _first,
        store: Store | None = None,
        readers: int,
        backlog: int,
    ) -> None:
        self._bus = bus
        self._owners = owners
        self._sites = sites
        self._store = store
        self._most = readers
        self._backlog = backlog
        self._readers: set[Reader] = set()
        self._gate = asyncio.Lock()
        self._ends: list[Callable[[], Awaitable[None]]] = []
        self._tail: Tail | None = None

    async def open(self) -> None:
        """Listen to the bus, where that is not so yet: without a reader nobody has to make an event."""
        async with self._gate:
            if not self._ends:
                with unscoped():  # what is read here is read for all who follow
                    self._ends.append(await self._bus.subscribe(SUBJECT, self.on_event))
                    self._ends.append(await self._bus.subscribe(CHANGED, self._on_changed))
            await self._choose()

    async def rest(self) -> None:
        """Stop listening where nobody reads."""
        async with self._gate:
            if not self._readers:
                await self._stop()

    async def close(self) -> None:
        """Stop listening and end all streams. A server that stops calls this first: a stream never ends by itself."""
        await self._stop()
        for reader in self._readers:
            reader.end()

    async def _stop(self) -> None:
        ends, self._ends = self._ends, []
        tail, self._tail = self._tail, None
        for end in ends:
            await end()
        if tail is not None:
            await tail.stop()

    async def _on_changed(self, _: bytes) -> None:
        async with self._gate:
            if self._ends:
                await self._choose()

    async def _choose(self) -> None:
        """Follow the log where there is one, else the bus; streams that follow what it is no longer end."""
        kept = None if self._store is None else await kept_log(self._store)
        before = self._tail
        if (None if kept is None else kept.generation) == (None if before is None else before.generation):
            return
        if before is not None:
            await before.stop()
        self._tail = None
        if kept is not None and self._store is not None:
            made = Tail(self._store, kept, self._hand)
            await made.start()
            self._tail = made
        for reader in self._readers:
            if reader.entered:
                reader.end()

    def join(self, station: str | None = None, logs: Scope | None = None) -> Reader:
        """Add a reader; `logs` is where it may read logs. Raises Problem where there are too many."""
        if len(self._readers) >= self._most:
            raise Problem(Kind.UNAVAILABLE, "too many event streams are open", headers={"Retry-After": "10"})
        reader = Reader(self._backlog, station, current(), logs)
        self._readers.add(reader)
        return reader

    async def enter(self, reader: Reader, resume: Resume | None = None) -> bytes:
        """Let a reader follow, behind what it had last where that is still kept; return what its stream begins with.

        Raises StoreUnavailable.
        """
        await self.open()
        tail, lost = self._tail, resume is not None
        reader.follow(tail)
        if tail is None:
            return _BEGIN + RELOAD if lost else _BEGIN
        reader.after = tail.position
        if resume is not None and resume[0] == tail.generation and self._store is not None:
            kept = await kept_log(self._store)
            lost = kept is None or resume[1] < kept.pruned_to
            reader.after = tail.position if lost else min(resume[1], tail.position)
        return _NUMBERED % (tail.generation, reader.after) + (RELOAD if lost else b"")

    async def missed(self, reader: Reader) -> AsyncIterator[bytes]:
        """Yield what a reader has missed of the log, as fast as it reads; from then on it gets what comes."""
        tail = reader.tail
        while tail is not None and not reader.ended and reader.after < tail.position:
            upto = tail.position
            rows = await tail.page(reader.after)
            told = [each for each in [await self._written(row) for row in rows] if each is not None]
            reader.after = (rows[-1].id or upto) if rows else upto
            frames = b"".join(each.frame for each in told if each.suits(reader))
            yield frames or numbered(tail.generation, reader.after)
        reader.caught_up = True  # nothing was awaited since the tail was there too

    @property
    def readers(self) -> int:
        """How many streams are open."""
        return len(self._readers)

    def leave(self, reader: Reader) -> None:
        """Remove a reader."""
        self._readers.discard(reader)

    async def on_event(self, data: bytes) -> None:
        """Write an event for all who read it; where the log is followed, only look there."""
        if self._tail is not None:
            self._tail.wake()
            return
        if not self._readers:
            return
        happening = _HAPPENING.decode(data)
        station = happening.station.casefold()
        readers = [reader for reader in self._readers if reader.station in (None, station)]
        if not readers:
            return
        site_id, owner = await self._place(happening)
        # Asked again, since one may have begun to follow the log meanwhile.
        readers = [each for each in readers if each.tail is None]
        readers = [each for each in readers if each.sees(owner, site_id, logged=isinstance(happening, _LOGGED))]
        if readers:
            frame = self._frame(happening, site_id)
            for reader in readers:
                reader.put(frame)

    async def _hand(self, row: OutgoingEvent) -> Callable[[], None]:
        """Write an event of the log; return what gives it to all who read it."""
        told = await self._written(row)

        def give() -> None:
            for reader in self._readers:
                if told is not None and reader.caught_up and reader.tail is self._tail and told.suits(reader):
                    reader.put(told.frame)

        return give

    async def _written(self, row: OutgoingEvent) -> Told | None:
        """Write an event of the log; None for one that an earlier release wrote and nobody knows any more."""
        try:
            happening = _HAPPENING.decode(row.happening)
        except msgspec.MsgspecError:
            return None
        with unscoped():
            site_id, owner = await self._place(happening)
        generation = 0 if self._tail is None else self._tail.generation
        frame = b"id: %d-%d\n" % (generation, row.id or 0) + self._frame(happening, site_id)
        return Told(frame, happening.station.casefold(), owner, site_id, isinstance(happening, _LOGGED))

    async def _place(self, happening: h.AnyHappening) -> tuple[int | None, int]:
        """Return the site and the organisation that a happening is of."""
        site_id = await self._sites(happening.station)
        if isinstance(happening, h.CampaignChanged):
            return site_id, happening.organisation_id
        return site_id, await self._owners(happening.station)

    def _frame(self, happening: h.AnyHappening, site_id: int | None) -> bytes:
        name, data = _told(happening, site_id)
        return b"event: %b\ndata: %b\n\n" % (name.encode(), data)

    async def render(self, happening: bytes) -> bytes:
        """Return what is told of a happening, as JSON, from the happening's JSON."""
        found = _HAPPENING.decode(happening)
        return _told(found, await self._sites(found.station))[1]


def resume_of(text: str) -> Resume | None:
    """Read the id of an event; None where it is none."""
    found = _ID.fullmatch(text)
    return None if found is None else (int(found[1]), int(found[2]))


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
    live: Live, reader: Reader, allowed: Callable[[], Awaitable[bool]], every_s: float, begin: bytes = _BEGIN
) -> AsyncIterator[bytes]:
    """Yield what a reader gets. Between events, a comment every `every_s` seconds, while `allowed` says yes."""
    loop = asyncio.get_running_loop()
    checked_at = loop.time()

    async def done() -> bool:  # asked also on a stream that is never quiet
        nonlocal checked_at
        if loop.time() - checked_at < every_s:
            return False
        checked_at = loop.time()
        return not await allowed()

    try:
        yield begin
        async for chunk in live.missed(reader):
            yield chunk
            if await done():
                return
        while reader.waiting or not reader.ended:
            try:
                chunk = await asyncio.wait_for(reader.take(), every_s)
            except TimeoutError:
                chunk = reader.heartbeat()
            if await done():
                return
            if chunk:
                yield chunk
    finally:
        live.leave(reader)
        await live.rest()
