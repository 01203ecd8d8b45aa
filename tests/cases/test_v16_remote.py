"""Official test cases of OCPP 1.6 for a CSMS: triggered messages."""

from typing import Any

import pytest

from tests.cases.rig import Csms, now
from tests.cases.steps_v16 import command, old

SAMPLE = {"timestamp": now(), "sampledValue": [{"value": "120", "context": "Trigger"}]}
MESSAGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("MeterValues", {"evse": 1}, {"connectorId": 1, "meterValue": [SAMPLE]}),
    ("Heartbeat", {}, {}),
    ("StatusNotification", {"evse": 1}, {"connectorId": 1, "status": "Available", "errorCode": "NoError"}),
    ("DiagnosticsStatusNotification", {}, {"status": "Idle"}),
    ("FirmwareStatusNotification", {}, {"status": "Idle"}),
    ("BootNotification", {}, {"chargePointVendor": "Vendor", "chargePointModel": "Model"}),
]


@pytest.mark.parametrize(("message", "where", "payload"), MESSAGES, ids=[one[0] for one in MESSAGES])
async def test_triggers_messages__TC_054(
    csms: Csms, message: str, where: dict[str, Any], payload: dict[str, Any]
) -> None:
    async with old(csms) as station:
        asked, told = await command(csms, station, "trigger", {"message": message} | where, "TriggerMessage")
        assert asked == {"requestedMessage": message} | ({"connectorId": 1} if where else {})
        assert told["status"] == "Accepted"
        answer = await station.call(message, payload)
        if message == "BootNotification":
            assert answer["status"] == "Accepted"
        await station.quiet(0.1)


@pytest.mark.parametrize("status", ["Rejected", "NotImplemented"])
async def test_copes_with_a_refused_trigger__TC_055(csms: Csms, status: str) -> None:
    async with old(csms) as station:
        body = {"message": "MeterValues", "evse": 9}
        asked, told = await command(csms, station, "trigger", body, "TriggerMessage", {"status": status})
        assert asked == {"requestedMessage": "MeterValues", "connectorId": 9}
        assert told["status"] == status
        await station.quiet(0.1)
