"""Limits of tokens on the wire, in each version: what was spent counts, and no two starts pass that should not both."""

import asyncio
from typing import Any

import pytest

from tests.cases.rig import Csms, Station, now

EVERY = pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])


async def tariff(csms: Csms, station: str, price: str = "1.00") -> None:
    """Let a kWh cost so much at a station."""
    body = {"currency": "EUR", "name": csms.name("T"), "energy": {"prices": [{"amount": price}]}}
    made = await csms.post("/tariffs", body)
    await csms.post("/tariff-assignments", {"tariff_id": made["id"], "station": station})


async def start(station: Station, token: str, wh: int = 0, number: str = "") -> tuple[str, str, Any]:
    """Begin a session; return its id on the wire, the verdict, and the answer."""
    if station.version == "1.6":
        body = {"connectorId": 1, "idTag": token, "meterStart": wh, "timestamp": now()}
        answer = await station.call("StartTransaction", body)
        return str(answer["transactionId"]), answer["idTagInfo"]["status"], answer
    number = number or f"tx-{station.identity}"
    answer = await station.call("TransactionEvent", event("Started", number, 0, wh) | card(token))
    return number, answer["idTokenInfo"]["status"], answer


async def meter(station: Station, number: str, wh: int, seq_no: int = 1) -> Any:
    """Tell the meter's register within a session."""
    if station.version == "1.6":
        value = {"timestamp": now(), "sampledValue": [{"value": str(wh)}]}
        body = {"connectorId": 1, "transactionId": int(number), "meterValue": [value]}
        return await station.call("MeterValues", body)
    return await station.call("TransactionEvent", event("Updated", number, seq_no, wh))


async def stop(station: Station, number: str, wh: int, seq_no: int = 2) -> None:
    """End a session."""
    if station.version == "1.6":
        body = {"transactionId": int(number), "meterStop": wh, "timestamp": now()}
        await station.call("StopTransaction", body)
    else:
        await station.call("TransactionEvent", event("Ended", number, seq_no, wh))


def event(kind: str, number: str, seq_no: int, wh: int, trigger: str = "") -> dict[str, Any]:
    triggers = {"Started": "Authorized", "Updated": "MeterValuePeriodic", "Ended": "StopAuthorized"}
    return {
        "eventType": kind,
        "timestamp": now(),
        "triggerReason": trigger or triggers[kind],
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": number, "chargingState": "Charging"},
        "evse": {"id": 1, "connectorId": 1},
        "meterValue": [{"timestamp": now(), "sampledValue": [{"value": wh}]}],
    }


def card(token: str) -> dict[str, Any]:
    return {"idToken": {"idToken": token, "type": "ISO14443"}}


@EVERY
async def test_what_ended_and_running_sessions_cost_is_spent__C17_FR_02(csms: Csms, version: str) -> None:
    token = await csms.add_token()
    await csms.post("/usage-limits", {"token": token, "period": "day", "cost_minor": 300, "currency": "EUR"})
    async with csms.booted(version) as first, csms.booted(version) as second:
        await tariff(csms, first.identity)
        await tariff(csms, second.identity)
        one, status, _ = await start(first, token)
        assert status == "Accepted"
        await meter(first, one, 1000)
        await stop(first, one, 1500)  # 1.50
        two, status, answer = await start(second, token)
        assert status == "Accepted"
        assert answer.get("transactionLimit") == ({"maxCost": 1.5} if version == "2.1" else None)
        await meter(second, two, 1600)  # 1.60, and it goes on
        _, status, _ = await start(first, token, number=f"again-{first.identity}")
        assert status == ("Blocked" if version == "1.6" else "NoCredit")


