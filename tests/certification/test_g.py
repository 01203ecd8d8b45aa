"""Part 6, 2.8: what is available, and who changes it."""

from typing import Any

import pytest

from busbar.model.versions import Version
from tests.certification.rig import TWO, Case, playing

STATION: dict[str, Any] = {}
EVSE = {"evse": {"id": 1}}
CONNECTOR = {"evse": {"id": 1, "connectorId": 1}}
ALL = {1: "Unavailable", 2: "Unavailable"}
ONE = {1: "Unavailable"}


async def change(case: Case, place: dict[str, Any], *, operative: bool, status: str = "Accepted") -> None:
    order = {"operationalStatus": "Operative" if operative else "Inoperative"} | place
    await case.call("ChangeAvailability", order, status=status)


async def close(case: Case, place: dict[str, Any]) -> None:
    """Take a place out of service (state Unavailable)."""
    await change(case, place, operative=False)
    await case.statuses(ONE if place else ALL)


@TWO
async def test_tells_that_an_ev_came__TC_G_01(version: Version) -> None:
    async with playing(version) as case:
        await case.connected()


@TWO
async def test_tells_that_the_ev_left__TC_G_02(version: Version) -> None:
    async with playing(version) as case:
        await case.connected()
        await case.unplugged()


PLACES = pytest.mark.parametrize(
    "place",
    [pytest.param(EVSE, id="evse"), pytest.param(STATION, id="station"), pytest.param(CONNECTOR, id="connector")],
)


@TWO
@PLACES
async def test_goes_out_of_service__TC_G_03__TC_G_05__TC_G_07(version: Version, place: dict[str, Any]) -> None:
    async with playing(version) as case:
        await close(case, place)


@TWO
@PLACES
async def test_comes_back_into_service__TC_G_04__TC_G_06__TC_G_08(version: Version, place: dict[str, Any]) -> None:
    async with playing(version) as case:
        await close(case, place)
        await change(case, place, operative=True)
        await case.statuses(dict.fromkeys(ONE if place else ALL, "Available"))


@TWO
@PLACES
async def test_stays_in_service__TC_G_09__TC_G_12__TC_G_15(version: Version, place: dict[str, Any]) -> None:
    async with playing(version) as case:
        await change(case, place, operative=True)


@TWO
@PLACES
async def test_stays_out_of_service__TC_G_10__TC_G_13__TC_G_16(version: Version, place: dict[str, Any]) -> None:
    async with playing(version) as case:
        await close(case, place)
        await change(case, place, operative=False)


@TWO
@PLACES
async def test_goes_out_of_service_after_the_transaction__TC_G_11__TC_G_14__TC_G_17(
    version: Version, place: dict[str, Any]
) -> None:
    async with playing(version) as case:
        await case.charging()
        await change(case, place, operative=False, status="Scheduled")
        if not place:
            await case.statuses({2: "Unavailable"})
        await case.quiet()
        await case.stopped()
        await case.statuses(ONE)


@TWO
@PLACES
async def test_stays_out_of_service_over_a_restart__TC_G_18__TC_G_19__TC_G_21(
    version: Version, place: dict[str, Any]
) -> None:
    async with playing(version) as case:
        await close(case, place)
        await case.call("Reset", {"type": "Immediate"}, status="Accepted")
        await case.booted(ONE if place else ALL)
