"""Bad input from stations, on a real server: the right error or close, nothing lost, the others undisturbed."""

import asyncio
import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets import ConnectionClosed, InvalidStatus

from tests.system.conftest import Abused, assert_no_trace
from tests.system.lines import Line, line
from tests.system.scripts import TAG, event

VERSIONS = ("1.6", "2.0.1", "2.1")
DEADLINE_S = 30.0
AT = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
UNREADABLE = "-1"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return where to store: what is refused before the store needs but one."""
    return f"sqlite:///{tmp_path_factory.mktemp('database')}/busbar.db"


every_version = pytest.mark.parametrize("version", VERSIONS)


def boot(version: str, **more: Any) -> dict[str, Any]:
    """Return a BootNotification's payload."""
    if version == "1.6":
        return {"chargePointVendor": "V", "chargePointModel": "M"} | more
    return {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}} | more


async def alive(opened: Line) -> None:
    """Ask something plain; the connection still answers, and nothing came that nobody waited for."""
    assert "currentTime" in await opened.call("Heartbeat", {})
    assert opened.stray.empty()


# What is sent with id "m-1", and the code in each version; None for silence.
SPELT = {"FormatViolation": "FormationViolation", "OccurrenceConstraintViolation": "OccurenceConstraintViolation"}
BROKEN = {
    "torn": ('[2,"m-1","Heartbeat",{', "FormatViolation"),
    "message type a text": ('["2","m-1","Heartbeat",{}]', "RpcFrameworkError"),
    "too few elements": ('[2,"m-1","Heartbeat"]', "RpcFrameworkError"),
    "too many elements": ('[2,"m-1","Heartbeat",{},1]', "RpcFrameworkError"),
    "action of a wrong type": ('[2,"m-1",7,{}]', "RpcFrameworkError"),
    "payload a list": ('[2,"m-1","Heartbeat",[]]', "TypeConstraintViolation"),
    "payload a text": ('[2,"m-1","Heartbeat","x"]', "TypeConstraintViolation"),
    "unknown action": ('[2,"m-1","MakeCoffee",{}]', "NotImplemented"),
    "an action with NUL": ('[2,"m-1","Heart\\u0000beat",{}]', "NotImplemented"),
    "an action of the CSMS": ('[2,"m-1","Reset",{"type":"Soft"}]', "NotSupported"),
    "an unknown field": ('[2,"m-1","Heartbeat",{"x":1}]', "FormatViolation"),
    "a key twice": ('[2,"m-1","DataTransfer",{"vendorId":"a","vendorId":"b"}]', "FormatViolation"),
    "a field missing": ('[2,"m-1","BootNotification",{}]', "OccurrenceConstraintViolation"),
    "a field of a wrong type": ('[2,"m-1","DataTransfer",{"vendorId":5}]', "TypeConstraintViolation"),
    "a text too long": (f'[2,"m-1","DataTransfer",{{"vendorId":"{"x" * 256}"}}]', "PropertyConstraintViolation"),
    "NUL in a text": ('[2,"m-1","DataTransfer",{"vendorId":"a\\u0000b"}]', "PropertyConstraintViolation"),
    "a lone surrogate": ('[2,"m-1","DataTransfer",{"vendorId":"\\ud800"}]', "FormatViolation"),
    "a raw control character": ('[2,"m-1","DataTransfer",{"vendorId":"\x01"}]', "FormatViolation"),
    "not a number": ('[2,"m-1","DataTransfer",{"vendorId":NaN}]', "FormatViolation"),
    "deep": ('[2,"m-1","DataTransfer",{"vendorId":"a","data":' + "[" * 90_000 + "]" * 90_000 + "}]", "FormatViolation"),
}


@every_version
@pytest.mark.parametrize("kind", BROKEN)
async def test_a_broken_call_is_refused_with_the_code_of_its_version(abused: Abused, version: str, kind: str) -> None:
    text, code = BROKEN[kind]
    if version == "1.6":
        code = {"RpcFrameworkError": "ProtocolError"}.get(code, SPELT.get(code, code))
    async with asyncio.timeout(DEADLINE_S), contextlib.AsyncExitStack() as stack:
        opened = await abused.line(stack, version)
        frame = await opened.ask(text, "m-1")
        assert (frame[0], frame[1], frame[2]) == (4, "m-1", code)
        assert_no_trace(json.dumps(frame))
        await alive(opened)


