import asyncio
import base64
import ssl
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from busbar.csms.trust.authorities import AuthorityAway, BuiltIn, Command, Est, Nobody, SigningRefused
from busbar.csms.trust.vault import Plan, Vault, key_bytes
from busbar.model.certificates import SigningUse
from busbar.pki import authority, chains, pem
from busbar.pki.revocation import Reason

NOW = datetime.now(UTC)


def csr() -> str:
    builder = x509.CertificateSigningRequestBuilder().subject_name(authority.name("SN-7", "Owner"))
    return builder.sign(authority.make_key(), SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.fixture
def vaults(tmp_path: Path) -> tuple[Vault, Vault]:
    return Vault(tmp_path / "operator"), Vault(tmp_path / "v2g")


async def test_the_built_in_authority_has_a_hierarchy_per_use(vaults: tuple[Vault, Vault]) -> None:
    operator, v2g = vaults
    made = BuiltIn(operator, v2g, 90)
    with pytest.raises(AuthorityAway, match="busbar pki init"):
        await made.sign(csr(), None)
    operator.create(Plan(name="Operator", owner="O"), NOW)
    v2g.create(Plan(name="V2G", owner="O", domain="V2G"), NOW)
    request = csr()
    for use, vault in ((SigningUse.STATION, operator), (SigningUse.V2G, v2g), (None, operator)):
        chain = pem.read_chain(await made.sign(request, use))
        assert chains.judge(chain, [vault.root()], NOW) is chains.Verdict.GOOD
    assert await made.sign(request, None) == await made.sign(request, SigningUse.STATION)
    assert await made.revoke(f"{chain[0].serial_number:x}", Reason.SUPERSEDED)
    assert not await made.revoke("1", Reason.SUPERSEDED)
    await made.refresh()


def script(tmp_path: Path, body: str) -> tuple[str, ...]:
    path = tmp_path / "sign.py"
    path.write_text(body)
    return (sys.executable, str(path))


async def test_a_command_signs_what_it_reads(tmp_path: Path) -> None:
    argv = script(tmp_path, "import sys; print(sys.argv[1] + ':' + sys.stdin.read())")
    assert await Command(argv).sign("CSR", SigningUse.V2G) == "V2GCertificate:CSR\n"
    assert await Command(argv).sign("CSR", None) == ":CSR\n"
    assert not await Command(argv).revoke("1", Reason.SUPERSEDED)


@pytest.mark.parametrize(
    ("body", "error", "why"),
    [
        ("import sys; sys.exit(2)", SigningRefused, "refused"),
        ("import sys; sys.exit(1)", AuthorityAway, "status 1"),
        ("import time; time.sleep(60)", AuthorityAway, "longer than"),
        ("while True: print('x' * 100_000)", AuthorityAway, "too much"),
    ],
)
async def test_a_command_that_does_not_sign(tmp_path: Path, body: str, error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=why):
        await Command(script(tmp_path, body), timeout_s=1.0).sign("CSR" * 10_000, None)


async def test_a_command_that_cannot_be_run() -> None:
    with pytest.raises(AuthorityAway, match="cannot be run"):
        await Command(("/nowhere/sign",)).sign("CSR", None)


class EstServer:
    """A small EST server over TLS: signs with a vault, or answers as it is told."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.status = 200
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.stranger = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            method, path, _ = line.decode().split()
            headers = {}
            while (field := (await reader.readline()).decode().strip()) != "":
                name, _, value = field.partition(":")
                headers[name.lower()] = value.strip()
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.asked.append((f"{method} {path}", headers))
            data = self.answer(path, body)
            head = f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(data)}\r\n\r\n"
            writer.write(head.encode() + data)
            await writer.drain()
        writer.close()

    def answer(self, path: str, body: bytes) -> bytes:
        if path.endswith("/cacerts"):
            made = [self.vault.root(), pem.read_certificate((self.vault.folder / "authority.pem").read_text())]
        else:
            request = x509.load_der_x509_csr(base64.b64decode(body)).public_bytes(Encoding.PEM).decode()
            made = pem.read_chain(self.vault.sign(csr() if self.stranger else request, 90, NOW))[:1]
        return base64.encodebytes(pkcs7.serialize_certificates(made, Encoding.DER))


@asynccontextmanager
async def est_server(tmp_path: Path):
    vault = Vault(tmp_path / "ca")
    vault.create(Plan(name="EST", owner="O"), NOW)
    chain, key = vault.issue_server("localhost", ["127.0.0.1"], "O", 9, NOW)
    (tmp_path / "chain.pem").write_text(chain)
    (tmp_path / "key.pem").write_bytes(key_bytes(key))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "chain.pem", tmp_path / "key.pem")
    served = EstServer(vault)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    trusting = ssl.create_default_context(cafile=str(vault.folder / "root.pem"))
    try:
        yield served, Est(f"https://127.0.0.1:{port}/.well-known/est", trusting, ("name", "word"))
    finally:
        server.close()


async def test_an_EST_server_signs(tmp_path: Path) -> None:
    async with est_server(tmp_path) as (served, est):
        chain = pem.read_chain(await est.sign(csr(), SigningUse.STATION))
        assert len(chain) == 2
        assert chains.judge(chain, [served.vault.root()], datetime.now(UTC)) is chains.Verdict.GOOD
        (enrolled, headers), (listed, _) = served.asked
        assert (enrolled, listed) == ("POST /.well-known/est/simpleenroll", "GET /.well-known/est/cacerts")
        assert headers["content-type"] == "application/pkcs10"
        assert headers["authorization"] == "Basic " + base64.b64encode(b"name:word").decode()


@pytest.mark.parametrize(
    ("status", "error"), [(403, SigningRefused), (202, AuthorityAway), (500, AuthorityAway), (302, AuthorityAway)]
)
async def test_an_EST_server_that_does_not_sign(tmp_path: Path, status: int, error: type[Exception]) -> None:
    async with est_server(tmp_path) as (served, est):
        served.status = status
        with pytest.raises(error, match=str(status)):
            await est.sign(csr(), None)


async def test_an_EST_server_that_signs_another_key(tmp_path: Path) -> None:
    async with est_server(tmp_path) as (served, est):
        served.stranger = True
        with pytest.raises(AuthorityAway, match="another key"):
            await est.sign(csr(), None)


async def test_an_EST_server_that_is_not_known(tmp_path: Path) -> None:
    async with est_server(tmp_path) as (_, est):
        stranger = Est(est.url, ssl.create_default_context())
        with pytest.raises(AuthorityAway, match="cannot be reached"):
            await stranger.sign(csr(), None)


async def test_without_an_authority_it_is_said_so() -> None:
    with pytest.raises(AuthorityAway, match="no certificate authority"):
        await Nobody().sign(csr(), None)
    assert not await Nobody().revoke("1", Reason.SUPERSEDED)
    await Nobody().refresh()
