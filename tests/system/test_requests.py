"""Bad requests to the REST interface and to the stations' port: the field and the reason, never what is inside."""

import asyncio
import contextlib
from typing import Any
from urllib.parse import quote

import pytest

from tests.system.conftest import Abused, assert_no_trace

DEADLINE_S = 20.0
DIGITS = "9" * 100_000
DEEP = "[" * 50_000 + "]" * 50_000

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Method, path, raw body, status, and the field that is named (None where the problem is not one of a field).
REQUESTS: dict[str, tuple[str, str, str | bytes | None, int, str | None]] = {
    "no body": ("POST", "/tokens", None, 400, "body"),
    "no JSON": ("POST", "/tokens", "{", 400, "body"),
    "a list": ("POST", "/tokens", "[]", 400, "body"),
    "not UTF-8": ("POST", "/tokens", b'{"value":"\xff"}', 400, "body"),
    "a lone surrogate": ("POST", "/tokens", '{"value":"\\ud800"}', 400, "body"),
    "deep": ("POST", "/tokens", '{"value":' + DEEP + "}", 400, None),
    "a field missing": ("POST", "/tokens", "{}", 400, "value"),
    "an unknown field": ("POST", "/tokens", '{"value":"T","x":1}', 400, "x"),
    "a wrong type": ("POST", "/tokens", '{"value":5}', 400, "value"),
    "NUL in a text": ("POST", "/tokens", '{"value":"a\\u0000b"}', 400, "value"),
    "a text too long": ("POST", "/tokens", '{"value":"' + "t" * 256 + '"}', 400, "value"),
    "a status that is none": ("POST", "/tokens", '{"value":"T","status":"Fine"}', 400, "status"),
    "a time without a zone": ("POST", "/tokens", '{"value":"T","expires_at":"2026-05-04T12:00:00"}', 400, "expires_at"),
    "NUL in a label": ("POST", "/tokens", '{"value":"TL","label":"a\\u0000b"}', 400, "label"),
    "a time beyond the calendar": (
        "POST", "/tokens", '{"value":"TC","expires_at":"9999-12-31T23:59:59-14:00"}', 400, "expires_at",
    ),
    "an identity with a slash": ("POST", "/stations", '{"identity":"a/b"}', 400, "identity"),
    "an identity of 255": ("POST", "/stations", '{"identity":"' + "i" * 255 + '"}', 400, "identity"),
    "an identity that is taken": ("POST", "/stations", '{"identity":"good"}', 409, "identity"),
    "a password too short": ("POST", "/stations", '{"identity":"P","password":"x"}', 400, "password"),
    "a site that is not there": ("POST", "/stations", '{"identity":"P","site_id":99999}', 400, "site_id"),
    "a site number of 100,000 digits": ("POST", "/stations", '{"identity":"P","site_id":' + DIGITS + "}", 400, "body"),
    "a site number 1e400": ("POST", "/stations", '{"identity":"P","site_id":1e400}', 400, "body"),
    "a site's zone that is none": ("POST", "/sites", '{"name":"S","timezone":"Mars/Base"}', 400, "timezone"),
    "a site's name with NUL": ("POST", "/sites", '{"name":"a\\u0000b"}', 400, "name"),
    "a limit too high": ("GET", "/sessions?limit=1001", None, 400, "limit"),
    "a limit that is no number": ("GET", "/sessions?limit=all", None, 400, "limit"),
    "a limit of many digits": ("GET", f"/sessions?limit={DIGITS[:5000]}", None, 400, "limit"),
    "a cursor that is none": ("GET", "/sessions?cursor=nonsense", None, 400, "cursor"),
    "a cursor with NUL": ("GET", "/sessions?cursor=%00", None, 400, "cursor"),
    "a span without a zone": ("GET", "/messages?since=2026-05-04T12:00:00", None, 400, "since"),
    "a span beyond the calendar": ("GET", "/messages?since=9999-12-31T23:59:59-14:00", None, 400, "since"),
    "a session of many digits": ("GET", f"/sessions/{DIGITS[:5000]}", None, 404, None),
    "a session too large": ("GET", "/sessions/4294967296", None, 400, "session_id"),
    "a session that is not there": ("GET", "/sessions/2147483647", None, 404, None),
    "a station that is not there": ("GET", "/stations/NOBODY", None, 404, None),
    "a station with NUL": ("GET", "/stations/a%00b", None, 400, "identity"),
    "a station of 10,000": ("GET", "/stations/" + "i" * 10_000, None, 400, "identity"),
    "a token with NUL": ("GET", "/tokens/a%00b", None, 400, "value"),
    "a search with NUL": ("GET", "/tokens?q=%00", None, 400, "q"),
    "a filter with NUL": ("GET", "/sessions?station=%00", None, 400, "station"),
    "an action with NUL": ("GET", "/messages?action=%00", None, 400, "action"),
    "an outcome with NUL": ("GET", "/messages?outcome=%00", None, 400, "outcome"),
    "a command's action with NUL": ("GET", "/commands?action=%00", None, 400, "action"),
    "a command with NUL": ("GET", "/commands/%00", None, 400, "command_id"),
    "a key with NUL": ("DELETE", "/api-keys/%00", None, 400, "key_id"),
    "a search that matches all": ("GET", "/tokens?q=%25_", None, 200, None),
    "a filter of an unknown station": ("GET", "/sessions?station=NOBODY", None, 400, "station"),
    "no such path": ("GET", "/nothing", None, 404, None),
    "no such method": ("DELETE", "/sessions", None, 405, None),
    "an action of the station": ("POST", "/stations/GOOD/calls/Heartbeat", "{}", 400, "action"),
    "an unknown action": ("POST", "/stations/GOOD/calls/MakeCoffee", "{}", 400, "action"),
    "a payload with an unknown field": ("POST", "/stations/GOOD/calls/ClearCache", '{"x":1}', 400, "payload.x"),
    "a payload that misses a field": ("POST", "/stations/GOOD/calls/Reset", "{}", 400, "payload.type"),
    "a deep payload": ("POST", "/stations/GOOD/calls/Reset", '{"type":' + DEEP + "}", 400, None),
    "a payload of many digits": ("POST", "/stations/GOOD/calls/Reset", '{"evseId":' + DIGITS + "}", 400, None),
    "a wait too long": ("POST", "/stations/GOOD/calls/ClearCache?wait_s=1e9", "{}", 400, "wait_s"),
    "an EVSE below zero": ("POST", "/stations/GOOD/commands/unlock", '{"evse":-1}', 400, "evse"),
    "a station that never came": ("POST", "/stations/SHY/commands/reset", "{}", 409, None),
    "too large": ("POST", "/tokens", '{"value":"' + "t" * 20_000_000 + '"}', 413, None),
}  # fmt: skip


