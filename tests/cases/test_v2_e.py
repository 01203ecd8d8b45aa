"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block E, transactions."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.cases.rig import Csms, Station, now
from tests.cases.steps_sessions import BOTH, Vehicle, reading

both = pytest.mark.parametrize("version", BOTH)


@contextlib.asynccontextmanager
async def arrived(csms: Csms, version: str) -> AsyncIterator[Vehicle]:
    """Return a vehicle, with a driver whose token is good, at a station that has booted."""
    async with csms.booted(version) as station:
        yield Vehicle(station, await csms.add_token())


async def shown(csms: Csms, station: Station, transaction: str) -> Any:
    """Return the session as the interface shows it."""
    page = await csms.get("/sessions", station=station.identity)
    return next(item for item in page["items"] if item["transaction_id"] == transaction)


@both
async def test_a_transaction_begins_when_the_power_path_closes__TC_E_01(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        assert (await vehicle.authorize())["idTokenInfo"]["status"] == "Accepted"
        await vehicle.occupied()
        started = await vehicle.event("ChargingStateChanged", token=vehicle.token, place=True, state="SuspendedEVSE")
        assert started["idTokenInfo"]["status"] == "Accepted"
        await vehicle.event("ChargingStateChanged", state="Charging")
        assert (await shown(csms, vehicle.station, vehicle.transaction))["charging_state"] == "Charging"


@both
async def test_a_transaction_begins_with_energy__TC_E_02(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        assert (await vehicle.authorize())["idTokenInfo"]["status"] == "Accepted"
        await vehicle.occupied()
        started = await vehicle.event("ChargingStateChanged", token=vehicle.token, place=True, state="Charging")
        assert started["idTokenInfo"]["status"] == "Accepted"


@both
async def test_a_cable_may_come_first__TC_E_03(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.ev_connected_pre_session()
        await vehicle.authorized()
        await vehicle.energy_transfer_started()


@both
async def test_a_token_may_come_first__TC_E_04(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.authorized()
        await vehicle.energy_transfer_started()


@both
async def test_a_local_stop_ends_it__TC_E_07(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        number = vehicle.transaction
        await vehicle.event("StopAuthorized", "Ended", reason="Local")
        session = await shown(csms, vehicle.station, number)
        assert session["stop_reason"] == "Local"
        assert session["ended_at"]


@both
async def test_it_ends_with_the_energy__TC_E_08(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        await vehicle.stop_authorized()
        await vehicle.event("ChargingStateChanged", "Ended", state="EVConnected", reason="Local")


@both
async def test_a_transaction_begins_with_the_cable__TC_E_09(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        assert "idTokenInfo" not in await vehicle.ev_connected_pre_session()


@both
async def test_a_transaction_begins_with_a_token__TC_E_10(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.authorized()


@both
async def test_a_transaction_begins_with_signed_data__TC_E_11(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        assert (await vehicle.authorize())["idTokenInfo"]["status"] == "Accepted"
        await vehicle.occupied()
        begin = reading(0.0, "Transaction.Begin", signed=True)
        started = await vehicle.event("SignedDataReceived", token=vehicle.token, place=True, readings=[begin])
        assert started["idTokenInfo"]["status"] == "Accepted"
        await vehicle.event("ChargingStateChanged", state="Charging")


@both
async def test_a_transaction_begins_with_a_taken_bay__TC_E_12(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.event("EVDetected")
        assert (await shown(csms, vehicle.station, vehicle.transaction))["started_at"]


@both
async def test_it_ends_when_the_cable_leaves_the_station__TC_E_14(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        await vehicle.ev_connected_post_session()
        number = vehicle.transaction
        await vehicle.ev_disconnected()
        assert (await shown(csms, vehicle.station, number))["stop_reason"] == "EVDisconnected"


@both
async def test_it_ends_with_the_drivers_token__TC_E_15(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        await vehicle.event("StopAuthorized", "Ended", token=vehicle.token, reason="Local")
        assert vehicle.events[-1]["idTokenInfo"]["status"] == "Accepted"


@both
async def test_an_unknown_token_is_refused_and_the_end_taken__TC_E_16(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        answer = await vehicle.event("Authorized", token=csms.name("NOBODY"))
        assert answer["idTokenInfo"]["status"] in ("Invalid", "Unknown")
        await vehicle.station.quiet()
        await vehicle.event("Deauthorized", "Ended", reason="DeAuthorized")


@both
async def test_it_ends_when_the_cable_leaves_the_vehicle__TC_E_17(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_suspended()
        await vehicle.event("EVCommunicationLost", "Ended", state="Idle", reason="EVDisconnected")


@both
async def test_it_ends_when_the_bay_is_free__TC_E_19(csms: Csms, version: str) -> None:
    """The tool's state EVDisconnected has ended the transaction for stop points other than the bay; here it goes on."""
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        await vehicle.ev_connected_post_session()
        await vehicle.occupied("Available")
        await vehicle.event("EVCommunicationLost", state="Idle")
        number = vehicle.transaction
        await vehicle.event("EVDeparted", "Ended", reason="Local")
        assert (await shown(csms, vehicle.station, number))["ended_at"]


@both
async def test_an_end_may_follow_an_end__TC_E_19(csms: Csms, version: str) -> None:
    """The tool may run EVDisconnected as it is written, so that a second Ended comes for the same transaction."""
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        number = vehicle.transaction
        await vehicle.ev_disconnected()
        vehicle.transaction = number
        await vehicle.event("EVDeparted", "Ended", reason="Local")


@both
async def test_it_ends_after_a_pause_of_the_vehicle__TC_E_20(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_suspended()
        await vehicle.ev_disconnected()


@both
async def test_an_operator_stops_it__TC_E_21(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        number, station = vehicle.transaction, vehicle.station
        path = f"/stations/{station.identity}/commands/remote-stop"
        asked, command = await station.during(
            csms.post(path, {"transaction_id": number}), "RequestStopTransaction", {"status": "Accepted"}
        )
        assert asked == {"transactionId": number}
        assert command["state"] == "accepted"
        await vehicle.event("RemoteStop", "Ended", reason="Remote")
        assert (await shown(csms, station, number))["stop_reason"] == "Remote"


@both
async def test_it_ends_when_the_vehicle_is_full__TC_E_22(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        await vehicle.event("ChargingStateChanged", "Ended", state="SuspendedEV", reason="StoppedByEV")


@both
async def test_a_cable_may_come_back__TC_E_26(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_suspended()
        await vehicle.event("EVCommunicationLost", state="Idle")
        await vehicle.occupied("Available")
        await vehicle.event("CablePluggedIn", state="EVConnected")
        await vehicle.event("ChargingStateChanged", state="Charging")
        assert (await shown(csms, vehicle.station, vehicle.transaction))["charging_state"] == "Charging"


async def again(csms: Csms, vehicle: Vehicle) -> Station:
    """Close the connection and open it again; the CSMS knows of it when it has answered a message."""
    old = vehicle.station
    await old.close()
    vehicle.station = await csms.open(old.identity, old.version)
    await vehicle.station.call("Heartbeat")
    return vehicle.station


async def asked_status(csms: Csms, station: Station, answer: dict[str, Any], transaction: str | None) -> Any:
    """Let an operator ask for the status of a transaction, or of the queue alone; return the call's payload."""
    path = f"/stations/{station.identity}/commands/get-transaction-status"
    body = {} if transaction is None else {"transaction_id": transaction}
    asked, command = await station.during(csms.post(path, body), "GetTransactionStatus", answer)
    assert command["state"] == "accepted"
    assert command["answer"] == answer
    return asked


@both
async def test_asks_whether_it_runs_while_events_wait__TC_E_29(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        station = await again(csms, vehicle)
        answer = {"ongoingIndicator": True, "messagesInQueue": True}
        number = (await shown(csms, station, vehicle.transaction))["id"]
        asked, _ = await station.during(csms.post(f"/sessions/{number}/status"), "GetTransactionStatus", answer)
        assert asked == {"transactionId": vehicle.transaction}
        await vehicle.event("MeterValuePeriodic", readings=[reading(100)], offline=True)
        await station.close()


@both
async def test_asks_whether_it_runs__TC_E_30(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        answer = {"ongoingIndicator": True, "messagesInQueue": False}
        asked = await asked_status(csms, vehicle.station, answer, vehicle.transaction)
        assert asked == {"transactionId": vehicle.transaction}


@both
async def test_events_may_follow_the_end__TC_E_31(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        number, missed = vehicle.transaction, vehicle.seq_no
        station = await again(csms, vehicle)
        await station.status(1, "Available")
        vehicle.seq_no += 2
        await vehicle.event("EVCommunicationLost", "Ended", state="Idle", offline=True)
        asked = await asked_status(csms, station, {"ongoingIndicator": False, "messagesInQueue": True}, number)
        assert asked == {"transactionId": number}
        vehicle.transaction = number
        await vehicle.event("StopAuthorized", offline=True, seqNo=missed)
        await vehicle.event("ChargingStateChanged", state="EVConnected", offline=True, seqNo=missed + 1)
        session = await shown(csms, station, number)
        assert session["complete"] is True
        assert session["ended_at"]
        await station.close()


@both
async def test_asks_whether_messages_wait__TC_E_33(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.energy_transfer_started()
        station = await again(csms, vehicle)
        assert await asked_status(csms, station, {"messagesInQueue": True}, None) == {}
        await vehicle.event("MeterValuePeriodic", readings=[reading(100)], offline=True)
        await station.close()


@both
async def test_asks_whether_no_messages_wait__TC_E_34(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        assert await asked_status(csms, vehicle.station, {"messagesInQueue": False}, None) == {}


@both
async def test_a_vehicle_may_not_be_ready__TC_E_38(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.authorized()
        await vehicle.ev_connected_pre_session()
        await vehicle.event("ChargingStateChanged", state="SuspendedEV")


@both
async def test_it_ends_when_no_vehicle_comes__TC_E_39(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        await vehicle.authorized()
        number = vehicle.transaction
        await vehicle.event("EVConnectTimeout", "Ended", reason="Timeout")
        assert (await shown(csms, vehicle.station, number))["stop_reason"] == "Timeout"


@both
async def test_sequence_numbers_begin_with_0_again__TC_E_53(csms: Csms, version: str) -> None:
    async with arrived(csms, version) as vehicle:
        for _ in range(2):
            await vehicle.energy_transfer_started()
            assert vehicle.seq_no > 0
            await vehicle.ev_disconnected()
        page = await csms.get("/sessions", station=vehicle.station.identity)
        assert [item["complete"] for item in page["items"]] == [True, True]


async def limits(csms: Csms, vehicle: Vehicle) -> Any:
    """Return how far the station lets the session go, as the interface shows it."""
    number = (await shown(csms, vehicle.station, vehicle.transaction))["id"]
    said = (await csms.get(f"/sessions/{number}"))["station_limit"]
    return {name: value for name, value in said.items() if name != "at" and value is not None}


def by_station(said: dict[str, Any]) -> dict[str, Any]:
    """Return the part of an event in which a station says a limit."""
    return {"info": {"transactionLimit": said}}


OWN = [
    pytest.param({"maxEnergy": 4000}, {"max_energy_wh": 4000}, id="TC_E_106"),
    pytest.param({"maxTime": 900}, {"max_time_s": 900}, id="TC_E_107"),
]


@pytest.mark.parametrize(("said", "kept"), OWN)
async def test_a_station_sets_a_limit__TC_E_106_TC_E_107(csms: Csms, said: Any, kept: Any) -> None:
    async with arrived(csms, "2.1") as vehicle:
        await vehicle.energy_transfer_started()
        answer = await vehicle.event("LimitSet", state="Charging", **by_station(said))
        assert "transactionLimit" not in answer
        assert await limits(csms, vehicle) == kept
        await vehicle.station.quiet()


CENTRAL = [
    pytest.param({"energy_wh": 5000}, {"maxEnergy": 5000}, {"max_energy_wh": 5000}, id="TC_E_110"),
    pytest.param({"time_s": 600}, {"maxTime": 600}, {"max_time_s": 600}, id="TC_E_111"),
]


@pytest.mark.parametrize(("entered", "told", "kept"), CENTRAL)
async def test_an_operator_sets_a_limit__TC_E_110_TC_E_111(csms: Csms, entered: Any, told: Any, kept: Any) -> None:
    async with arrived(csms, "2.1") as vehicle:
        await csms.post("/usage-limits", {"token": vehicle.token, "period": "session"} | entered)
        assert (await vehicle.authorized())["transactionLimit"] == told
        answer = await vehicle.event("LimitSet", **by_station(told))
        assert "transactionLimit" not in answer
        assert await limits(csms, vehicle) == kept


PRICES = {"currency": "EUR", "energy": {"prices": [{"amount": "0.50"}]}}


async def test_a_station_reckons_and_sets_a_limit_of_cost__TC_E_108(csms: Csms) -> None:
    async with arrived(csms, "2.1") as vehicle:
        tariff = await csms.post("/tariffs", PRICES)
        path = f"/stations/{vehicle.station.identity}/commands/set-default-tariff"
        setting = csms.post(path, {"tariff_id": tariff["id"], "evse": 0})
        asked, _ = await vehicle.station.during(setting, "SetDefaultTariff", {"status": "Accepted"})
        await vehicle.energy_transfer_started()
        said = {"transactionLimit": {"maxCost": 12.5}, "tariffId": asked["tariff"]["tariffId"]}
        assert "transactionLimit" not in await vehicle.event("LimitSet", info=said)
        assert await limits(csms, vehicle) == {"max_cost": 12.5}
        await vehicle.event("CostLimitReached", state="SuspendedEVSE")
        await vehicle.station.quiet()


async def test_an_operator_sets_a_limit_of_cost__TC_E_109(csms: Csms) -> None:
    async with arrived(csms, "2.1") as vehicle:
        tariff = await csms.post("/tariffs", PRICES)
        await csms.post("/tariff-assignments", {"tariff_id": tariff["id"], "station": vehicle.station.identity})
        limit = {"token": vehicle.token, "period": "session", "cost_minor": 300, "currency": "EUR"}
        await csms.post("/usage-limits", limit)
        assert (await vehicle.authorized())["transactionLimit"] == {"maxCost": 3}
        await vehicle.event("LimitSet", **by_station({"maxCost": 3}))
        assert await limits(csms, vehicle) == {"max_cost": 3}
        await vehicle.energy_transfer_started()
        await vehicle.event("MeterValuePeriodic", readings=[reading(1000)])
        number = (await shown(csms, vehicle.station, vehicle.transaction))["id"]
        asked, _ = await vehicle.station.during(csms.post(f"/sessions/{number}/show-cost"), "CostUpdated", {})
        assert asked["transactionId"] == vehicle.transaction
        await vehicle.event("CostLimitReached", state="SuspendedEVSE")
        await vehicle.station.quiet()


async def test_both_set_limits_and_the_lower_ones_hold__TC_E_102(csms: Csms) -> None:
    async with arrived(csms, "2.1") as vehicle:
        await csms.post(
            "/usage-limits", {"token": vehicle.token, "period": "session", "energy_wh": 5000, "time_s": 600}
        )
        own = by_station({"maxEnergy": 4000, "maxTime": 900})
        answer = await vehicle.event("Authorized", token=vehicle.token, place=True, **own)
        assert answer["transactionLimit"] == {"maxTime": 600}
        await vehicle.event("LimitSet", **by_station({"maxEnergy": 4000, "maxTime": 600}))
        assert await limits(csms, vehicle) == {"max_energy_wh": 4000, "max_time_s": 600}


async def resumed(csms: Csms, vehicle: Vehicle) -> None:
    """Lose power in a session and go on with it: the connection opens again, and the station tells of its restart."""
    station = await again(csms, vehicle)
    assert (await station.boot("PowerUp"))["status"] == "Accepted"
    await vehicle.occupied()
    await station.call("SecurityEventNotification", {"type": "StartupOfTheDevice", "timestamp": now()})
    await vehicle.occupied()
    await vehicle.event("TxResumed", state="Charging")


async def test_a_session_goes_on_after_an_interruption__TC_E_113(csms: Csms) -> None:
    async with arrived(csms, "2.1") as vehicle:
        await vehicle.energy_transfer_started()
        await resumed(csms, vehicle)
        session = await shown(csms, vehicle.station, vehicle.transaction)
        assert (session["active"], session["charging_state"], session["flags"]) == (True, "Charging", [])
        await vehicle.station.quiet()
        await vehicle.station.close()


async def test_a_resumed_session_gets_its_profile_again__TC_E_117(csms: Csms) -> None:
    async with arrived(csms, "2.1") as vehicle:
        await vehicle.energy_transfer_started()
        schedules = [{"unit": "A", "periods": [{"start_period": 0, "limit": 10.0}]}]
        profile = {"stack_level": 0, "purpose": "TxProfile", "kind": "Relative", "schedules": schedules}
        body = {"evse": 1, "profile": profile | {"transaction_id": vehicle.transaction}}
        path = f"/stations/{vehicle.station.identity}/commands/set-charging-profile"
        accepted = {"status": "Accepted"}
        first, _ = await vehicle.station.during(csms.post(path, body), "SetChargingProfile", accepted)
        await resumed(csms, vehicle)
        assert await vehicle.station.expect("SetChargingProfile", accepted) == first
        await vehicle.station.quiet()
        await vehicle.station.close()
