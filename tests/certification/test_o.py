"""Part 6, 2.16: messages for drivers."""

from typing import Any

import pytest

from busbar.model.versions import Version
from tests.certification.rig import TOKEN, TWO, Case, accepted, matches, playing


def message(number: int = 1, priority: str = "NormalCycle", text: str = "Hello", **more: Any) -> dict[str, Any]:
    content = {"format": "UTF8", "content": text, "language": "en"}
    return {"id": number, "priority": priority, "message": content} | more


async def put(case: Case, one: dict[str, Any], status: str = "Accepted") -> dict[str, Any]:
    await case.call("SetDisplayMessage", {"message": one}, status=status)
    return one


async def unknown(case: Case, **criteria: Any) -> None:
    await case.call("GetDisplayMessages", {"requestId": 9} | criteria, status="Unknown")


async def reported(case: Case, wanted: list[dict[str, Any]], **criteria: Any) -> list[Any]:
    """Ask for messages, and see exactly these."""
    await case.call("GetDisplayMessages", {"requestId": 9} | criteria, status="Accepted")
    found: list[Any] = []
    more = True
    while more:
        part = await case.expect("NotifyDisplayMessages", requestId=9)
        found += part["messageInfo"]
        more = part.get("tbc", False)
    assert [one["id"] for one in found] == [one["id"] for one in wanted]
    for one, expected in zip(found, wanted, strict=True):
        assert matches(one["message"], {name: expected["message"][name] for name in ("format", "content")})
        assert one["priority"] == expected["priority"]
    return found


def shown(case: Case) -> str:
    return case.panel.display()


@TWO
async def test_shows_a_message__TC_O_01__TC_O_07(version: Version) -> None:
    async with playing(version) as case:
        one = await put(case, message())
        assert shown(case) == "Hello"
        await reported(case, [one], id=[1])


@TWO
async def test_tells_all_messages__TC_O_02(version: Version) -> None:
    async with playing(version) as case:
        wanted = [await put(case, message(number)) for number in range(1, 14)]
        await reported(case, wanted)


@TWO
@pytest.mark.parametrize("criteria", [pytest.param({}, id="O_03"), pytest.param({"id": [1]}, id="O_33")])
async def test_has_no_messages__TC_O_03__TC_O_33(version: Version, criteria: dict[str, Any]) -> None:
    async with playing(version) as case:
        await unknown(case, **criteria)


@TWO
async def test_takes_a_message_away__TC_O_04(version: Version) -> None:
    async with playing(version) as case:
        await put(case, message())
        await case.call("ClearDisplayMessage", {"id": 1}, status="Accepted")
        assert shown(case) == ""
        await unknown(case, id=[1])


@TWO
async def test_takes_nothing_away_that_it_has_not__TC_O_05(version: Version) -> None:
    async with playing(version) as case:
        await case.call("ClearDisplayMessage", {"id": 1}, status="Unknown")


async def ends(case: Case) -> None:
    await case.stopped()
    await case.unplugged()


@TWO
async def test_shows_a_message_while_a_transaction_goes_on__TC_O_06(version: Version) -> None:
    async with playing(version) as case:
        await put(case, message(transactionId=await case.charging()))
        assert shown(case) == "Hello"
        await ends(case)
        assert shown(case) == ""
        await unknown(case, id=[1])


@TWO
@pytest.mark.parametrize(
    "criteria",
    [pytest.param({"priority": "InFront"}, id="O_08"), pytest.param({"state": "Charging"}, id="O_09")],
)
async def test_tells_messages_by_what_they_are__TC_O_08__TC_O_09(version: Version, criteria: dict[str, Any]) -> None:
    async with playing(version) as case:
        await put(case, message())
        one = await put(case, message(2, "InFront", state="Charging"))
        await reported(case, [one], **criteria)


@TWO
async def test_takes_no_message_of_a_strange_transaction__TC_O_10(version: Version) -> None:
    async with playing(version) as case:
        await put(case, message(transactionId="strange"), "UnknownTransaction")


@TWO
@pytest.mark.parametrize(
    "criteria",
    [
        pytest.param({"id": [2]}, id="O_11"),
        pytest.param({"id": [1], "state": "Faulted"}, id="O_34"),
        pytest.param({"id": [1], "priority": "InFront"}, id="O_35"),
    ],
)
async def test_tells_nothing_that_does_not_match__TC_O_11__TC_O_34__TC_O_35(
    version: Version, criteria: dict[str, Any]
) -> None:
    async with playing(version) as case:
        await put(case, message(state="Idle"))
        await unknown(case, **criteria)


@TWO
async def test_replaces_a_message__TC_O_12(version: Version) -> None:
    async with playing(version) as case:
        await put(case, message())
        await put(case, message(text="Goodbye"))
        assert shown(case) == "Goodbye"


@TWO
async def test_shows_a_message_from_a_time__TC_O_13(version: Version) -> None:
    async with playing(version) as case:
        one = await put(case, message(startDateTime=case.at(3)))
        assert "startDateTime" in (await reported(case, [one], id=[1]))[0]
        assert shown(case) == ""
        await case.until(lambda: shown(case) == "Hello")


