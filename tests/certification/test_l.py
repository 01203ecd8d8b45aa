"""Part 6, 2.13: new firmware."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256

from busbar.model.certificates import CertificateUse
from busbar.model.versions import Version
from busbar.station.installation import Install
from busbar.station.workers import desk, installation
from tests.certification.rig import OTHER, TWO, Case, playing
from tests.fixtures.certificates import Authority, Issued
from tests.fixtures.web import WebServer, web_server

FILE = b"BUSBAR FIRMWARE 9.1\n" + bytes(50_000)
ALL_AWAY = {1: "Unavailable", 2: "Unavailable"}


class Maker:
    """Who signs firmware, and where it is."""

    def __init__(self, folder: Path, web: WebServer) -> None:
        self.authority = Authority(folder, "Maker")
        self.signer: Issued = self.authority.issue("signer")
        self.web = web

    def order(self, case: Case, number: int = 1, **firmware: Any) -> dict[str, Any]:
        """Return an order to update, which begins at once; None leaves a field of `firmware` out."""
        signature = self.signer.private.sign(FILE, ECDSA(SHA256()))
        about = {
            "location": f"{self.web.url}/fw.bin",
            "retrieveDateTime": case.at(-7200),
            "installDateTime": case.at(-7200),
            "signingCertificate": self.signer.chain.read_text(),
            "signature": b64encode(signature).decode(),
        } | firmware
        present = {name: value for name, value in about.items() if value is not None}
        return {"requestId": number, "firmware": present, "retries": 0}


@pytest.fixture
async def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Maker]:
    """Serve firmware, and install it fast."""
    monkeypatch.setattr(installation, "INSTALL_S", 0.02)
    async with web_server() as web:
        web.answer = lambda _, path, __: (200, FILE) if path == "/fw.bin" else (404, b"")
        yield Maker(tmp_path, web)


@asynccontextmanager
async def updating(version: Version, maker: Maker, **settings: str) -> AsyncIterator[Case]:
    roots = ((CertificateUse.MANUFACTURER_ROOT, maker.authority.path.read_text()),)
    async with playing(version, settings=settings, build=lambda config: replace(config, roots=roots)) as case:
        yield case


async def update(case: Case, order: dict[str, Any], status: str | set[str] = "Accepted") -> None:
    await case.call("UpdateFirmware", order, status=status)


async def told(case: Case, *statuses: str, number: int = 1) -> None:
    for status in statuses:
        await case.expect("FirmwareStatusNotification", status=status, requestId=number)


async def installed(case: Case, number: int = 1, away: dict[int, str] | None = None) -> None:
    """See the station install and restart with the new firmware."""
    await told(case, "Installing", number=number)
    await case.statuses(ALL_AWAY if away is None else away)
    await told(case, "InstallRebooting", number=number)
    boot = await case.booted(reason="FirmwareUpdate")
    assert boot["chargingStation"]["firmwareVersion"] == "9.1"
    await told(case, "Installed", number=number)
    await case.until(lambda: "FirmwareUpdated" in case.security)


FETCHED = ("Downloading", "Downloaded", "SignatureVerified")


@TWO
async def test_installs_firmware__TC_L_01(version: Version, maker: Maker) -> None:
    async with updating(version, maker) as case:
        await update(case, maker.order(case))
        await told(case, *FETCHED)
        await installed(case)


@TWO
async def test_installs_firmware_at_a_time__TC_L_02(version: Version, maker: Maker) -> None:
    async with updating(version, maker) as case:
        await update(case, maker.order(case, installDateTime=case.at(8)))
        await told(case, *FETCHED, "InstallScheduled")
        await installed(case)


@TWO
async def test_fetches_firmware_at_a_time__TC_L_03(version: Version, maker: Maker) -> None:
    async with updating(version, maker) as case:
        await update(case, maker.order(case, retrieveDateTime=case.at(4)))
        await told(case, "DownloadScheduled", *FETCHED)
        await installed(case)


@TWO
async def test_takes_no_firmware_of_a_strange_signer__TC_L_05(version: Version, maker: Maker, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "Stranger").issue("signer")
    async with updating(version, maker) as case:
        order = maker.order(case, signingCertificate=stranger.chain.read_text())
        await update(case, order, {"InvalidCertificate", "RevokedCertificate"})
        await case.until(lambda: "InvalidFirmwareSigningCertificate" in case.security)


@TWO
async def test_installs_nothing_with_a_wrong_signature__TC_L_06(version: Version, maker: Maker) -> None:
    async with updating(version, maker) as case:
        signature = maker.signer.private.sign(b"another file", ECDSA(SHA256()))
        await update(case, maker.order(case, signature=b64encode(signature).decode()))
        await told(case, "Downloading", "Downloaded", "InvalidSignature")
        await case.until(lambda: "InvalidFirmwareSignature" in case.security)


@TWO
async def test_tells_that_there_is_no_file__TC_L_07(version: Version, maker: Maker) -> None:
    async with updating(version, maker) as case:
        await update(case, maker.order(case, location=f"{maker.web.url}/fw.bin_does_not_exist"))
        await told(case, "Downloading", "DownloadFailed")


@TWO
async def test_tells_that_the_installation_failed__TC_L_08(
    version: Version, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: Install) -> None:
        raise ValueError("not for this model")

    monkeypatch.setattr(desk, "WORKERS", MappingProxyType({**desk.WORKERS, Install: broken}))
    async with updating(version, maker) as case:
        await update(case, maker.order(case))
        await told(case, *FETCHED, "Installing", "InstallationFailed")
        events = [(await case.expect("StatusNotification"))["connectorStatus"] for _ in range(4)]
        assert events == ["Unavailable", "Unavailable", "Available", "Available"]


@TWO
async def test_a_second_update_cancels_the_first__TC_L_10(version: Version, maker: Maker) -> None:
    async with updating(version, maker) as case:
        maker.web.pause_s = 0.2
        await update(case, maker.order(case))
        await told(case, "Downloading")
        await update(case, maker.order(case, 2), "AcceptedCanceled")
        await told(case, *FETCHED, number=2)
        await installed(case, 2)


@TWO
async def test_lets_others_charge_until_it_installs__TC_L_14(version: Version, maker: Maker) -> None:
    async with updating(version, maker, AllowNewSessionsPendingFirmwareUpdate="true") as case:
        await case.charging()
        await update(case, maker.order(case))
        await told(case, *FETCHED, "InstallScheduled")
        await case.charging(2, OTHER)
        await case.stopped()
        await case.unplugged()
        await case.stopped(2, OTHER)
        case.tear(2)
        case.silent.add("StatusNotification")
        await told(case, "Installing", "InstallRebooting")
        await case.expect("BootNotification", reason="FirmwareUpdate")
        await told(case, "Installed")
        case.heard.clear()


@TWO
async def test_lets_nobody_else_charge_until_it_installs__TC_L_15(version: Version, maker: Maker) -> None:
    async with updating(version, maker, AllowNewSessionsPendingFirmwareUpdate="false") as case:
        await case.charging()
        await update(case, maker.order(case))
        await told(case, *FETCHED, "InstallScheduled")
        await case.statuses({2: "Unavailable"})
        case.silent.add("StatusNotification")
        await case.stopped()
        case.tear()
        await told(case, "Installing", "InstallRebooting")
        await case.expect("BootNotification", reason="FirmwareUpdate")
        await told(case, "Installed")
        case.heard.clear()


@TWO
async def test_takes_no_firmware_that_nobody_signed__TC_L_18(version: Version, maker: Maker) -> None:
    async with updating(version, maker) as case:
        order = maker.order(case, signingCertificate=None, signature=None)
        await update(case, order, {"Rejected", "InvalidCertificate"})


@TWO
async def test_tells_that_it_fetches_firmware__TC_F_19(version: Version, maker: Maker) -> None:
    async with updating(version, maker) as case:
        maker.web.pause_s = 0.3
        await update(case, maker.order(case, installDateTime=None))
        await told(case, "Downloading")
        await case.call("TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"}, status="Accepted")
        await told(case, "Downloading")
