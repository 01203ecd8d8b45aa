"""The doctor names what is wrong and how to mend it."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from busbar.cli import doctor
from busbar.cli.doctor import Finding, Verdict
from busbar.cli.settings import Settings, secret_key


def settings(tmp_path: Path, **changed: object) -> Settings:
    base = {
        "database_url": f"sqlite:///{tmp_path / 'a.db'}",
        "secret_key_file": tmp_path / "key",
        "ocpp_port": 0,
        "api_port": 0,
    }
    return Settings(**(base | changed))  # type: ignore[arg-type]


async def finding(check: str, given: Settings) -> Finding:
    return next(f for f in await doctor.examine(given) if f.check == check)


async def test_a_new_machine_is_well(tmp_path: Path) -> None:
    assert Verdict.FAIL not in {f.verdict for f in await doctor.examine(settings(tmp_path))}


async def test_a_damaged_database_is_told_from_a_sound_one(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database" * 1000)
    found = await finding("database", settings(tmp_path))
    assert found.verdict is Verdict.FAIL
    assert "backup" in found.text


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    found = await finding("database", settings(tmp_path, database_url=f"sqlite:///{tmp_path}/none/a.db"))
    assert (found.verdict, "none" in found.text) == (Verdict.FAIL, True)


async def test_an_unreachable_server_is_told_without_its_password(tmp_path: Path) -> None:
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    url = f"postgresql://busbar:secret@127.0.0.1:{port}/busbar"
    found = await finding("database", settings(tmp_path, database_url=url))
    assert (found.verdict, "secret" in found.text) == (Verdict.FAIL, False)
    async with asyncio.timeout(30):
        bus = await doctor.bus(settings(tmp_path, nats_url=f"nats://127.0.0.1:{port}"))
    assert bus.verdict is Verdict.FAIL
    free.close()


async def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        found = await finding("api port", settings(tmp_path, api_port=taken.getsockname()[1]))
    assert found.verdict is Verdict.WARN


@pytest.mark.parametrize(("mode", "verdict"), [(0o600, Verdict.OK), (0o644, Verdict.WARN)])
async def test_a_readable_key_is_told(tmp_path: Path, mode: int, verdict: Verdict) -> None:
    secret_key(tmp_path / "key")
    os.chmod(tmp_path / "key", mode)
    assert (await finding("key file", settings(tmp_path))).verdict is verdict


async def test_listening_beyond_loopback_warns(tmp_path: Path) -> None:
    assert (await finding("exposure", settings(tmp_path, ocpp_host="0.0.0.0"))).verdict is Verdict.WARN


async def test_an_address_of_no_machine_is_not_called_taken(tmp_path: Path) -> None:
    found = await finding("ocpp port", settings(tmp_path, ocpp_host="192.0.2.1", ocpp_port=9000))
    assert (found.verdict, "taken" in found.text) == (Verdict.FAIL, False)


async def test_one_port_for_both_is_told(tmp_path: Path) -> None:
    assert (await finding("ports", settings(tmp_path, ocpp_port=9000, api_port=9000))).verdict is Verdict.FAIL


async def test_a_folder_in_the_keys_place_is_told(tmp_path: Path) -> None:
    found = await finding("key file", settings(tmp_path, secret_key_file=tmp_path))
    assert (found.verdict, "no file" in found.text) == (Verdict.FAIL, True)


async def test_a_database_in_memory_warns(tmp_path: Path) -> None:
    assert (await finding("database", settings(tmp_path, database_url="memory:"))).verdict is Verdict.WARN
