"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block F, remote control."""

from typing import Any

import pytest

from tests.cases.rig import Csms, Station
from tests.cases.steps_fk import BOTH, Session, carries, id_token, metered, order, tell_status
from tests.cases.steps_sessions import Vehicle

both = pytest.mark.parametrize("version", BOTH)
ACCEPTED = {"status": "Accepted"}


async def _remote_start(csms: Csms, station: Station, session: Session, **answer: Any) -> int:
    """Have a transaction started; return the remote start's id."""
    body = {"token": session.token, "token_kind": "ISO14443", "evse": session.evse}
    asked, command = await order(csms, station, "remote-start", body, "RequestStartTransaction", ACCEPTED | answer)
    carries(asked, {"idToken": id_token(session.token), "evseId": session.evse, "remoteStartId": int})
    assert command["state"] == "accepted"
    return int(asked["remoteStartId"])


async def _trigger(csms: Csms, station: Station, message: str, evse: int | None = None) -> None:
    body = {"message": message} | ({} if evse is None else {"evse": evse})
    asked, command = await order(csms, station, "trigger", body, "TriggerMessage", ACCEPTED)
    assert asked == {"requestedMessage": message} | ({} if evse is None else {"evse": {"id": evse}})
    assert command["state"] == "accepted"


@both
async def test_starts_a_session_where_the_cable_is_first__TC_F_01(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = Session(station, await csms.add_token())
        await session.plugged_in()
        number = await _remote_start(csms, station, session, transactionId=session.id)
        answer = await session.tell("RemoteStart", token=True, info={"remoteStartId": number})
        assert answer["idTokenInfo"]["status"] == "Accepted"
        await session.charging()


@both
async def test_starts_a_session_that_the_station_authorizes__TC_F_02(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = Session(station, await csms.add_token())
        number = await _remote_start(csms, station, session)
        verdict = await station.call("Authorize", {"idToken": id_token(session.token)})
        assert verdict["idTokenInfo"]["status"] == "Accepted"
        await session.tell("RemoteStart", token=True, info={"remoteStartId": number})
        await session.plugged_in()
        await session.charging()


@both
async def test_starts_a_session_that_the_station_does_not_authorize__TC_F_03(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = Session(station, await csms.add_token())
        number = await _remote_start(csms, station, session)
        await session.tell("RemoteStart", token=True, info={"remoteStartId": number})
        await session.plugged_in()
        await session.charging()


@both
async def test_hears_that_no_cable_came_after_a_remote_start__TC_F_04(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = Session(station, await csms.add_token())
        number = await _remote_start(csms, station, session)
        await session.tell("RemoteStart", token=True, info={"remoteStartId": number})
        await session.tell("EVConnectTimeout")


@both
async def test_unlocks_a_connector__TC_F_06(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        body = {"evse": 1, "connector": 1}
        asked, command = await order(csms, station, "unlock", body, "UnlockConnector", {"status": "Unlocked"})
        assert asked == {"evseId": 1, "connectorId": 1}
        assert command["state"] == "accepted"


@both
async def test_triggers_meter_values_of_an_evse__TC_F_11(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _trigger(csms, station, "MeterValues", 1)
        assert await station.call("MeterValues", {"evseId": 1, "meterValue": metered(10, "Trigger")}) == {}


@both
async def test_triggers_meter_values_of_all_evses__TC_F_12(csms: Csms, version: str) -> None:
    async with csms.booted(version, evses=2) as station:
        await _trigger(csms, station, "MeterValues")
        for evse in (1, 2):
            assert await station.call("MeterValues", {"evseId": evse, "meterValue": metered(10, "Trigger")}) == {}


@both
async def test_triggers_a_transaction_event_of_an_evse__TC_F_13(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        session = await Session(station, await csms.add_token()).started()
        await _trigger(csms, station, "TransactionEvent", 1)
        await session.tell("Trigger", "Charging", meterValue=metered(10, "Trigger"))


@both
async def test_triggers_transaction_events_of_all_evses__TC_F_14(csms: Csms, version: str) -> None:
    async with csms.booted(version, evses=2) as station:
        sessions = [await Session(station, await csms.add_token(), evse).started() for evse in (1, 2)]
        await _trigger(csms, station, "TransactionEvent")
        for session in sessions:
            await session.tell("Trigger", "Charging", meterValue=metered(10, "Trigger"))


@both
async def test_triggers_the_status_of_a_log__TC_F_15(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _trigger(csms, station, "LogStatusNotification")
        assert await station.call("LogStatusNotification", {"status": "Idle"}) == {}


@both
async def test_triggers_the_status_of_firmware__TC_F_18(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _trigger(csms, station, "FirmwareStatusNotification")
        assert await station.call("FirmwareStatusNotification", {"status": "Idle"}) == {}


@both
async def test_triggers_a_heartbeat__TC_F_20(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _trigger(csms, station, "Heartbeat")
        carries(await station.call("Heartbeat"), {"currentTime": str})


@both
async def test_triggers_the_status_of_a_connector_that_is_available__TC_F_23(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        body = {"message": "StatusNotification", "evse": 1, "connector": 1}
        asked, _ = await order(csms, station, "trigger", body, "TriggerMessage", ACCEPTED)
        assert asked == {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}}
        await tell_status(station, "Available")


@both
async def test_triggers_the_status_of_a_connector_that_is_occupied__TC_F_24(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await tell_status(station, "Occupied")
        body = {"message": "StatusNotification", "evse": 1, "connector": 1}
        asked, _ = await order(csms, station, "trigger", body, "TriggerMessage", ACCEPTED)
        assert asked == {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}}
        await tell_status(station, "Occupied")


@both
async def test_hears_that_a_trigger_is_not_implemented__TC_F_27(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        body = {"message": "Heartbeat"}
        _, command = await order(csms, station, "trigger", body, "TriggerMessage", {"status": "NotImplemented"})
        assert (command["state"], command["status"]) == ("rejected", "NotImplemented")


async def test_triggers_a_vendors_own_message__TC_F_100(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        asked, command = await order(csms, station, "trigger", {"message": "Own"}, "TriggerMessage", ACCEPTED)
        assert asked == {"requestedMessage": "CustomTrigger", "customTrigger": "Own"}
        assert command["state"] == "accepted"


@pytest.mark.parametrize(("version", "kind"), [("2.0.1", "Central"), ("2.1", "Central"), ("2.1", "DirectPayment")])
async def test_a_start_of_a_kiosk_needs_no_entered_token__C25_FR_23(csms: Csms, version: str, kind: str) -> None:
    async with csms.booted(version) as station:
        vehicle = Vehicle(station, csms.name("PSP"), kind)
        body = {"token": vehicle.token, "token_kind": kind, "evse": 1}
        asked, _ = await order(csms, station, "remote-start", body, "RequestStartTransaction", ACCEPTED)
        assert asked["idToken"] == {"idToken": vehicle.token, "type": kind}
        assert (await vehicle.authorize())["idTokenInfo"]["status"] == "Accepted"
        info = {"remoteStartId": asked["remoteStartId"]}
        answers = [
            await vehicle.event("RemoteStart", token=vehicle.token, place=True, info=info),
            await vehicle.event("StopAuthorized", "Ended", token=vehicle.token, reason="Local"),
        ]
        assert [answer["idTokenInfo"]["status"] for answer in answers] == ["Accepted"] * 2
        late = await vehicle.event("Authorized", token=vehicle.token, place=True)
        assert late["idTokenInfo"]["status"] in ("Unknown", "Invalid")
