"""Changes of passwords and profiles against a node and a station that answers as it likes."""

import asyncio
import contextlib
import json
from base64 import b64encode

import pytest
import websockets

from busbar.csms.bus.local import LocalBus
from busbar.csms.gateway.node import Node
from busbar.csms.gateway.settings import NodeSettings
from busbar.csms.jobs import security
from busbar.csms.jobs.runner import Desk
from busbar.csms.jobs.security import SecurityDesk, Way
from busbar.csms.records.security import StationSecurity
from busbar.csms.rows import CommandState
from busbar.csms.services.credentials import hash_secret
from busbar.csms.services.security import Forbidden, password_order, profile_order
from busbar.csms.storage.memory import MemoryStore
from busbar.model.orders import Reset, ResetKind

KEY = b"k" * 32
OLD, NEW = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
WAY = Way(wait_s=5, ttl_s=60, requested_by="test")
VERSIONS = ("ocpp1.6", "ocpp2.0.1", "ocpp2.1")


class Scene:
    """A node, a station and the desk."""

    def __init__(self, node: Node, desk: SecurityDesk) -> None:
        self.node = node
        self.desk = desk
        self.store = desk.store
        self.asked = []

    async def knock(self, password: str, version: str = "ocpp1.6"):
        basic = b64encode(f"CS1:{password}".encode()).decode()
        return await websockets.connect(
            f"ws://127.0.0.1:{self.node.port}/ocpp/CS1",
            subprotocols=[version],
            additional_headers={"Authorization": f"Basic {basic}"},
            close_timeout=1,
        )

    async def admitted(self, password: str, version: str = "ocpp1.6") -> bool:
        try:
            ws = await self.knock(password, version)
        except websockets.InvalidStatus:
            return False
        await ws.send('[2,"h","Heartbeat",{}]')
        while json.loads(await ws.recv())[1] != "h":
            pass
        await ws.close()
        return True

    async def obey(self, ws, status: str | None) -> None:
        """Answer every call by a status; a reset is always refused. By nothing where it is None."""
        with contextlib.suppress(websockets.ConnectionClosed):
            async for text in ws:
                if not await self.answer(ws, text, status):
                    return

    async def answer(self, ws, text: str, status: str | None) -> bool:
        _, message_id, action, payload = json.loads(text)
        self.asked.append((action, payload))
        if status is None:
            return False
        answer = {"status": "Rejected" if action == "Reset" else status}
        if action == "SetVariables":
            [asked] = payload["setVariableData"]
            result = {name: asked[name] for name in ("component", "variable")} | {"attributeStatus": status}
            answer = {"setVariableResult": [result]}
        await ws.send(json.dumps([3, message_id, answer]))
        return True

    async def connected(self, version: str, status: str | None):
        ws = await self.knock(OLD, version)
        await ws.send('[2,"h","Heartbeat",{}]')
        await ws.recv()
        return ws, asyncio.create_task(self.obey(ws, status))

    async def station(self):
        return await self.store.station("CS1")

    async def give(self, way: Way = WAY):
        station = await self.station()
        order = password_order(station.version, NEW)
        return await self.desk.give_password(station, order, hash_secret(KEY, NEW.encode()), way)

    async def row(self) -> StationSecurity:
        return await self.desk.row((await self.station()).id)


@pytest.fixture
async def scene():
    store, bus = MemoryStore(), LocalBus()
    await store.open()
    await store.add_station("CS1", secret=hash_secret(KEY, OLD.encode()))
    node = Node(store, bus, NodeSettings(key=KEY))
    await node.start()
    yield Scene(node, SecurityDesk(store, bus, node))
    await node.stop()
    await bus.close()


