"""An operator's command that comes just after a station's upgrade: no official test case, but what their tools do."""

import pytest

from tests.cases.rig import Csms


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
async def test_a_command_right_after_the_upgrade_reaches_the_station(csms: Csms, version: str) -> None:
    identity = await csms.add_station()
    for _ in range(3):  # the first time, the CSMS does not know the version before the connection has opened
        station = await csms.open(identity, version)
        path = f"/stations/{identity}/commands/clear-cache"
        _, command = await station.during(csms.post(path), "ClearCache", {"status": "Accepted"})
        assert command["state"] == "accepted"
        await station.close()
