"""Part 6, 2.4: who may charge, by the CSMS and by what the station remembers."""

from collections.abc import Mapping
from typing import Any

import pytest

from busbar.model.versions import Version
from busbar.station.virtual.hardware import VirtualHardware
from tests.certification.rig import GROUP, OTHER, TOKEN, TWO, Case, accepted, playing

CACHING = {"LocalPreAuthorize": "true", "AuthorizationCacheEnabled": "true", "StopTransactionOnInvalidId": "true"}
GROUPED = accepted(groupIdToken=GROUP)
INVALID = accepted("Invalid")


def answering(verdicts: Mapping[str, dict[str, Any]]) -> Any:
    """Return an answer by the token that is asked about."""
    return lambda asked: verdicts[asked["idToken"]["idToken"]] if "idToken" in asked else {}


async def cached(case: Case, verdict: dict[str, Any] | None = None, token: Mapping[str, str] = TOKEN) -> None:
    """Let the station remember a verdict (memory state IdTokenCached)."""
    before = dict(case.answers)
    told = case.answers["Authorize"] = verdict or accepted()
    case.answers["TransactionEvent"] = lambda event: told if "idToken" in event else {}
    await case.connected()
    await case.authorized(token=token)
    if told["idTokenInfo"]["status"] == "Accepted":
        await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})
        await case.stopped(token=token)
    await case.unplugged()
    await case.quiet(0.02)
    case.answers = before


async def refused(case: Case, status: str, *, asked: bool = True) -> None:
    """Plug in, present a card, and see nothing start."""
    case.answers["Authorize"] = accepted(status)
    await case.connected()
    case.present()
    if asked:
        await case.expect("Authorize", idToken=TOKEN)
    await case.quiet()


async def starts(case: Case, token: Mapping[str, str] = TOKEN) -> None:
    """See energy flow without a question to the CSMS."""
    events = await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})
    assert events[0]["idToken"] == token


@TWO
@pytest.mark.parametrize(
    "status",
    [
        pytest.param("Invalid", id="C_02"),
        pytest.param("Blocked", id="C_06"),
        pytest.param("Expired", id="C_07"),
        pytest.param("Unknown", id="C_56"),
    ],
)
async def test_starts_nothing_for_whom_the_csms_refuses__TC_C_02__TC_C_06__TC_C_07__TC_C_56(
    version: Version, status: str
) -> None:
    async with playing(version) as case:
        await refused(case, status)


@TWO
async def test_does_not_stop_for_another_card__TC_C_04(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        case.present(OTHER)
        await case.expect("Authorize", idToken=OTHER)
        await case.quiet()


@TWO
async def test_starts_for_whom_it_knows__TC_C_08(version: Version) -> None:
    async with playing(version, settings=CACHING) as case:
        await cached(case)
        await case.connected()
        case.present()
        await starts(case)


@TWO
@pytest.mark.parametrize(
    ("known", "status"),
    [
        pytest.param("Invalid", "Invalid", id="C_09"),
        pytest.param("Blocked", "Blocked", id="C_10"),
        pytest.param("Expired", "Expired", id="C_11"),
    ],
)
async def test_asks_for_whom_it_knows_as_refused__TC_C_09__TC_C_10__TC_C_11(
    version: Version, known: str, status: str
) -> None:
    async with playing(version, settings=CACHING) as case:
        await cached(case, accepted(known))
        await refused(case, status)


@TWO
async def test_starts_when_the_csms_thinks_better_of_it__TC_C_12(version: Version) -> None:
    async with playing(version, settings=CACHING) as case:
        await cached(case, INVALID)
        await case.charging()


@TWO
async def test_starts_before_the_cable_comes__TC_C_13(version: Version) -> None:
    async with playing(version, settings=CACHING) as case:
        await cached(case)
        await case.configure("TxCtrlr", "TxStartPoint", "Authorized")
        case.present()
        await case.event("Started", "Authorized", idToken=TOKEN)
        await case.connected()
        await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})


@TWO
async def test_a_known_master_pass_stops__TC_C_14(version: Version) -> None:
    async with playing(version, settings=CACHING | {"MasterPassGroupId": GROUP["idToken"]}) as case:
        case.answers["Authorize"] = answering({"TAG-1": accepted(), "TAG-2": GROUPED})
        case.present(OTHER)
        await case.expect("Authorize", idToken=OTHER)
        await case.charging()
        case.present(OTHER)
        await case.event("Ended", "StopAuthorized", idToken=OTHER, transactionInfo={"stoppedReason": "MasterPass"})


