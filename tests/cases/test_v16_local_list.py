"""Official test cases of OCPP 1.6 for a CSMS: the local authorisation list."""

import asyncio
from typing import Any

import pytest

from tests.cases.rig import Csms, Station
from tests.cases.steps_v16 import command, old


async def version(csms: Csms, station: Station, number: int) -> Any:
    """Have an operator ask for the version of the list."""
    asking = csms.post(f"/stations/{station.identity}/local-list/version")
    asked, told = await station.during(asking, "GetLocalListVersion", {"listVersion": number})
    assert asked == {}
    return told


async def synchronise(csms: Csms, station: Station, status: str = "Accepted", **body: Any) -> tuple[Any, Any]:
    """Have an operator send the list in one message; return it and what the operator is told."""
    asking = csms.post(f"/stations/{station.identity}/local-list/synchronisation", {"per_message": 1000} | body)
    return await station.during(asking, "SendLocalList", {"status": status})


@pytest.mark.parametrize("number", [pytest.param(-1, id="TC_042_1"), pytest.param(0, id="TC_042_2")])
async def test_asks_for_the_version__TC_042_1__TC_042_2(csms: Csms, number: int) -> None:
    async with old(csms) as station:
        told = await version(csms, station, number)
        assert told["answer"] == {"listVersion": number}
        assert (await csms.get(f"/stations/{station.identity}/local-list"))["told_version"] == number


def check_full(asked: Any) -> None:
    """Check that a whole list has a version and entries with what is to be known of them."""
    assert asked["updateType"] == "Full"
    assert asked["listVersion"] > 0
    assert asked["localAuthorizationList"]
    assert all("status" in entry["idTagInfo"] for entry in asked["localAuthorizationList"])


@pytest.mark.parametrize("status", [pytest.param("NotSupported", id="TC_043_1"), pytest.param("Failed", id="TC_043_3")])
async def test_copes_with_a_station_without_list__TC_043_1__TC_043_3(csms: Csms, status: str) -> None:
    await csms.add_token()
    async with old(csms) as station:
        asked, told = await synchronise(csms, station, status, full=True)
        check_full(asked)
        assert told["status"] == status
        await station.quiet()
        again, told = await synchronise(csms, station, full=True)
        check_full(again)
        assert again["listVersion"] > asked["listVersion"]
        assert told["status"] == "Accepted"


async def test_sends_a_whole_list__TC_043_4(csms: Csms) -> None:
    tag = await csms.add_token(expires_at="2090-01-01T00:00:00Z", group="PARENT-43")
    async with old(csms) as station:
        asked, told = await synchronise(csms, station, full=True)
        check_full(asked)
        entry = next(one for one in asked["localAuthorizationList"] if one["idTag"] == tag)
        assert entry["idTagInfo"] == {
            "status": "Accepted",
            "expiryDate": "2090-01-01T00:00:00Z",
            "parentIdTag": "PARENT-43",
        }
        assert told == {"messages": 1, "status": "Accepted", "version": asked["listVersion"], "left_out": 0}
        await station.quiet()


async def test_sends_a_difference__TC_043_5(csms: Csms) -> None:
    await csms.add_token()
    async with old(csms) as station:
        first, _ = await synchronise(csms, station, full=True)
        await version(csms, station, first["listVersion"])
        tag = await csms.add_token()
        asked, told = await synchronise(csms, station)
        assert asked["updateType"] == "Differential"
        assert asked["listVersion"] > first["listVersion"]
        assert asked["localAuthorizationList"] == [{"idTag": tag, "idTagInfo": {"status": "Accepted"}}]
        assert told["status"] == "Accepted"


async def test_a_list_of_another_is_replaced__TC_043_5(csms: Csms) -> None:
    await csms.add_token()
    async with old(csms) as station:
        first, _ = await synchronise(csms, station, full=True)
        await version(csms, station, first["listVersion"] + 10)
        asked, _ = await synchronise(csms, station)
        check_full(asked)
        assert asked["listVersion"] > first["listVersion"] + 10


async def test_a_list_goes_in_parts_that_the_station_takes__TC_043_4(csms: Csms) -> None:
    for _ in range(3):
        await csms.add_token()
    async with old(csms) as station:
        body = {"variables": [{"variable": "SendLocalListMaxLength"}]}
        key = {"key": "SendLocalListMaxLength", "readonly": True, "value": "2"}
        await command(csms, station, "get-variables", body, "GetConfiguration", {"configurationKey": [key]})
        asking = asyncio.ensure_future(
            csms.post(f"/stations/{station.identity}/local-list/synchronisation", {"full": True, "most": 5})
        )
        parts = [await station.expect("SendLocalList", {"status": "Accepted"}) for _ in range(3)]
        assert [part["updateType"] for part in parts] == ["Full", "Differential", "Differential"]
        assert [len(part["localAuthorizationList"]) for part in parts] == [2, 2, 1]
        assert (await asking)["messages"] == 3
