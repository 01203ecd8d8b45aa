"""Bytes on a real socket: frames, fragments, compression, bounds, pings, and both ways of closing."""

import asyncio
import json
import struct
import zlib

import pytest
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from busbar.csms.gateway.server import KERNEL_BUFFER_BYTES

HEARTBEAT = b'[2,"x","Heartbeat",{}]'
TEXT, MORE, BINARY, CLOSE, PING, PONG = 1, 0, 2, 8, 9, 10
FIN, RSV1, RSV2 = 0x80, 0x40, 0x20


def frame(kind: int, payload: bytes, *, flags: int = FIN) -> bytes:
    """Write a frame of a client, masked by zeros."""
    size = len(payload)
    if size > 65535:
        length = b"\xff" + struct.pack(">Q", size)
    else:
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
    return bytes([flags | kind]) + length + b"\0\0\0\0" + payload


async def read(reader) -> tuple[int, bytes]:
    """Read a frame of the server."""
    first, size = await asyncio.wait_for(reader.readexactly(2), 5)
    if size == 126:
        size = struct.unpack(">H", await reader.readexactly(2))[0]
    elif size == 127:
        size = struct.unpack(">Q", await reader.readexactly(8))[0]
    return first, await reader.readexactly(size)


async def close_code(reader) -> int:
    """Read up to the close frame, and return its code."""
    while True:
        first, payload = await read(reader)
        if first & 0xF == CLOSE:
            return struct.unpack(">H", payload[:2])[0]


@pytest.fixture
async def small(start):
    """A node that takes messages up to 1000 bytes."""
    rig = await start(max_message_bytes=1000)
    await rig.add()
    return rig


async def test_a_text_in_one_frame_is_answered(small):
    reader, writer = await small.raw()
    writer.write(frame(TEXT, HEARTBEAT))
    first, payload = await read(reader)
    assert first == FIN | TEXT
    assert json.loads(payload)[:2] == [3, "x"]


async def test_a_message_in_fragments_with_a_ping_between_is_answered(small):
    reader, writer = await small.raw()
    writer.write(frame(TEXT, HEARTBEAT[:5], flags=0) + frame(PING, b"p") + frame(MORE, HEARTBEAT[5:9], flags=0))
    assert await read(reader) == (FIN | PONG, b"p")
    writer.write(frame(MORE, HEARTBEAT[9:]))
    assert json.loads((await read(reader))[1])[:2] == [3, "x"]


async def test_a_frame_byte_by_byte_is_answered(small):
    reader, writer = await small.raw()
    for byte in frame(TEXT, HEARTBEAT):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
    assert json.loads((await read(reader))[1])[:2] == [3, "x"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(BINARY, b"x"), 1003),
        (frame(TEXT, b"\xff\xfe"), 1007),
        (frame(TEXT, b'"\xed\xa0\x80"'), 1007),
        (frame(TEXT, b"x" * 1001), 1009),
        (frame(TEXT, b"x" * 70000), 1009),
        (frame(TEXT, b"x" * 600, flags=0) + frame(MORE, b"x" * 600), 1009),
        (frame(TEXT, b"x", flags=0) * 2, 1002),
        (frame(MORE, b"x"), 1002),
        (frame(TEXT, b"x", flags=FIN | RSV2), 1002),
        (frame(TEXT, b"x", flags=FIN | RSV1), 1002),
        (frame(3, b"x"), 1002),
        (b"\x81\x01x", 1002),
        (frame(PING, b"x" * 126), 1002),
        (frame(PING, b"x", flags=0), 1002),
    ],
    ids=[
        "binary",
        "not UTF-8",
        "surrogate",
        "too big",
        "much too big",
        "too big in fragments",
        "a text inside a text",
        "a continuation of nothing",
        "reserved bit",
        "compressed without agreement",
        "unknown opcode",
        "unmasked",
        "long ping",
        "fragmented ping",
    ],
)
async def test_what_breaks_the_framing_is_closed_with_its_code(small, data, code):
    reader, writer = await small.raw()
    writer.write(data)
    assert await close_code(reader) == code
    writer.write(frame(CLOSE, struct.pack(">H", code)))
    assert await asyncio.wait_for(reader.read(), 5) == b""


async def test_a_size_of_many_gigabytes_is_refused_at_the_header(small):
    reader, writer = await small.raw()
    writer.write(b"\x81\xff" + struct.pack(">Q", 1 << 40) + b"\0\0\0\0")
    assert await close_code(reader) == 1009


async def test_a_message_of_exactly_the_limit_is_taken(small):
    reader, writer = await small.raw()
    writer.write(frame(TEXT, HEARTBEAT + b" " * (1000 - len(HEARTBEAT))))
    assert json.loads((await read(reader))[1])[:2] == [3, "x"]


async def test_a_close_is_answered_with_its_code_and_the_socket_goes(small):
    reader, writer = await small.raw()
    writer.write(frame(CLOSE, struct.pack(">H", 1000)))
    assert await close_code(reader) == 1000
    assert await asyncio.wait_for(reader.read(), 1) == b""
    await small.until(lambda: not small.node.connections)


async def test_nothing_that_follows_a_close_is_processed(small):
    reader, writer = await small.raw()
    writer.write(frame(BINARY, b"") + frame(TEXT, b'[2,"x","BootNotification",{}]') * 5)
    assert await close_code(reader) == 1003
    assert await small.exchanges() == []


