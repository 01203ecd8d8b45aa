"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block H, reservation."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cases.rig import Csms, Station
from tests.cases.steps_fk import BOTH, Session, carries, id_token, tell_status

pytestmark = pytest.mark.parametrize("version", BOTH)


async def _reserve(
    csms: Csms, station: Station, token: str, status: str = "Accepted", expires_in_s: float = 600, **fields: Any
) -> tuple[Any, Any]:
    """Have a place reserved; return the ReserveNowRequest and the reservation."""
    expires_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=expires_in_s)
    body = {"token": token, "expires_at": expires_at.isoformat()} | fields
    path = f"/stations/{station.identity}/reservations"
    asked, made = await station.during(csms.post(path, body), "ReserveNow", {"status": status})
    expected = {
        "id": made["id"],
        "idToken": id_token(token),
        "evseId": fields.get("evse"),
        "connectorType": fields.get("connector_type"),
    }
    carries(asked, expected)
    assert datetime.fromisoformat(asked["expiryDateTime"]) == expires_at
    return asked, made


async def _state(csms: Csms, made: Any) -> str:
    return str((await csms.get(f"/reservations/{made['id']}"))["state"])


async def test_reserves_an_EVSE_for_a_token__TC_H_01(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        token = await csms.add_token()
        _, made = await _reserve(csms, station, token, evse=1)
        await tell_status(station, "Reserved")
        assert await _state(csms, made) == "active"
        session = Session(station, token)
        await session.authorized()
        await session.tell("CablePluggedIn", "EVConnected", reservationId=made["id"])
        assert await _state(csms, made) == "used"


async def test_hears_that_a_reservation_expired__TC_H_07(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        _, made = await _reserve(csms, station, await csms.add_token(), expires_in_s=3, evse=1)
        await tell_status(station, "Reserved")
        await tell_status(station, "Available")
        told = {"reservationId": made["id"], "reservationUpdateStatus": "Expired"}
        assert await station.call("ReservationStatusUpdate", told) == {}
        assert await _state(csms, made) == "expired"


async def test_reserves_any_EVSE__TC_H_08(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        _, made = await _reserve(csms, station, await csms.add_token())
        await tell_status(station, "Reserved")
        assert await _state(csms, made) == "active"


async def test_reserves_as_many_EVSEs_as_there_are__TC_H_14(csms: Csms, version: str) -> None:
    async with csms.booted(version, evses=2) as station:
        token = await csms.add_token()
        numbers = {(await _reserve(csms, station, token))[0]["id"] for _ in range(2)}
        assert len(numbers) == 2
        for evse in (1, 2):
            await tell_status(station, "Reserved", evse)


async def test_reserves_a_connector_of_a_type__TC_H_15(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _reserve(csms, station, await csms.add_token(), connector_type="cType2")
        await tell_status(station, "Reserved")


async def test_cancels_a_reservation__TC_H_17(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        _, made = await _reserve(csms, station, await csms.add_token(), evse=1)
        await tell_status(station, "Reserved")
        ending = csms.ask("DELETE", f"/reservations/{made['id']}")
        asked, shown = await station.during(ending, "CancelReservation", {"status": "Accepted"})
        assert asked == {"reservationId": made["id"]}
        assert shown["state"] == "cancelled"
        await tell_status(station, "Available")


async def test_reserves_for_a_group__TC_H_19(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        group = csms.name("GROUP")
        token, other = await csms.add_token(group=group), await csms.add_token(group=group)
        asked, made = await _reserve(csms, station, token, evse=1, group=group, group_kind="Central")
        assert asked["groupIdToken"] == id_token(group, "Central")
        await tell_status(station, "Reserved")
        session = Session(station, other)
        await session.authorized()
        await session.tell("CablePluggedIn", "EVConnected", reservationId=made["id"])
        assert await _state(csms, made) == "used"


async def test_hears_that_a_fault_ended_a_reservation__TC_H_20(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        _, made = await _reserve(csms, station, await csms.add_token(), evse=1)
        await tell_status(station, "Reserved")
        await tell_status(station, "Faulted")
        told = {"reservationId": made["id"], "reservationUpdateStatus": "Removed"}
        assert await station.call("ReservationStatusUpdate", told) == {}
        assert await _state(csms, made) == "removed"


async def test_hears_that_a_reservation_is_rejected__TC_H_22(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        _, made = await _reserve(csms, station, await csms.add_token(), "Rejected", evse=1)
        assert (made["state"], made["status"]) == ("refused", "Rejected")
