"""A file endpoint on a real port, over TLS and without, before a store in memory."""

import ipaddress
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from busbar.csms.rows import Station
from busbar.csms.services.credentials import hash_secret
from busbar.csms.storage.memory import MemoryStore
from busbar.files.app import FileApp
from busbar.files.disk import Disk
from busbar.files.links import Files, make_upload
from tests.fixtures.serving import serving

KEY = b"k" * 32


@dataclass
class Endpoint:
    """What a test works with; `http` is a station's client."""

    store: MemoryStore
    files: Files
    station: Station
    http: httpx2.AsyncClient

    async def slot(self, **options) -> str:
        known = {"station_id": self.station.id, "request_id": 5, "expires_at": datetime.now(UTC) + timedelta(hours=1)}
        return await make_upload(self.store, self.files, **(known | options))


def make_certificate(directory: Path) -> tuple[Path, Path]:
    """Make a self-signed certificate for the loopback address."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "files")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, secret = directory / "chain.pem", directory / "key.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret


@pytest.fixture(params=["http", "https"])
async def endpoint(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Endpoint]:
    store = MemoryStore()
    await store.open()
    station = await store.add_station("CS1", secret=hash_secret(KEY, b"the-station-password"))
    disk = Disk(tmp_path / "files", quota_bytes=10_000_000, reserve_bytes=0)
    disk.open()
    files = Files(disk, "", 1_000_000, 1_000_000, timedelta(days=1))
    app = FileApp(store, files, KEY)
    config, verify = {}, True
    if request.param == "https":
        chain, secret = make_certificate(tmp_path)
        config = {"ssl_certfile": chain, "ssl_keyfile": secret}
        verify = ssl.create_default_context(cafile=str(chain))
    async with serving(app, **config) as port:
        files = Files(disk, f"{request.param}://127.0.0.1:{port}", 1_000_000, 1_000_000, timedelta(days=1))
        app._files = files
        async with httpx2.AsyncClient(verify=verify) as http:
            yield Endpoint(store, files, station, http)
    await store.close()
