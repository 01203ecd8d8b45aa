"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block L, firmware management."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cases.rig import Csms, Station, now
from tests.cases.steps_lp import BOTH, connector_event, finished, path, transaction_of

pytestmark = pytest.mark.parametrize("version", BOTH)
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nTWFrZXI=\n-----END CERTIFICATE-----"
SIGNATURE = "c2lnbmF0dXJl"
LOCATION = "https://files.example/firmware.bin"
CHECKSUM = "d41d8cd98f00b204e9800998ecf8427e"
ACCEPTED = {"status": "Accepted"}
INSTALLING = ("Downloading", "Downloaded", "SignatureVerified", "Installing")


def _soon() -> str:
    return (datetime.now(UTC) + timedelta(seconds=2)).isoformat()


async def _update(csms: Csms, station: Station, status: str = "Accepted", **fields: Any) -> tuple[Any, Any]:
    """Have the CSMS order an update, answer it, and return the request and what the interface says."""
    body = {"location": LOCATION, "signing_certificate": CERTIFICATE, "signature": SIGNATURE} | fields
    ordering = csms.post(path(station, "firmware-updates"), body)
    asked, told = await station.during(ordering, "UpdateFirmware", {"status": status})
    assert asked["firmware"]["location"] == LOCATION
    assert asked["firmware"]["signingCertificate"] == CERTIFICATE
    assert asked["firmware"]["signature"] == SIGNATURE
    assert asked["requestId"] == told["id"]
    return asked, told


async def _tell(station: Station, number: int, *statuses: str) -> None:
    for status in statuses:
        assert await station.call("FirmwareStatusNotification", {"status": status, "requestId": number}) == {}


async def _restart(station: Station, number: int, last: str = "Installed") -> None:
    """Restart with the new firmware: the boot must be accepted."""
    await _tell(station, number, "InstallRebooting")
    assert (await station.boot("FirmwareUpdate"))["status"] == "Accepted"
    await connector_event(station, 1, "Available")
    await _tell(station, number, last)


async def _shown(csms: Csms, station: Station, number: int) -> Any:
    return await csms.get(path(station, f"firmware-updates/{number}"))


async def _publish(csms: Csms, station: Station) -> int:
    body = {"location": LOCATION, "checksum": CHECKSUM}
    asked, told = await station.during(
        csms.post(path(station, "firmware-publications"), body), "PublishFirmware", ACCEPTED
    )
    assert asked == {"location": LOCATION, "checksum": CHECKSUM, "requestId": told["id"]}
    number: int = told["id"]
    return number


async def _report(station: Station, number: int, *statuses: str) -> None:
    for status in statuses:
        told = {"status": status, "requestId": number} | ({"location": [LOCATION]} if status == "Published" else {})
        assert await station.call("PublishFirmwareStatusNotification", told) == {}


async def _unpublish(csms: Csms, station: Station, status: str) -> Any:
    ordering = csms.post(path(station, "commands/unpublish-firmware"), {"checksum": CHECKSUM})
    asked, told = await station.during(ordering, "UnpublishFirmware", {"status": status})
    assert asked == {"checksum": CHECKSUM}
    return told