@every_version
@pytest.mark.parametrize("text", ["garbage", "", "{}", "[]", "[2]", '[2,7,"Heartbeat",{}]', "\x00", "[" * 99_999])
async def test_what_has_no_readable_id_is_answered_by_2x_only(abused: Abused, version: str, text: str) -> None:
    async with asyncio.timeout(DEADLINE_S), contextlib.AsyncExitStack() as stack:
        opened = await abused.line(stack, version)
        if version == "1.6":
            await opened.socket.send(text)
        else:
            frame = await opened.ask(text, UNREADABLE)
            assert (frame[0], frame[2]) == (4, "RpcFrameworkError")
            assert_no_trace(json.dumps(frame))
        await alive(opened)


@every_version
async def test_an_unknown_message_type_is_answered_by_201_only(abused: Abused, version: str) -> None:
    async with asyncio.timeout(DEADLINE_S), contextlib.AsyncExitStack() as stack:
        opened = await abused.line(stack, version)
        if version == "2.0.1":
            assert (await opened.ask('[9,"m-1","X",{}]', "m-1"))[2] == "MessageTypeNotSupported"
        else:
            await opened.socket.send('[9,"m-1","X",{}]')
        await alive(opened)


@every_version
async def test_a_message_id_that_is_too_long_is_refused(abused: Abused, version: str) -> None:
    async with asyncio.timeout(DEADLINE_S), contextlib.AsyncExitStack() as stack:
        opened = await abused.line(stack, version)
        frame = await opened.ask(json.dumps([2, "i" * 255, "Heartbeat", {}]), "i" * 255)
        assert frame[2] == ("ProtocolError" if version == "1.6" else "RpcFrameworkError")
        await alive(opened)


@every_version
async def test_answers_to_no_call_are_ignored(abused: Abused, version: str) -> None:
    async with asyncio.timeout(DEADLINE_S), contextlib.AsyncExitStack() as stack:
        opened = await abused.line(stack, version)
        for number in range(300):
            await opened.socket.send(f'[3,"forged-{number}",{{"status":"Accepted"}}]')
            await opened.socket.send(f'[4,"forged-{number}","InternalError","",{{}}]')
        await alive(opened)


@every_version
@pytest.mark.parametrize("frames", [1, 40])
async def test_an_oversize_message_closes_the_connection_and_no_other(
    abused: Abused, version: str, frames: int
) -> None:
    async with asyncio.timeout(DEADLINE_S):
        connect = await abused.station(version)
        async with connect() as opened:
            text = '[2,"m-1","DataTransfer",{"vendorId":"' + "x" * 400_000 + '"}]'
            size = len(text) // frames + 1
            with contextlib.suppress(ConnectionClosed):
                await opened.socket.send(
                    [text[i : i + size] for i in range(0, len(text), size)] if frames > 1 else text
                )
            ended = await opened.end()
            assert ended.rcvd is not None
            assert ended.rcvd.code == 1009
        async with connect() as opened:
            await alive(opened)


@every_version
@pytest.mark.parametrize(
    ("data", "text", "code"), [(b"\x00\x01", False, 1003), (b'[2,"\xff","Heartbeat",{}]', True, 1007)]
)
async def test_what_is_no_text_closes_the_connection(
    abused: Abused, version: str, data: bytes, text: bool, code: int
) -> None:
    async with asyncio.timeout(DEADLINE_S):
        connect = await abused.station(version)
        async with connect() as opened:
            await opened.socket.send(data, text=text)
            ended = await opened.end()
            assert ended.rcvd is not None
            assert ended.rcvd.code == code
        async with connect() as opened:
            await alive(opened)


