"""The listening side: who is counted, who is turned away, who is too slow."""

import asyncio
import ssl
from http import HTTPStatus

import pytest
import uvloop

from busbar.csms.gateway import sockets
from busbar.csms.gateway.handshake import Refusal
from busbar.csms.gateway.server import Caller, Server
from busbar.csms.gateway.sockets import Bounds, Welcome
from busbar.csms.gateway.tls import TlsFiles, load
from tests.fixtures.certificates import Authority, Issued, client_context


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(sockets, "CLOSE_WAIT_S", 0.05)


class Talk:
    """A conversation that remembers."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def opened(self, socket) -> None:
        self.heard.append("opened")

    def received(self, text: bytes) -> None:
        self.heard.append(text)

    def closed(self, reason: str) -> None:
        self.heard.append(f"closed: {reason}")


UPGRADE = (
    b"GET /x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


async def serve(door, **bounds) -> Server:
    server = Server(door, Bounds(**bounds))
    server.port = await server.listen("127.0.0.1", 0)
    return server


async def ask(server: Server, request: bytes = UPGRADE):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request)
    return reader, writer


async def test_a_conversation_begins_hears_and_ends_once():
    talk = Talk()
    server = await serve(lambda request, caller: Welcome(talk, "ocpp1.6"))
    reader, writer = await ask(server)
    assert b"Sec-WebSocket-Protocol: ocpp1.6\r\n" in await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x81\x81\0\0\0\0a")
    while len(talk.heard) < 2:
        await asyncio.sleep(0)
    writer.close()
    while server._connections:
        await asyncio.sleep(0)
    await server.stop("bye")
    assert talk.heard == ["opened", b"a", "closed: connection lost"]


async def test_the_door_learns_the_address():
    seen = []

    def door(request, caller):
        seen.append((request.path, caller))
        return Refusal(HTTPStatus.NOT_FOUND, "no")

    server = await serve(door)
    reader, _ = await ask(server)
    assert (await reader.read()).startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert seen == [(b"/x", Caller("127.0.0.1"))]
    await server.stop("bye")


async def test_a_door_that_breaks_is_an_error_without_a_word(caplog):
    def door(request, caller):
        raise ZeroDivisionError("secret")

    server = await serve(door)
    reader, _ = await ask(server)
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 500")
    assert b"secret" not in answer
    assert "secret" in caplog.text
    await server.stop("bye")


async def test_what_is_no_request_is_refused_before_the_door():
    server = await serve(lambda request, caller: 1 / 0)
    for request in (b"POST /x HTTP/1.1\r\n\r\n", b"\x16\x03\x01\r\n\r\n", b"GET /x HTTP/1.0\r\n\r\n"):
        reader, _ = await ask(server, request)
        assert (await reader.read()).startswith(b"HTTP/1.1 400")
    await server.stop("bye")


async def test_an_endless_header_is_cut_off():
    server = await serve(lambda request, caller: 1 / 0)
    reader, _ = await ask(server, b"GET /x HTTP/1.1\r\nX: " + b"x" * 20_000)
    assert await reader.read() == b""
    await server.stop("bye")


async def test_a_slow_handshake_is_dropped():
    server = await serve(lambda request, caller: 1 / 0, handshake_timeout_s=0.1)
    reader, _ = await ask(server, UPGRADE[:-2])
    assert await asyncio.wait_for(reader.read(), 5) == b""
    await server.stop("bye")


async def test_one_address_may_have_so_many_connections():
    server = await serve(lambda request, caller: Welcome(Talk(), "x"), max_connections_per_address=2)
    kept = [await ask(server) for _ in range(2)]
    for reader, _ in kept:
        await reader.readuntil(b"\r\n\r\n")
    reader, _ = await ask(server, b"")
    assert await _ended(reader)
    assert server.turned_away == 1
    kept[0][1].transport.abort()
    while len(server._connections) > 1:
        await asyncio.sleep(0)
    reader, _ = await ask(server)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    await server.stop("bye")


async def test_all_together_may_have_so_many_connections():
    server = await serve(lambda request, caller: Welcome(Talk(), "x"), max_connections=1)
    first = await ask(server)
    await first[0].readuntil(b"\r\n\r\n")
    reader, _ = await ask(server, b"")
    assert await _ended(reader)
    await server.stop("bye")
    assert not server._addresses


async def test_stopping_ends_those_who_have_not_said_a_word():
    server = await serve(lambda request, caller: 1 / 0)
    reader, _ = await ask(server, b"")
    while not server._connections:
        await asyncio.sleep(0)
    await server.stop("bye")
    assert await _ended(reader)


async def test_what_a_conversation_breaks_ends_only_its_connection(caplog):
    class Broken(Talk):
        def received(self, text: bytes) -> None:
            raise ZeroDivisionError

    talks = iter([Broken(), Talk()])
    server = await serve(lambda request, caller: Welcome(next(talks), "x"))
    (reader, writer), (_, other) = await ask(server), await ask(server)
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x81\x81\0\0\0\0a")
    assert await reader.readexactly(4) == b"\x88\x10\x03\xf3"
    assert not other.is_closing()
    assert len(server._connections) == 2
    await server.stop("bye")


async def _ended(reader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(), 5) == b""
    except ConnectionError:
        return True


def context_of(issued: Issued, authority: Authority):
    return load(TlsFiles(chains=((issued.chain, issued.key),), client_authorities=authority.path)).context


async def shown_by(port: int, client) -> bytes:
    """Connect by TLS, and return the server's certificate."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname="localhost")
    shown = writer.get_extra_info("ssl_object").getpeercert(True)
    writer.transport.abort()
    return shown


