"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block D, local authorization list."""

from typing import Any

import pytest

from tests.cases.rig import Csms, Station
from tests.cases.steps_sessions import BOTH

both = pytest.mark.parametrize("version", BOTH)
ACCEPTED = {"status": "Accepted"}


async def sent(csms: Csms, station: Station, body: dict[str, Any]) -> Any:
    """Let an operator send a list; return the call's payload."""
    path = f"/stations/{station.identity}/commands/send-local-list"
    asked, command = await station.during(csms.post(path, body), "SendLocalList", ACCEPTED)
    assert command["state"] == "accepted"
    return asked


async def told_version(csms: Csms, station: Station, version: int) -> None:
    """Let an operator ask for the version of the list."""
    path = f"/stations/{station.identity}/local-list/version"
    asked, command = await station.during(csms.post(path), "GetLocalListVersion", {"versionNumber": version})
    assert asked == {}
    assert command["answer"] == {"versionNumber": version}
    assert (await csms.get(f"/stations/{station.identity}/local-list"))["told_version"] == version


@both
async def test_sends_a_whole_list__TC_D_01(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await told_version(csms, station, 1)
        token = await csms.add_token()
        asked = await sent(csms, station, {"full": True, "tokens": [token]})
        assert asked["updateType"] == "Full"
        assert asked["versionNumber"] > 1
        (entry,) = asked["localAuthorizationList"]
        assert entry["idToken"] == {"idToken": token, "type": "ISO14443"}
        assert entry["idTokenInfo"]["status"] == "Accepted"


@both
async def test_brings_a_list_up_to_date__TC_D_01(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await csms.add_token()
        path = f"/stations/{station.identity}/local-list/synchronisation"
        body = {"full": True, "per_message": 1000}
        asked, done = await station.during(csms.post(path, body), "SendLocalList", ACCEPTED)
        assert (asked["updateType"], done["messages"]) == ("Full", 1)
        assert asked["versionNumber"] > 0
        assert asked["localAuthorizationList"]


@both
async def test_sends_a_difference__TC_D_02(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await told_version(csms, station, 7)
        asked = await sent(csms, station, {"tokens": [await csms.add_token(), await csms.add_token()]})
        assert asked["updateType"] == "Differential"
        assert asked["versionNumber"] > 7
        assert len(asked["localAuthorizationList"]) == 2


@both
async def test_takes_tokens_out_of_a_list__TC_D_03(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await told_version(csms, station, 7)
        token = await csms.add_token()
        asked = await sent(csms, station, {"removed": [token]})
        assert asked["updateType"] == "Differential"
        assert asked["versionNumber"] > 7
        assert asked["localAuthorizationList"] == [{"idToken": {"idToken": token, "type": "ISO14443"}}]


@both
async def test_empties_a_list__TC_D_04(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        asked = await sent(csms, station, {"full": True})
        assert asked == {"updateType": "Full", "versionNumber": 1}


@both
async def test_asks_for_the_version__TC_D_08(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await told_version(csms, station, 5)


@both
async def test_takes_a_version_of_no_list__TC_D_09(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await told_version(csms, station, 0)
