"""What no station should send, for every message of every version: broken by its schema, or valid and absurd.

Each ends in an answer (or none, where the version says so), is stored as it came, disturbs nothing after it, and leaves
no exception in the log. Transaction messages that a schema allows are answered well, whatever they say.
"""

import contextlib
import json
import logging
import random
from collections.abc import Iterator
from typing import Any

import pytest
import websockets

from busbar.csms.services.amending import PRECIOUS
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.actions import ACTIONS, Origin
from busbar.protocol.errors import RemoteProtocolError
from busbar.protocol.versions import neutral
from tests.fixtures.schemas import ENCODER, cases, load, minimal

SENT = [(v, a.name) for v, actions in ACTIONS.items() for a in actions.values() if a.origin is not Origin.CSMS]
CALLED = [(v, a) for v, a in SENT if ACTIONS[v][a].response is not None]
IN_FLIGHT = 100
MOST = 300
NUL, HALF, BACKWARDS = "\\u0000", "\\ud800", "\u202etxt.exe"
# what replaces text, numbers and times in an otherwise valid message; written as JSON
ABSURD: dict[str, tuple[str, ...]] = {
    "string": (f'"{NUL}"', f'"{HALF}"', f'"{BACKWARDS}"', '"\'; DROP TABLE stations; --"', '""', '"\\n"', '"-1"'),
    "time": ('"0001-01-01T00:00:00Z"', '"9999-12-31T23:59:59Z"', '"1970-01-01T00:00:00Z"', '"222217-01-01T00:00:00Z"'),
    "integer": ("-2147483648", "2147483647", "-1", "0", "9007199254740993"),
    "number": ("-1e300", "1e300", "-0.0", "1e-300", "1e400", "-5"),
}


def broken(version: Version, action: str) -> list[bytes]:
    """Return frames that break a message's schema, at most MOST of them."""
    found = []
    for number, (_, value) in enumerate(cases(load(version, action, "Request"), f"{action}Request")):
        text = ENCODER.encode(value)
        try:
            codec.decode_request(version, action, text)
        except RemoteProtocolError:
            found.append(b'[2,"b%d","%s",%b]' % (number, action.encode(), text))
    return found if len(found) <= MOST else random.Random(action).sample(found, MOST)


def absurd(version: Version, action: str) -> list[bytes]:
    """Return frames of a message with one absurd value each, and with keys that come twice."""
    schema = load(version, action, "Request")
    found = [
        b'[2,"a%d","%s",%b]' % (number, action.encode(), text.encode()) for number, text in enumerate(variants(schema))
    ]
    least = ENCODER.encode(minimal(schema)).decode()
    if least != "{}":
        found.append(b'[2,"twice","%s",%b]' % (action.encode(), (least[:-1] + "," + least[1:]).encode()))
    return found if len(found) <= MOST else random.Random(action).sample(found, MOST)


def variants(schema: dict[str, Any]) -> Iterator[str]:
    """Give JSON texts of a schema in which one value is absurd."""
    kind = schema.get("type")
    if kind == "object":
        least = minimal(schema)
        for name, inner in schema.get("properties", {}).items():
            for text in variants(inner):
                rest = {key: value for key, value in least.items() if key != name}
                written = ENCODER.encode(rest).decode()
                yield f'{written[:-1]}{"," if rest else ""}"{name}":{text}}}'
    elif kind == "array":
        for text in variants(schema["items"]):
            yield f"[{text}]"
    elif kind == "string" and "enum" not in schema:
        yield from ABSURD["time" if schema.get("format") == "date-time" else "string"]
    elif kind in ABSURD:
        yield from ABSURD[kind]


async def sent(link: Any, frames: list[bytes]) -> list[list[Any]]:
    """Send frames, some ahead of their answers as no station should, and return the answers."""
    answers = []
    for begin in range(0, len(frames), IN_FLIGHT):
        part = frames[begin : begin + IN_FLIGHT]
        for frame in part:
            await link.ws.send(frame.decode())
        answers += [await link.read() for _ in part]
    return answers


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info]


@pytest.mark.parametrize(("version", "action"), CALLED)
async def test_what_breaks_its_schema_is_refused_by_a_code_and_stored_as_it_came(world, caplog, version, action):
    link, _ = await world.station(version)
    frames = broken(version, action)
    answers = await sent(link, frames)
    for frame, answer in zip(frames, answers, strict=True):
        assert answer[0] == 4, frame
        assert neutral(answer[2]) is not None, answer
        assert (answer[4], "Traceback" in answer[3]) == ({}, False)
    assert (await link.call("Heartbeat", {}))[0] == 3
    if action != "Heartbeat":
        assert {row.request for row in await world.exchanges(action)} >= set(frames)
    assert complaints(caplog) == []


@pytest.mark.parametrize(("version", "action"), CALLED)
@pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)
async def test_what_is_valid_and_absurd_is_answered_and_stored_and_hurts_nobody(world, caplog, version, action):
    identity = f"{version}-{action}"[:48]
    link, station = await world.station(version, identity)
    frames = absurd(version, action)
    answers = await sent(link, frames)
    for frame, answer in zip(frames, answers, strict=True):
        assert answer[0] in (3, 4), frame
        if answer[0] == 4:
            assert neutral(answer[2]) is not None, answer
            assert action not in PRECIOUS or not valid(version, action, frame), (frame, answer)
    assert (await link.call("Heartbeat", {}))[0] == 3
    if action != "Heartbeat":
        kept = {row.request for row in await world.exchanges(action) if row.station_id == station.id}
        assert kept >= set(frames)
    assert complaints(caplog) == []


def valid(version: Version, action: str, frame: bytes) -> bool:
    payload = frame.split(b",", 3)[3][:-1]
    try:
        codec.decode_request(version, action, payload)
    except RemoteProtocolError:
        return False
    return True


@pytest.mark.parametrize("version", list(Version))
async def test_a_message_of_ten_megabytes_ends_its_connection_and_no_other(world, caplog, version):
    link, _ = await world.station(version)
    other, _ = await world.station(version, "CS2")
    huge = json.dumps([2, "huge", "DataTransfer", {"vendorId": "V", "data": "x" * 10_000_000}])
    with contextlib.suppress(websockets.ConnectionClosed):
        await link.ws.send(huge)
    await link.ws.wait_closed()
    assert link.ws.close_code in (1006, 1009)
    assert (await other.call("Heartbeat", {}))[0] == 3
    assert (await (await world.connect(version)).call("Heartbeat", {}))[0] == 3
    assert complaints(caplog) == []