async def test_installs_signed_firmware__TC_L_01(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        asked, told = await _update(csms, station)
        assert asked["firmware"]["retrieveDateTime"]
        await _tell(station, told["id"], *INSTALLING)
        await _restart(station, told["id"])
        assert (await _shown(csms, station, told["id"]))["state"] == "done"


async def test_installs_at_a_later_time__TC_L_02(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        asked, told = await _update(csms, station, install_at=_soon())
        assert asked["firmware"]["installDateTime"] > now()
        await _tell(station, told["id"], *INSTALLING[:3], "InstallScheduled")
        await asyncio.sleep(0.1)
        await _tell(station, told["id"], "Installing")
        await _restart(station, told["id"])
        assert (await _shown(csms, station, told["id"]))["state"] == "done"


async def test_downloads_at_a_later_time__TC_L_03(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        asked, told = await _update(csms, station, retrieve_at=_soon())
        assert asked["firmware"]["retrieveDateTime"] > now()
        await _tell(station, told["id"], "DownloadScheduled", *INSTALLING)
        await _restart(station, told["id"])
        assert (await _shown(csms, station, told["id"]))["state"] == "done"


async def test_takes_a_revoked_certificate_for_an_answer__TC_L_04(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        _, told = await _update(csms, station, "RevokedCertificate")
        assert (told["state"], told["answer"]) == ("refused", "RevokedCertificate")


async def test_takes_an_invalid_certificate_for_an_answer__TC_L_05(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        _, told = await _update(csms, station, "InvalidCertificate")
        assert (told["state"], told["answer"]) == ("refused", "InvalidCertificate")
        event = {"type": "InvalidFirmwareSigningCertificate", "timestamp": now()}
        assert await station.call("SecurityEventNotification", event) == {}


async def test_takes_in_an_invalid_signature__TC_L_06(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        _, told = await _update(csms, station)
        await _tell(station, told["id"], "Downloading", "Downloaded", "InvalidSignature")
        event = {"type": "InvalidFirmwareSignature", "timestamp": now()}
        assert await station.call("SecurityEventNotification", event) == {}
        assert (await _shown(csms, station, told["id"]))["state"] == "failed"


async def test_takes_in_a_failed_download__TC_L_07(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        _, told = await _update(csms, station)
        await _tell(station, told["id"], "Downloading", "DownloadFailed")
        assert (await _shown(csms, station, told["id"]))["state"] == "failed"


async def test_takes_in_a_failed_verification__TC_L_08(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        _, told = await _update(csms, station)
        await _tell(station, told["id"], *INSTALLING, "InstallVerificationFailed")
        assert (await _shown(csms, station, told["id"]))["state"] == "failed"


async def test_takes_in_a_failed_installation__TC_L_09(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        _, told = await _update(csms, station)
        await _tell(station, told["id"], *INSTALLING)
        await _restart(station, told["id"], "InstallationFailed")
        assert (await _shown(csms, station, told["id"]))["state"] == "failed"


async def test_replaces_an_update_that_is_under_way__TC_L_10(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        first, _ = await _update(csms, station)
        await _tell(station, first["requestId"], "Downloading")
        second, _ = await _update(csms, station, "AcceptedCanceled")
        assert second["requestId"] != first["requestId"]
        await _tell(station, second["requestId"], *INSTALLING)
        await _restart(station, second["requestId"])
        assert (await _shown(csms, station, first["requestId"]))["state"] == "canceled"
        assert (await _shown(csms, station, second["requestId"]))["state"] == "done"


async def test_goes_on_with_an_update_that_cannot_be_canceled__TC_L_11(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        first, _ = await _update(csms, station)
        await _tell(station, first["requestId"], "Downloading")
        _, told = await _update(csms, station, "Rejected")
        assert told["state"] == "refused"
        await _tell(station, first["requestId"], *INSTALLING[1:])
        await _restart(station, first["requestId"])
        assert (await _shown(csms, station, first["requestId"]))["state"] == "done"


async def test_updates_after_a_running_transaction__TC_L_13(csms: Csms, version: str) -> None:
    async with csms.booted(version, evses=2) as station:
        token, transaction, seq = await transaction_of(csms, station)
        _, told = await _update(csms, station)
        await _tell(station, told["id"], "DownloadScheduled")
        await station.status(2, "Unavailable")
        await finished(station, token, transaction, seq)
        await _tell(station, told["id"], *INSTALLING)
        await _restart(station, told["id"])
        assert (await _shown(csms, station, told["id"]))["state"] == "done"


async def test_publishes_firmware__TC_L_17(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        number = await _publish(csms, station)
        await _report(station, number, "Downloading", "Downloaded", "ChecksumVerified", "Published")
        shown = await csms.get(path(station, f"firmware-publications/{number}"))
        assert (shown["state"], shown["locations"]) == ("done", [LOCATION])


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(("Downloading", "Downloaded", "InvalidChecksum"), id="TC_L_19"),
        pytest.param(("Downloading", "Downloaded", "ChecksumVerified", "PublishFailed"), id="TC_L_20"),
        pytest.param(("Downloading", "DownloadFailed"), id="TC_L_24"),
    ],
)
async def test_takes_in_that_publishing_failed(csms: Csms, version: str, steps: tuple[str, ...]) -> None:
    async with csms.booted(version) as station:
        number = await _publish(csms, station)
        await _report(station, number, *steps)
        assert (await csms.get(path(station, f"firmware-publications/{number}")))["state"] == "failed"


async def test_unpublishes_firmware__TC_L_21(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        number = await _publish(csms, station)
        await _report(station, number, "Published")
        assert (await _unpublish(csms, station, "Unpublished"))["state"] == "accepted"
        assert (await csms.get(path(station, f"firmware-publications/{number}")))["locations"] == []


@pytest.mark.parametrize(
    "status", [pytest.param("NoFirmware", id="TC_L_22"), pytest.param("DownloadOngoing", id="TC_L_23")]
)
async def test_takes_in_that_nothing_was_unpublished(csms: Csms, version: str, status: str) -> None:
    async with csms.booted(version) as station:
        told = await _unpublish(csms, station, status)
        assert told["status"] == status
