"""Which nodes of a cluster are there, and what becomes of the stations of one that is not.

Each node renews a lease, and answers which stations it holds. Where a lease ran out, a station that no node holds is
offline; where a node that must be there does not answer, nothing is concluded. Knows no session.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import msgspec
from msgspec.structs import replace

from busbar.csms.happenings import StationDisconnected
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Bus, NoResponder, Query, Search, Store, StoreUnavailable, Test
from busbar.csms.records.leases import Lease
from busbar.csms.rows import Station

EVERY_S: Final = 5.0
RENEW_S: Final = 3.0
LASTS: Final = timedelta(seconds=10)
PAGE: Final = 1000
ASK_S: Final = 2.0
PREFIX: Final = "node:"
LOST: Final = "its node was lost"

_IDS: Final = msgspec.msgpack.Decoder(list[int])
_pack: Final = msgspec.msgpack.Encoder().encode

log = logging.getLogger(__name__)


class Holder(Protocol):
    """A node, as far as it is asked for its stations."""

    def held(self, station_ids: Iterable[int]) -> list[int]:
        """Return those of the stations that are connected here, or about to be."""

    def announce(self) -> None:
        """Say anew that the stations here are online."""


@contextlib.asynccontextmanager
async def present(store: Store, bus: Bus, name: str, holder: Holder) -> AsyncIterator[None]:
    """Be one of the nodes. Raises StoreUnavailable."""

    async def answer(data: bytes) -> bytes:
        return _pack(holder.held(_IDS.decode(data)))

    await store.put(_lease(name))
    end = await bus.respond(_subject(name), answer)
    renewing = asyncio.create_task(_renew(store, name, holder.announce))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        await end()
        with contextlib.suppress(StoreUnavailable):
            await store.remove(Lease, PREFIX + name)


async def _renew(store: Store, name: str, announce: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(RENEW_S)
        lease = _lease(name)
        try:
            if not await store.change(Lease, (lease.name,), values={"until": lease.until}, expected={}):
                log.warning("this node was given up, and is back")
                await store.put(lease)
                announce()
        except StoreUnavailable as error:
            log.warning("this node cannot say that it is there: %s", error)


def _lease(name: str) -> Lease:
    return Lease(name=PREFIX + name, holder=name, until=datetime.now(UTC) + LASTS)


def _subject(name: str) -> str:
    return f"busbar.node.{name}"


async def look(desk: Desk) -> None:
    """Mark the stations of lost nodes offline. Raises StoreUnavailable."""
    now = datetime.now(UTC)
    leases = (await desk.store.look(Lease, Search(tests=(Test("name", "starts", PREFIX),), limit=PAGE))).items
    late = {lease.holder for lease in leases if lease.until <= now}
    if not late:
        return
    query: Query | None = Query(active=True, limit=PAGE)
    while query is not None:
        page = await desk.store.stations(query)
        lost = {station.id: station for station in page.items}
        for lease in leases:
            try:
                data = await desk.bus.request(_subject(lease.holder), _pack(list(lost)), timeout_s=ASK_S)
            except NoResponder:
                if lease.holder not in late:
                    return
                continue
            late.discard(lease.holder)
            for station_id in _IDS.decode(data):
                lost.pop(station_id, None)
        await _end(desk, lost, now)
        query = None if page.next is None else replace(query, cursor=page.next)
    for name in late:
        log.warning("the node %s is lost", name)
        await desk.store.remove(Lease, PREFIX + name)


async def _end(desk: Desk, lost: dict[int, Station], now: datetime) -> None:
    """Mark stations offline that did not connect meanwhile."""
    for station_id in await desk.store.offline({station.id: station.epoch for station in lost.values()}):
        station = lost[station_id]
        told = StationDisconnected(station=station.identity, at=now, epoch=station.epoch, reason=LOST)
        desk.publish(station_id, [told])
