"""Official test cases of OCPP 1.6 for a CSMS: the core profile."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cases.rig import Csms, now
from tests.cases.steps_v16 import ACCEPTED, ago, authorize, charging, command, old, reboot, session, start, stop


async def test_boots__TC_001(csms: Csms) -> None:
    station = await csms.open(await csms.add_station(), "1.6")
    answer = await station.boot()
    assert answer["status"] == "Accepted"
    assert answer["interval"] > 0
    told = datetime.fromisoformat(answer["currentTime"])
    assert abs((datetime.now(UTC) - told).total_seconds()) < 5
    await station.status(0, "Available")
    assert datetime.fromisoformat((await station.call("Heartbeat"))["currentTime"]).tzinfo
    await station.quiet()
    await station.close()


async def test_charges_plugged_in_first__TC_003(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        await station.status(1, "Preparing")
        await authorize(station, tag)
        number = await start(station, tag)
        await station.status(1, "Charging")
        assert (await session(csms, number))["token"] == tag


async def test_charges_identified_first__TC_004_1(csms: Csms) -> None:
    async with charging(csms) as (station, tag, number):
        sample = {"timestamp": now(), "sampledValue": [{"value": "120"}]}
        told = {"connectorId": 1, "transactionId": number, "meterValue": [sample]}
        assert await station.call("MeterValues", told) == {}
        await stop(station, number, tag, reason="Local")
        await station.status(1, "Finishing")
        await station.status(1, "Available")
        assert (await session(csms, number))["stop_reason"] == "Local"


async def test_lets_a_connection_time_out__TC_004_2(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        await authorize(station, tag)
        await station.status(1, "Preparing")
        await station.status(1, "Available")
        await station.quiet()


@pytest.mark.parametrize("stops", [True, False])
async def test_takes_a_disconnection_at_the_ev__TC_005_1(csms: Csms, stops: bool) -> None:
    async with charging(csms) as (station, tag, number):
        await station.status(1, "SuspendedEV")
        if stops:
            await stop(station, number, tag, reason="EVDisconnected")
            await station.status(1, "Finishing")
            await station.status(1, "Available")
            assert (await session(csms, number))["stop_reason"] == "EVDisconnected"
        else:
            await station.status(1, "Charging")
        await station.quiet()


async def test_starts_by_a_cached_id__TC_007(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        await station.status(1, "Preparing")
        await start(station, tag)
        await station.status(1, "Charging")


async def test_clears_the_cache__TC_061(csms: Csms) -> None:
    async with old(csms) as station:
        asked, told = await command(csms, station, "clear-cache", None, "ClearCache")
        assert asked == {}
        assert told["state"] == "accepted"


async def test_starts_remotely_when_plugged_in__TC_010(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        await station.status(1, "Preparing")
        asked, told = await command(csms, station, "remote-start", {"token": tag, "evse": 1}, "RemoteStartTransaction")
        assert asked == {"idTag": tag, "connectorId": 1}
        assert told["status"] == "Accepted"
        await authorize(station, tag)
        await start(station, tag)
        await station.status(1, "Charging")


async def test_starts_remotely_before_plugging_in__TC_011_1(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        asked, _ = await command(csms, station, "remote-start", {"token": tag, "evse": 1}, "RemoteStartTransaction")
        assert asked == {"idTag": tag, "connectorId": 1}
        await authorize(station, tag)
        await station.status(1, "Preparing")
        await start(station, tag)
        await station.status(1, "Charging")


async def test_lets_a_remote_start_time_out__TC_011_2(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        asked, _ = await command(csms, station, "remote-start", {"token": tag}, "RemoteStartTransaction")
        assert asked == {"idTag": tag}
        await authorize(station, tag)
        await station.status(1, "Preparing")
        await station.status(1, "Available")
        await station.quiet()


@pytest.mark.parametrize("by_session", [True, False])
async def test_stops_remotely__TC_012(csms: Csms, by_session: bool) -> None:
    async with charging(csms) as (station, _, number):
        path, body = f"/stations/{station.identity}/commands/remote-stop", {"transaction_id": str(number)}
        asking = csms.post(f"/sessions/{number}/stop") if by_session else csms.post(path, body)
        asked, told = await station.during(asking, "RemoteStopTransaction", ACCEPTED)
        assert asked == {"transactionId": number}
        assert told["status"] == "Accepted"
        await stop(station, number, reason="Remote")
        await station.status(1, "Finishing")
        await station.status(1, "Available")
        assert (await session(csms, number))["ended_at"] is not None


@pytest.mark.parametrize(
    ("kind", "wire"),
    [pytest.param("Immediate", "Hard", id="TC_013"), pytest.param("OnIdle", "Soft", id="TC_014")],
)
async def test_resets__TC_013__TC_014(csms: Csms, kind: str, wire: str) -> None:
    async with charging(csms) as (station, _, number):
        asked, told = await command(csms, station, "reset", {"kind": kind}, "Reset")
        assert asked == {"type": wire}
        assert told["status"] == "Accepted"
        await stop(station, number, reason=f"{wire}Reset")
        await reboot(station)
        assert (await session(csms, number))["stop_reason"] in (f"{wire}Reset", "ImmediateReset")


@pytest.mark.parametrize(
    ("connector", "status"),
    [
        pytest.param(1, "Unlocked", id="TC_017_1"),
        pytest.param(1, "NotSupported", id="TC_017_2"),
        pytest.param(1, "UnlockFailed", id="TC_030"),
        pytest.param(9, "NotSupported", id="TC_031"),
    ],
)
async def test_unlocks__TC_017_1__TC_017_2__TC_030__TC_031(csms: Csms, connector: int, status: str) -> None:
    async with old(csms) as station:
        asked, told = await command(csms, station, "unlock", {"evse": connector}, "UnlockConnector", {"status": status})
        assert asked == {"connectorId": connector}
        assert told["status"] == status


async def test_unlocks_during_a_session__TC_018_1(csms: Csms) -> None:
    async with charging(csms) as (station, _, number):
        asked, told = await command(csms, station, "unlock", {"evse": 1}, "UnlockConnector", {"status": "Unlocked"})
        assert asked == {"connectorId": 1}
        assert told["status"] == "Unlocked"
        await stop(station, number, reason="UnlockCommand")
        await station.status(1, "Finishing")
        await station.status(1, "Available")


async def test_reads_all_keys__TC_019_1(csms: Csms) -> None:
    keys = [
        {"key": "HeartbeatInterval", "readonly": False, "value": "86400"},
        {"key": "AuthorizationKey", "readonly": False},
    ]
    async with old(csms) as station:
        asked, told = await command(
            csms, station, "get-variables", {"variables": []}, "GetConfiguration", {"configurationKey": keys}
        )
        assert not asked.get("key")
        assert [(one["variable"], one["value"]) for one in told["variables"]] == [
            ("HeartbeatInterval", "86400"),
            ("AuthorizationKey", None),
        ]


async def test_reads_one_key__TC_019_2(csms: Csms) -> None:
    key = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core,RemoteTrigger"}
    async with old(csms) as station:
        asked, told = await command(
            csms,
            station,
            "get-variables",
            {"variables": [{"variable": "SupportedFeatureProfiles"}]},
            "GetConfiguration",
            {"configurationKey": [key]},
        )
        assert asked == {"key": ["SupportedFeatureProfiles"]}
        assert told["variables"][0]["value"] == "Core,RemoteTrigger"


@pytest.mark.parametrize(
    ("key", "value", "status", "state"),
    [
        pytest.param("MeterValueSampleInterval", "60", "Accepted", "accepted", id="TC_021"),
        pytest.param("MeterValueSampleInterval", "60", "RebootRequired", "accepted", id="TC_021-reboot"),
        pytest.param("NoSuchKey", "1", "NotSupported", "rejected", id="TC_040_1"),
        pytest.param("MeterValueSampleInterval", "-1", "Rejected", "rejected", id="TC_040_2"),
    ],
)
async def test_writes_a_key__TC_021__TC_040_1__TC_040_2(
    csms: Csms, key: str, value: str, status: str, state: str
) -> None:
    async with old(csms) as station:
        body = {"variables": [{"variable": key, "value": value}]}
        asked, told = await command(csms, station, "set-variables", body, "ChangeConfiguration", {"status": status})
        assert asked == {"key": key, "value": value}
        assert told["status"] == status
        assert told["state"] == state


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param(None, "Invalid", id="TC_023_1"),
        pytest.param({"expires_at": "2020-01-01T00:00:00Z"}, "Expired", id="TC_023_2"),
        pytest.param({"status": "Expired"}, "Expired", id="TC_023_2-set"),
        pytest.param({"status": "Blocked"}, "Blocked", id="TC_023_3"),
    ],
)
async def test_refuses_a_token__TC_023_1__TC_023_2__TC_023_3(
    csms: Csms, fields: dict[str, Any] | None, status: str
) -> None:
    tag = csms.name("NOBODY") if fields is None else await csms.add_token(**fields)
    async with old(csms) as station:
        await station.status(1, "Preparing")
        await authorize(station, tag, status)
        await station.quiet()


async def test_takes_a_failing_lock__TC_024(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        await station.status(1, "Preparing")
        await authorize(station, tag)
        told = {"connectorId": 1, "status": "Faulted", "errorCode": "ConnectorLockFailure", "timestamp": now()}
        assert await station.call("StatusNotification", told) == {}
        await station.quiet()
        shown = await csms.get(f"/stations/{station.identity}")
        assert shown["connectors"][0]["error"] == "ConnectorLockFailure"


async def test_copes_with_a_refused_remote_start__TC_026(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        body = {"token": tag, "evse": 1}
        _, told = await command(csms, station, "remote-start", body, "RemoteStartTransaction", {"status": "Rejected"})
        assert told["state"] == "rejected"
        await station.quiet()


async def test_copes_with_a_refused_remote_stop__TC_028(csms: Csms) -> None:
    async with charging(csms) as (station, _, number):
        body = {"transaction_id": str(number)}
        asked, told = await command(csms, station, "remote-stop", body, "RemoteStopTransaction", {"status": "Rejected"})
        assert asked == {"transactionId": number}
        assert told["state"] == "rejected"
        assert (await session(csms, number))["ended_at"] is None


async def test_takes_a_stop_after_a_power_failure__TC_032_1(csms: Csms) -> None:
    async with charging(csms) as (station, _, number):
        identity = station.identity
        await station.close()
        again = await csms.open(identity, "1.6")
        assert (await again.boot())["status"] == "Accepted"
        await stop(again, number, timestamp=ago(5), reason="PowerLoss")
        await again.close()
        assert (await session(csms, number))["stop_reason"] == "PowerLoss"


async def test_takes_an_offline_start__TC_037_1(csms: Csms) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        begun = ago(600)
        number = await start(station, tag, timestamp=begun)
        await station.status(1, "Charging")
        assert (await session(csms, number))["started_at"] == begun


async def test_refuses_the_token_of_an_offline_start__TC_037_3(csms: Csms) -> None:
    async with old(csms) as station:
        await station.status(1, "Preparing")
        number = await start(station, csms.name("NOBODY"), status="Invalid", timestamp=ago(600))
        await station.status(1, "Charging")
        await stop(station, number, reason="DeAuthorized")
        await station.status(1, "Finishing")
        await station.quiet()


@pytest.mark.parametrize("reason", ["Local", "EVDisconnected"])
async def test_takes_an_offline_transaction__TC_039(csms: Csms, reason: str) -> None:
    tag = await csms.add_token()
    async with old(csms) as station:
        number = await start(station, tag, timestamp=ago(600))
        await stop(station, number, tag, timestamp=ago(60), reason=reason)
        shown = await session(csms, number)
        assert shown["energy_wh"] == 100
        assert shown["stop_reason"] == reason


async def test_answers_a_vendors_message__TC_064(csms: Csms) -> None:
    vendor = csms.name("Vendor")
    async with old(csms) as station:
        told = {"vendorId": vendor, "messageId": "Message1", "data": "Data1"}
        assert await station.call("DataTransfer", told) == {"status": "UnknownVendorId"}
        await csms.post("/vendors", {"vendor_id": vendor, "message_ids": ["Message1"]})
        assert (await station.call("DataTransfer", told))["status"] == "Accepted"
        assert await station.call("DataTransfer", told | {"messageId": "Other"}) == {"status": "UnknownMessageId"}
