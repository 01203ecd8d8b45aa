"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block P, data transfer."""

import pytest

from tests.cases.rig import Csms, now
from tests.cases.steps_lp import BOTH, transaction_event

pytestmark = pytest.mark.parametrize("version", BOTH)
CUSTOM = {"vendorId": "org.example.vendor", "colour": "green", "nested": {"list": [1, 2.5, None, True]}}


async def test_refuses_the_data_of_an_unknown_vendor__TC_P_02(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        for data in ({}, {"data": "text"}, {"data": {"any": [1]}}):
            told = {"vendorId": "org.example.nobody", "messageId": "message"} | data
            assert await station.call("DataTransfer", told) == {"status": "UnknownVendorId"}


async def test_refuses_an_unknown_message_of_a_vendor__TC_P_02(csms: Csms, version: str) -> None:
    vendor = csms.name("org.example.vendor")
    await csms.post("/vendors", {"vendor_id": vendor, "message_ids": ["known"]})
    async with csms.booted(version) as station:
        told = {"vendorId": vendor, "messageId": "another"}
        assert await station.call("DataTransfer", told) == {"status": "UnknownMessageId"}
        assert await station.call("DataTransfer", told | {"messageId": "known"}) == {"status": "Accepted"}


async def test_takes_in_custom_data__TC_P_03(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        state = {"evseId": 1, "connectorId": 1, "connectorStatus": "Occupied", "timestamp": now()}
        assert await station.call("StatusNotification", state | {"customData": CUSTOM}) == {}
        transaction = csms.name("TX")
        info = {"transactionId": transaction, "chargingState": "EVConnected", "customData": CUSTOM}
        started = {"triggerReason": "CablePluggedIn", "seqNo": 0, "evse": 1, "customData": CUSTOM}
        answer = await transaction_event(station, "Started", transaction, transactionInfo=info, **started)
        assert "idTokenInfo" not in answer
        (session,) = (await csms.get("/sessions", station=station.identity))["items"]
        assert session["transaction_id"] == transaction