async def offline_start(case: Case) -> list[Any]:
    """Start offline by what is known, and let the CSMS refuse afterwards; return what is told up to the refusal."""
    await cached(case)
    await case.connected()
    await case.offline()
    case.present()
    case.answers["TransactionEvent"] = lambda event: INVALID if "idToken" in event else {}
    await case.online()
    events = await case.expect_up_to("TransactionEvent", offline=True, transactionInfo={"chargingState": "Charging"})
    assert events[0]["idToken"] == TOKEN
    return events


@TWO
async def test_gives_some_energy_to_whom_the_csms_refuses_later__TC_C_15(version: Version) -> None:
    allowed = {"StopTransactionOnInvalidId": "false", "MaxEnergyOnInvalidId": "10000"}
    async with playing(version, settings=CACHING | allowed) as case:
        await offline_start(case)
        await case.quiet()


@TWO
async def test_ends_when_the_csms_refuses_later__TC_C_16(version: Version) -> None:
    async with playing(version, settings=CACHING | {"MaxEnergyOnInvalidId": "0"}) as case:
        await offline_start(case)
        await case.event("Ended", "Deauthorized")


@TWO
async def test_suspends_when_the_csms_refuses_later__TC_C_17(version: Version) -> None:
    async with playing(version, settings=CACHING | {"StopTransactionOnInvalidId": "false"}) as case:
        await offline_start(case)
        info = {"chargingState": "SuspendedEVSE"}
        await case.event("Updated", "ChargingStateChanged", transactionInfo=info)
        hardware = case.runner.hardware
        assert isinstance(hardware, VirtualHardware)
        assert not hardware.evse(1).closed


@TWO
async def test_ends_when_the_csms_refuses_later_whatever_energy_is_allowed__TC_C_18(version: Version) -> None:
    async with playing(version, settings=CACHING | {"MaxEnergyOnInvalidId": "500"}) as case:
        await offline_start(case)
        ended = await case.event("Ended", "Deauthorized")
        assert not ended.get("offline", False)


@TWO
async def test_does_not_ask_where_it_may_not__TC_C_57(version: Version) -> None:
    async with playing(version, settings=CACHING | {"AuthCacheDisablePostAuthorize": "true"}) as case:
        await cached(case, INVALID)
        await refused(case, "Accepted", asked=False)


@TWO
async def test_remembers_over_a_restart__TC_C_32(version: Version) -> None:
    async with playing(version, settings=CACHING | {"TxStartPoint": "Authorized"}) as case:
        await cached(case)
        await case.call("Reset", {"type": "OnIdle"}, status="Accepted")
        await case.booted()
        case.present()
        await case.event("Started", "Authorized", idToken=TOKEN)
        await case.connected()
        await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})


@TWO
async def test_remembers_what_the_csms_said_when_asked__TC_C_33(version: Version) -> None:
    async with playing(version, settings=CACHING) as case:
        await case.charging()
        await case.stopped()
        await case.unplugged()
        case.answers["TransactionEvent"] = lambda event: INVALID if "idToken" in event else {}
        await case.connected()
        case.present()
        await case.expect_up_to("TransactionEvent", triggerReason="Deauthorized")


@TWO
async def test_remembers_what_the_csms_said_of_a_transaction__TC_C_34(version: Version) -> None:
    async with playing(version, settings=CACHING) as case:
        await cached(case)
        case.answers["TransactionEvent"] = lambda event: INVALID if "idToken" in event else {}
        await case.connected()
        case.present()
        await case.expect_up_to("TransactionEvent", triggerReason="Deauthorized")
        await case.unplugged()
        await refused(case, "Invalid")


@TWO
async def test_asks_where_it_may_not_start_by_itself__TC_C_36(version: Version) -> None:
    async with playing(version, settings=CACHING | {"LocalPreAuthorize": "false"}) as case:
        await cached(case)
        await refused(case, "Invalid")


@TWO
async def test_forgets_when_told_to__TC_C_37(version: Version) -> None:
    async with playing(version, settings=CACHING) as case:
        await cached(case)
        await case.call("ClearCache", status="Accepted")
        await case.charging()


@TWO
async def test_has_nothing_to_forget_where_it_does_not_remember__TC_C_38(version: Version) -> None:
    async with playing(version, settings=CACHING) as case:
        await cached(case)
        await case.configure("AuthCacheCtrlr", "Enabled", "false")
        await case.call("ClearCache", status="Rejected")


