"""The file endpoint as a server runs it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from busbar.cli.bootstrap import running
from busbar.cli.files import file_jobs
from busbar.cli.settings import Settings, SettingsError
from busbar.csms.records.firmware import FirmwareImage
from busbar.files.links import make_download, no_files


def settings(tmp_path: Path, **changed: object) -> Settings:
    base = {
        "database_url": f"sqlite:///{tmp_path / 'a.db'}",
        "secret_key_file": tmp_path / "key",
        "ocpp_port": 0,
        "api_port": 0,
    }
    return Settings(**(base | changed))  # type: ignore[arg-type]


def test_nothing_is_swept_where_nothing_is_served() -> None:
    assert file_jobs(no_files()) == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "needs files_certificate and files_key, or files_plain"),
        ({"files_certificate": Path("chain.pem")}, "one needs the other"),
        ({"files_certificate": Path("no"), "files_key": Path("no")}, "cannot be used"),
    ],
)
async def test_files_are_not_served_without_tls_unless_that_was_asked_for(tmp_path: Path, changed, said) -> None:
    with pytest.raises(SettingsError, match=said):
        async with running(settings(tmp_path, files_port=0, files_directory=tmp_path / "files", **changed)):
            pass


async def test_an_image_that_was_brought_is_fetched_from_the_file_endpoint(tmp_path: Path) -> None:
    told = settings(tmp_path, files_port=0, files_plain=True, files_directory=tmp_path / "files")
    async with running(told) as server, httpx2.AsyncClient() as client:
        key = await server.make_key("tests")
        url = f"{server.api_url}/api/v1/firmware-images?vendor=V&version=2"
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/octet-stream"}
        content = b"firmware" * 100_000  # more than the body of any other request may have
        answer = await client.post(url, content=content, headers=headers)
        assert answer.status_code == 201, answer.text
        image = await server.store.get(FirmwareImage, answer.json()["id"])
        files = server.backend.files
        link = await make_download(server.store, files, image.file_id, "f", datetime.now(UTC) + timedelta(hours=1))
        assert (await client.get(link)).content == content


async def test_no_file_is_served_by_default(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as server, httpx2.AsyncClient() as client:
        key = await server.make_key("tests")
        url = f"{server.api_url}/api/v1/firmware-images?vendor=V&version=2"
        answer = await client.post(url, content=b"x", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 503
        assert not server.backend.files.served
