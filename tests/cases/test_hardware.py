"""Rules of connector types on the wire: what the device model tells decides."""

import pytest

from tests.cases.rig import Csms, now

EVSES = {1: ("sType2", "3"), 2: ("cCCS2", "0")}


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_token_for_one_type_of_connector_is_taken_there_alone(csms: Csms, version: str) -> None:
    token = await csms.add_token()
    await csms.post("/access-rules", {"effect": "deny", "token": token})
    await csms.post("/access-rules", {"effect": "allow", "token": token, "connector_types": ["sType2"]})
    async with csms.booted(version, evses=2) as station:
        data = []
        for evse, values in EVSES.items():
            for name, value in zip(("ConnectorType", "SupplyPhases"), values, strict=True):
                place = {"name": "Connector", "evse": {"id": evse, "connectorId": 1}}
                data.append(
                    {
                        "component": place,
                        "variable": {"name": name},
                        "variableAttribute": [{"type": "Actual", "value": value, "mutability": "ReadOnly"}],
                    }
                )
        report = {"requestId": 1, "generatedAt": now(), "seqNo": 0, "reportData": data}
        await station.call("NotifyReport", report)

        async def ask(evse: int, number: str) -> str:
            answer = await station.call(
                "TransactionEvent",
                {
                    "eventType": "Started",
                    "timestamp": now(),
                    "triggerReason": "Authorized",
                    "seqNo": 0,
                    "transactionInfo": {"transactionId": number},
                    "evse": {"id": evse, "connectorId": 1},
                    "idToken": {"idToken": token, "type": "ISO14443"},
                },
            )
            return str(answer["idTokenInfo"]["status"])

        answer = await station.call("Authorize", {"idToken": {"idToken": token, "type": "ISO14443"}})
        assert (answer["idTokenInfo"]["status"], answer["idTokenInfo"]["evseId"]) == ("Accepted", [1])
        assert await ask(1, f"{version}-1") == "Accepted"
        assert await ask(2, f"{version}-2") == "NotAllowedTypeEVSE"
        other = await csms.post("/authorizations/explain", {"token": token, "station": station.identity, "evse": 2})
        assert other["status"] == "NotAllowedTypeEVSE"
    async with csms.booted(version, evses=2) as unknown:
        answer = await unknown.call("Authorize", {"idToken": {"idToken": token, "type": "ISO14443"}})
        assert answer["idTokenInfo"]["status"] == "NotAllowedTypeEVSE"
