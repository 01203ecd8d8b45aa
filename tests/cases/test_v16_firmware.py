"""Official test cases of OCPP 1.6 for a CSMS: firmware and diagnostics."""

from typing import Any

import pytest

from tests.cases.rig import Csms, Station
from tests.cases.steps_v16 import old, reboot, soon

FIRMWARE = "https://files.example/firmware.bin"
UPLOADS = "ftp://files.example/logs"


async def update(csms: Csms, station: Station) -> Any:
    """Have an operator update the firmware; return what the operator is told."""
    at = soon(-1)
    body = {"location": FIRMWARE, "retrieve_at": at}
    asking = csms.post(f"/stations/{station.identity}/firmware-updates", body)
    asked, told = await station.during(asking, "UpdateFirmware", {})
    assert asked == {"location": FIRMWARE, "retrieveDate": at}
    return told


async def tell(station: Station, action: str, *statuses: str) -> None:
    """Tell how it goes on."""
    for status in statuses:
        assert await station.call(action, {"status": status}) == {}


async def shown(csms: Csms, station: Station, what: str, told: Any) -> Any:
    """Return what the interface shows of a request."""
    return await csms.get(f"/stations/{station.identity}/{what}/{told['id']}")


async def test_updates_firmware__TC_044_1(csms: Csms) -> None:
    async with old(csms) as station:
        told = await update(csms, station)
        await tell(station, "FirmwareStatusNotification", "Downloading", "Downloaded")
        await station.status(1, "Unavailable")
        await tell(station, "FirmwareStatusNotification", "Installing")
        await reboot(station)
        await tell(station, "FirmwareStatusNotification", "Installed")
        assert (await shown(csms, station, "firmware-updates", told))["status"] == "Installed"
        await station.quiet()


@pytest.mark.parametrize(
    "statuses",
    [
        pytest.param(["Downloading", "DownloadFailed"], id="TC_044_2"),
        pytest.param(["Downloading", "Downloaded", "Installing", "InstallationFailed"], id="TC_044_3"),
    ],
)
async def test_takes_a_failed_update__TC_044_2__TC_044_3(csms: Csms, statuses: list[str]) -> None:
    async with old(csms) as station:
        told = await update(csms, station)
        await tell(station, "FirmwareStatusNotification", *statuses)
        assert (await shown(csms, station, "firmware-updates", told))["status"] == statuses[-1]
        await station.quiet()


@pytest.mark.parametrize(
    "statuses",
    [
        pytest.param(["Uploading", "Uploaded"], id="TC_045_1"),
        pytest.param(["Uploading", "UploadFailed"], id="TC_045_2"),
    ],
)
async def test_gets_diagnostics__TC_045_1__TC_045_2(csms: Csms, statuses: list[str]) -> None:
    async with old(csms) as station:
        asking = csms.post(f"/stations/{station.identity}/logs", {"location": UPLOADS})
        asked, told = await station.during(asking, "GetDiagnostics", {"fileName": "diagnostics.txt"})
        assert asked == {"location": UPLOADS}
        await tell(station, "DiagnosticsStatusNotification", *statuses)
        log = await shown(csms, station, "logs", told)
        assert log["filename"] == "diagnostics.txt"
        assert log["state"] == ("done" if statuses[-1] == "Uploaded" else "failed")
        await station.quiet()
