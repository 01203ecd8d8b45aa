"""The PostgreSQL store: opening, several nodes at once, and a server that goes away and comes back."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from busbar.csms.changes import ConnectorPut, ExchangeLogged
from busbar.csms.ports import StoreUnavailable
from busbar.csms.storage import postgres_writer
from busbar.csms.storage.postgres import PostgresStore
from busbar.model.values import ConnectorStatus
from tests.fixtures.postgres import OwnServer, PostgresServer
from tests.fixtures.rows import NOON, connector, exchange


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    """Return a server that the test may stop."""
    with tempfile.TemporaryDirectory(prefix="busbar-postgres-") as folder:
        server = OwnServer(Path(folder))
        yield server
        server.stop()


async def test_a_server_that_goes_away_is_told_and_used_again_when_it_is_back(
    own_server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_writer, "PAUSES_S", (0.01,))
    store = PostgresStore(own_server.create())
    await store.open()
    await store.commit([ExchangeLogged(exchange())])
    own_server.stop()
    for call in (store.commit([ExchangeLogged(exchange())]), store.totals(), store.take_ids("x", 1)):
        with pytest.raises(StoreUnavailable, match="start the database server"):
            await call
    own_server.start()
    await store.commit([ExchangeLogged(exchange())])
    assert (await store.totals())["exchanges"] == 2
    assert await store.take_ids("x", 1) == range(1, 2)
    await store.close()


async def test_opening_where_no_server_is_says_so(own_server: OwnServer) -> None:
    dsn = own_server.admin
    own_server.stop()
    with pytest.raises(StoreUnavailable, match="start the database server"):
        await PostgresStore(dsn).open()
    own_server.start()


async def test_an_unknown_database_or_password_is_told(postgres_server: PostgresServer) -> None:
    with pytest.raises(StoreUnavailable, match="create the database"):
        await PostgresStore(postgres_server.dsn("no_such_database")).open()
    parts = urlsplit(postgres_server.admin)
    if parts.password:
        wrong = urlunsplit(parts._replace(netloc=parts.netloc.replace(parts.password, "wrong")))
        with pytest.raises(StoreUnavailable, match="check user and password"):
            await PostgresStore(wrong).open()


async def test_nodes_that_start_together_make_one_schema_and_write_side_by_side(
    postgres_server: PostgresServer,
) -> None:
    dsn = postgres_server.create()
    nodes = [PostgresStore(dsn) for _ in range(3)]
    await asyncio.gather(*(node.open() for node in nodes))

    def puts(backwards: bool) -> list[ConnectorPut]:
        places = range(50, 0, -1) if backwards else range(1, 51)
        return [connector(place, NOON, ConnectorStatus.AVAILABLE) for place in places]

    for round_ in range(5):
        await asyncio.gather(*(node.commit(puts(bool((round_ + place) % 2))) for place, node in enumerate(nodes)))
    assert len(await nodes[0].connectors(1)) == 50
    blocks = await asyncio.gather(*(node.take_ids("x", 5) for node in nodes for _ in range(5)))
    assert len({number for block in blocks for number in block}) == 75
    for node in nodes:
        await node.close()
    postgres_server.drop(dsn)


async def test_a_server_without_fsync_is_warned_of(own_server: OwnServer, caplog: pytest.LogCaptureFixture) -> None:
    store = PostgresStore(own_server.create())
    await store.open()
    await store.close()
    assert "fsync=off" in caplog.text


async def test_what_is_not_open_is_told() -> None:
    store = PostgresStore("postgresql://nobody@127.0.0.1/unused")
    await store.close()
    for call in (store.totals(), store.add_site("a"), store.commit([])):
        with pytest.raises(StoreUnavailable, match="not open"):
            await call
