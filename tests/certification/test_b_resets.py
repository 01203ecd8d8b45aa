"""Part 6, 2.3: how a station is reset, finds its CSMS, and goes offline."""

from typing import Any

from busbar.model.versions import Version
from tests.certification.rig import PACE, TWO, Case, playing

OTHER_PATH = "other"


async def reset(case: Case, kind: str, status: str, **more: Any) -> None:
    await case.call("Reset", {"type": kind} | more, status=status)


@TWO
async def test_restarts_when_it_is_idle__TC_B_20(version: Version) -> None:
    async with playing(version) as case:
        await reset(case, "OnIdle", "Accepted")
        await case.booted()


@TWO
async def test_restarts_when_the_transaction_is_over__TC_B_21(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await reset(case, "OnIdle", "Scheduled")
        await case.statuses({2: "Unavailable"})
        await case.stopped()
        await case.booted({1: "Occupied"}, reason="ScheduledReset")


@TWO
async def test_ends_the_transaction_to_restart__TC_B_22(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await reset(case, "Immediate", "Accepted")
        info = {"chargingState": "EVConnected", "stoppedReason": "ImmediateReset"}
        ended = await case.event("Ended", "ResetCommand", transactionInfo=info)
        assert "idToken" not in ended
        await case.booted({1: "Occupied"}, reason="RemoteReset")


@TWO
async def test_stays_out_of_service_over_a_restart__TC_B_23(version: Version) -> None:
    async with playing(version) as case:
        away = {"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": 1}}
        await case.call("ChangeAvailability", away, status="Accepted")
        await case.statuses({1: "Unavailable"})
        await reset(case, "OnIdle", "Accepted")
        await case.booted({1: "Unavailable"}, reason="RemoteReset")


@TWO
async def test_stays_reserved_over_a_restart__TC_B_24(version: Version) -> None:
    async with playing(version) as case:
        await case.reserved()
        await reset(case, "OnIdle", "Accepted")
        await case.booted({1: "Reserved"}, reason="RemoteReset")


@TWO
async def test_restarts_when_the_last_transaction_is_over__TC_B_41(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await case.charging(2, {"idToken": "TAG-2", "type": "ISO14443"})
        await reset(case, "OnIdle", "Scheduled")
        await case.stopped()
        await case.statuses({1: "Unavailable"})
        await case.quiet()
        await case.stopped(2, {"idToken": "TAG-2", "type": "ISO14443"})
        await case.booted({1: "Occupied", 2: "Occupied"}, reason="ScheduledReset")


@TWO
async def test_resets_an_idle_evse__TC_B_25(version: Version) -> None:
    async with playing(version) as case:
        await reset(case, "OnIdle", "Accepted", evseId=1)
        await case.quiet()


@TWO
async def test_resets_an_evse_when_its_transaction_is_over__TC_B_26(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await reset(case, "OnIdle", "Scheduled", evseId=1)
        await case.stopped()
        await case.unplugged()


@TWO
async def test_ends_the_transaction_of_an_evse_to_reset_it__TC_B_27(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await reset(case, "Immediate", "Accepted", evseId=1)
        info = {"chargingState": "EVConnected", "stoppedReason": "ImmediateReset"}
        await case.event("Ended", "ResetCommand", transactionInfo=info)


def profile(case: Case, slot: int) -> dict[str, Any]:
    data = {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": f"{case.url}/{OTHER_PATH}",
        "messageTimeout": 30,
        "securityProfile": 1,
        "ocppInterface": "Wired0",
    }
    return {"configurationSlot": slot, "connectionData": data}


async def migrate(case: Case) -> None:
    """Set another network profile, prefer it, and restart."""
    await case.call("SetNetworkProfile", profile(case, 2), status="Accepted")
    priority = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "NetworkConfigurationPriority"}}
    answer = await case.call("SetVariables", {"setVariableData": [priority | {"attributeValue": "2,1"}]})
    assert answer["setVariableResult"][0]["attributeStatus"] in {"Accepted", "RebootRequired"}
    case.attempts.clear()
    await reset(case, "OnIdle", "Accepted")


@TWO
async def test_refuses_a_slot_that_it_has_not__TC_B_43(version: Version) -> None:
    async with playing(version) as case:
        await case.call("SetNetworkProfile", profile(case, 999), status="Rejected")


@TWO
async def test_moves_to_another_address__TC_B_45(version: Version) -> None:
    async with playing(version) as case:
        await migrate(case)
        await case.booted()
        assert OTHER_PATH in case.path


@TWO
async def test_falls_back_to_the_address_before__TC_B_46(version: Version) -> None:
    async with playing(version) as case:
        await case.configure("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", "2")
        case.refusing = OTHER_PATH
        await migrate(case)
        await case.booted()
        assert [OTHER_PATH in path for _, path in case.attempts] == [True, True, False]


@TWO
async def test_goes_on_trying_by_its_back_off_where_both_addresses_fail__TC_B_49(version: Version) -> None:
    async with playing(version) as case:
        for variable, value in (
            ("NetworkProfileConnectionAttempts", "1"),
            ("RetryBackOffRepeatTimes", "0"),
            ("RetryBackOffWaitMinimum", "2"),
        ):
            await case.configure("OCPPCommCtrlr", variable, value)
        case.refusing = ""
        await migrate(case)
        await case.until(lambda: len(case.attempts) == 2)
        case.refusing = OTHER_PATH
        await case.booted()
        assert OTHER_PATH in case.attempts[0][1]
        assert OTHER_PATH not in case.attempts[1][1]
        assert case.attempts[2][0] - case.attempts[1][0] >= 2 / PACE


async def away(case: Case, threshold_s: int) -> None:
    """Plug in while the CSMS cannot be reached, for about two seconds."""
    await case.configure("OCPPCommCtrlr", "OfflineThreshold", str(threshold_s))
    await case.offline()
    case.plug()
    at = case.now
    await case.until(lambda: (case.now - at).total_seconds() > 2)
    await case.online()


@TWO
async def test_tells_all_states_after_long_silence__TC_B_51(version: Version) -> None:
    async with playing(version) as case:
        await away(case, 1)
        await case.statuses({1: "Occupied", 2: "Available"})


@TWO
async def test_tells_what_changed_after_short_silence__TC_B_52(version: Version) -> None:
    async with playing(version) as case:
        await away(case, 60)
        await case.statuses({1: "Occupied"})


@TWO
async def test_waits_twice_as_long_for_the_second_attempt__TC_B_57(version: Version) -> None:
    async with playing(version) as case:
        for variable, value in (("RetryBackOffRepeatTimes", "2"), ("RetryBackOffWaitMinimum", "2")):
            await case.configure("OCPPCommCtrlr", variable, value)
        case.attempts.clear()
        lost = await case.drop()
        await case.until(lambda: case.runner.station.online)
        assert case.attempts[0][0] - lost >= 2 / PACE
        case.refusing = ""
        lost = await case.drop()
        await case.until(lambda: len(case.attempts) == 2)
        case.refusing = None
        await case.until(lambda: case.runner.station.online)
        assert case.attempts[1][0] - lost >= 2 / PACE
        assert case.attempts[2][0] - case.attempts[1][0] >= 4 / PACE