@pytest.mark.parametrize("bits", [None, 9, 15])
async def test_messages_travel_compressed_where_that_was_agreed(rig, bits):
    offer = ClientPerMessageDeflateFactory(server_max_window_bits=bits, client_max_window_bits=True)
    client = await rig.connect(extensions=[offer])
    assert [extension.name for extension in client.ws.protocol.extensions] == ["permessage-deflate"]
    for _ in range(3):
        assert (await client.call("DataTransfer", {"vendorId": "v", "data": "x" * 3000}))[2][
            "status"
        ] == "UnknownVendorId"
    keys = await client.call("Heartbeat", {})
    assert keys[0] == 3


async def deflating(rig):
    reader, writer = await asyncio.open_connection("127.0.0.1", rig.node.port)
    writer.write(
        b"GET /ocpp/CS1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"Sec-WebSocket-Protocol: ocpp1.6\r\nAuthorization: Basic Q1MxOnNlY3JldA==\r\n"
        b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    )
    assert b"permessage-deflate" in await reader.readuntil(b"\r\n\r\n")
    rig.clients.append(writer)
    return reader, writer


def packed(text: bytes) -> bytes:
    press = zlib.compressobj(wbits=-15)
    return (press.compress(text) + press.flush(zlib.Z_SYNC_FLUSH))[:-4]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(TEXT, packed(b" " * 900_000), flags=FIN | RSV1), 1009),
        (frame(TEXT, b"\xff\xff\xff", flags=FIN | RSV1), 1007),
        (frame(TEXT, packed(b"\xff"), flags=FIN | RSV1), 1007),
        (frame(TEXT, b"x", flags=0) + frame(MORE, b"x", flags=FIN | RSV1), 1002),
    ],
    ids=["bomb", "garbage", "not UTF-8", "compressed continuation"],
)
async def test_what_breaks_the_compression_is_closed_with_its_code(small, data, code):
    reader, writer = await deflating(small)
    writer.write(data)
    assert await close_code(reader) == code


async def test_a_compressed_message_may_come_in_fragments_and_an_answer_may_be_compressed(small):
    reader, writer = await deflating(small)
    whole = packed(b'[2,"x","Authorize",{"idTag":"' + b"x" * 500 + b'"}]')
    writer.write(frame(TEXT, whole[:9], flags=RSV1) + frame(MORE, whole[9:]))
    assert json.loads((await read(reader))[1])[1:3] == ["x", "PropertyConstraintViolation"]
    [talk] = small.node.sessions.values()
    talk.socket.send(b"[]" + b" " * 400)
    first, payload = await read(reader)
    assert first == FIN | RSV1 | TEXT
    assert len(payload) < 50


async def test_a_silent_station_is_pinged_and_stays_while_it_answers(start):
    rig = await start(ping_interval_s=0.05, pong_timeout_s=0.1)
    await rig.add()
    reader, writer = await rig.raw()
    for _ in range(3):
        first, payload = await read(reader)
        assert first == FIN | PING
        writer.write(frame(PONG, payload))
    writer.write(frame(TEXT, HEARTBEAT))
    while True:
        first, payload = await read(reader)
        if first == FIN | TEXT:
            break
        writer.write(frame(PONG, payload))


async def test_a_dead_station_is_dropped_and_shown_offline(start):
    rig = await start(ping_interval_s=0.05, pong_timeout_s=0.1)
    await rig.add()
    reader, _ = await rig.raw()
    assert (await read(reader))[0] == FIN | PING
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await read(reader)
    await rig.until(lambda: not rig.node.connections)
    assert not (await rig.station()).online


async def test_fragments_that_take_too_long_end_the_connection(small):
    reader, writer = await small.raw()
    writer.write(frame(TEXT, HEARTBEAT[:5], flags=0))
    [talk] = await small.until(lambda: list(small.node.sessions.values()))
    await small.until(lambda: talk.socket._parts is not None)
    talk.socket.check(talk.socket.heard_at + 29)
    talk.socket.check(talk.socket.heard_at + 31)
    assert await close_code(reader) == 1008


async def test_a_station_that_does_not_read_is_dropped(small):
    reader, writer = await small.raw()
    [talk] = await small.until(lambda: list(small.node.sessions.values()))
    reader._transport.pause_reading()
    for _ in range(400):
        talk.socket.send(b"[]" + b" " * KERNEL_BUFFER_BYTES)
    await small.until(lambda: talk.socket._stuck_at is not None)
    talk.socket.check(talk.socket._stuck_at + 21)
    await small.until(lambda: not small.node.connections)
    writer.transport.abort()


async def test_a_station_that_reads_again_is_read_again(small):
    reader, writer = await small.raw()
    [talk] = await small.until(lambda: list(small.node.sessions.values()))
    reader._transport.pause_reading()
    for _ in range(100):
        talk.socket.send(b"[]" + b" " * KERNEL_BUFFER_BYTES)
    await small.until(lambda: talk.socket._stuck_at is not None)
    reader._transport.resume_reading()
    for _ in range(100):
        await reader.readexactly(KERNEL_BUFFER_BYTES + 2 + 10)
    writer.write(frame(TEXT, HEARTBEAT))
    assert json.loads((await read(reader))[1])[:2] == [3, "x"]
