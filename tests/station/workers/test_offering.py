"""A file is offered by HTTP, to our own downloads and to bad clients; who reads is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from busbar.station.publishing import Discard, Offer, Offered, Readers
from busbar.station.transfers import Download, Downloaded
from busbar.station.workers.offering import discard, offer
from busbar.station.workers.transfer import download

BODY = bytes(range(256)) * 1000
NAME = md5(BODY, usedforsecurity=False).hexdigest()


@asynccontextmanager
async def offered(folder: Path) -> AsyncIterator[tuple[Offered, list[int]]]:
    (folder / NAME).write_bytes(BODY)
    counts: list[int] = []
    told: asyncio.Future[Offered] = asyncio.get_running_loop().create_future()

    async def run() -> None:
        async for one in offer(Offer(folder=str(folder), name=NAME, host="127.0.0.1")):
            if isinstance(one, Readers):
                counts.append(one.count)
            else:
                told.set_result(one)

    task = asyncio.create_task(run())
    yield await told, counts
    task.cancel()
    await asyncio.wait([task])


async def ask(where: Offered, request: str) -> tuple[str, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", where.port)
    writer.write(request.encode())
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode(), body


def request(line: str, *fields: str) -> str:
    return "\r\n".join((f"{line} HTTP/1.1", "Host: x", "Connection: close", *fields, "", ""))


async def test_another_station_fetches_it__L03_FR_03(tmp_path: Path) -> None:
    async with offered(tmp_path) as (where, counts):
        result: Any = await download(Download(url=where.url))
        assert isinstance(result, Downloaded)
        assert (result.md5, result.size) == (NAME, len(BODY))
        await asyncio.sleep(0.05)
        assert counts == [1, 0]
    with pytest.raises(ConnectionRefusedError):
        await ask(where, "GET / HTTP/1.1\r\n\r\n")


@pytest.mark.parametrize(
    ("request_", "status", "length"),
    [
        (request(f"GET /{NAME}", "Range: bytes=255900-"), "206", 100),
        (request(f"GET /{NAME}", "Range: bytes=9-", 'If-Range: "other"'), "200", len(BODY)),
        (request(f"HEAD /{NAME}"), "200", 0),
    ],
)
async def test_requests_get_the_file(tmp_path: Path, request_: str, status: str, length: int) -> None:
    async with offered(tmp_path) as (where, _):
        head, body = await ask(where, request_)
        assert head.split()[1] == status
        assert len(body) == length
        assert body == BODY[len(BODY) - length :]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (request(f"GET /{NAME}", "Range: bytes=999999-"), "416"),
        (request(f"POST /{NAME}"), "405"),
        (request("GET /../etc/passwd"), "404"),
        ("nonsense\r\n\r\n", "400"),
        ("GET /" + "x" * 100_000 + "\r\n\r\n", "400"),
    ],
)
async def test_others_get_nothing(tmp_path: Path, request_: str, status: str) -> None:
    async with offered(tmp_path) as (where, counts):
        head, body = await ask(where, request_)
        assert head.split()[1] == status
        assert len(body) < 100
        assert not counts


async def test_what_is_not_there_cannot_be_offered(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        await anext(offer(Offer(folder=str(tmp_path), name="none", host="127.0.0.1")))


async def test_a_file_is_let_go(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    for _ in range(2):
        await discard(Discard(folder=str(tmp_path), name="a"))
    assert not list(tmp_path.iterdir())
