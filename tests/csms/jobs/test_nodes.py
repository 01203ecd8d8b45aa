import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from busbar.csms.bus.local import LocalBus
from busbar.csms.changes import ConnectionOpened
from busbar.csms.happenings import AnyHappening, StationDisconnected
from busbar.csms.jobs import nodes
from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Store
from busbar.csms.records.leases import Lease
from busbar.model.versions import Version
from tests.fixtures.rows import NOON


class Holder:
    """A node that holds some stations, and counts how often it announced them."""

    def __init__(self, *holds: int) -> None:
        self.holds = holds
        self.announced = 0

    def held(self, station_ids: Iterable[int]) -> list[int]:
        return [number for number in station_ids if number in self.holds]

    def announce(self) -> None:
        self.announced += 1


class Scene:
    """Stations 1 to 3, all online, and what listeners were told."""

    def __init__(self, store: Store, bus: LocalBus, stack: AsyncExitStack) -> None:
        self.told: list[tuple[int, AnyHappening]] = []
        self.desk = Desk(store, bus, cast("Any", None), self.publish)
        self.stack = stack

    def publish(self, station_id: int, happenings: Sequence[AnyHappening]) -> None:
        self.told += [(station_id, happening) for happening in happenings]

    async def node(self, name: str, *holds: int) -> Holder:
        holder = Holder(*holds)
        await self.stack.enter_async_context(nodes.present(self.desk.store, self.desk.bus, name, holder))
        return holder

    async def late(self, name: str) -> None:
        until = datetime.now(UTC) - timedelta(seconds=1)
        await self.desk.store.put(Lease(name=f"node:{name}", holder=name, until=until))

    async def names(self) -> list[str]:
        return [lease.holder for lease in await self.desk.store.find(Lease)]

    async def online(self) -> list[int]:
        found = [await self.desk.store.station(f"CS-{number}") for number in (1, 2, 3)]
        return [station.id for station in found if station is not None and station.online]

    async def connect(self, station_id: int) -> None:
        epoch = await self.desk.store.next_epoch(station_id)
        await self.desk.store.commit([ConnectionOpened(station_id, epoch, Version.V201, NOON, "")])


@pytest.fixture
async def scene(store: Store) -> AsyncIterator[Scene]:
    bus = LocalBus()
    await bus.open()
    async with AsyncExitStack() as stack:
        made = Scene(store, bus, stack)
        for number in (1, 2, 3):
            station = await store.add_station(f"CS-{number}", secret=None)
            await made.connect(station.id)
        yield made
    await bus.close()


async def test_what_a_lost_node_held_is_offline_and_told(scene: Scene) -> None:
    await scene.node("here", 1)
    await scene.late("lost")
    await nodes.look(scene.desk)
    assert await scene.online() == [1]
    assert [(number, type(told), told.station) for number, told in scene.told] == [  # type: ignore[union-attr]
        (2, StationDisconnected, "CS-2"),
        (3, StationDisconnected, "CS-3"),
    ]
    assert await scene.names() == ["here"]
    await nodes.look(scene.desk)
    assert len(scene.told) == 2


async def test_nothing_is_concluded_while_all_leases_last(scene: Scene) -> None:
    await scene.node("here", 1)
    await nodes.look(scene.desk)
    assert await scene.online() == [1, 2, 3]


async def test_a_node_that_is_late_but_answers_is_not_lost(scene: Scene) -> None:
    await scene.node("here", 1)
    await scene.node("slow", 2)
    await scene.late("slow")
    await nodes.look(scene.desk)
    assert await scene.online() == [1, 2]
    assert await scene.names() == ["here", "slow"]


async def test_nothing_is_concluded_where_a_node_that_must_be_there_does_not_answer(scene: Scene) -> None:
    await scene.node("here", 1)
    await scene.late("lost")
    until = datetime.now(UTC) + timedelta(seconds=60)
    await scene.desk.store.put(Lease(name="node:silent", holder="silent", until=until))
    await nodes.look(scene.desk)
    assert await scene.online() == [1, 2, 3]
    assert await scene.names() == ["here", "lost", "silent"]


async def test_a_station_that_connects_meanwhile_stays_online(scene: Scene) -> None:
    class Welcoming(Holder):
        def held(self, station_ids: Iterable[int]) -> list[int]:
            self.connecting = asyncio.ensure_future(scene.connect(2))
            return super().held(station_ids)

    holder = Welcoming(1)
    await scene.stack.enter_async_context(nodes.present(scene.desk.store, scene.desk.bus, "here", holder))
    await scene.late("lost")
    offline = scene.desk.store.offline

    async def later(epochs: Any) -> list[int]:
        await holder.connecting
        return await offline(epochs)

    scene.desk.store.offline = later  # type: ignore[method-assign]
    await nodes.look(scene.desk)
    assert await scene.online() == [1, 2]


async def test_a_node_renews_its_lease_and_announces_its_stations_where_it_was_given_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "RENEW_S", 0.01)
    holder = await scene.node("here", 1)
    before = await scene.desk.store.get(Lease, "node:here")
    assert before is not None
    await scene.late("here")
    while True:
        lease = await scene.desk.store.get(Lease, "node:here")
        if lease is not None and lease.until > before.until:
            break
        await asyncio.sleep(0.01)
    assert holder.announced == 0
    await scene.desk.store.remove(Lease, "node:here")
    while not holder.announced:
        await asyncio.sleep(0.01)
    assert await scene.names() == ["here"]


async def test_a_node_that_ends_leaves_no_lease(scene: Scene) -> None:
    await scene.node("here")
    await scene.stack.aclose()
    assert await scene.names() == []
