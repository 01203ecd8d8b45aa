"""Part 6, 2.5: the list of who may charge."""

from typing import Any

import pytest

from busbar.model.versions import Version
from tests.certification.rig import OTHER, TOKEN, TWO, Case, accepted, playing

FIRST = [{"idToken": TOKEN} | accepted()]
SECOND = [{"idToken": OTHER} | accepted()]


async def send(case: Case, kind: str, number: int, entries: list[Any], status: str = "Accepted") -> None:
    order = {"versionNumber": number, "updateType": kind} | ({"localAuthorizationList": entries} if entries else {})
    await case.call("SendLocalList", order, status=status)


async def has(case: Case, number: int) -> None:
    await case.call("GetLocalListVersion", versionNumber=number)


@TWO
async def test_takes_a_list__TC_D_01(version: Version) -> None:
    async with playing(version) as case:
        await send(case, "Full", 5, FIRST)
        await has(case, 5)


@TWO
@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(SECOND, id="D_02"),
        pytest.param([{"idToken": TOKEN}], id="D_03"),
        pytest.param([], id="D_05"),
    ],
)
async def test_takes_changes__TC_D_02__TC_D_03__TC_D_05(version: Version, entries: list[Any]) -> None:
    async with playing(version) as case:
        await send(case, "Full", 5, FIRST)
        await send(case, "Differential", 6, entries)
        await has(case, 6)


@TWO
async def test_takes_an_empty_list__TC_D_04(version: Version) -> None:
    async with playing(version) as case:
        await send(case, "Full", 5, FIRST)
        await send(case, "Full", 6, [])
        await has(case, 6)


@TWO
async def test_refuses_changes_of_what_it_has_not__TC_D_06(version: Version) -> None:
    async with playing(version) as case:
        await send(case, "Full", 5, FIRST)
        await send(case, "Differential", 4, SECOND, "VersionMismatch")
        await has(case, 5)


@TWO
async def test_keeps_the_list_over_a_restart__TC_D_07(version: Version) -> None:
    async with playing(version) as case:
        await send(case, "Full", 5, FIRST)
        await case.call("Reset", {"type": "OnIdle"}, status="Accepted")
        await case.booted()
        await has(case, 5)


@TWO
async def test_tells_which_list_it_has__TC_D_08(version: Version) -> None:
    async with playing(version) as case:
        await send(case, "Full", 5, FIRST)
        await has(case, 5)


@TWO
async def test_has_no_list_where_it_is_off__TC_D_10(version: Version) -> None:
    async with playing(version, settings={"LocalAuthListEnabled": "false"}) as case:
        await has(case, 0)
