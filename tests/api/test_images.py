"""Firmware files over the interface: brought, proven, listed, removed."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from busbar.csms.records.campaigns import Campaign, FirmwareWork, Selection
from busbar.csms.records.files import StoredFile
from busbar.files.disk import Disk
from busbar.files.links import Files

CONTENT = b"firmware" * 1000
URL = "/api/v1/firmware-images"


@pytest.fixture
def files(world, tmp_path) -> Files:
    disk = Disk(tmp_path, quota_bytes=10_000_000, reserve_bytes=0)
    disk.open()
    made = Files(disk, "https://files.example", 1_000_000, 1_000_000, timedelta(days=1))
    object.__setattr__(world.app.state.backend, "files", made)
    return made


async def bring(api, content: bytes = CONTENT, **query):
    known = {"vendor": "V", "model": "M", "version": "2.0", "name": "fw.bin"}
    return await api.post(URL, params=known | query, content=content)


def signed(content: bytes = CONTENT) -> dict[str, str]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "maker")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return {
        "signing_certificate": made.public_bytes(serialization.Encoding.PEM).decode(),
        "signature": b64encode(key.sign(content, ec.ECDSA(hashes.SHA256()))).decode(),
    }


async def test_a_file_is_brought_shown_listed_and_removed(world, api, files) -> None:
    answer = await bring(api)
    assert answer.status_code == 201, answer.text
    image = answer.json()
    assert (image["size"], image["sha256"]) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert (image["md5"], image["signed"]) == (hashlib.md5(CONTENT).hexdigest(), False)
    assert (await api.get(answer.headers["location"])).json() == image
    assert (await api.get(URL, params={"vendor": "V", "model": "M"})).json()["items"] == [image]
    assert (await api.get(URL, params={"vendor": "W"})).json()["items"] == []
    assert (await api.delete(answer.headers["location"])).status_code == 204
    assert (files.disk.ids(), await world.store.find(StoredFile)) == ([], [])
    assert (await api.get(answer.headers["location"])).status_code == 404


async def test_a_form_brings_a_file_too(api, files) -> None:
    answer = await api.post(URL, params={"vendor": "V", "version": "1"}, files={"file": ("../f 1.bin", CONTENT)})
    assert (answer.status_code, answer.json()["name"], answer.json()["size"]) == (201, "f 1.bin", len(CONTENT))


@pytest.mark.parametrize(("content", "status"), [(b"x" * 1_000_001, 413), (b"", 400)])
async def test_what_is_too_large_or_nothing_is_refused(api, files, content, status) -> None:
    assert (await bring(api, content)).status_code == status
    assert files.disk.ids() == []


async def test_the_same_version_twice_is_a_conflict_and_leaves_one_file(api, files) -> None:
    assert (await bring(api)).status_code == 201
    assert (await bring(api, b"other")).status_code == 409
    assert len(files.disk.ids()) == 1


async def test_a_signature_is_proven_before_it_is_kept__L01_FR_11(api, files) -> None:
    where = (await bring(api)).headers["location"]
    wrong = await api.post(f"{where}/signature", json=signed(b"other"))
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "signature")
    assert (await api.get(where)).json()["signed"] is False
    right = await api.post(f"{where}/signature", json=signed())
    assert (right.status_code, right.json()["verified"]) == (200, "ECDSA")


async def test_a_file_that_changed_on_the_disk_is_never_signed(api, files) -> None:
    where = (await bring(api)).headers["location"]
    files.disk.path(files.disk.ids()[0]).write_bytes(CONTENT + b"x")
    assert (await api.post(f"{where}/signature", json=signed())).status_code == 409


async def test_an_image_that_a_campaign_needs_stays(world, api, files) -> None:
    where = (await bring(api)).headers["location"]
    now = datetime.now(UTC)
    work = FirmwareWork(image_id=1, location="x", vendor="V", version="2.0")
    row = Campaign(id=1, name="c", work=work, selection=Selection(), starts_at=now, ends_at=now, created_at=now)
    await world.store.insert(row)
    assert (await api.delete(where)).status_code == 409