@every_version
async def test_unknown_tokens_are_invalid_and_nothing_else_happens(abused: Abused, version: str) -> None:
    async with asyncio.timeout(DEADLINE_S), contextlib.AsyncExitStack() as stack:
        opened = await abused.line(stack, version)
        if version == "1.6":
            answer = await opened.call("Authorize", {"idTag": "nobody"})
            assert answer["idTagInfo"]["status"] == "Invalid"
        else:
            longest = "n" * (36 if version == "2.0.1" else 255)
            answer = await opened.call("Authorize", {"idToken": {"idToken": longest, "type": "ISO14443"}})
            assert answer["idTokenInfo"]["status"] in ("Invalid", "Unknown")
        await alive(opened)


@every_version
@pytest.mark.parametrize("identity", ["NOBODY", "x" * 255, "a b", "..", "%00", "é"])
async def test_an_unknown_station_is_not_let_in(abused: Abused, version: str, identity: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with line(abused.server.ocpp_url, identity, "some password or other", version):
            pass
    assert refused.value.response.status_code == 401
    assert not refused.value.response.body


@every_version
async def test_a_second_connection_with_a_wrong_password_does_not_disturb_the_first(
    abused: Abused, version: str
) -> None:
    identity = f"TWICE-{version}"
    async with asyncio.timeout(DEADLINE_S):
        connect = await abused.station(version, identity)
        async with connect() as opened:
            await opened.call("BootNotification", boot(version))
            for password in ("wrong password of it", "", None):
                with pytest.raises(InvalidStatus) as refused:
                    async with line(abused.server.ocpp_url, identity, password, version):
                        pass
                assert refused.value.response.status_code == 401
            await alive(opened)
            assert (await abused.interface.get(f"/stations/{identity}"))["online"]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_events_that_come_twice_and_in_any_order_make_one_session(abused: Abused, version: str) -> None:
    identity = f"ORDER-{version}"
    sent = [event(kind, "t-1", n, AT + timedelta(seconds=n), 1000 + 100 * n) for n, kind in
            enumerate(("Started", "Updated", "Updated", "Ended"))]  # fmt: skip
    async with asyncio.timeout(DEADLINE_S):
        async with (await abused.station(version, identity))() as opened:
            for number in (3, 1, 1, 0, 3, 2, 0):
                await opened.call("TransactionEvent", sent[number], f"id-{number}")
        [session] = await abused.interface.every("/sessions", station=identity)
        assert (session["energy_wh"], session["complete"], session["active"], session["flags"]) == (
            300,
            True,
            False,
            [],
        )
        values = await abused.interface.every(f"/sessions/{session['id']}/meter-values")
        assert [v["energy_wh"] for v in values] == [1000, 1100, 1200, 1300]


async def test_a_16_stop_before_its_start_and_twice_is_kept_and_answered(abused: Abused) -> None:
    start = {"connectorId": 1, "idTag": TAG, "meterStart": 500, "timestamp": AT.isoformat()}
    async with asyncio.timeout(DEADLINE_S):
        async with (await abused.station("1.6", "ORDER-1.6"))() as opened:
            stop = {"meterStop": 900, "timestamp": (AT + timedelta(minutes=1)).isoformat(), "transactionId": 987_654}
            for _ in range(2):
                await opened.call("StopTransaction", stop)
            first = await opened.call("StartTransaction", start)
            again = await opened.call("StartTransaction", start)
            assert first["transactionId"] == again["transactionId"]
            for _ in range(2):
                await opened.call("StopTransaction", stop | {"transactionId": first["transactionId"]})
        sessions = await abused.interface.every("/sessions", station="ORDER-1.6")
        shown = {(s["energy_wh"], s["complete"], *s["flags"]) for s in sessions}
        assert shown == {(400, True), (None, False, "orphan")}


async def test_many_messages_at_once_are_answered_in_order(abused: Abused) -> None:
    async with asyncio.timeout(DEADLINE_S), contextlib.AsyncExitStack() as stack:
        opened = await abused.line(stack, "2.0.1")
        for number in range(400):
            await opened.socket.send(f'[2,"n-{number}","Heartbeat",{{}}]')
        got = [(await opened.stray.get())[1] for _ in range(400)]
        assert got == [f"n-{number}" for number in range(400)]
