"""The WebSocket to the CSMS, against a foreign server."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from ssl import create_default_context

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from busbar.model.network import NetworkProfile
from busbar.station.link import BackOff, ConnectionRefused, Endpoint, Link, connect

Handler = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def server(handler: Handler, status: int | None = None, **settings: object) -> AsyncIterator[str]:
    def gate(connection: ServerConnection, _: Request) -> Response | None:
        return None if status is None else connection.respond(HTTPStatus(status), "no")

    protocols = [Subprotocol("ocpp1.6"), Subprotocol("ocpp2.1")]
    async with serve(
        handler, "127.0.0.1", 0, subprotocols=protocols, process_request=gate, **{"max_size": 1 << 24} | settings
    ) as running:  # type: ignore[arg-type]
        yield f"ws://127.0.0.1:{running.sockets[0].getsockname()[1]}/ocpp"


class Ears:
    """What a link reports."""

    def __init__(self) -> None:
        self.texts: asyncio.Queue[bytes] = asyncio.Queue()
        self.ended = asyncio.Event()
        self.link: Link | None = None

    def on_open(self, link: Link) -> None:
        self.link = link

    def on_text(self, text: bytes) -> None:
        assert self.link is not None
        self.texts.put_nowait(text)

    def on_end(self) -> None:
        self.ended.set()

    async def connect(self, url: str, **settings: object) -> Link:
        endpoint = Endpoint(**{"url": url, "identity": "CS 1/a", "subprotocol": "ocpp2.1"} | settings)  # type: ignore[arg-type]
        await connect(endpoint, self)
        assert self.link is not None
        return self.link


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def test_the_handshake_names_station_password_and_version() -> None:
    seen: list[Request] = []

    async def look(connection: ServerConnection) -> None:
        assert connection.request is not None
        seen.append(connection.request)

    ears = Ears()
    async with server(look) as url:
        await ears.connect(url, password="pa:ss")
        await ears.ended.wait()
    assert seen[0].path == "/ocpp/CS%201%2Fa"
    assert seen[0].headers["Sec-WebSocket-Protocol"] == "ocpp2.1"
    assert b64decode(seen[0].headers["Authorization"].removeprefix("Basic ")) == b"CS 1/a:pa:ss"


async def test_texts_go_both_ways_and_fragments_are_put_together() -> None:
    async def fragments(connection: ServerConnection) -> None:
        await connection.send(await connection.recv())
        await connection.send(["one ", "two ", "three"])
        await connection.send("four")
        await connection.wait_closed()

    ears = Ears()
    async with server(fragments) as url:
        link = await ears.connect(url)
        link.send(b"hello")
        assert [await ears.texts.get() for _ in range(3)] == [b"hello", b"one two three", b"four"]
        link.close()
        await ears.ended.wait()
        link.send(b"too late")
        link.close()


@pytest.mark.parametrize("status", [401, 404, 503])
async def test_a_refused_handshake_says_which(status: int) -> None:
    async with server(echo, status) as url:
        with pytest.raises(ConnectionRefused) as refused:
            await Ears().connect(url)
    assert refused.value.status == status


async def test_a_server_without_our_version_is_refused() -> None:
    async with server(echo, select_subprotocol=lambda *_: None) as url:
        with pytest.raises(ConnectionRefused) as refused:
            await Ears().connect(url)
    assert refused.value.status is None


async def test_nobody_there_is_an_os_error() -> None:
    async with server(echo) as url:
        pass
    with pytest.raises(OSError):  # noqa: PT011
        await Ears().connect(url)


async def test_a_silent_server_that_answers_no_ping_is_left() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from websockets.utils import accept_key

        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = next(line.split(": ")[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key"))
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Protocol: ocpp2.1\r\nSec-WebSocket-Accept: " + accept_key(key).encode() + b"\r\n\r\n"
        )
        await reader.read()
        writer.close()

    ears = Ears()
    listening = await asyncio.start_server(deaf, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        await ears.connect(f"ws://127.0.0.1:{port}", ping_interval_s=0.05)
        await asyncio.wait_for(ears.ended.wait(), 5)


@pytest.mark.parametrize("parts", [["x" * 3000], ["x" * 600] * 5])
async def test_a_message_beyond_the_limit_ends_the_connection(parts: list[str]) -> None:
    async def flood(connection: ServerConnection) -> None:
        await connection.send(parts)
        await connection.wait_closed()

    ears = Ears()
    async with server(flood) as url:
        await ears.connect(url, message_limit=2048)
        await asyncio.wait_for(ears.ended.wait(), 5)
    assert ears.texts.empty()


async def test_binary_ends_the_connection() -> None:
    async def binary(connection: ServerConnection) -> None:
        await connection.send(b"\x00")
        await connection.wait_closed()

    ears = Ears()
    async with server(binary) as url:
        await ears.connect(url)
        await asyncio.wait_for(ears.ended.wait(), 5)


def test_waits_double_until_the_repeat_times_and_then_stay() -> None:
    wait = BackOff(minimum_s=10.0, random_range_s=4.0, repeat_times=2)
    assert [wait.next_s(0.5) for _ in range(5)] == [12.0, 26.0, 54.0, 54.0, 54.0]
    wait.reset()
    assert wait.next_s(0.0) == 10.0
    assert wait.next_s(1.0) == 24.0


def test_no_doubling_where_repeat_times_is_zero() -> None:
    wait = BackOff(minimum_s=1.0, random_range_s=1.0, repeat_times=0)
    assert [wait.next_s(1.0), wait.next_s(0.0), wait.next_s(0.0)] == [2.0, 2.0, 2.0]


def test_an_endpoint_follows_a_network_profile_and_keeps_its_own_secrets() -> None:
    own = Endpoint(url="ws://a", identity="CS1", subprotocol="ocpp2.1", password="pass-word-of-mine")
    plain = NetworkProfile(url="ws://b", interface="Any", message_timeout_s=9, security_profile=1)
    there = own.by(plain, ping_interval_s=7)
    assert (there.address, there.password, there.ssl, there.ping_interval_s) == ("ws://b/CS1", own.password, None, 7)
    secured = own.by(replace(plain, url="wss://b", identity="X", password="another-pass-word"), ping_interval_s=7)
    assert (secured.address, secured.password) == ("wss://b/X", "another-pass-word")
    assert secured.ssl is not None
    assert secured.by(plain, ping_interval_s=7).ssl is None


@pytest.mark.parametrize(
    ("password", "secured", "profile"), [(None, False, 0), ("p" * 16, False, 1), ("p" * 16, True, 2), (None, True, 3)]
)
def test_an_endpoint_comes_to_a_security_profile(password: str | None, secured: bool, profile: int) -> None:
    context = create_default_context() if secured else None
    own = Endpoint(url="ws://a", identity="CS1", subprotocol="ocpp1.6", password=password, ssl=context)
    assert own.security_profile == profile
    if secured:
        assert replace(own, url="wss://a", ssl=None).security_profile == profile
