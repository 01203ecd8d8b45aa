"""Part 6, 2.9: places that are kept for somebody."""

from typing import Any

import pytest

from busbar.model.versions import Version
from tests.certification.rig import GROUP, OTHER, TOKEN, TWO, Case, accepted, playing


async def reserve(case: Case, status: str, number: int = 2, **more: Any) -> None:
    order = {"id": number, "expiryDateTime": case.at(3600), "idToken": OTHER} | more
    await case.call("ReserveNow", order, status=status)


async def charges(case: Case, token: dict[str, str] = TOKEN, *, was: str = "Reserved") -> None:
    """Authorise at EVSE 1, which is free for it, plug in, and see energy flow."""
    case.present(token)
    await case.expect("Authorize", idToken=token)
    if was == "Reserved":
        await case.statuses({1: "Available"})
    else:
        await case.until(lambda: case.runner.station.evses[1].token is not None)
    await case.connected()
    await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})


@TWO
async def test_keeps_a_place__TC_H_01(version: Version) -> None:
    async with playing(version) as case:
        await case.reserved()
        await charges(case)


@TWO
async def test_keeps_a_place_from_others__TC_H_02(version: Version) -> None:
    async with playing(version) as case:
        await case.reserved()
        await case.connected()
        case.present(OTHER)
        order = {"idToken": OTHER, "evseId": 1, "remoteStartId": 1}
        await case.call("RequestStartTransaction", order, status="Rejected")
        case.silent.add("Authorize")
        await case.quiet()


@TWO
async def test_does_not_keep_a_place_twice__TC_H_03(version: Version) -> None:
    async with playing(version) as case:
        await case.reserved()
        await reserve(case, "Occupied", evseId=1)


@TWO
async def test_does_not_keep_a_place_in_use__TC_H_04(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await reserve(case, "Occupied", evseId=1)


@TWO
@pytest.mark.parametrize("where", [pytest.param({"evse": {"id": 1}}, id="H_06"), pytest.param({}, id="H_12")])
async def test_does_not_keep_what_is_out_of_service__TC_H_06__TC_H_12(version: Version, where: dict[str, Any]) -> None:
    async with playing(version) as case:
        await case.call("ChangeAvailability", {"operationalStatus": "Inoperative"} | where, status="Accepted")
        await case.statuses({1: "Unavailable"} if where else {1: "Unavailable", 2: "Unavailable"})
        await reserve(case, "Unavailable", **({"evseId": 1} if where else {}))


@TWO
async def test_gives_the_place_free_in_time__TC_H_07(version: Version) -> None:
    async with playing(version) as case:
        await case.reserved(expiryDateTime=case.at(3))
        await case.statuses({1: "Available"})
        await case.expect("ReservationStatusUpdate", reservationId=1, reservationUpdateStatus="Expired")
        await charges(case, OTHER, was="Available")


@TWO
async def test_keeps_any_place__TC_H_08(version: Version) -> None:
    async with playing(version, evses=1) as case:
        await case.reserved(None)
        await case.statuses({1: "Reserved"})
        await charges(case)


@TWO
async def test_does_not_keep_any_where_all_are_kept__TC_H_09(version: Version) -> None:
    async with playing(version, evses=1) as case:
        await case.reserved()
        await reserve(case, "Occupied")


@TWO
async def test_does_not_keep_any_where_all_are_in_use__TC_H_10(version: Version) -> None:
    async with playing(version, evses=1) as case:
        await case.charging()
        await reserve(case, "Occupied")


@TWO
async def test_keeps_as_many_as_there_are__TC_H_14(version: Version) -> None:
    async with playing(version) as case:
        await reserve(case, "Accepted", 1)
        await reserve(case, "Accepted", 2, idToken=TOKEN)
        await case.statuses({1: "Reserved", 2: "Reserved"})


@TWO
async def test_keeps_a_type_of_connector__TC_H_15(version: Version) -> None:
    async with playing(version, evses=1) as case:
        await case.reserved(None, connectorType="sType2")
        await case.statuses({1: "Reserved"})
        await charges(case)


@TWO
async def test_does_not_keep_more_of_a_type_than_there_are__TC_H_16(version: Version) -> None:
    async with playing(version) as case:
        await reserve(case, "Accepted", 1, evseId=1)
        await case.statuses({1: "Reserved"})
        await reserve(case, "Accepted", 2, evseId=2)
        await case.statuses({2: "Reserved"})
        await reserve(case, "Occupied", 3, connectorType="sType2")


@TWO
async def test_gives_the_place_free_when_told_to__TC_H_17(version: Version) -> None:
    async with playing(version) as case:
        await case.reserved()
        await case.call("CancelReservation", {"reservationId": 1}, status="Accepted")
        await case.statuses({1: "Available"})


@TWO
async def test_gives_nothing_free_that_is_not_kept__TC_H_18(version: Version) -> None:
    async with playing(version) as case:
        await case.call("CancelReservation", {"reservationId": 1}, status="Rejected")


@TWO
@pytest.mark.parametrize("evse", [pytest.param(1, id="H_19"), pytest.param(None, id="H_24")])
async def test_keeps_a_place_for_a_group__TC_H_19__TC_H_24(version: Version, evse: int | None) -> None:
    async with playing(version, evses=1) as case:
        await case.reserved(evse, groupIdToken=GROUP)
        if evse is None:
            await case.statuses({1: "Reserved"})
        case.answers["Authorize"] = accepted(groupIdToken=GROUP)
        await charges(case, OTHER)


@TWO
async def test_gives_up_what_goes_out_of_service__TC_H_21(version: Version) -> None:
    async with playing(version) as case:
        await case.reserved()
        place = {"evse": {"id": 1}}
        await case.call("ChangeAvailability", {"operationalStatus": "Inoperative"} | place, status="Accepted")
        await case.statuses({1: "Unavailable"})
        await case.expect("ReservationStatusUpdate", reservationId=1, reservationUpdateStatus="Removed")
        await case.call("ChangeAvailability", {"operationalStatus": "Operative"} | place, status="Accepted")
        await case.statuses({1: "Available"})
        await charges(case, OTHER, was="Available")


@TWO
async def test_keeps_nothing_where_it_is_off__TC_H_22(version: Version) -> None:
    async with playing(version) as case:
        await case.configure("ReservationCtrlr", "Enabled", "false")
        await reserve(case, "Rejected", evseId=1)


@TWO
async def test_replaces_a_reservation__TC_H_23(version: Version) -> None:
    async with playing(version) as case:
        await case.reserved()
        await reserve(case, "Accepted", 1, evseId=1)
        await charges(case, OTHER)
