"""From settings to a running CSMS and down again."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import websockets

from busbar.cli.bootstrap import new_key, node_settings, running
from busbar.cli.settings import Settings, SettingsError
from busbar.csms.changes import ExchangeLogged
from busbar.csms.ports import Query
from busbar.csms.records.security import StationSecurity
from busbar.csms.rows import Exchange
from busbar.csms.storage.sqlite import SqliteStore
from tests.fixtures.certificates import Authority


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
        other = f"sqlite:///{tmp_path / 'b.db'}"
        for wrong in ("api_port", "ocpp_port"):
            with pytest.raises(SettingsError, match=rf"{wrong}: 127.0.0.1:{port} cannot be taken"):
                async with running(settings(tmp_path, database_url=other, **{wrong: port})):
                    pass


async def test_stations_connect_by_tls_alone_where_the_settings_say_so(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    issued, rsa = authority.server(), authority.server("rsa")
    tls = {
        "ocpp_plain": False,
        "ocpp_tls_port": 0,
        "tls_certificate": issued.chain,
        "tls_key": issued.key,
        "tls_rsa_certificate": rsa.chain,
        "tls_rsa_key": rsa.key,
        "tls_client_ca": authority.path,
        "tls_policy": "ocpp-certification",
    }
    async with running(settings(tmp_path, **tls)) as server:
        assert server.ocpp_url == f"wss://127.0.0.1:{server.node.tls_port}/ocpp"
        station = await server.store.add_station("CS1", secret=None)
        names = {"certificate_name": "SN1", "certificate_organisation": "Operator"}
        await server.store.put(StationSecurity(station_id=station.id, profile=3, **names))
        await server.node.station_changed(station.id)
        context = authority.issue("SN1").client(authority)
        async with websockets.connect(f"{server.ocpp_url}/CS1", ssl=context, subprotocols=["ocpp2.0.1"]) as ws:
            await ws.send('[2,"1","Heartbeat",{}]')
            assert "currentTime" in str(await ws.recv())


async def test_a_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    tls = {"ocpp_tls_port": 0, "tls_certificate": tmp_path / "absent", "tls_key": tmp_path / "absent"}
    with pytest.raises(SettingsError, match="absent cannot be read"):
        async with running(settings(tmp_path, **tls)):
            pass


async def test_messages_beyond_their_age_are_deleted(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "a.db")
    await store.open()
    station = await store.add_station("CS-1", secret=None)
    now = datetime.now(UTC)
    for days, message in ((40, "old"), (1, "new")):
        row = Exchange(
            station_id=station.id,
            epoch=1,
            at=now - timedelta(days=days),
            origin="station",
            message_id=message,
            action="Heartbeat",
            request=b"[]",
        )
        await store.commit([ExchangeLogged(row)])
    await store.close()
    async with running(settings(tmp_path, keep_messages_days=30)) as server, asyncio.timeout(10):
        while len(left := (await server.store.exchanges(Query())).items) > 1:
            await asyncio.sleep(0.01)
    assert [row.message_id for row in left] == ["new"]


def test_the_node_is_told_what_was_set(tmp_path: Path) -> None:
    told = node_settings(settings(tmp_path, ocpp_path="/charge", strict_404=True), bytes(32))
    assert (told.path, told.strict_404, told.key) == ("/charge", True, bytes(32))