@pytest.mark.parametrize("kind", REQUESTS)
async def test_a_bad_request_is_told_the_field_and_the_reason(abused: Abused, kind: str) -> None:
    method, path, body, status, field = REQUESTS[kind]
    if kind == "a station that never came":
        await abused.interface.add_station("SHY")
    headers = {"Content-Type": "application/json"}
    url = f"{abused.server.api_url}/api/v1{path}"
    async with asyncio.timeout(DEADLINE_S):
        response = await abused.interface.client.request(method, url, content=body, headers=headers)
    assert response.status_code == status, response.text
    assert_no_trace(response.text)
    if status == 200:
        return
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert (problem["status"], problem["type"].rpartition(":")[0]) == (status, "urn:problem-type:busbar")
    if field is not None:
        [error] = problem["errors"]
        assert error["field"].startswith(field), error
        assert error["reason"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer " + "x" * 5000, "Basic eDp5", "Bearer bbk_x_y"])
async def test_without_a_key_nothing_is_told(abused: Abused, header: str) -> None:
    async with asyncio.timeout(DEADLINE_S):
        response = await abused.interface.client.get("/stations", headers={"Authorization": header})
    assert response.status_code == 401
    assert_no_trace(response.text)


TALK = {
    "garbage": b"\x00\xff\x16\x03\x01garbage\r\n\r\n",
    "no upgrade": b"GET /ocpp/GOOD HTTP/1.1\r\nHost: x\r\n\r\n",
    "another method": b"POST /ocpp/GOOD HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    "another path": b"GET /etc/passwd HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "a header without an end": b"GET /ocpp/GOOD HTTP/1.1\r\nX: " + b"x" * 200_000,
    "a thousand headers": b"GET /ocpp/GOOD HTTP/1.1\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
    "credentials that are none": b"GET /ocpp/GOOD HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Authorization: Basic !!!\xff\r\n\r\n",
}


@pytest.mark.parametrize("port", ["stations", "interface"])
@pytest.mark.parametrize("kind", TALK)
async def test_what_is_no_websocket_is_sent_away(abused: Abused, kind: str, port: str) -> None:
    number = abused.server.ocpp_port if port == "stations" else abused.server.api_port
    async with asyncio.timeout(DEADLINE_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", number)
        answer = b""
        with contextlib.suppress(OSError):
            writer.write(TALK[kind])
            await writer.drain()
            writer.write_eof()
            answer = await reader.read()
        writer.close()
    assert not answer.startswith((b"HTTP/1.1 101", b"HTTP/1.1 5"))
    assert_no_trace(answer.decode(errors="replace"))


async def test_an_export_guards_cells_and_paths_stay_inside(abused: Abused) -> None:
    async with asyncio.timeout(DEADLINE_S):
        for path in ("../../../etc/passwd", "..%2f..%2fetc%2fpasswd", quote("\u202e", safe="")):
            response = await abused.interface.client.get(f"/stations/{path}")
            assert response.status_code == 404
            assert_no_trace(response.text)
