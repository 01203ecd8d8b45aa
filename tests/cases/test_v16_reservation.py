"""Official test cases of OCPP 1.6 for a CSMS: reservations."""

from typing import Any

import pytest

from tests.cases.rig import Csms, Station
from tests.cases.steps_v16 import authorize, command, old, soon, start, stop


async def reserve(csms: Csms, station: Station, tag: str, status: str = "Accepted", **more: Any) -> tuple[Any, Any]:
    """Have an operator reserve a place; return what the station was asked and what the operator is told."""
    expiry = soon()
    body = {"token": tag, "evse": 1, "expires_at": expiry} | more
    asking = csms.post(f"/stations/{station.identity}/reservations", body)
    asked, told = await station.during(asking, "ReserveNow", {"status": status})
    assert asked["idTag"] == tag
    assert asked["expiryDate"] == expiry
    assert isinstance(asked["reservationId"], int)
    assert told["status"] == status
    return asked, told


async def test_reserves_a_connector_for_a_transaction__TC_046(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        asked, told = await reserve(csms, station, tag)
        assert asked["connectorId"] == 1
        await station.status(1, "Reserved")
        await station.status(1, "Preparing")
        await authorize(station, tag)
        number = await start(station, tag, reservationId=asked["reservationId"])
        await station.status(1, "Charging")
        shown = await csms.get(f"/reservations/{told['id']}")
        assert (shown["state"], shown["session"]) == ("used", number)
        await stop(station, number, tag)
        await station.quiet()


async def test_lets_a_reservation_expire__TC_047(csms: Csms) -> None:
    async with old(csms) as station:
        await reserve(csms, station, await csms.add_token())
        await station.status(1, "Reserved")
        await station.status(1, "Available")
        await station.quiet()


@pytest.mark.parametrize(
    ("status", "before"),
    [
        pytest.param("Faulted", "Faulted", id="TC_048_1"),
        pytest.param("Occupied", "Preparing", id="TC_048_2"),
        pytest.param("Rejected", None, id="TC_048_4"),
    ],
)
async def test_copes_with_no_reservation__TC_048_1__TC_048_2__TC_048_4(
    csms: Csms, status: str, before: str | None
) -> None:
    async with old(csms) as station:
        if before is not None:
            await station.status(1, before)
        _, told = await reserve(csms, station, await csms.add_token(), status)
        assert told["state"] == "refused"
        await station.quiet()


async def test_copes_with_an_unavailable_connector__TC_048_3(csms: Csms) -> None:
    async with old(csms) as station:
        asked, told = await command(
            csms, station, "availability", {"operative": False, "evse": 1}, "ChangeAvailability"
        )
        assert asked == {"connectorId": 1, "type": "Inoperative"}
        assert told["status"] == "Accepted"
        await station.status(1, "Unavailable")
        await reserve(csms, station, await csms.add_token(), "Unavailable")
        await station.quiet()


async def test_reserves_the_charge_point__TC_049(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms, evses=2) as station:
        asked, told = await reserve(csms, station, tag, evse=None)
        assert asked["connectorId"] == 0
        await station.status(0, "Reserved")
        await station.status(2, "Preparing")
        await authorize(station, tag)
        await start(station, tag, connector=2, reservationId=asked["reservationId"])
        assert (await csms.get(f"/reservations/{told['id']}"))["state"] == "used"


@pytest.mark.parametrize(
    ("status", "at_once"),
    [pytest.param("Accepted", False, id="TC_051"), pytest.param("Rejected", True, id="TC_052")],
)
async def test_cancels_a_reservation__TC_051__TC_052(csms: Csms, status: str, at_once: bool) -> None:
    async with old(csms) as station:
        asked, told = await reserve(csms, station, await csms.add_token())
        if not at_once:
            await station.status(1, "Reserved")
        asking = csms.ask("DELETE", f"/reservations/{told['id']}")
        cancel, shown = await station.during(asking, "CancelReservation", {"status": status})
        assert cancel == {"reservationId": asked["reservationId"]}
        assert shown["state"] == "cancelled"
        await station.status(1, "Available")
        await station.quiet()


async def test_lets_a_parent_use_a_reservation__TC_053(csms: Csms) -> None:
    parent = csms.name("PARENT")
    tag, other = await csms.add_token(group=parent), await csms.add_token(group=parent)
    async with old(csms) as station:
        asked, told = await reserve(csms, station, tag, group=parent)
        assert asked["parentIdTag"] == parent
        await station.status(1, "Reserved")
        assert (await authorize(station, other))["parentIdTag"] == parent
        await start(station, other, reservationId=asked["reservationId"])
        await station.status(1, "Charging")
        assert (await csms.get(f"/reservations/{told['id']}"))["state"] == "used"
