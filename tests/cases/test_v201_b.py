"""Official test cases of OCPP 2.0.1 for a CSMS: block B, provisioning."""

from tests.cases.rig import Csms


async def test_resets_on_request__TC_B_20(csms: Csms) -> None:
    async with csms.booted() as station:
        path = f"/stations/{station.identity}/commands/reset"
        asked, command = await station.during(csms.post(path, {"kind": "OnIdle"}), "Reset", {"status": "Accepted"})
        assert asked == {"type": "OnIdle"}
        assert command["state"] == "accepted"