@TWO
async def test_shows_a_message_until_a_time__TC_O_14(version: Version) -> None:
    async with playing(version) as case:
        one = await put(case, message(endDateTime=case.at(3)))
        assert shown(case) == "Hello"
        assert "endDateTime" in (await reported(case, [one], id=[1]))[0]
        await case.until(lambda: shown(case) == "")
        await unknown(case, id=[1])


@TWO
async def test_takes_no_format_that_it_cannot_show__TC_O_19(version: Version) -> None:
    async with playing(version) as case:
        one = message()
        one["message"]["format"] = "HTML"
        await put(case, one, "NotSupportedMessageFormat")


@TWO
async def test_keeps_messages_over_a_restart__TC_O_20(version: Version) -> None:
    async with playing(version) as case:
        one = await put(case, message())
        await case.call("Reset", {"type": "Immediate"}, status="Accepted")
        await case.booted()
        await reported(case, [one], id=[1])
        assert shown(case) == "Hello"


@TWO
@pytest.mark.parametrize("of_transaction", [pytest.param(False, id="O_22"), pytest.param(True, id="O_30")])
async def test_shows_several_in_turn__TC_O_22__TC_O_30(version: Version, of_transaction: bool) -> None:
    async with playing(version) as case:
        more = {"transactionId": await case.charging()} if of_transaction else {}
        await put(case, message(3))
        both = [await put(case, message(number, "InFront", f"Text {number}", **more)) for number in (1, 2)]
        for one in both:
            await reported(case, [one], id=[one["id"]])
        await case.until(lambda: shown(case) == "Text 1")
        await case.until(lambda: shown(case) == "Text 2")
        if of_transaction:
            await ends(case)
            assert shown(case) == "Hello"
            await unknown(case, id=[1])
            await unknown(case, id=[2])


@TWO
@pytest.mark.parametrize("of_transaction", [pytest.param(False, id="O_24"), pytest.param(True, id="O_32")])
async def test_shows_the_newest_that_is_always_in_front__TC_O_24__TC_O_32(
    version: Version, of_transaction: bool
) -> None:
    async with playing(version) as case:
        more = {"transactionId": await case.charging()} if of_transaction else {}
        await put(case, message(1, "AlwaysFront", **more))
        second = await put(case, message(2, "AlwaysFront", "Hello 2", **more))
        await unknown(case, id=[1])
        await reported(case, [second], id=[2])
        assert shown(case) == "Hello 2"
        if of_transaction:
            await ends(case)
            await unknown(case, id=[2])


@TWO
async def test_shows_a_message_of_a_transaction_from_a_time__TC_O_27(version: Version) -> None:
    async with playing(version) as case:
        await put(case, message(transactionId=await case.charging(), startDateTime=case.at(3)))
        assert shown(case) == ""
        await case.until(lambda: shown(case) == "Hello")
        await ends(case)
        assert shown(case) == ""
        await unknown(case, id=[1])


@TWO
async def test_shows_a_message_of_a_transaction_until_a_time__TC_O_28(version: Version) -> None:
    async with playing(version) as case:
        await put(case, message(transactionId=await case.charging(), endDateTime=case.at(3)))
        assert shown(case) == "Hello"
        await case.until(lambda: shown(case) == "")
        await unknown(case, id=[1])


@TWO
@pytest.mark.parametrize("state", [pytest.param("Charging", id="O_36"), pytest.param("Idle", id="O_37")])
async def test_shows_a_message_in_a_state__TC_O_36__TC_O_37(version: Version, state: str) -> None:
    async with playing(version, evses=1) as case:
        one = await put(case, message(state=state))
        idle, charging = ("", "Hello") if state == "Charging" else ("Hello", "")
        assert shown(case) == idle
        await case.charging()
        assert shown(case) == charging
        await ends(case)
        assert shown(case) == idle
        assert (await reported(case, [one], id=[1]))[0]["state"] == state


@TWO
async def test_shows_a_message_out_of_service__TC_O_38(version: Version) -> None:
    async with playing(version, evses=1) as case:
        one = await put(case, message(state="Unavailable"))
        assert shown(case) == ""
        await case.call("ChangeAvailability", {"operationalStatus": "Inoperative"}, status="Accepted")
        await case.statuses({1: "Unavailable"})
        assert shown(case) == "Hello"
        await case.call("ChangeAvailability", {"operationalStatus": "Operative"}, status="Accepted")
        await case.statuses({1: "Available"})
        assert shown(case) == ""
        await reported(case, [one], id=[1])


@TWO
async def test_shows_a_message_while_it_is_faulted__TC_O_39(version: Version) -> None:
    async with playing(version, evses=1) as case:
        await put(case, message(state="Faulted"))
        case.panel.fault(1, "GroundFailure")
        await case.statuses({1: "Faulted"})
        assert shown(case) == "Hello"
        case.panel.clear_fault(1)
        await case.statuses({1: "Available"})
        assert shown(case) == ""


@TWO
async def test_shows_a_message_in_the_language_of_the_driver__TC_O_15(version: Version) -> None:
    async with playing(version) as case:
        case.answers["Authorize"] = accepted(language1="de")
        await case.connected()
        case.present()
        await case.expect("Authorize", idToken=TOKEN)
        await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})
        one = message(text="Guten Tag")
        one["message"]["language"] = "de"
        await put(case, one)
        assert shown(case) == "Guten Tag"