@TWO
async def test_one_of_the_group_stops__TC_C_39(version: Version) -> None:
    async with playing(version) as case:
        case.answers["Authorize"] = GROUPED
        case.answers["TransactionEvent"] = lambda event: GROUPED if "idToken" in event else {}
        await case.charging()
        case.present(OTHER)
        await case.expect("Authorize", idToken=OTHER)
        await case.event("Ended", "StopAuthorized", idToken=OTHER)
        await case.unplugged()


@TWO
async def test_one_of_the_group_stops_who_is_known__TC_C_41(version: Version) -> None:
    async with playing(version, settings=CACHING) as case:
        await cached(case, GROUPED)
        await cached(case, GROUPED, OTHER)
        case.answers["TransactionEvent"] = lambda event: GROUPED if "idToken" in event else {}
        await case.connected()
        case.present()
        await starts(case)
        case.present(OTHER)
        await case.event("Ended", "StopAuthorized", idToken=OTHER)
        await case.unplugged()


@TWO
async def test_one_of_the_group_who_is_refused_does_not_stop__TC_C_42(version: Version) -> None:
    refusal = accepted("Invalid", groupIdToken=GROUP)
    async with playing(version) as case:
        case.answers["Authorize"] = answering({"TAG-1": GROUPED, "TAG-2": refusal})
        case.answers["TransactionEvent"] = lambda event: GROUPED if "idToken" in event else {}
        await case.charging()
        case.present(OTHER)
        await case.expect("Authorize", idToken=OTHER)
        await case.quiet()


@TWO
async def test_one_of_the_group_who_is_known_as_refused_does_not_stop__TC_C_44(version: Version) -> None:
    refusal = accepted("Invalid", groupIdToken=GROUP)
    async with playing(version, settings=CACHING) as case:
        await cached(case, refusal, OTHER)
        await cached(case, GROUPED)
        case.answers["Authorize"] = refusal
        case.answers["TransactionEvent"] = lambda event: GROUPED if "idToken" in event else {}
        await case.connected()
        case.present()
        await starts(case)
        case.present(OTHER)
        await case.expect("Authorize", idToken=OTHER)
        await case.quiet()


@TWO
async def test_a_master_pass_starts_nothing__TC_C_45(version: Version) -> None:
    async with playing(version, settings={"MasterPassGroupId": GROUP["idToken"]}) as case:
        case.answers["Authorize"] = GROUPED
        await case.authorized()
        await case.connected()
        await case.quiet()


@TWO
async def test_forgets_in_time__TC_C_46(version: Version) -> None:
    async with playing(version, settings=CACHING | {"AuthCacheLifeTime": "2"}) as case:
        await cached(case)
        await case.connected()
        at = case.now
        await case.until(lambda: (case.now - at).total_seconds() > 2)
        await case.authorized()
        await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})


@TWO
async def test_a_master_pass_stops_all__TC_C_49(version: Version) -> None:
    master = {"idToken": "TAG-M", "type": "ISO14443"}
    async with playing(version, settings={"MasterPassGroupId": GROUP["idToken"]}) as case:
        await case.charging()
        await case.charging(2, OTHER)
        case.answers["Authorize"] = GROUPED
        case.present(master, None)
        await case.expect("Authorize", idToken=master)
        for _ in range(2):
            await case.event("Ended", "StopAuthorized", transactionInfo={"stoppedReason": "MasterPass"})
        await case.unplugged(1)
        await case.unplugged(2)


LISTING = {"LocalPreAuthorize": "true", "LocalAuthListEnabled": "true", "TxStartPoint": "Authorized"}


async def listed(case: Case, *entries: tuple[Mapping[str, str], dict[str, Any]]) -> None:
    """Send the station a list (memory state IdTokenLocalAuthList)."""
    data = [{"idToken": token} | verdict for token, verdict in entries]
    order = {"versionNumber": 1, "updateType": "Full", "localAuthorizationList": data}
    await case.call("SendLocalList", order, status="Accepted")


@TWO
async def test_starts_for_whom_the_list_has__TC_C_27(version: Version) -> None:
    async with playing(version, settings=LISTING) as case:
        await listed(case, (TOKEN, accepted()))
        case.present()
        await case.event("Started", "Authorized", idToken=TOKEN)
        await case.connected()
        await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})


@TWO
@pytest.mark.parametrize(
    "status",
    [
        pytest.param("Invalid", id="C_28"),
        pytest.param("Blocked", id="C_29"),
        pytest.param("Expired", id="C_30"),
    ],
)
async def test_asks_for_whom_the_list_refuses__TC_C_28__TC_C_29__TC_C_30(version: Version, status: str) -> None:
    async with playing(version, settings=LISTING) as case:
        await listed(case, (TOKEN, accepted(status)))
        await refused(case, status)


