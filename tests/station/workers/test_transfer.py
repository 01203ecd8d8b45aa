"""Files are fetched and brought over real sockets, within bounds, and a broken download goes on where it was."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from busbar.station.transfers import Download, Downloaded, Fault, TransferFailed, Upload, Uploaded
from busbar.station.workers.transfer import download, upload
from tests.fixtures.web import WebServer, web_server

DATA = bytes(range(256)) * 1000


@asynccontextmanager
async def breaking(*, tag: bool = True) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that cuts every answer off after 100,000 bytes."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        begin = int(head.partition("range: bytes=")[2].partition("-")[0] or 0)
        asked.append(head)
        status = "206 Part" if begin else "200 OK"
        named = 'ETag: "a"\r\n' if tag else ""
        writer.write(f"HTTP/1.1 {status}\r\n{named}Content-Length: {len(DATA) - begin}\r\n\r\n".encode())
        writer.write(DATA[begin : begin + 100_000])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/fw.bin", asked


class Ftp:
    """A server of one FTP session at a time."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"fw.bin": DATA}
        self.cut = 0
        self.log: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passive: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

        async def data(r: asyncio.StreamReader, w: asyncio.StreamWriter) -> None:
            passive.put_nowait((r, w))

        async def say(text: str) -> None:
            writer.write(text.encode() + b"\r\n")
            await writer.drain()

        begin, listening = 0, None
        await say("220 hello")
        while line := (await reader.readline()).decode().strip():
            self.log.append(line)
            verb, _, rest = line.partition(" ")
            if verb == "USER":
                await say("331 word")
            elif verb == "PASS":
                await say("530 no" if rest == "wrong" else "230 in")
            elif verb in ("EPSV", "PASV"):
                listening = await asyncio.start_server(data, "127.0.0.1", 0)
                port = listening.sockets[0].getsockname()[1]
                await say(f"227 ok (127,0,0,1,{port >> 8},{port & 255})" if verb == "PASV" else f"229 ok (|||{port}|)")
            elif verb == "REST":
                begin = int(rest)
                await say("350 ok")
            elif verb == "RETR" and rest in self.files:
                _, w = await passive.get()
                await say("150 comes")
                end = begin + self.cut if self.cut else None
                w.write(self.files[rest][begin:end])
                await w.drain()
                w.close()
                await say("226 done" if end is None or end >= len(self.files[rest]) else "426 broken")
                begin = 0
            elif verb == "STOR":
                r, _ = await passive.get()
                await say("150 go")
                self.files[rest] = await r.read()
                await say("226 done")
            elif verb == "RETR":
                await say("550 no such file")
            else:
                await say("221 bye" if verb == "QUIT" else "200 ok")
            if verb == "QUIT":
                break
        if listening is not None:
            listening.close()
        writer.close()


@pytest.fixture
async def ftp() -> AsyncIterator[tuple[Ftp, str]]:
    ftp = Ftp()
    server = await asyncio.start_server(ftp.serve, "127.0.0.1", 0)
    async with server:
        yield ftp, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
async def web() -> AsyncIterator[WebServer]:
    async with web_server() as server:
        yield server


def whole(result: object) -> None:
    assert isinstance(result, Downloaded)
    assert (result.size, result.sha256) == (len(DATA), hashlib.sha256(DATA).digest())
    assert result.md5 == hashlib.md5(DATA).hexdigest()
    assert result.head == DATA[:4096]


async def test_a_file_comes_over_http_and_may_be_left_in_a_folder(web: WebServer, tmp_path: Path) -> None:
    web.answer = lambda *_: (200, DATA)
    result = await download(Download(url=f"{web.url}/fw.bin", folder=str(tmp_path)))
    whole(result)
    assert [one.name for one in tmp_path.iterdir()] == [hashlib.md5(DATA).hexdigest()]


async def test_a_broken_download_goes_on_where_it_was() -> None:
    async with breaking() as (url, asked):
        whole(await download(Download(url=url)))
    assert len(asked) == 3
    assert 'if-range: "a"' in asked[2]


async def test_a_broken_download_of_a_file_without_a_name_of_its_state_fails() -> None:
    async with breaking(tag=False) as (url, asked):
        assert isinstance(await download(Download(url=url)), TransferFailed)
    assert len(asked) == 1


