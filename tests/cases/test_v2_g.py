"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block G, availability."""

from typing import Any

import pytest

from tests.cases.rig import Csms, Station
from tests.cases.steps_fk import BOTH, Session, notify, order, tell_status

both = pytest.mark.parametrize("version", BOTH)
EVSE, CONNECTOR, STATION = {"evse": 1}, {"evse": 1, "connector": 1}, {}
SENT: dict[str, Any] = {"id": 1, "connectorId": 1}


async def _change(
    csms: Csms, station: Station, operative: bool, where: dict[str, int], status: str = "Accepted"
) -> None:
    """Have the availability changed; the request names exactly the EVSE and connector that were asked for."""
    body = {"operative": operative} | where
    asked, command = await order(csms, station, "availability", body, "ChangeAvailability", {"status": status})
    expected: dict[str, Any] = {"operationalStatus": "Operative" if operative else "Inoperative"}
    if where:
        expected["evse"] = {"id": 1} if where == EVSE else SENT
    assert asked == expected
    assert (command["state"], command["status"]) == ("accepted", status)


async def _shows(csms: Csms, station: Station, status: str, evse: int = 1) -> None:
    shown = await csms.get(f"/stations/{station.identity}")
    assert [item["status"] for item in shown["connectors"] if item["evse"] == evse] == [status]


async def _out_of_service(csms: Csms, station: Station, where: dict[str, int]) -> None:
    """Reach the state Unavailable."""
    await _change(csms, station, False, where)
    await tell_status(station, "Unavailable")
    if where == EVSE:
        await notify(station, "EVSE", "AvailabilityState", "Unavailable", {"id": 1})
    if where == STATION:
        await notify(station, "ChargingStation", "AvailabilityState", "Unavailable")
    await _shows(csms, station, "Unavailable")


async def _after_transaction(csms: Csms, version: str, where: dict[str, int]) -> None:
    async with csms.booted(version, evses=2) as station:
        session = await Session(station, await csms.add_token()).started()
        await _change(csms, station, False, where, "Scheduled")
        if where == STATION:
            await tell_status(station, "Unavailable", 2)
        await session.stopped()
        await session.unplugged()
        await tell_status(station, "Unavailable")
        await _shows(csms, station, "Unavailable")


@both
async def test_hears_a_connectors_status__TC_G_01(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await station.status(1, "Occupied")
        await _shows(csms, station, "Occupied")
        await notify(station, "Connector", "AvailabilityState", "Available", SENT)
        await _shows(csms, station, "Available")


@both
async def test_takes_an_EVSE_out_of_service__TC_G_03(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _out_of_service(csms, station, EVSE)


@both
async def test_takes_an_EVSE_back_into_service__TC_G_04(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _out_of_service(csms, station, EVSE)
        await _change(csms, station, True, EVSE)
        await tell_status(station, "Available")
        await _shows(csms, station, "Available")


@both
async def test_takes_an_EVSE_out_of_service_after_the_transaction__TC_G_11(csms: Csms, version: str) -> None:
    await _after_transaction(csms, version, EVSE)


@both
async def test_takes_a_station_out_of_service__TC_G_05(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _out_of_service(csms, station, STATION)


@both
async def test_takes_a_station_back_into_service__TC_G_06(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _out_of_service(csms, station, STATION)
        await _change(csms, station, True, STATION)
        await tell_status(station, "Available")
        await _shows(csms, station, "Available")


@both
async def test_takes_a_station_out_of_service_after_the_transaction__TC_G_14(csms: Csms, version: str) -> None:
    await _after_transaction(csms, version, STATION)


@both
async def test_takes_a_connector_out_of_service__TC_G_07(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _out_of_service(csms, station, CONNECTOR)


@both
async def test_takes_a_connector_back_into_service__TC_G_08(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _out_of_service(csms, station, CONNECTOR)
        await _change(csms, station, True, CONNECTOR)
        await tell_status(station, "Available")
        await _shows(csms, station, "Available")


@both
async def test_takes_a_connector_out_of_service_after_the_transaction__TC_G_17(csms: Csms, version: str) -> None:
    await _after_transaction(csms, version, CONNECTOR)


@both
async def test_hears_of_a_lock_failure__TC_G_20(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await notify(station, "ConnectorPlugRetentionLock", "Problem", "true", {"id": 1, "connectorId": 1})