@EVERY
async def test_a_running_session_that_spent_too_much_is_stopped(csms: Csms, version: str) -> None:
    token = await csms.add_token()
    limit = {"token": token, "period": "session", "cost_minor": 200, "currency": "EUR", "stop": True}
    await csms.post("/usage-limits", limit)
    async with csms.booted(version) as station:
        await tariff(csms, station.identity)
        number, _, _ = await start(station, token)
        await meter(station, number, 1900)
        csms.running.backend.bus.publish("busbar.job.limits", b"")
        await station.quiet()
        await meter(station, number, 2000, 2)
        csms.running.backend.bus.publish("busbar.job.limits", b"")
        action = "RemoteStopTransaction" if version == "1.6" else "RequestStopTransaction"
        asked = await station.expect(action, {"status": "Accepted"})
        assert str(asked["transactionId"]) == number
        await stop(station, number, 2000, 3)


@EVERY
async def test_of_starts_at_one_instant_no_more_pass_than_may_at_a_time(csms: Csms, version: str) -> None:
    token = await csms.add_token()
    await csms.ask("PUT", f"/tokens/{token}/profile", {"concurrent": 2})
    stations = [await csms.open(await csms.add_station(), version) for _ in range(6)]
    for station in stations:
        await station.boot()
    found = await asyncio.gather(*(start(station, token) for station in stations))
    assert sorted(status for _, status, _ in found) == ["Accepted"] * 2 + ["ConcurrentTx"] * 4
    at, _, _ = next(each for each in found if each[1] == "Accepted")
    station = stations[[each[0] for each in found].index(at)]
    await stop(station, at, 10)
    _, status, _ = await start(station, token, 10, f"next-{station.identity}")
    assert status == "Accepted", "a refused session holds up no other"
    for station in stations:
        await station.close()


async def test_a_limit_is_told_once_when_the_token_comes_late__C17_FR_03(csms: Csms) -> None:
    token = await csms.add_token()
    await csms.post("/usage-limits", {"token": token, "period": "day", "cost_minor": 500, "currency": "EUR"})
    async with csms.booted("2.1") as station:
        await tariff(csms, station.identity)
        plugged = event("Started", "late", 0, 0, "CablePluggedIn")
        assert await station.call("TransactionEvent", plugged) == {}
        authorized = event("Updated", "late", 1, 0, "Authorized") | card(token)
        answer = await station.call("TransactionEvent", authorized)
        assert answer["transactionLimit"] == {"maxCost": 5}
        answer = await station.call("TransactionEvent", event("Updated", "late", 2, 500))
        assert "transactionLimit" not in answer
        assert answer["totalCost"] == 0.5  # E16.FR.11


async def test_a_limit_that_the_driver_set_lower_is_left_alone__E16_FR_08(csms: Csms) -> None:
    token = await csms.add_token()
    await csms.post("/usage-limits", {"token": token, "period": "session", "energy_wh": 5000, "time_s": 600})
    async with csms.booted("2.1") as station:
        begun = event("Started", "own", 0, 0) | card(token)
        begun["transactionInfo"]["transactionLimit"] = {"maxEnergy": 4000, "maxTime": 900}
        answer = await station.call("TransactionEvent", begun)
        assert answer["transactionLimit"] == {"maxTime": 600}


async def test_only_limits_that_the_station_supports_are_told__E16_FR_12(csms: Csms) -> None:
    token = await csms.add_token()
    await csms.post("/usage-limits", {"token": token, "period": "session", "energy_wh": 5000, "time_s": 600})
    async with csms.booted("2.1") as station:
        wanted = {"component": {"name": "TxCtrlr"}, "variable": {"name": "SupportedLimits"}}
        answer = {"getVariableResult": [wanted | {"attributeStatus": "Accepted", "attributeValue": "maxEnergy"}]}
        path = f"/stations/{station.identity}/commands/get-variables"
        asking = csms.post(path, {"variables": [{"component": "TxCtrlr", "variable": "SupportedLimits"}]})
        await station.during(asking, "GetVariables", answer)
        _, _, answer = await start(station, token)
        assert answer["transactionLimit"] == {"maxEnergy": 5000}
