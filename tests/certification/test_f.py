"""Part 6, 2.7: what the CSMS does from afar."""

from typing import Any

import pytest

from busbar.model.versions import Version
from tests.certification.rig import OTHER, TOKEN, TWO, Case, playing

PLACE = {"id": 1, "connectorId": 1}


async def remotely(case: Case, *, asks: bool = False, evse: int = 1) -> None:
    """Start from afar (state Authorized, remote)."""
    order = {"idToken": TOKEN, "evseId": evse, "remoteStartId": 7}
    await case.call("RequestStartTransaction", order, status="Accepted")
    if asks:
        await case.expect("Authorize", idToken=TOKEN)


async def flows(case: Case) -> None:
    """See energy flow, and the first event say what started it."""
    events = await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})
    assert events[0]["triggerReason"] == "RemoteStart"
    assert events[0]["transactionInfo"]["remoteStartId"] == 7
    assert events[0]["idToken"] == TOKEN


async def trigger(case: Case, message: str, status: str = "Accepted", **more: Any) -> None:
    await case.call("TriggerMessage", {"requestedMessage": message} | more, status=status)


@TWO
async def test_starts_where_a_cable_is__TC_F_01(version: Version) -> None:
    async with playing(version) as case:
        await case.connected()
        await remotely(case)
        await flows(case)


@TWO
@pytest.mark.parametrize("asks", [pytest.param(True, id="F_02"), pytest.param(False, id="F_03")])
async def test_starts_before_the_cable_comes__TC_F_02__TC_F_03(version: Version, asks: bool) -> None:
    async with playing(version) as case:
        await case.configure("AuthCtrlr", "AuthorizeRemoteStart", str(asks).lower())
        await remotely(case, asks=asks)
        await case.connected()
        await flows(case)


@TWO
async def test_no_cable_comes__TC_F_04(version: Version) -> None:
    settings = {"TxStartPoint": "Authorized", "TxStopPoint": "Authorized", "ConnectionTimeOut": "2"}
    async with playing(version, settings=settings) as case:
        await remotely(case)
        await case.event("Started", "RemoteStart")
        await case.event("Ended", "EVConnectTimeout")
        await remotely(case)
        await case.event("Started", "RemoteStart")
        await case.event("Ended", "EVConnectTimeout")


async def unlock(case: Case, status: str, connector: int = 1) -> None:
    await case.call("UnlockConnector", {"evseId": 1, "connectorId": connector}, status=status)


@TWO
async def test_does_not_unlock_while_somebody_charges__TC_F_05(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await unlock(case, "OngoingAuthorizedTransaction")


@TWO
async def test_unlocks_a_cable__TC_F_06(version: Version) -> None:
    async with playing(version) as case:
        await case.connected()
        await unlock(case, "Unlocked")


@TWO
async def test_unlocks_without_a_cable__TC_F_07(version: Version) -> None:
    async with playing(version) as case:
        await unlock(case, "Unlocked")


@TWO
async def test_does_not_unlock_what_it_has_not__TC_F_10(version: Version) -> None:
    async with playing(version) as case:
        await unlock(case, "UnknownConnector", 999)


@TWO
async def test_stops_from_afar__TC_F_08(version: Version) -> None:
    async with playing(version) as case:
        transaction = await case.charging()
        await case.call("RequestStopTransaction", {"transactionId": transaction}, status="Accepted")
        await case.event("Ended", "RemoteStop")


@TWO
async def test_does_not_stop_a_strange_transaction__TC_F_09(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await case.call("RequestStopTransaction", {"transactionId": "strange"}, status="Rejected")
        await case.quiet()


def check_context(told: Any) -> None:
    assert told["meterValue"][0]["sampledValue"][0]["context"] == "Trigger"


@TWO
async def test_tells_the_meter_of_an_evse__TC_F_11(version: Version) -> None:
    async with playing(version) as case:
        await trigger(case, "MeterValues", evse={"id": 1})
        check_context(await case.expect("MeterValues", evseId=1))


@TWO
async def test_tells_the_meters_of_all_evses__TC_F_12(version: Version) -> None:
    async with playing(version) as case:
        await trigger(case, "MeterValues")
        told = [await case.expect("MeterValues") for _ in range(2)]
        assert [one["evseId"] for one in told] == [1, 2]
        for one in told:
            check_context(one)


@TWO
async def test_tells_of_a_transaction__TC_F_13(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await trigger(case, "TransactionEvent", evse={"id": 1})
        check_context(await case.event("Updated", "Trigger", transactionInfo={"chargingState": "Charging"}))


@TWO
async def test_tells_of_all_transactions__TC_F_14(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await case.charging(2, OTHER)
        await trigger(case, "TransactionEvent")
        for evse in (1, 2):
            place = {"id": evse}
            info = {"chargingState": "Charging"}
            check_context(await case.event("Updated", "Trigger", evse=place, transactionInfo=info))


@TWO
async def test_tells_that_it_sends_no_log__TC_F_15(version: Version) -> None:
    async with playing(version) as case:
        await trigger(case, "LogStatusNotification")
        await case.expect("LogStatusNotification", status="Idle")


@TWO
@pytest.mark.parametrize("more", [pytest.param({"evse": {"id": 1}}, id="F_17"), pytest.param({}, id="F_18")])
async def test_tells_that_it_installs_nothing__TC_F_17__TC_F_18(version: Version, more: dict[str, Any]) -> None:
    async with playing(version) as case:
        await trigger(case, "FirmwareStatusNotification", **more)
        await case.expect("FirmwareStatusNotification", status="Idle")


@TWO
async def test_sends_a_heartbeat__TC_F_20(version: Version) -> None:
    async with playing(version) as case:
        case.silent.remove("Heartbeat")
        await trigger(case, "Heartbeat")
        await case.expect("Heartbeat")


@TWO
async def test_tells_that_a_connector_is_free__TC_F_23(version: Version) -> None:
    async with playing(version) as case:
        await trigger(case, "StatusNotification", evse=PLACE)
        await case.statuses({1: "Available"})


@TWO
async def test_tells_that_a_connector_is_in_use__TC_F_24(version: Version) -> None:
    async with playing(version) as case:
        await case.connected()
        await trigger(case, "StatusNotification", evse=PLACE)
        await case.statuses({1: "Occupied"})


@TWO
async def test_does_not_boot_again__TC_F_26(version: Version) -> None:
    async with playing(version) as case:
        await trigger(case, "BootNotification", "Rejected")
