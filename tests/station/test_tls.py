"""What a station trusts over real sockets, and what it makes of a server that is not what it should be."""

import asyncio
import contextlib
import os
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from busbar.station import tls
from busbar.station.events import Obstacle
from tests.fixtures.certificates import Authority, Issued


async def refuse(server: ssl.SSLContext, client: ssl.SSLContext) -> Obstacle:
    """Connect to a server that says why it ends the handshake, which asyncio's does not."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        taken, _ = listener.accept()
        with taken, contextlib.suppress(OSError):
            server.wrap_socket(taken, server_side=True).close()

    serving = asyncio.create_task(asyncio.to_thread(serve))
    with listener, pytest.raises(ssl.SSLError) as error:
        await asyncio.open_connection("127.0.0.1", listener.getsockname()[1], ssl=client)
    await serving
    return tls.obstacle(error.value)


@pytest.fixture
def root(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def serving(issued: Issued) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.chain, issued.key)
    return context


async def shake(server: ssl.SSLContext, client: ssl.SSLContext) -> Any:
    """Connect; return the client's certificate as the server saw it, or what the client made of the failure."""
    seen: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.set_result(writer.get_extra_info("peercert"))
        writer.write(b"x")
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(take, "127.0.0.1", 0, ssl=server)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client)
            await reader.read(1)
        except OSError as error:
            return tls.obstacle(error)
        writer.close()
        return await seen


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
async def test_connects_to_a_server_of_a_known_root__A00_FR_307(root: Authority, kind: str) -> None:
    assert await shake(serving(root.server(kind)), tls.context((root.path.read_text(),))) is None


async def test_refuses_other_servers__A00_FR_308_309(root: Authority, tmp_path: Path) -> None:
    mine = tls.context((root.path.read_text(),))
    stranger = Authority(tmp_path, "Other").server()
    late = root.issue("localhost", address=True, days=(-9, -1))
    other_name = root.issue("csms.example")
    for issued in (stranger, late, other_name):
        assert await shake(serving(issued), mine) is Obstacle.CERTIFICATE
    assert await shake(serving(root.server()), tls.context(())) is Obstacle.CERTIFICATE


async def test_trusts_a_root_that_its_predecessor_signed__M05_FR_10(root: Authority) -> None:
    new = root.successor("New Root")
    successor = root.last_successor
    assert successor is not None
    assert await shake(serving(successor.server()), tls.context((new,))) is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_refuses_an_old_version__A00_FR_313(root: Authority) -> None:
    server = serving(root.server())
    server.minimum_version = server.maximum_version = ssl.TLSVersion.TLSv1_1
    server.set_ciphers("ALL:@SECLEVEL=0")
    assert await refuse(server, tls.context((root.path.read_text(),))) is Obstacle.TLS_VERSION


async def test_knows_when_its_own_certificate_was_refused__A00_FR_403(root: Authority, tmp_path: Path) -> None:
    stranger, server = Authority(tmp_path, "Other").issue("CS1"), serving(root.server())
    server.load_verify_locations(root.path)
    server.verify_mode = ssl.CERT_REQUIRED
    server.maximum_version = ssl.TLSVersion.TLSv1_2  # in 1.3 the client's handshake is over before
    shown = tls.context((root.path.read_text(),), stranger.chain.read_text(), stranger.key.read_text())
    assert await refuse(server, shown) is Obstacle.CREDENTIALS


async def test_refuses_weak_ciphers__A00_FR_319(root: Authority) -> None:
    server = serving(root.server())
    server.maximum_version = ssl.TLSVersion.TLSv1_2
    server.set_ciphers("ECDHE-ECDSA-AES128-SHA256")
    assert await refuse(server, tls.context((root.path.read_text(),))) is Obstacle.CIPHERS


async def test_shows_its_certificate_and_leaves_no_file__A00_FR_402(
    root: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    own, server = root.issue("CS1"), serving(root.server())
    server.load_verify_locations(root.path)
    server.verify_mode = ssl.CERT_REQUIRED
    shown = tls.context((root.path.read_text(),), own.chain.read_text(), own.key.read_text())
    assert dict(pair[0] for pair in (await shake(server, shown))["subject"])["commonName"] == "CS1"
    assert os.listdir(folder) == []


def test_stations_that_trust_the_same_share_a_context(root: Authority) -> None:
    pems = (root.path.read_text(),)
    assert tls.context(pems) is tls.context(pems)


def test_a_key_of_another_certificate_is_an_error(root: Authority) -> None:
    one, other = root.issue("A"), root.issue("B")
    with pytest.raises(ValueError, match="unusable"):
        tls.context((), one.chain.read_text(), other.key.read_text())


def test_what_is_no_matter_of_tls_is_something_else() -> None:
    assert tls.obstacle(ConnectionRefusedError()) is Obstacle.OTHER