@TWO
async def test_starts_when_the_csms_knows_better_than_the_list__TC_C_31(version: Version) -> None:
    async with playing(version, settings=LISTING) as case:
        await listed(case, (TOKEN, INVALID))
        await case.authorized()
        await case.event("Started", "Authorized", idToken=TOKEN)
        await case.connected()
        await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})


@TWO
async def test_does_not_ask_for_whom_the_list_refuses_where_it_may_not__TC_C_58(version: Version) -> None:
    async with playing(version, settings=LISTING | {"LocalAuthListDisablePostAuthorize": "true"}) as case:
        await listed(case, (TOKEN, INVALID))
        await refused(case, "Accepted", asked=False)


@TWO
async def test_one_of_the_group_stops_by_the_list__TC_C_40(version: Version) -> None:
    async with playing(version, settings=LISTING) as case:
        await listed(case, (TOKEN, GROUPED), (OTHER, GROUPED))
        case.answers["TransactionEvent"] = lambda event: GROUPED if "idToken" in event else {}
        await case.connected()
        case.present()
        await starts(case)
        case.present(OTHER)
        await case.event("Ended", "StopAuthorized", idToken=OTHER)
        await case.unplugged()


@TWO
async def test_one_of_the_group_whom_the_list_refuses_does_not_stop__TC_C_43(version: Version) -> None:
    refusal = accepted("Invalid", groupIdToken=GROUP)
    async with playing(version, settings=LISTING) as case:
        await listed(case, (TOKEN, GROUPED), (OTHER, refusal))
        case.answers["Authorize"] = refusal
        case.answers["TransactionEvent"] = lambda event: GROUPED if "idToken" in event else {}
        await case.connected()
        case.present()
        await starts(case)
        case.present(OTHER)
        await case.expect("Authorize", idToken=OTHER)
        await case.quiet()


OFFLINE = {
    "LocalPreAuthorize": "true",
    "LocalAuthListEnabled": "true",
    "LocalAuthorizeOffline": "true",
    "AllowOfflineTxForUnknownId": "false",
}


@TWO
async def test_starts_offline_by_the_list__TC_C_21(version: Version) -> None:
    async with playing(version, settings=OFFLINE) as case:
        await listed(case, (TOKEN, accepted()))
        await case.offline()
        case.present()
        case.plug()
        await case.online()
        await case.statuses({1: "Occupied"})
        case.present()
        events = await case.expect_up_to("TransactionEvent", triggerReason="StopAuthorized")
        assert events[0]["eventType"] == "Started"
        assert all(event["offline"] for event in events[:-1])
        await case.unplugged()


@TWO
@pytest.mark.parametrize(
    "status",
    [
        pytest.param("Invalid", id="C_22"),
        pytest.param("Blocked", id="C_23"),
        pytest.param("Expired", id="C_24"),
    ],
)
async def test_starts_nothing_offline_for_whom_the_list_refuses__TC_C_22__TC_C_23__TC_C_24(
    version: Version, status: str
) -> None:
    async with playing(version, settings=OFFLINE | {"TxStartPoint": "ParkingBayOccupancy"}) as case:
        await listed(case, (TOKEN, accepted(status)))
        await case.offline()
        case.park(True)
        case.present()
        await case.online()
        await case.event("Started", "EVDetected", offline=True)
        await case.quiet()


@TWO
async def test_believes_the_list_more_than_its_memory__TC_C_25(version: Version) -> None:
    settings = OFFLINE | CACHING | {"AllowOfflineTxForUnknownId": "true", "StopTransactionOnInvalidId": "false"}
    async with playing(version, settings=settings) as case:
        await cached(case)
        await listed(case, (TOKEN, INVALID))
        await case.connected()
        await case.offline()
        case.present()
        await case.online()
        await case.quiet()


@TWO
async def test_starts_offline_for_strangers__TC_C_26(version: Version) -> None:
    settings = OFFLINE | {"AllowOfflineTxForUnknownId": "true", "StopTransactionOnInvalidId": "false"}
    async with playing(version, settings=settings) as case:
        await case.offline()
        case.present()
        case.plug()
        case.answers["TransactionEvent"] = lambda event: INVALID if "idToken" in event else {}
        await case.online()
        await case.statuses({1: "Occupied"})
        events = await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "SuspendedEVSE"})
        assert events[0]["idToken"] == TOKEN
        assert events[0]["offline"] is True
        case.present()
        await case.event("Ended", "StopAuthorized")
        await case.unplugged()
