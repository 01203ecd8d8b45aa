"""What stations of OCPP 1.6 in the field do, and a CSMS has to survive: none of it is an official test case."""

import asyncio
import json
from typing import Any

import pytest

from tests.cases.rig import Csms, Refused, Station, now
from tests.cases.steps_v16 import ACCEPTED, ago, authorize, charging, command, old, session, start, stop


async def heartbeat(station: Station) -> None:
    """Check that the conversation goes on."""
    assert "currentTime" in await station.call("Heartbeat")


async def say(station: Station, text: str) -> list[Any]:
    """Send what no library would, and return the frame that comes."""
    station._waiting["trap"] = future = asyncio.get_running_loop().create_future()
    await station.ws.send(text)
    try:
        return [3, await asyncio.wait_for(future, 2)]
    except TimeoutError:
        return []
    except Exception as error:
        return [4, str(error)]


@pytest.mark.parametrize("text", ['[2,"trap","Heartbeat",null]', '[2, "trap", "Heartbeat", {}]\r\n'])
async def test_takes_an_empty_payload_and_a_newline(csms: Csms, text: str) -> None:
    async with old(csms) as station:
        assert (await say(station, text))[0] == 3


async def test_two_sessions_in_a_row_get_their_own_numbers(csms: Csms) -> None:
    async with charging(csms) as (station, tag, first):
        await stop(station, first, tag)
        second = await start(station, tag, meterStart=100)
        assert second != first
        await stop(station, second, tag, meterStop=300)
        assert (await session(csms, second))["energy_wh"] == 200


async def test_a_start_that_is_sent_again_is_the_same_session(csms: Csms) -> None:
    tag, at = await csms.add_token(), ago(30)
    async with old(csms) as station:
        first = await start(station, tag, timestamp=at)
        assert await start(station, tag, timestamp=at) == first
        for _ in range(2):
            await stop(station, first, tag, timestamp=ago(10), meterStop=500)
        assert (await session(csms, first))["energy_wh"] == 500


@pytest.mark.parametrize("number", [0, -1, 2**31 - 1, 7])
async def test_a_stop_of_nobodys_session_is_taken_in(csms: Csms, number: int) -> None:
    async with old(csms) as station:
        await stop(station, number, meterStop=10)
        await heartbeat(station)


async def test_meter_values_without_a_session_are_kept(csms: Csms) -> None:
    async with old(csms) as station:
        for value, more in enumerate(({}, {"transactionId": 0}, {"transactionId": -1})):
            sample = {
                "timestamp": now(),
                "sampledValue": [{"value": str(value), "unit": "Celsius", "measurand": "Temperature"}],
            }
            told = {"connectorId": 1, "meterValue": [sample]} | more
            assert await station.call("MeterValues", told) == {}
        kept = await csms.get(f"/stations/{station.identity}/meter-values")
        assert len(kept["items"]) == 3


