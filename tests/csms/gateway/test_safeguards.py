"""Revoked certificates and signing keys in memory."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.csms.gateway import safeguards as module
from busbar.csms.gateway.safeguards import Safeguards
from busbar.csms.records.security import RevokedCertificate, SigningCertificate
from busbar.csms.storage.memory import MemoryStore
from tests.fixtures.certificates import Authority

NOW = datetime.now(UTC)


@pytest.fixture
async def store():
    store = MemoryStore()
    await store.open()
    return store


async def test_all_pages_are_read(store, monkeypatch):
    monkeypatch.setattr(module, "PAGE", 2)
    for n in range(5):
        await store.put(RevokedCertificate(thumbprint=str(n), at=NOW, reason=""))
    safeguards = Safeguards(store)
    await safeguards.load()
    assert safeguards.revoked == {(1, name) for name in "01234"}


async def test_keys_are_those_of_the_station_and_read_again(store, tmp_path, caplog):
    authority = Authority(tmp_path)
    der = authority.issue("SN1").certificate.public_bytes(Encoding.DER)

    async def put(station_id: int, thumbprint: str, certificate: bytes) -> None:
        await store.put(
            SigningCertificate(
                station_id=station_id, thumbprint=thumbprint, certificate=certificate, label="", added_at=NOW
            )
        )

    await put(1, "a", der)
    await put(2, "b", b"broken")
    safeguards = Safeguards(store)
    await safeguards.load()
    assert list(safeguards.keys(1)) == ["a"]
    assert safeguards.keys(2) == {}
    assert "left out" in caplog.text
    await put(2, "c", der)
    await store.remove(SigningCertificate, 1, "a")
    for station_id in (1, 2):
        await safeguards.read(station_id)
    assert (list(safeguards.keys(1)), list(safeguards.keys(2))) == ([], ["c"])


async def test_a_revocation_counts_for_the_organisation_that_made_it(store):
    await store.put(RevokedCertificate(organisation_id=2, thumbprint="a", at=NOW, reason=""))
    safeguards = Safeguards(store)
    await safeguards.load()
    assert safeguards.revoked == {(2, "a")}
