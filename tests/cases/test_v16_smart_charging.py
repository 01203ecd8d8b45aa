"""Official test cases of OCPP 1.6 for a CSMS: smart charging."""

from typing import Any

import pytest

from tests.cases.rig import Csms, Station, now
from tests.cases.steps_v16 import authorize, charging, command, old, start

PERIODS = [{"start_period": 0, "limit": 6.0}, {"start_period": 300, "limit": 10.5, "number_phases": 1}]


def profile(purpose: str, **more: Any) -> dict[str, Any]:
    """Return a profile for the interface."""
    return {
        "stack_level": 1,
        "purpose": purpose,
        "kind": "Absolute",
        "schedules": [{"unit": "A", "duration": 600, "start_schedule": now(), "periods": PERIODS}],
    } | more


def check(sent: Any, purpose: str) -> None:
    """Check a profile on the wire."""
    assert sent["chargingProfilePurpose"] == purpose
    assert isinstance(sent["chargingProfileId"], int)
    assert sent["stackLevel"] == 1
    assert sent["chargingProfileKind"] == "Absolute"
    schedule = sent["chargingSchedule"]
    assert schedule["chargingRateUnit"] == "A"
    assert schedule["duration"] == 600
    assert schedule["chargingSchedulePeriod"] == [
        {"startPeriod": 0, "limit": 6.0},
        {"startPeriod": 300, "limit": 10.5, "numberPhases": 1},
    ]


async def set_default(csms: Csms, station: Station, connector: int = 1) -> tuple[Any, Any]:
    """Have an operator set a default profile."""
    body = {"evse": connector, "profile": profile("TxDefaultProfile")}
    return await command(csms, station, "set-charging-profile", body, "SetChargingProfile")


@pytest.mark.parametrize("connector", [0, 1])
async def test_sets_a_default_profile__TC_056(csms: Csms, connector: int) -> None:
    async with old(csms) as station:
        asked, told = await set_default(csms, station, connector)
        assert asked["connectorId"] == connector
        check(asked["csChargingProfiles"], "TxDefaultProfile")
        assert told["status"] == "Accepted"


async def test_sets_a_transactions_profile__TC_057(csms: Csms) -> None:
    async with charging(csms) as (station, _, number):
        body = {"evse": 1, "profile": profile("TxProfile", transaction_id=str(number))}
        asked, told = await command(csms, station, "set-charging-profile", body, "SetChargingProfile")
        assert asked["connectorId"] == 1
        check(asked["csChargingProfiles"], "TxProfile")
        assert asked["csChargingProfiles"]["transactionId"] == number
        assert told["status"] == "Accepted"


async def test_starts_remotely_with_a_profile__TC_059(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        await station.status(1, "Preparing")
        body = {"token": tag, "evse": 1, "profile": profile("TxProfile")}
        asked, told = await command(csms, station, "remote-start", body, "RemoteStartTransaction")
        assert (asked["idTag"], asked["connectorId"]) == (tag, 1)
        check(asked["chargingProfile"], "TxProfile")
        assert "transactionId" not in asked["chargingProfile"]
        assert told["status"] == "Accepted"
        await authorize(station, tag)
        await start(station, tag)
        await station.status(1, "Charging")


async def test_gets_a_composite_schedule__TC_066(csms: Csms) -> None:
    async with old(csms) as station:
        asked, _ = await set_default(csms, station)
        answer = {
            "status": "Accepted",
            "connectorId": 1,
            "scheduleStart": now(),
            "chargingSchedule": {
                "duration": 300,
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}],
            },
        }
        body = {"evse": 1, "duration": 300}
        asked, told = await command(csms, station, "composite-schedule", body, "GetCompositeSchedule", answer)
        assert asked == {"connectorId": 1, "duration": 300}
        assert told["status"] == "Accepted"
        assert told["answer"]["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 6.0}]


@pytest.mark.parametrize("by_id", [True, False])
async def test_clears_a_profile__TC_067(csms: Csms, by_id: bool) -> None:
    async with old(csms) as station:
        asked, _ = await set_default(csms, station)
        number = asked["csChargingProfiles"]["chargingProfileId"]
        body: dict[str, Any] = {"evse": 1, "purpose": "TxDefaultProfile", "stack_level": 1}
        body = {"profile_id": number} if by_id else body
        asked, told = await command(csms, station, "clear-charging-profile", body, "ClearChargingProfile")
        by_criteria = {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}
        assert asked == ({"id": number} if by_id else by_criteria)
        assert told["status"] == "Accepted"
        held = await csms.get(f"/stations/{station.identity}/charging-profiles")
        assert [one for one in held["items"] if one["state"] == "held"] == []
