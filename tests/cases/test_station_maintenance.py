"""Our own station against our own CSMS: firmware, logs, monitors, streams, messages, customers."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from busbar.model.versions import Version
from busbar.station.config import Shelf
from busbar.station.events import CablePluggedIn
from busbar.station.runtime import Runner
from busbar.station.scenario import StationSpec
from busbar.station.virtual.hardware import VirtualHardware
from busbar.station.workers import installation
from tests.cases.ours import SETTINGS, command, connected, station
from tests.cases.rig import PASSWORD, Csms
from tests.fixtures.web import WebServer, web_server

FILE = b"BUSBAR FIRMWARE 9.1\n" + bytes(100_000)
ALL = pytest.mark.parametrize("version", list(Version))
TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])


@asynccontextmanager
async def files() -> AsyncIterator[WebServer]:
    async with web_server() as server:
        server.answer = lambda *_: (200, FILE)
        yield server


def signer() -> tuple[str, str]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "maker")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    )
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return certificate, b64encode(key.sign(FILE, scheme, hashes.SHA256())).decode()


async def shown(csms: Csms, path: str, field: str, value: object) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(200):
        if (found := await csms.get(path))[field] == value:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


@ALL
@pytest.mark.parametrize("signed", [False, True])
async def test_a_station_fetches_and_installs_firmware__L01_L02(
    csms: Csms, version: Version, signed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "INSTALL_S", 0.05)
    async with files() as web, station(csms, version) as runner:
        body: dict[str, Any] = {"location": f"{web.url}/fw.bin", "version": "9.1"}
        if signed:
            body["signing_certificate"], body["signature"] = signer()
        update = await csms.post(f"/stations/{runner.identity}/firmware-updates", body, wait=10)
        path = f"/stations/{runner.identity}/firmware-updates/{update['id']}"
        done = await shown(csms, path, "confirmed", True)
        assert done["status"] == "Installed"
        assert runner.tally.connected == 2


@TWO
async def test_a_local_controller_offers_firmware_that_another_station_installs__L03_L04(
    csms: Csms, version: Version, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "INSTALL_S", 0.05)
    shelf = Shelf(str(tmp_path), "127.0.0.1")
    spec = StationSpec(
        identity=await csms.add_station(), version=version, password=PASSWORD, settings=SETTINGS, shelf=shelf
    )
    hardware = VirtualHardware(spec.supply, [iter(())], {})
    async with files() as web, connected(csms, spec, hardware) as controller, station(csms, version) as other:
        checksum = md5(FILE, usedforsecurity=False).hexdigest()
        path = f"/stations/{controller.identity}/firmware-publications"
        made = await csms.post(path, {"location": f"{web.url}/fw.bin", "checksum": checksum}, wait=10)
        done = await shown(csms, f"{path}/{made['id']}", "status", "Published")
        body = {"location": done["locations"][0], "version": "9.1"}
        update = await csms.post(f"/stations/{other.identity}/firmware-updates", body, wait=10)
        await shown(csms, f"/stations/{other.identity}/firmware-updates/{update['id']}", "confirmed", True)
        told = await command(csms, controller, "unpublish-firmware", {"checksum": checksum})
        assert told["status"] == "Unpublished"
        told = await command(csms, controller, "unpublish-firmware", {"checksum": checksum})
        assert told["status"] == "NoFirmware"
        assert len(web.asked) == 1
        assert not list(tmp_path.iterdir())


@ALL
async def test_a_station_uploads_its_log__N01(csms: Csms, version: Version) -> None:
    async with files() as web, station(csms, version) as runner:
        body = {"kind": "DiagnosticsLog", "location": f"{web.url}/logs/"}
        log = await csms.post(f"/stations/{runner.identity}/logs", body, wait=10)
        about = f"/stations/{runner.identity}/logs/{log['id']}"
        await shown(csms, about, "status", "Uploaded")
        method, path, _, content = web.asked[-1]
        assert method == "PUT"
        await shown(csms, about, "filename", path.removeprefix("/logs/"))
        assert b"HeartbeatInterval" in content


async def set_monitor(csms: Csms, runner: Runner, **more: Any) -> int:
    monitor = {"component": "EVSE", "evse": 1, "severity": 5, **more}
    answer = await csms.post(f"/stations/{runner.identity}/monitors", {"monitors": [monitor]}, wait=10)
    assert [result["status"] for result in answer["results"]] == ["Accepted"]
    return int(answer["results"][0]["id"])


@TWO
async def test_a_station_tells_what_its_monitors_notice__N04_N07_N08(csms: Csms, version: Version) -> None:
    async with station(csms, version) as runner:
        await set_monitor(csms, runner, variable="AvailabilityState", kind="Delta", value=1)
        await set_monitor(csms, runner, variable="Power", kind="Periodic", value=1)
        runner.feed(CablePluggedIn(1))
        async with asyncio.timeout(10):
            while True:
                found = (await csms.get("/station-events", station=runner.identity))["items"]
                if {"Delta", "Periodic"} <= {event["trigger"] for event in found}:
                    break
                await asyncio.sleep(0.1)
        assert {event["value"] for event in found if event["trigger"] == "Delta"} == {"Occupied"}


async def test_a_station_streams_the_values_of_a_monitor__N11_N15(csms: Csms) -> None:
    async with station(csms, Version.V21) as runner:
        await set_monitor(csms, runner, variable="Power", kind="Periodic", value=1, stream={"values": 2})
        async with asyncio.timeout(10):
            while not (found := (await csms.get(f"/stations/{runner.identity}/event-streams"))["items"]):
                await asyncio.sleep(0.1)
        assert found[0]["values"] == 2


@TWO
async def test_a_station_shows_reports_and_clears_messages__O01_O03_O05(csms: Csms, version: Version) -> None:
    async with station(csms, version) as runner:
        shown = {"text": {"content": "Hello"}, "id": 7}
        assert (await command(csms, runner, "display-message", shown))["status"] == "Accepted"
        assert (await command(csms, runner, "ask-display-messages", {}))["status"] == "Accepted"
        listed = (await csms.get(f"/stations/{runner.identity}/display-messages"))["items"]
        assert [one["id"] for one in listed] == [7]
        for status in ("Accepted", "Unknown"):
            path = f"/stations/{runner.identity}/display-messages/7/clear"
            assert (await csms.post(path, {}, wait=10))["status"] == status