@pytest.mark.parametrize("version", VERSIONS)
async def test_an_accepted_password_is_the_only_one__A01_FR_03_TC_A_09_TC_073(scene, version):
    ws, obeying = await scene.connected(version, "Accepted")
    command = await scene.give()
    assert command.state is CommandState.ACCEPTED
    assert NEW in json.dumps(scene.asked)
    assert NEW.encode() not in (await scene.store.command(command.id)).payload
    await ws.close()
    await obeying
    assert await scene.admitted(NEW, version)
    assert not await scene.admitted(OLD, version)


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_rejected_password_changes_nothing__A01_FR_04_TC_A_10(scene, version):
    ws, obeying = await scene.connected(version, "Rejected")
    assert (await scene.give()).state is CommandState.REJECTED
    await ws.close()
    await obeying
    assert not await scene.admitted(NEW, version)
    assert await scene.admitted(OLD, version)


async def test_where_a_reboot_is_needed_both_count_until_the_new_one_is_used(scene):
    ws, obeying = await scene.connected("ocpp2.0.1", "RebootRequired")
    await scene.give()
    await ws.close()
    await obeying
    assert await scene.admitted(OLD)
    assert await scene.admitted(NEW)
    assert not await scene.admitted(OLD)


async def test_where_no_answer_came_both_count_until_the_new_one_is_used(scene):
    ws, obeying = await scene.connected("ocpp1.6", None)
    giving = asyncio.create_task(scene.give())
    await obeying
    ws.transport.abort()
    assert (await giving).state is CommandState.UNKNOWN
    with pytest.raises(Forbidden):
        await scene.give()
    assert await scene.admitted(OLD)
    assert await scene.admitted(NEW)
    assert not await scene.admitted(OLD)


async def test_a_station_that_is_offline_gets_no_password(scene):
    assert await scene.admitted(OLD)
    while scene.node.connections:
        await asyncio.sleep(0.01)
    assert (await scene.give()).state is CommandState.EXPIRED
    assert (await scene.row()).pending_secret is None


async def test_what_nobody_waited_for_is_settled_by_the_job(scene):
    ws, obeying = await scene.connected("ocpp1.6", "Accepted")
    command = await scene.give(Way(wait_s=0, ttl_s=60, requested_by="test"))
    desk = Desk(scene.store, scene.desk.bus, scene.node, print)
    if not command.state.final:
        assert (await scene.row()).secret_command == command.id
        while not (await scene.store.command(command.id)).state.final:
            await asyncio.sleep(0.01)
        await security.look(desk)
    assert (await scene.row()).secret == hash_secret(KEY, NEW.encode())
    assert (await scene.row()).secret_command is None
    await ws.close()
    await obeying


def steps(version: str, *, reset: bool = False):
    from busbar.model.versions import Version

    made = [profile_order(Version(version.removeprefix("ocpp")), 2, "1,0")]
    return [*made, Reset(kind=ResetKind.ON_IDLE)] if reset else made


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_profile_is_pending_once_the_station_said_yes__TC_A_19_TC_083(scene, version):
    ws, obeying = await scene.connected(version, "Accepted")
    command = await scene.desk.raise_profile(
        await scene.station(), 2, steps(version, reset=True), WAY, has_password=True
    )
    assert command.action == "Reset"
    assert [action for action, _ in scene.asked][-1] == "Reset"
    row = await scene.row()
    assert (row.profile, row.pending_profile) == (1, 2)
    assert await scene.admitted(OLD, version)
    await ws.close()
    await obeying


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_refused_profile_is_pending_no_more(scene, version):
    ws, obeying = await scene.connected(version, "Rejected")
    station = await scene.station()
    command = await scene.desk.raise_profile(station, 2, steps(version, reset=True), WAY, has_password=True)
    assert (command.state, len(scene.asked)) == (CommandState.REJECTED, 1)
    assert (await scene.row()).pending_profile is None
    await ws.close()
    await obeying


async def test_a_profile_that_may_not_be_is_not_sent(scene):
    ws, obeying = await scene.connected("ocpp1.6", "Accepted")
    with pytest.raises(Forbidden):
        await scene.desk.raise_profile(await scene.station(), 1, steps("ocpp1.6"), WAY, has_password=True)
    assert not scene.asked
    await ws.close()
    await obeying
