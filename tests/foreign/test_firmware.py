"""Firmware, logs and campaigns from end to end: a whole server, stations on real sockets that fetch and bring files."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import websockets

from busbar.cli.bootstrap import Running, running
from busbar.cli.settings import Settings

PASSWORD = "a-password-of-one"
CONTENT = bytes(range(256)) * 2000
BOOT_16 = {"chargePointVendor": "V", "chargePointModel": "M"}
BOOT_2 = {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}}


@dataclass
class Station:
    """A station of any version: answers calls from a table, sends what it is told to."""

    socket: websockets.ClientConnection
    version: str
    answers: dict[str, dict[str, Any]]
    calls: asyncio.Queue[tuple[str, dict[str, Any]]] = field(default_factory=asyncio.Queue)
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    async def listen(self) -> None:
        async for text in self.socket:
            message = json.loads(text)
            if message[0] == 2:
                _, message_id, action, payload = message
                await self.socket.send(json.dumps([3, message_id, self.answers.get(action, {"status": "Accepted"})]))
                self.calls.put_nowait((action, payload))
            else:
                self.waiting.pop(message[1]).set_result(message)

    async def send(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        message_id = str(uuid4())
        future = self.waiting[message_id] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps([2, message_id, action, payload]))
        answer = await asyncio.wait_for(future, 5)
        assert answer[0] == 3, answer
        return answer[2]

    async def boot(self, firmware: str) -> None:
        if self.version == "ocpp1.6":
            answer = await self.send("BootNotification", BOOT_16 | {"firmwareVersion": firmware})
        else:
            station = BOOT_2["chargingStation"] | {"firmwareVersion": firmware}
            answer = await self.send("BootNotification", BOOT_2 | {"chargingStation": station})
        assert answer["status"] == "Accepted"

    async def called(self, *actions: str) -> dict[str, Any]:
        action, payload = await asyncio.wait_for(self.calls.get(), 10)
        assert action in actions
        return payload


@dataclass
class World:
    """The server, an operator's client, and a station's."""

    server: Running
    api: httpx2.AsyncClient
    web: httpx2.AsyncClient

    @contextlib.asynccontextmanager
    async def station(self, identity: str, version: str, **answers: dict[str, Any]) -> AsyncIterator[Station]:
        url = f"{self.server.ocpp_urls[0].replace('ws://', f'ws://{identity}:{PASSWORD}@')}/{identity}"
        async with websockets.connect(url, subprotocols=[version]) as socket:
            made = Station(socket, version, answers)
            task = asyncio.create_task(made.listen())
            yield made
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(self, path: str, **wanted: Any) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                found = (await self.api.get(path)).json()
                if all(found[name] == value for name, value in wanted.items()):
                    return found
                self.server.backend.bus.publish("busbar.job.requests", b"")
                self.server.backend.bus.publish("busbar.job.campaigns", b"")
                await asyncio.sleep(0.05)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    told = Settings(
        database_url=f"sqlite:///{tmp_path / 'a.db'}",
        secret_key_file=tmp_path / "key",
        ocpp_port=0,
        api_port=0,
        files_port=0,
        files_plain=True,
        files_directory=tmp_path / "files",
    )
    async with running(told) as server, httpx2.AsyncClient() as web:
        headers = {"Authorization": f"Bearer {await server.make_key('tests')}"}
        async with httpx2.AsyncClient(base_url=f"{server.api_url}/api/v1", headers=headers, timeout=20) as api:
            for identity in ("CS-1", "CS-2"):
                body = {"identity": identity, "password": PASSWORD}
                assert (await api.post("/stations", json=body)).status_code == 201
            yield World(server, api, web)


async def bring(world: World) -> int:
    answer = await world.api.post("/firmware-images", params={"vendor": "V", "version": "2.0"}, content=CONTENT)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


VERSIONS = pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])


@VERSIONS
async def test_a_station_fetches_installs_and_proves_its_firmware__TC_L_01_TC_044_1(world: World, version: str) -> None:
    image = await bring(world)
    answers = {"UpdateFirmware": {} if version == "ocpp1.6" else {"status": "Accepted"}}
    async with world.station("CS-1", version, **answers) as station:
        await station.boot("1.0")
        answer = await world.api.post("/stations/CS-1/firmware-updates", json={"image_id": image})
        assert answer.status_code == 200, answer.text
        asked = await station.called("UpdateFirmware")
        location = asked["location"] if version == "ocpp1.6" else asked["firmware"]["location"]
        number = {} if version == "ocpp1.6" else {"requestId": asked["requestId"]}

        await station.send("FirmwareStatusNotification", {"status": "Downloading"} | number)
        first = await world.web.get(location, headers={"Range": "bytes=0-99999"})
        rest = await world.web.get(location, headers={"Range": "bytes=100000-"})
        assert first.content + rest.content == CONTENT
        for status in ("Downloaded", "Installing", "Installed"):
            await station.send("FirmwareStatusNotification", {"status": status} | number)
        await station.boot("2.0")
        shown = await world.until(f"/stations/CS-1/firmware-updates/{answer.json()['id']}", confirmed=True)
        assert shown["state"] == "done"
        assert [step["status"] for step in shown["steps"]] == ["Downloading", "Downloaded", "Installing", "Installed"]


async def test_a_signed_update_of_1_6_keeps_its_number__TC_080(world: World) -> None:
    async with world.station("CS-1", "ocpp1.6") as station:
        await station.boot("1.0")
        body = {"location": "https://v.example/f", "signing_certificate": "PEM", "signature": "c2ln"}
        answer = await world.api.post("/stations/CS-1/firmware-updates", json=body)
        asked = await station.called("SignedUpdateFirmware")
        for status in ("Downloaded", "InvalidSignature"):
            sent = {"status": status, "requestId": asked["requestId"]}
            await station.send("SignedFirmwareStatusNotification", sent)
        shown = await world.until(f"/stations/CS-1/firmware-updates/{answer.json()['id']}", state="failed")
        assert shown["status"] == "InvalidSignature"


async def test_a_newer_update_cancels_the_older__TC_L_10(world: World) -> None:
    async with world.station("CS-1", "ocpp2.0.1") as station:
        await station.boot("1.0")
        body = {"location": "https://v.example/f"}
        first = (await world.api.post("/stations/CS-1/firmware-updates", json=body)).json()["id"]
        await station.send("FirmwareStatusNotification", {"status": "Downloading", "requestId": first})
        station.answers["UpdateFirmware"] = {"status": "AcceptedCanceled"}
        second = (await world.api.post("/stations/CS-1/firmware-updates", json=body)).json()
        assert (second["state"], second["answer"]) == ("accepted", "AcceptedCanceled")
        await station.send("FirmwareStatusNotification", {"status": "DownloadFailed", "requestId": first})
        await world.until(f"/stations/CS-1/firmware-updates/{first}", state="canceled")


@VERSIONS
async def test_a_station_brings_its_log__TC_N_25_TC_045_1(world: World, version: str) -> None:
    named = {"fileName": "d.zip"} if version == "ocpp1.6" else {"status": "Accepted", "filename": "d.zip"}
    async with world.station("CS-1", version, GetLog=named, GetDiagnostics=named) as station:
        await station.boot("1.0")
        answer = await world.api.post("/stations/CS-1/logs", json={})
        assert answer.status_code == 200, answer.text
        asked = await station.called("GetLog", "GetDiagnostics")
        location = asked["location"] if version == "ocpp1.6" else asked["log"]["remoteLocation"]
        action = "DiagnosticsStatusNotification" if version == "ocpp1.6" else "LogStatusNotification"
        number = {} if version == "ocpp1.6" else {"requestId": asked["requestId"]}
        await station.send(action, {"status": "Uploading"} | number)
        assert (await world.web.put(f"{location}/d.zip", content=b"the log")).status_code == 201
        await station.send(action, {"status": "Uploaded"} | number)
        where = f"/stations/CS-1/logs/{answer.json()['id']}"
        shown = await world.until(where, state="done", filename="d.zip")
        assert [file["size"] for file in shown["files"]] == [7]
        assert (await world.api.get(f"{where}/file")).content == b"the log"
        assert (await world.web.get(f"{world.server.api_url}/api/v1{where}/file")).status_code == 401


async def test_a_campaign_waits_for_a_station_that_is_away(world: World) -> None:
    image = await bring(world)
    async with world.station("CS-1", "ocpp1.6", UpdateFirmware={}) as first:
        await first.boot("1.0")
        async with world.station("CS-2", "ocpp2.1") as second:
            await second.boot("1.0")
        ends_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        body = {"name": "2.0", "work": {"kind": "firmware", "image_id": image}, "selection": {"vendor": "V"}}
        answer = await world.api.post("/campaigns", json=body | {"ends_at": ends_at})
        assert answer.status_code == 201, answer.text
        where = f"/campaigns/{answer.json()['id']}"
        location = (await first.called("UpdateFirmware"))["location"]
        assert (await world.web.get(location)).content == CONTENT
        await first.send("FirmwareStatusNotification", {"status": "Installed"})
        await first.boot("2.0")
        await world.until(where, counts={"done": 1, "offline": 1})
        async with world.station("CS-2", "ocpp2.1") as second:
            asked = await second.called("UpdateFirmware")
            sent = {"status": "Installed", "requestId": asked["requestId"]}
            await second.send("FirmwareStatusNotification", sent)
            await second.boot("2.0")
            await world.until(where, state="finished", counts={"done": 2})


async def test_a_station_that_falls_back_fails_the_campaign(world: World) -> None:
    image = await bring(world)
    async with world.station("CS-1", "ocpp2.0.1") as station:
        await station.boot("1.0")
        ends_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        work = {"kind": "firmware", "image_id": image}
        body = {"name": "2.0", "work": work, "selection": {"stations": ["CS-1"]}, "ends_at": ends_at}
        where = f"/campaigns/{(await world.api.post('/campaigns', json=body)).json()['id']}"
        asked = await station.called("UpdateFirmware")
        await station.send("FirmwareStatusNotification", {"status": "Installed", "requestId": asked["requestId"]})
        await station.boot("1.0")
        await world.until(where, counts={"failed": 1})
        (item,) = (await world.api.get(f"{where}/stations")).json()["items"]
        assert item["reason"] == "it runs 1.0, not 2.0"


async def test_a_station_that_cannot_reach_its_own_firmware_fails_the_campaign(world: World) -> None:
    image = await bring(world)
    async with world.station("CS-1", "ocpp2.0.1") as station:
        await station.boot("1.0")
        ends_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        work = {"kind": "firmware", "image_id": image}
        body = {"name": "2.0", "work": work, "selection": {"stations": ["CS-1"]}, "ends_at": ends_at, "halt_after": 1}
        where = f"/campaigns/{(await world.api.post('/campaigns', json=body)).json()['id']}"
        asked = await station.called("UpdateFirmware")
        await station.send("FirmwareStatusNotification", {"status": "DownloadFailed", "requestId": asked["requestId"]})
        shown = await world.until(where, state="halted")
        assert shown["reason"] == "1 stations failed"
        (item,) = (await world.api.get(f"{where}/stations")).json()["items"]
        assert (item["state"], item["reason"]) == ("failed", "DownloadFailed")
