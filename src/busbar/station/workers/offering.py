"""Offers one file by HTTP, whole or from any byte on, to as many at a time as is good. Knows no firmware."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from busbar.station.publishing import Discard, Offer, Offered, Readers

QUIET_S: Final = 30.0
MOST: Final = 32
_CHUNK: Final = 65_536
_HEAD_BYTES: Final = 8192
_RANGE: Final = re.compile(r"bytes=([0-9]{1,15})-")


async def discard(work: Discard) -> None:
    """Remove a file; nothing happens where there is none."""
    await asyncio.to_thread((Path(work.folder) / work.name).unlink, missing_ok=True)


async def offer(work: Offer) -> AsyncIterator[Offered | Readers]:
    """Serve a file until the iteration ends. Raises OSError where there is no file, or nobody can listen there."""
    path = Path(work.folder) / work.name
    path.stat()
    shelf = _Shelf(path)
    server = await asyncio.start_server(shelf.serve, work.host, work.port, limit=_HEAD_BYTES)
    port = server.sockets[0].getsockname()[1]
    host = f"[{work.host}]" if ":" in work.host else work.host
    try:
        yield Offered(f"http://{host}:{port}/{work.name}", port)
        while True:
            yield Readers(await shelf.changes.get())
    finally:
        server.close()


class _Shelf:
    """One file and who reads it."""

    def __init__(self, path: Path) -> None:
        self.changes: asyncio.Queue[int] = asyncio.Queue()
        self._path = path
        self._readers = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request; each connection is for one."""
        with contextlib.suppress(
            OSError, ValueError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
        ):
            async with asyncio.timeout(QUIET_S):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            await self._answer(head, writer)
        writer.close()

    async def _answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        first, *lines = head.split("\r\n")
        method, path, _ = first.split(" ", 2)
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if path != f"/{self._path.name}":
            writer.write(_head("404 Not Found", 0))
        elif method not in ("GET", "HEAD"):
            writer.write(_head("405 Method Not Allowed", 0, "Allow: GET, HEAD"))
        elif self._readers >= MOST:
            writer.write(_head("503 Service Unavailable", 0, "Retry-After: 10"))
        else:
            await self._send(writer, fields, whole=method == "GET")
        await writer.drain()

    async def _send(self, writer: asyncio.StreamWriter, fields: dict[str, str], *, whole: bool) -> None:
        size, tag = self._path.stat().st_size, f'"{self._path.name}"'
        wanted = _RANGE.fullmatch(fields.get("range", ""))
        start = 0
        if wanted is not None and fields.get("if-range", tag) == tag:
            start = int(wanted[1])
        more: tuple[str, ...] = (f"ETag: {tag}", "Accept-Ranges: bytes", "Content-Type: application/octet-stream")
        if start > size:
            writer.write(_head("416 Range Not Satisfiable", 0, f"Content-Range: bytes */{size}"))
            return
        if start:
            more = (*more, f"Content-Range: bytes {start}-{size - 1}/{size}")
        writer.write(_head("206 Partial Content" if start else "200 OK", size - start, *more))
        if whole:
            await self._copy(writer, start)

    async def _copy(self, writer: asyncio.StreamWriter, start: int) -> None:
        self._count(1)
        try:
            with self._path.open("rb") as file:
                file.seek(start)
                while chunk := await asyncio.to_thread(file.read, _CHUNK):
                    writer.write(chunk)
                    async with asyncio.timeout(QUIET_S):
                        await writer.drain()
        finally:
            self._count(-1)

    def _count(self, by: int) -> None:
        self._readers += by
        self.changes.put_nowait(self._readers)


def _head(status: str, length: int, *fields: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {length}", *fields)
    return "\r\n".join((*lines, "", "")).encode()