async def test_an_empty_tag_a_strange_case_and_a_number_for_a_status_do_no_harm(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        await authorize(station, tag.lower())
        await authorize(station, "", "Invalid")
        await station.status(0, "Available")
        await station.status(77, "Available")
        await heartbeat(station)


async def test_a_second_connection_ends_the_first_and_keeps_the_session(csms: Csms) -> None:
    async with charging(csms) as (station, tag, number):
        again = await csms.open(station.identity, "1.6")
        await heartbeat(again)
        await asyncio.wait_for(station.ws.wait_closed(), 5)
        asked, _ = await command(csms, again, "unlock", {"evse": 1}, "UnlockConnector", {"status": "Unlocked"})
        assert asked == {"connectorId": 1}
        await stop(again, number, tag)
        await again.close()
        assert (await session(csms, number))["ended_at"] is not None


async def test_a_station_that_talks_before_it_boots_is_answered(csms: Csms) -> None:
    station = await csms.open(await csms.add_station(), "1.6")
    await station.status(1, "Available")
    await heartbeat(station)
    assert (await station.boot())["status"] == "Accepted"
    await station.close()


@pytest.mark.parametrize("offered", [["ocpp1.6", "ocpp2.0.1", "ocpp2.1"], ["ocpp1.5", "ocpp1.6"]])
async def test_a_station_that_offers_more_gets_one_that_it_offered(csms: Csms, offered: list[str]) -> None:
    station = await csms.open(await csms.add_station(), "1.6", subprotocols=offered)  # type: ignore[arg-type]
    assert station.ws.subprotocol in offered
    await station.ws.close()
    await station.close()


@pytest.mark.parametrize(
    ("name", "body"), [("availability", {"operative": False}), ("trigger", {"message": "MeterValues"})]
)
async def test_a_connector_is_never_taken_for_the_station(csms: Csms, name: str, body: dict[str, Any]) -> None:
    async with old(csms) as station:
        path = f"/stations/{station.identity}/commands/{name}"
        await csms.post(path, body | {"connector": 1}, status=400)
        await station.quiet(0.1)


async def test_an_answer_that_nobody_waits_for_does_no_harm(csms: Csms) -> None:
    async with old(csms) as station:
        await station.ws.send('[3,"nobody",{"status":"Accepted"}]')
        await station.ws.send('[4,"nobody","InternalError"]')
        await heartbeat(station)


async def test_a_call_error_without_details_ends_a_command(csms: Csms) -> None:
    async with old(csms) as station:
        asking = csms.post(f"/stations/{station.identity}/commands/clear-cache", status=502)
        task = asyncio.ensure_future(asking)
        frame = await asyncio.wait_for(station._asked.get(), 5)
        await station.ws.send(json.dumps([4, frame[1], "NotImplemented"]))
        assert (await task)["command"]["error"] == "NotImplemented"


async def test_a_token_that_nobody_would_ask_about_is_judged_before_a_remote_start(csms: Csms) -> None:
    async with old(csms) as station:
        body = {"variables": [{"variable": "AuthorizeRemoteTxRequests"}]}
        key = {"key": "AuthorizeRemoteTxRequests", "readonly": False, "value": "false"}
        await command(csms, station, "get-variables", body, "GetConfiguration", {"configurationKey": [key]})
        path = f"/stations/{station.identity}/commands/remote-start"
        await csms.post(path, {"token": csms.name("NOBODY"), "evse": 1}, status=409)
        body = {"token": await csms.add_token(), "evse": 1}
        await station.during(csms.post(path, body), "RemoteStartTransaction", ACCEPTED)


BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("BootNotification", {"chargePointVendor": "V" * 30, "chargePointModel": "M", "iccid": None, "imsi": ""}),
    ("StatusNotification", {"connectorId": 1, "status": "Occupied", "errorCode": "NoError"}),
    ("StatusNotification", {"connectorId": 1, "status": "Faulted", "errorCode": "E17", "info": "x" * 80}),
    ("StatusNotification", {"connectorId": 1, "status": "Available", "timestamp": "2026-05-01T12:00:00"}),
    (
        "MeterValues",
        {"connectorId": 1, "transactionId": None, "meterValue": [{"timestamp": "", "sampledValue": [{"value": 1}]}]},
    ),
    ("DataTransfer", {"vendorId": "V", "messageId": None, "data": {"a": 1}}),
    ("FirmwareStatusNotification", {"status": "installed"}),
    ("SecurityEventNotification", {"type": "Odd", "timestamp": "2026-05-01T12:00:00Z", "techInfo": None}),
]


@pytest.mark.parametrize(("action", "payload"), BROKEN)
async def test_a_station_that_breaks_the_schema_is_understood_where_that_is_wanted(
    csms: Csms, action: str, payload: dict[str, Any]
) -> None:
    async with old(csms) as station:
        with pytest.raises(Refused, match="Violation"):
            await station.call(action, payload)
        await csms.post("/tolerances", {"station": station.identity})
        await asyncio.sleep(0.1)
        await station.call(action, payload)
        assert (await csms.get("/violations", station=station.identity))["items"]


async def test_a_session_of_a_tolerated_station_is_complete(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        await csms.post("/tolerances", {"station": station.identity})
        await asyncio.sleep(0.1)
        number = await start(station, tag, meterStart=0.0, reservationId=None, timestamp=ago(60)[:-1])
        await stop(station, number, meterStop="1500", reason="Normal", idTag=None, transactionData=None)
        shown = await session(csms, number)
        assert (shown["energy_wh"], shown["stop_reason"]) == (1500, "Other")
