"""From settings to a running CSMS and down again."""

from pathlib import Path

import httpx2
import pytest

from busbar.cli.bootstrap import new_key, node_settings, running
from busbar.cli.settings import Settings, SettingsError


def settings(tmp_path: Path, **changed: object) -> Settings:
    base = {
        "database_url": f"sqlite:///{tmp_path / 'a.db'}",
        "secret_key_file": tmp_path / "key",
        "ocpp_port": 0,
        "api_port": 0,
    }
    return Settings(**(base | changed))  # type: ignore[arg-type]


async def test_the_interface_answers_until_the_end(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as server, httpx2.AsyncClient() as client:
        url = f"{server.api_url}/healthz"
        assert (await client.get(url)).status_code == 200
        assert server.ocpp_url.endswith("/ocpp")
    async with httpx2.AsyncClient() as client:
        with pytest.raises(httpx2.ConnectError):
            await client.get(url)


async def test_a_key_of_the_database_opens_the_interface(tmp_path: Path) -> None:
    key = await new_key(settings(tmp_path), "operator")
    async with running(settings(tmp_path)) as server, httpx2.AsyncClient() as client:
        url = f"{server.api_url}/api/v1/totals"
        assert (await client.get(url)).status_code == 401
        assert (await client.get(url, headers={"Authorization": f"Bearer {key}"})).status_code == 200


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as server:
        port = int(server.api_url.rpartition(":")[2])
        with pytest.raises(SettingsError, match="api_port"):
            async with running(settings(tmp_path, api_port=port, database_url=f"sqlite:///{tmp_path / 'b.db'}")):
                pass


def test_the_node_is_told_what_was_set(tmp_path: Path) -> None:
    told = node_settings(settings(tmp_path, ocpp_path="/charge", strict_404=True), bytes(32))
    assert (told.path, told.strict_404, told.key) == ("/charge", True, bytes(32))
