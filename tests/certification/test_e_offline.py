"""Part 6, 2.6: what becomes of a transaction's messages while nobody can be told."""

from itertools import pairwise
from typing import Any

import pytest

from busbar.model.versions import Version
from tests.certification.rig import GROUP, OTHER, PACE, TWO, Case, accepted, playing

SAMPLING = {"MeterValueSampleInterval": "1"}


async def away(case: Case, for_s: float = 2.5) -> None:
    """Keep the station offline for a while."""
    await case.offline()
    await case.later(for_s)


async def status(case: Case, transaction: str | None, queued: bool, ongoing: bool | None) -> None:
    answer = await case.call("GetTransactionStatus", {} if transaction is None else {"transactionId": transaction})
    assert answer["messagesInQueue"] is queued
    assert answer.get("ongoingIndicator") is ongoing


@TWO
async def test_knows_nothing_of_a_strange_transaction__TC_E_28(version: Version) -> None:
    async with playing(version) as case:
        await status(case, "strange", queued=False, ongoing=False)


@TWO
@pytest.mark.parametrize("named", [pytest.param(True, id="E_29"), pytest.param(False, id="E_33")])
async def test_says_what_waits_of_an_ongoing_transaction__TC_E_29__TC_E_33(version: Version, named: bool) -> None:
    async with playing(version, settings=SAMPLING) as case:
        transaction = await case.charging()
        await away(case)
        case.held.add("TransactionEvent")
        await case.online()
        await status(case, transaction if named else None, queued=True, ongoing=True if named else None)
        case.release()
        updated = await case.event("Updated", "MeterValuePeriodic", offline=True)
        assert updated["meterValue"]
        case.silent.add("TransactionEvent")
        case.heard.clear()


@TWO
async def test_says_that_nothing_waits_of_an_ongoing_transaction__TC_E_30(version: Version) -> None:
    async with playing(version) as case:
        await status(case, await case.charging(), queued=False, ongoing=True)


@TWO
async def test_says_what_waits_of_an_ended_transaction__TC_E_31(version: Version) -> None:
    async with playing(version) as case:
        transaction = await case.charging()
        await case.offline()
        case.present()
        case.unplug()
        case.held.add("TransactionEvent")
        await case.online()
        await status(case, transaction, queued=True, ongoing=False)
        case.release()
        await case.event("Ended", "StopAuthorized", offline=True)
        await case.statuses({1: "Available"})


@TWO
async def test_says_that_nothing_waits_of_an_ended_transaction__TC_E_32(version: Version) -> None:
    async with playing(version) as case:
        transaction = await case.charging()
        await case.stopped()
        await case.unplugged()
        await status(case, transaction, queued=False, ongoing=False)


@TWO
async def test_says_that_nothing_waits__TC_E_34(version: Version) -> None:
    async with playing(version) as case:
        await status(case, None, queued=False, ongoing=None)


@TWO
async def test_tells_afterwards_what_it_measured__TC_E_40(version: Version) -> None:
    async with playing(version, settings=SAMPLING) as case:
        await case.charging()
        await away(case)
        case.heard.clear()
        await case.online()
        for _ in range(2):
            event = await case.event("Updated", "MeterValuePeriodic", offline=True)
            assert event["meterValue"]
        case.silent.add("TransactionEvent")
        case.heard.clear()


async def retries(version: Version, *, error: str, succeeds_at: int | None, most: int = 3) -> None:
    """Let a message fail, and see it come again after longer and longer waits."""
    async with playing(version, settings={"MessageTimeout": "1"}) as case:
        for variable, value in (("MessageAttempts", str(most)), ("MessageAttemptInterval", "1")):
            await case.configure("OCPPCommCtrlr", variable, value, "TransactionEvent")
        await case.authorized()
        case.failing = (lambda number: number != succeeds_at, error)
        await case.connected()
        attempts = succeeds_at or most
        await case.until(lambda: len(case.failed) + (succeeds_at is not None) >= attempts)
        first = await case.event("Started", "CablePluggedIn")
        for _ in range(attempts - 1):
            assert await case.event("Started", "CablePluggedIn") == first
        waits = [later - at for at, later in pairwise(case.failed[:attempts])]
        assert all(wait >= number / PACE for number, wait in enumerate(waits, start=1)), waits
        following = await case.expect("TransactionEvent")
        assert following["seqNo"] == first["seqNo"] + 1
        case.silent.add("TransactionEvent")
        case.heard.clear()


@TWO
async def test_gives_up_what_fails_too_often__TC_E_50(version: Version) -> None:
    await retries(version, error="InternalError", succeeds_at=None)


@TWO
async def test_goes_on_when_a_later_attempt_succeeds__TC_E_51(version: Version) -> None:
    await retries(version, error="InternalError", succeeds_at=2)


@TWO
async def test_gives_up_what_is_not_answered_too_often__TC_E_41(version: Version) -> None:
    await retries(version, error="", succeeds_at=None, most=2)


@TWO
async def test_goes_on_when_a_later_attempt_is_answered__TC_E_42(version: Version) -> None:
    await retries(version, error="", succeeds_at=2)


def told(events: list[Any]) -> None:
    assert all(event["offline"] for event in events)
    assert [event["seqNo"] for event in events] == list(range(events[0]["seqNo"], events[0]["seqNo"] + len(events)))


@TWO
async def test_tells_afterwards_of_a_whole_transaction__TC_E_43(version: Version) -> None:
    async with playing(version, settings={"AllowOfflineTxForUnknownId": "true"}) as case:
        await case.offline()
        case.plug()
        case.present()
        case.present()
        case.unplug()
        await case.online()
        events = await case.expect_up_to("TransactionEvent", eventType="Ended")
        told(events)
        assert events[0]["eventType"] == "Started"


@TWO
async def test_tells_afterwards_how_it_ended__TC_E_44(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        await case.offline()
        case.present()
        case.unplug()
        await case.online()
        told(await case.expect_up_to("TransactionEvent", eventType="Ended"))
        await case.statuses({1: "Available"})


@TWO
async def test_one_of_the_group_ends_it_offline__TC_E_45(version: Version) -> None:
    grouped = accepted(groupIdToken=GROUP)
    settings = {"LocalAuthListEnabled": "true", "LocalAuthorizeOffline": "true"}
    async with playing(version, settings=settings) as case:
        entry = {"idToken": OTHER} | grouped
        order = {"versionNumber": 1, "updateType": "Full", "localAuthorizationList": [entry]}
        await case.call("SendLocalList", order, status="Accepted")
        case.answers["Authorize"] = grouped
        case.answers["TransactionEvent"] = lambda event: grouped if "idToken" in event else {}
        await case.charging()
        await case.offline()
        case.present(OTHER)
        case.unplug()
        await case.online()
        told(await case.expect_up_to("TransactionEvent", eventType="Ended"))
        await case.statuses({1: "Available"})
