"""Part 6, 2.6: how transactions start and stop."""

from typing import Any

import pytest

from busbar.model.versions import Version
from busbar.station.virtual.vehicle import Vehicle
from tests.certification.rig import TOKEN, TWO, Case, accepted, playing

CHARGING = {"chargingState": "Charging"}
PLACE = {"id": 1, "connectorId": 1}


def points(start: str = "", stop: str = "") -> dict[str, str]:
    """Return settings with these start and stop points."""
    return ({"TxStartPoint": start} if start else {}) | ({"TxStopPoint": stop} if stop else {})


async def flows(case: Case) -> list[Any]:
    """See energy flow; return the events up to it."""
    return await case.expect_up_to("TransactionEvent", transactionInfo=CHARGING)


async def remote_stop(case: Case, transaction: str) -> None:
    await case.call("RequestStopTransaction", {"transactionId": transaction}, status="Accepted")


# -- start points --


@TWO
async def test_starts_with_the_power_path__TC_E_01(version: Version) -> None:
    async with playing(version, settings=points("PowerPathClosed")) as case:
        await case.authorized()
        await case.quiet(0.02)
        await case.connected()
        events = await flows(case)
        assert events[0]["eventType"] == "Started"


@TWO
async def test_starts_with_the_flow_of_energy__TC_E_02(version: Version) -> None:
    async with playing(version, settings=points("EnergyTransfer")) as case:
        await case.authorized()
        await case.connected()
        reasons = {"ChargingStateChanged", "Authorized"}
        await case.event("Started", reasons, idToken=TOKEN, evse=PLACE, transactionInfo=CHARGING)


@TWO
async def test_starts_with_the_ev__TC_E_09(version: Version) -> None:
    async with playing(version, settings=points("EVConnected")) as case:
        await case.connected()
        info = {"chargingState": "EVConnected"}
        await case.event("Started", "CablePluggedIn", evse=PLACE, transactionInfo=info)


@TWO
async def test_starts_with_the_authorisation__TC_E_10(version: Version) -> None:
    async with playing(version, settings=points("Authorized")) as case:
        await case.authorized()
        await case.event("Started", "Authorized", idToken=TOKEN)


@TWO
async def test_starts_with_the_authorisation_from_afar__TC_E_13(version: Version) -> None:
    settings = points("Authorized") | {"AuthorizeRemoteTxRequests": "true"}
    async with playing(version, settings=settings) as case:
        order = {"idToken": TOKEN, "evseId": 1, "remoteStartId": 7}
        await case.call("RequestStartTransaction", order, status="Accepted")
        await case.expect("Authorize", idToken=TOKEN)
        await case.event("Started", "RemoteStart", idToken=TOKEN, transactionInfo={"remoteStartId": 7})


@TWO
async def test_starts_with_the_ev_in_the_bay__TC_E_12(version: Version) -> None:
    async with playing(version, settings=points("ParkingBayOccupancy")) as case:
        case.park(True)
        await case.event("Started", "EVDetected")


# -- who comes first --


