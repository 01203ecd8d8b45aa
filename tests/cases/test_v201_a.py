"""Official test cases of OCPP 2.0.1 for a CSMS: block A, security."""

import pytest
import websockets

from tests.cases.rig import Csms


async def test_upgrades_with_valid_credentials__TC_A_01(csms: Csms) -> None:
    station = await csms.open(await csms.add_station())
    assert (await station.boot())["status"] == "Accepted"
    await station.close()


async def test_refuses_another_user_name__TC_A_02(csms: Csms) -> None:
    identity = await csms.add_station()
    with pytest.raises(websockets.InvalidStatus) as refused:
        await csms.open(identity, user=f"{identity}-other")
    assert refused.value.response.status_code == 401
