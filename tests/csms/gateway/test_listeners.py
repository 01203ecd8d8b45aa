"""The two ports of a node, and how certificates are renewed under them."""

import asyncio
import ssl

import pytest

from busbar.csms.gateway import listeners as module
from busbar.csms.gateway.certificates import CertificateError
from busbar.csms.gateway.listeners import Listeners
from busbar.csms.gateway.server import Server
from busbar.csms.gateway.sockets import Bounds
from busbar.csms.gateway.tls import TlsFiles
from tests.fixtures.certificates import Authority, Issued, client_context


class Ports:
    """Listeners over files that can be replaced."""

    def __init__(self, folder) -> None:
        self.authority = Authority(folder)
        self.issued = self.authority.server()
        chain, key = folder / "server.pem", folder / "server.key"
        self.files = TlsFiles(chains=((chain, key),), client_authorities=self.authority.path)
        self.renewals = []
        self.failed = []
        self.server = Server(lambda request, caller: 1 / 0, Bounds())
        self.listeners = Listeners(
            self.server, self.files, self.renewals.append, lambda *told: self.failed.append(told)
        )
        self.install(self.issued)

    def install(self, issued: Issued) -> None:
        (chain, key) = self.files.chains[0]
        key.write_bytes(issued.key.read_bytes())
        chain.write_bytes(issued.chain.read_bytes())

    async def shown(self) -> bytes:
        context = client_context(self.authority)
        port = self.listeners.tls_port
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
        shown = writer.get_extra_info("ssl_object").getpeercert(True)
        writer.transport.abort()
        return shown


def der(issued: Issued) -> bytes:
    return ssl.PEM_cert_to_DER_cert(issued.chain.read_text())


@pytest.fixture
async def ports(tmp_path):
    ports = Ports(tmp_path)
    yield ports
    await ports.listeners.stop()
    await ports.server.stop("bye")


async def test_each_port_may_be_off(ports):
    await ports.listeners.start("127.0.0.1", 0, None)
    assert ports.listeners.port
    assert ports.listeners.tls_port is None
    await ports.listeners.renew()
    assert not ports.renewals


async def test_tls_alone_listens_without_a_plain_port(ports):
    await ports.listeners.start("127.0.0.1", None, 0)
    assert ports.listeners.port is None
    assert await ports.shown() == der(ports.issued)
    assert len(ports.renewals) == 1


async def test_a_changed_file_is_taken_in_by_itself(ports, monkeypatch):
    monkeypatch.setattr(module, "LOOK_S", 0.01)
    await ports.listeners.start("127.0.0.1", None, 0)
    new = ports.authority.server()
    ports.install(new)
    while len(ports.renewals) < 2:
        await asyncio.sleep(0.01)
    assert await ports.shown() == der(new)


async def test_broken_files_leave_all_as_it_was(ports, monkeypatch, caplog):
    await ports.listeners.start("127.0.0.1", None, 0)
    ports.files.chains[0][0].write_bytes(b"half of a file")
    with pytest.raises(CertificateError):
        await ports.listeners.renew()
    assert await ports.shown() == der(ports.issued)
    new = ports.authority.server()
    ports.install(new)
    await ports.listeners.renew()
    assert await ports.shown() == der(new)


async def test_broken_files_are_told_once_for_each_change(ports, monkeypatch, caplog):
    monkeypatch.setattr(module, "LOOK_S", 0.01)
    await ports.listeners.start("127.0.0.1", None, 0)
    ports.files.chains[0][0].write_bytes(b"half of a file")
    while "not renewed" not in caplog.text:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert caplog.text.count("not renewed") == 1


async def test_a_revocation_list_past_its_time_is_told(ports, caplog):
    path = ports.authority.revoke(ports.authority.issue("SN1"), days=-1)
    files = TlsFiles(chains=ports.files.chains, client_authorities=ports.authority.path, revocation_lists=path)
    listeners = Listeners(ports.server, files, ports.renewals.append, print)
    await listeners.start("127.0.0.1", None, 0)
    assert "past its time" in caplog.text
    await listeners.stop()


async def test_a_failed_handshake_is_told__A00_FR_408(ports, tmp_path):
    await ports.listeners.start("127.0.0.1", None, 0)
    await ports.shown()
    assert ports.failed == []
    stranger = Authority(tmp_path, "Stranger").issue("SN1").client(ports.authority)
    stranger.maximum_version = ssl.TLSVersion.TLSv1_2
    port = ports.listeners.tls_port
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection("127.0.0.1", port, ssl=stranger, server_hostname="localhost")
    ((event, reason),) = ports.failed
    assert event == "InvalidChargingStationCertificate"
    assert reason.startswith("TLS handshake failed: unable to get local issuer")