@TWO
async def test_the_cable_comes_first__TC_E_03(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()


@TWO
async def test_the_card_comes_first__TC_E_04(version: Version) -> None:
    async with playing(version) as case:
        await case.authorized()
        await case.connected()
        events = await flows(case)
        assert events[0]["idToken"] == TOKEN


@TWO
async def test_no_cable_comes__TC_E_05(version: Version) -> None:
    settings = points("Authorized", "Authorized") | {"ConnectionTimeOut": "2"}
    async with playing(version, settings=settings) as case:
        await case.authorized()
        await case.event("Started", "Authorized")
        await case.event("Ended", "EVConnectTimeout", transactionInfo={"stoppedReason": "Timeout"})
        await case.authorized()
        await case.connected()
        await flows(case)


@TWO
async def test_the_cable_comes_too_late__TC_E_39(version: Version) -> None:
    settings = points("Authorized", "Authorized") | {"ConnectionTimeOut": "2"}
    async with playing(version, settings=settings) as case:
        await case.authorized()
        await case.event("Started", "Authorized")
        await case.event("Ended", "EVConnectTimeout", transactionInfo={"stoppedReason": "Timeout"})
        await case.connected()
        await case.quiet()


@TWO
async def test_the_ev_is_not_ready__TC_E_38(version: Version) -> None:
    async with playing(version) as case:
        await case.authorized()
        case.panel.plug_in(1, Vehicle(stored_wh=60_000.0))
        await case.statuses({1: "Occupied"})
        suspended = {"chargingState": "SuspendedEV"}
        events = await case.expect_up_to("TransactionEvent", transactionInfo=suspended)
        assert events[-1]["triggerReason"] == "ChargingStateChanged"


@TWO
async def test_nobody_is_asked_where_it_is_forbidden__TC_E_52(version: Version) -> None:
    async with playing(version, settings={"DisableRemoteAuthorization": "true"}) as case:
        case.present()
        await case.quiet()


# -- stop points --


@TWO
async def test_stops_for_the_same_card__TC_E_06(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await case.stopped()
        await case.unplugged()


@TWO
@pytest.mark.parametrize(
    "stop",
    [
        pytest.param("PowerPathClosed", id="E_07"),
        pytest.param("EnergyTransfer", id="E_08"),
        pytest.param("Authorized", id="E_15"),
    ],
)
async def test_stops_with_the_authorisation__TC_E_07__TC_E_08__TC_E_15(version: Version, stop: str) -> None:
    async with playing(version, settings=points(stop=stop)) as case:
        await case.charging()
        events = await case.stopped(triggerReason="StopAuthorized")
        assert events[-1]["transactionInfo"].get("stoppedReason", "Local") == "Local"


@TWO
@pytest.mark.parametrize("stop", [pytest.param("PowerPathClosed", id="E_35"), pytest.param("Authorized", id="E_21")])
async def test_stops_from_afar__TC_E_35__TC_E_21(version: Version, stop: str) -> None:
    async with playing(version, settings=points(stop=stop)) as case:
        await remote_stop(case, await case.charging())
        await case.event("Ended", "RemoteStop", transactionInfo={"stoppedReason": "Remote"})


async def suspended(case: Case) -> None:
    """See energy flow and the EV suspend it (state EnergyTransferSuspended)."""
    await case.charging()
    case.demand(False)
    await case.event("Updated", "ChargingStateChanged", transactionInfo={"chargingState": "SuspendedEV"})


@TWO
@pytest.mark.parametrize("stop", [pytest.param("PowerPathClosed", id="E_37"), pytest.param("EVConnected", id="E_20")])
async def test_stops_with_the_ev__TC_E_37__TC_E_20__TC_E_54(version: Version, stop: str) -> None:
    settings = points(stop=stop) | {"StopTransactionOnEVSideDisconnect": "false"}
    async with playing(version, settings=settings) as case:
        await suspended(case)
        case.tear()
        info = {"chargingState": "Idle", "stoppedReason": {"EVDisconnected", "StoppedByEV"}}
        await case.event("Ended", "EVCommunicationLost", transactionInfo=info)
        await case.statuses({1: "Available"})


@TWO
async def test_stops_with_the_flow_of_energy__TC_E_22(version: Version) -> None:
    async with playing(version, settings=points(stop="EnergyTransfer")) as case:
        await case.charging()
        case.demand(False)
        (ended,) = await case.expect_up_to("TransactionEvent", triggerReason="ChargingStateChanged")
        assert ended["eventType"] == "Ended"
        assert ended["transactionInfo"]["chargingState"] == "EVConnected"
        assert ended["transactionInfo"]["stoppedReason"] == "StoppedByEV"


@TWO
async def test_stops_when_the_ev_leaves__TC_E_14(version: Version) -> None:
    async with playing(version, settings=points(stop="EVConnected")) as case:
        await case.charging()
        case.present()
        await case.event("Updated", "StopAuthorized")
        await case.unplugged()
        ended = await case.event("Ended", "EVCommunicationLost", transactionInfo={"chargingState": "Idle"})
        assert ended["transactionInfo"].get("stoppedReason", "Local") in {"Local", "EVDisconnected"}


@TWO
async def test_stops_when_the_bay_is_empty__TC_E_19(version: Version) -> None:
    async with playing(version, settings=points(stop="ParkingBayOccupancy")) as case:
        case.park(True)
        await case.charging()
        case.present()
        await case.event("Updated", "StopAuthorized")
        await case.unplugged()
        await case.event("Updated", "EVCommunicationLost")
        case.park(False)
        ended = await case.event("Ended", "EVDeparted")
        assert ended["transactionInfo"]["stoppedReason"] == "Local"


@TWO
async def test_stops_when_the_csms_refuses_later__TC_E_16(version: Version) -> None:
    settings = points(stop="Authorized") | {"AllowOfflineTxForUnknownId": "true"}
    async with playing(version, settings=settings) as case:
        await case.offline()
        case.present()
        case.plug()
        case.answers["TransactionEvent"] = lambda event: accepted("Invalid") if "idToken" in event else {}
        await case.online()
        await case.statuses({1: "Occupied"})
        events = await case.expect_up_to("TransactionEvent", eventType="Ended")
        assert all(event["offline"] for event in events[:-1])
        assert events[-1]["triggerReason"] == "Deauthorized"
        assert events[-1]["transactionInfo"]["stoppedReason"] == "DeAuthorized"


@TWO
async def test_stops_when_the_cable_is_torn_away__TC_E_17(version: Version) -> None:
    settings = points(stop="Authorized") | {"StopTransactionOnEVSideDisconnect": "true"}
    async with playing(version, settings=settings) as case:
        await case.charging()
        case.tear()
        info = {"chargingState": "Idle", "stoppedReason": "EVDisconnected"}
        await case.event("Ended", "EVCommunicationLost", transactionInfo=info)
        await case.statuses({1: "Available"})


@TWO
async def test_deauthorises_when_the_ev_leaves__TC_E_24(version: Version) -> None:
    async with playing(version, settings={"StopTransactionOnEVSideDisconnect": "true"}) as case:
        await suspended(case)
        case.tear()
        await case.event("Ended", "EVCommunicationLost", transactionInfo={"chargingState": "Idle"})
        await case.statuses({1: "Available"})


@TWO
async def test_goes_on_when_the_ev_comes_back__E10_FR_01(version: Version) -> None:
    settings = points(stop="Authorized") | {"StopTransactionOnEVSideDisconnect": "false"}
    async with playing(version, settings=settings) as case:
        await suspended(case)
        case.tear()
        await case.event("Updated", "EVCommunicationLost", transactionInfo={"chargingState": "Idle"})
        await case.statuses({1: "Available"})
        await case.connected()
        info = {"chargingState": "EVConnected"}
        await case.event("Updated", "CablePluggedIn", transactionInfo=info)
        await case.event("Updated", "ChargingStateChanged", transactionInfo=CHARGING)


@TWO
async def test_ends_when_the_ev_does_not_come_back__E10_FR_02(version: Version) -> None:
    settings = points(stop="Authorized") | {"StopTransactionOnEVSideDisconnect": "false", "ConnectionTimeOut": "2"}
    async with playing(version, settings=settings) as case:
        await suspended(case)
        case.tear()
        await case.event("Updated", "EVCommunicationLost", transactionInfo={"chargingState": "Idle"})
        await case.statuses({1: "Available"})
        await case.event("Ended", "EVConnectTimeout", transactionInfo={"stoppedReason": "Timeout"})
