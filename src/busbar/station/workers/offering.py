"""Offers one file by HTTP, whole or a part, to as many at a time as is good. Knows no firmware."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

from busbar.http.sending import Content, Send, fields_of, say, send_file
from busbar.http.server import bound, serving
from busbar.station.publishing import Discard, Offer, Offered, Readers

MOST: Final = 32
_CHUNK: Final = 65_536


async def discard(work: Discard) -> None:
    """Remove a file; nothing happens where there is none."""
    await asyncio.to_thread((Path(work.folder) / work.name).unlink, missing_ok=True)


async def offer(work: Offer) -> AsyncIterator[Offered | Readers]:
    """Serve a file until the iteration ends. Raises OSError where there is no file, or nobody can listen there."""
    path = Path(work.folder) / work.name
    path.stat()
    shelf, listener = _Shelf(path), bound(work.host, work.port)
    port = listener.getsockname()[1]
    host = f"[{work.host}]" if ":" in work.host else work.host
    async with serving(shelf, listener, lifespan="off", timeout_graceful_shutdown=0):
        yield Offered(f"http://{host}:{port}/{work.name}", port)
        while True:
            yield Readers(await shelf.changes.get())


class _Shelf:
    """One file and who reads it, as an ASGI application."""

    def __init__(self, path: Path) -> None:
        self.changes: asyncio.Queue[int] = asyncio.Queue()
        self._path = path
        self._readers = 0

    async def __call__(self, scope: Mapping[str, Any], _receive: object, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        method = scope["method"]
        if scope["path"] != f"/{self._path.name}":
            await say(send, 404, "no such file")
        elif method not in ("GET", "HEAD"):
            await say(send, 405, "not offered here", [(b"allow", b"GET, HEAD")])
        elif self._readers >= MOST:
            await say(send, 503, "too many readers at once", [(b"retry-after", b"10")])
        else:
            content = Content(self._path.stat().st_size, self._path.name, self._read, self._path.name)
            await send_file(content, method, fields_of(scope), send)

    async def _read(self, start: int, end: int) -> AsyncIterator[bytes]:
        self._count(1)
        try:
            with self._path.open("rb") as file:
                file.seek(start)
                while start < end and (chunk := await asyncio.to_thread(file.read, min(_CHUNK, end - start))):
                    start += len(chunk)
                    yield chunk
        finally:
            self._count(-1)

    def _count(self, by: int) -> None:
        self._readers += by
        self.changes.put_nowait(self._readers)