async def test_a_file_beyond_the_limit_is_refused_and_nothing_is_left(web: WebServer, tmp_path: Path) -> None:
    web.answer = lambda *_: (200, DATA)
    result = await download(Download(url=f"{web.url}/fw.bin", limit=1000, folder=str(tmp_path)))
    assert isinstance(result, TransferFailed)
    assert result.final
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "fault"), [(400, Fault.BAD_REQUEST), (403, Fault.DENIED), (404, Fault.BROKEN), (503, Fault.BROKEN)]
)
async def test_a_refusal_says_why__N01_FR_10(web: WebServer, status: int, fault: Fault) -> None:
    web.answer = lambda *_: (status, b"")
    result = await upload(Upload(url=f"{web.url}/log", name="a.txt", body=b"x"))
    assert isinstance(result, TransferFailed)
    assert (result.fault, result.final) == (fault, False)


async def test_an_upload_is_put_or_else_posted_with_its_name__N01_FR_18_FR_19_FR_21(web: WebServer) -> None:
    web.answer = lambda method, *_: (405 if method == "PUT" else 201, b"")
    assert await upload(Upload(url=f"{web.url}/logs/", name="a.txt", body=b"log")) == Uploaded()
    method, path, headers, body = web.asked[-1]
    assert (method, path, body) == ("POST", "/logs/a.txt", b"log")
    assert headers["content-type"] == "application/octet-stream"
    assert 'filename="a.txt"' in headers["content-disposition"]


async def test_an_upload_uses_the_address_as_it_is_and_its_user__N01_FR_25_FR_29(web: WebServer) -> None:
    url = web.url.replace("://", "://me:secret@")
    assert await upload(Upload(url=f"{url}/log?id=1", name="a.txt", body=b"log")) == Uploaded()
    method, path, headers, _ = web.asked[-1]
    assert (method, path) == ("PUT", "/log?id=1")
    assert headers["authorization"] == "Basic bWU6c2VjcmV0"


async def test_no_redirect_is_followed__N01_FR_30(web: WebServer) -> None:
    web.extra = f"Location: {web.url}/other\r\n"
    web.answer = lambda *_: (307, b"")
    result = await upload(Upload(url=f"{web.url}/log", name="a.txt", body=b"log"))
    assert isinstance(result, TransferFailed)
    assert result.redirected
    assert len(web.asked) == 1


@pytest.mark.parametrize("url", ["sftp://127.0.0.1/x", "file:///etc/passwd", "x", "http://", "ftp://a b/\r\nQUIT"])
async def test_an_address_of_no_use_fails(url: str) -> None:
    assert isinstance(await download(Download(url=url)), TransferFailed)


async def test_nobody_there_fails() -> None:
    assert isinstance(await download(Download(url="http://127.0.0.1:1/x")), TransferFailed)
    assert isinstance(await upload(Upload(url="ftp://127.0.0.1:1/x", name="a", body=b"")), TransferFailed)


async def test_a_file_comes_over_ftp_and_goes_on_where_it_was(ftp: tuple[Ftp, str]) -> None:
    server, where = ftp
    whole(await download(Download(url=f"ftp://{where}/fw.bin")))
    server.cut = 100_000
    whole(await download(Download(url=f"ftp://me:word@{where}/fw.bin")))
    assert "REST 100000" in server.log


async def test_a_file_goes_over_ftp_into_a_folder_or_under_a_name(ftp: tuple[Ftp, str]) -> None:
    server, where = ftp
    assert await upload(Upload(url=f"ftp://{where}/logs/", name="a.txt", body=b"log")) == Uploaded()
    assert await upload(Upload(url=f"ftp://{where}/b.txt", name="a.txt", body=b"log")) == Uploaded()
    assert server.files["logs/a.txt"] == server.files["b.txt"] == b"log"


async def test_ftp_says_what_it_does_not_let(ftp: tuple[Ftp, str]) -> None:
    _, where = ftp
    result = await upload(Upload(url=f"ftp://me:wrong@{where}/x", name="a", body=b"x"))
    assert isinstance(result, TransferFailed)
    assert result.fault is Fault.DENIED
    assert isinstance(await download(Download(url=f"ftp://{where}/none")), TransferFailed)
