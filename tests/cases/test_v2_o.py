"""Official test cases of OCPP 2.0.1 and 2.1 for a CSMS: block O, display message."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cases.rig import Csms, Station
from tests.cases.steps_lp import BOTH, finished, path, transaction_event, transaction_of

both = pytest.mark.parametrize("version", BOTH)
ACCEPTED = {"status": "Accepted"}
UNKNOWN = {"status": "Unknown"}


def _later(hours: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds").replace("+00:00", "Z")


async def _show(csms: Csms, station: Station, status: str = "Accepted", **fields: Any) -> dict[str, Any]:
    """Have the CSMS set a message, answer it, and return the message as it was set."""
    body = {"text": {"content": "Hello", "format": "UTF8"}} | fields
    ordering = csms.post(path(station, "commands/display-message"), body)
    asked, told = await station.during(ordering, "SetDisplayMessage", {"status": status})
    assert told["status"] == status
    message: dict[str, Any] = asked["message"]
    assert set(asked) == {"message"}
    assert message["message"] == {name: value for name, value in body["text"].items() if value is not None}
    assert message["priority"] == fields.get("priority", "NormalCycle")
    named = {
        "state": "state",
        "startDateTime": "starts_at",
        "endDateTime": "ends_at",
        "transactionId": "transaction_id",
    }
    for wired, said in named.items():
        assert message.get(wired) == fields.get(said)
    assert fields.get("id") in (None, message["id"])
    return message


async def _ask(
    csms: Csms, station: Station, answer: dict[str, Any], wired: dict[str, Any] | None = None, **body: Any
) -> int:
    """Have the CSMS ask for messages; nothing but what `wired` says may be in the question."""
    asked, told = await station.during(
        csms.post(path(station, "commands/ask-display-messages"), body), "GetDisplayMessages", answer
    )
    number: int = asked["requestId"]
    assert asked == {"requestId": number} | (wired or {})
    assert told["status"] == answer["status"]
    return number


async def _notify(station: Station, number: int, *messages: dict[str, Any]) -> None:
    for left, message in zip(reversed(range(len(messages))), messages, strict=True):
        told = {"requestId": number, "messageInfo": [message], "tbc": left > 0}
        assert await station.call("NotifyDisplayMessages", told) == {}


async def _held(csms: Csms, station: Station) -> dict[int, dict[str, Any]]:
    page = await csms.get(path(station, "display-messages"))
    return {item["id"]: item for item in page["items"] if item["held"]}


@both
async def test_sets_a_message__TC_O_01(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        message = await _show(
            csms, station, state="Idle", priority="InFront", text={"content": "Hi", "format": "ASCII"}
        )
        assert set(message) == {"id", "priority", "state", "message"}  # no transaction: O01.FR.04
        assert list(await _held(csms, station)) == [message["id"]]


@both
async def test_asks_for_all_messages__TC_O_02(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        first, second = [await _show(csms, station), await _show(csms, station)]
        assert first["id"] != second["id"]
        number = await _ask(csms, station, ACCEPTED)
        await _notify(station, number, first, second)
        assert set(await _held(csms, station)) == {first["id"], second["id"]}


@both
async def test_takes_in_that_there_are_no_messages__TC_O_03(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _ask(csms, station, UNKNOWN)
        assert await _held(csms, station) == {}


@both
async def test_clears_a_message__TC_O_04(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        message = await _show(csms, station)
        await _notify(station, await _ask(csms, station, ACCEPTED), message)
        clearing = csms.post(path(station, f"display-messages/{message['id']}/clear"))
        asked, told = await station.during(clearing, "ClearDisplayMessage", ACCEPTED)
        assert asked == {"id": message["id"]}
        assert told["state"] == "accepted"
        assert await _held(csms, station) == {}


@both
async def test_takes_in_that_a_message_to_clear_is_unknown__TC_O_05(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        clearing = csms.post(path(station, "display-messages/4711/clear"))
        asked, told = await station.during(clearing, "ClearDisplayMessage", UNKNOWN)
        assert asked == {"id": 4711}
        assert told["status"] == "Unknown"


@both
async def test_sets_a_message_for_a_transaction__TC_O_06(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        token, transaction, seq = await transaction_of(csms, station)
        message = await _show(csms, station, transaction_id=transaction, priority="AlwaysFront")
        assert list(await _held(csms, station)) == [message["id"]]
        await finished(station, token, transaction, seq)
        assert await _held(csms, station) == {}


@both
@pytest.mark.parametrize(
    ("priority", "state"),
    [
        pytest.param(None, None, id="TC_O_07"),
        pytest.param("InFront", None, id="TC_O_08"),
        pytest.param(None, "Charging", id="TC_O_09"),
    ],
)
async def test_asks_for_some_messages(csms: Csms, version: str, priority: str | None, state: str | None) -> None:
    async with csms.booted(version) as station:
        message = await _show(csms, station, priority=priority or "NormalCycle", state=state)
        if priority is not None:
            number = await _ask(csms, station, ACCEPTED, {"priority": priority}, priority=priority)
        elif state is not None:
            number = await _ask(csms, station, ACCEPTED, {"state": state}, state=state)
        else:
            number = await _ask(csms, station, ACCEPTED, {"id": [message["id"]]}, ids=[message["id"]])
        await _notify(station, number, message)
        assert list(await _held(csms, station)) == [message["id"]]


@both
async def test_takes_in_that_a_transaction_is_unknown__TC_O_10(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await transaction_of(csms, station)
        await _show(csms, station, "UnknownTransaction", transaction_id="another-one", priority="InFront")
        assert await _held(csms, station) == {}


@both
async def test_takes_in_that_a_message_is_unknown__TC_O_11(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        message = await _show(csms, station)
        another = message["id"] + 1000
        await _ask(csms, station, UNKNOWN, {"id": [another]}, ids=[another])
        assert list(await _held(csms, station)) == [message["id"]]


@both
async def test_replaces_a_message__TC_O_12(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        message = await _show(csms, station)
        other = {"content": "Goodbye", "format": "UTF8", "language": "en"}
        await _show(csms, station, id=message["id"], priority="InFront", text=other)
        held = await _held(csms, station)
        assert held[message["id"]]["message"]["text"]["content"] == "Goodbye"


@both
@pytest.mark.parametrize("field", [pytest.param("starts_at", id="TC_O_13"), pytest.param("ends_at", id="TC_O_14")])
async def test_sets_when_a_message_is_shown(csms: Csms, version: str, field: str) -> None:
    async with csms.booted(version) as station:
        await _show(csms, station, **{field: _later(1)})


@both
@pytest.mark.parametrize(
    ("status", "fields"),
    [
        pytest.param("NotSupportedPriority", {"priority": "AlwaysFront"}, id="TC_O_17"),
        pytest.param("NotSupportedState", {"state": "Unavailable"}, id="TC_O_18"),
        pytest.param("NotSupportedMessageFormat", {"text": {"content": "<b>Hi</b>", "format": "HTML"}}, id="TC_O_19"),
        pytest.param("Rejected", {"priority": "NormalCycle"}, id="TC_O_26"),
    ],
)
async def test_takes_in_that_a_message_is_refused(
    csms: Csms, version: str, status: str, fields: dict[str, Any]
) -> None:
    async with csms.booted(version) as station:
        message = await _show(csms, station, status, **fields)
        page = await csms.get(path(station, "display-messages"))
        assert [(item["id"], item["held"], item["status"]) for item in page["items"]] == [
            (message["id"], False, status)
        ]


@both
async def test_sets_a_message_for_a_state__TC_O_25(csms: Csms, version: str) -> None:
    async with csms.booted(version) as station:
        await _show(csms, station, id=25, state="Charging")


@both
@pytest.mark.parametrize("field", [pytest.param("starts_at", id="TC_O_27"), pytest.param("ends_at", id="TC_O_28")])
async def test_sets_when_a_message_of_a_transaction_is_shown(csms: Csms, version: str, field: str) -> None:
    async with csms.booted(version) as station:
        _, transaction, _ = await transaction_of(csms, station)
        await _show(csms, station, transaction_id=transaction, **{field: _later(1)})


async def test_takes_in_that_a_language_is_not_supported__TC_O_100(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        text = {"content": "Hallo", "format": "UTF8", "language": "de"}
        extra = {"content": "Hoi", "format": "UTF8", "language": "nl"}
        message = await _show(csms, station, "LanguageNotSupported", text=text, extra=[extra])
        assert message["messageExtra"] == [extra]
        assert await _held(csms, station) == {}


async def test_tells_languages_of_a_driver_and_of_a_message__TC_O_101(csms: Csms) -> None:
    async with csms.booted("2.1") as station:
        token, transaction = await csms.add_token(), csms.name("TX")
        await csms.ask("PUT", f"/tokens/{token}/profile", {"language": "nl", "language2": "en"})
        id_token = {"idToken": token, "type": "ISO14443"}
        info = (await station.call("Authorize", {"idToken": id_token}))["idTokenInfo"]
        assert (info["status"], info["language1"], info["language2"]) == ("Accepted", "nl", "en")
        started = {"triggerReason": "Authorized", "seqNo": 0, "idToken": id_token, "evse": 1}
        answer = await transaction_event(station, "Started", transaction, **started)
        assert answer["idTokenInfo"]["language1"] == "nl"
        text = {"content": "Welcome", "format": "UTF8", "language": "en"}
        extra = {"content": "Welkom", "format": "UTF8", "language": "nl"}
        message = await _show(csms, station, text=text, extra=[extra], transaction_id=transaction)
        assert message["messageExtra"] == [extra]
