"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block J, meter values."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cases.rig import Csms, Station, now
from tests.cases.steps_sessions import BOTH, Vehicle, reading

both = pytest.mark.parametrize("version", BOTH)
INTERVAL = timedelta(seconds=60)


@contextlib.asynccontextmanager
async def arrived(csms: Csms, version: str) -> AsyncIterator[Vehicle]:
    """Return a vehicle, with a driver whose token is good, at a station of two EVSEs that has booted."""
    async with csms.booted(version, evses=2) as station:
        yield Vehicle(station, await csms.add_token())


def times() -> list[str]:
    """Return three times in the past, each an interval after the one before."""
    end = datetime.now(UTC)
    return [(end - n * INTERVAL).isoformat(timespec="milliseconds").replace("+00:00", "Z") for n in (2, 1, 0)]


async def clock_aligned(station: Station, evse: int, at: str, value: float) -> None:
    """Tell what a meter says on the clock, by MeterValues and by NotifyEvent."""
    sent = {"evseId": evse, "meterValue": [reading(value, "Sample.Clock", at=at)]}
    assert await station.call("MeterValues", sent) == {}
    component: dict[str, Any] = {"name": "FiscalMetering"} | ({"evse": {"id": evse}} if evse else {})
    event = {
        "eventId": int(value),
        "timestamp": at,
        "trigger": "Periodic",
        "actualValue": str(value),
        "eventNotificationType": "PreconfiguredMonitor",
        "component": component,
        "variable": {"name": "EnergyImportRegister"},
    }
    assert await station.call("NotifyEvent", {"generatedAt": at, "seqNo": 0, "eventData": [event]}) == {}


async def ended(csms: Csms, vehicle: Vehicle, context: str, *, signed: bool) -> None:
    """End with all readings in the last event; they are the session's afterwards."""
    await vehicle.energy_transfer_started()
    number = vehicle.transaction
    contexts = [context, context, "Transaction.End"]
    readings = [
        reading(100.0 * n, each, signed=signed, at=at)
        for n, (each, at) in enumerate(zip(contexts, times(), strict=True))
    ]
    await vehicle.ev_disconnected(readings=readings)
    page = await csms.get("/sessions", station=vehicle.station.identity)
    session = next(item for item in page["items"] if item["transaction_id"] == number)
    kept = (await csms.get(f"/sessions/{session['id']}/meter-values"))["items"]
    assert len(kept) == 3
    if signed:
        assert "T0NNRnx7fXw=" in str(kept)


@both
async def test_takes_readings_on_the_clock__TC_J_01(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        for n, at in enumerate(times()):
            for evse in (0, 1, 2):
                await clock_aligned(vehicle.station, evse, at, 1000.0 + n)
        page = await csms.get(f"/stations/{vehicle.station.identity}/meter-values")
        assert len(page["items"]) == 9


@both
async def test_takes_readings_on_the_clock_beside_a_transaction__TC_J_02(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        for n, at in enumerate(times()):
            for evse in (0, 2):
                await clock_aligned(vehicle.station, evse, at, 1000.0 + n)
            await vehicle.event("MeterValueClock", readings=[reading(100.0 * n, "Sample.Clock", at=at)], timestamp=at)


@both
async def test_takes_readings_on_the_clock_with_the_end__TC_J_03(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await ended(csms, vehicle, "Sample.Clock", signed=False)


@both
async def test_takes_signed_readings_on_the_clock__TC_J_04(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await ended(csms, vehicle, "Sample.Clock", signed=True)


@both
async def test_takes_a_reading_with_the_start__TC_J_07(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.ev_connected_pre_session(readings=[reading(5.0, "Transaction.Begin")])


@both
async def test_takes_the_first_reading_after_the_start__TC_J_08(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.authorized()
        await vehicle.ev_connected_pre_session(readings=[reading(5.0, "Transaction.Begin")])
        await vehicle.energy_transfer_started()
        page = await csms.get("/sessions", station=vehicle.station.identity)
        assert page["items"][0]["evse"] == 1


@both
async def test_takes_periodic_readings__TC_J_09(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        for n in range(3):
            await vehicle.event("MeterValuePeriodic", readings=[reading(100.0 * n)], timestamp=now())
        page = await csms.get("/sessions", station=vehicle.station.identity)
        assert page["items"][0]["energy_wh"] == 200


@both
async def test_takes_periodic_readings_with_the_end__TC_J_10(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await ended(csms, vehicle, "Sample.Periodic", signed=False)


@both
async def test_takes_signed_periodic_readings__TC_J_11(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await ended(csms, vehicle, "Sample.Periodic", signed=True)