async def test_the_door_learns_the_certificate_of_who_comes_by_tls(tmp_path):
    authority = Authority(tmp_path)
    station = authority.issue("SN1")
    seen = []

    def door(request, caller):
        seen.append(caller)
        return Refusal(HTTPStatus.NOT_FOUND, "no")

    server = Server(door, Bounds())
    port = await server.listen("127.0.0.1", 0, context_of(authority.server(), authority))
    for client in (client_context(authority), station.client(authority)):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname="localhost")
        writer.write(UPGRADE)
        assert (await reader.read()).startswith(b"HTTP/1.1 404")
    der = ssl.PEM_cert_to_DER_cert(station.chain.read_text())
    assert seen == [Caller("127.0.0.1", True, None), Caller("127.0.0.1", True, der)]
    await server.stop("bye")


async def renewed(folder) -> None:
    authority = Authority(folder)
    old, new = authority.server(), authority.server()
    talk = Talk()
    server = Server(lambda request, caller: Welcome(talk, "ocpp1.6"), Bounds())
    plain = await server.listen("127.0.0.1", 0)
    port = await server.listen("127.0.0.1", 0, context_of(old, authority))
    client = client_context(authority)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname="localhost")
    writer.write(UPGRADE)
    await reader.readuntil(b"\r\n\r\n")
    for issued in (old, new, old):
        await server.renew(port, context_of(issued, authority))
        assert await shown_by(port, client) == ssl.PEM_cert_to_DER_cert(issued.chain.read_text())
    writer.write(b"\x81\x81\0\0\0\0a")
    while len(talk.heard) < 2:
        await asyncio.sleep(0)
    assert talk.heard == ["opened", b"a"]
    _, other = await asyncio.open_connection("127.0.0.1", plain)
    other.close()
    writer.transport.abort()
    await server.stop("bye")
    with pytest.raises(OSError, match="Connect"):
        await asyncio.open_connection("127.0.0.1", port)


async def test_certificates_are_renewed_without_dropping_a_connection(tmp_path):
    await renewed(tmp_path)


def test_certificates_are_renewed_on_the_loop_that_serves_too(tmp_path):
    uvloop.run(renewed(tmp_path))
