"""A small HTTP server on a free port, which answers as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest


class WebServer:
    """Answers each request by `answer(method, path, body) -> (status, body)`."""

    def __init__(self) -> None:
        self.answer: Callable[[str, str, bytes], tuple[int, bytes]] = lambda *_: (200, b"")
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.extra = ""
        self.pause_s = 0.0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if line:
            method, path, _ = line.decode().split()
            headers = {}
            while (field := (await reader.readline()).decode().strip()) != "":
                name, _, value = field.partition(":")
                headers[name.lower()] = value.strip()
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.asked.append((method, path, headers, body))
            await asyncio.sleep(self.pause_s)
            status, data = self.answer(method, path, body)
            head = f"HTTP/1.1 {status} X\r\nConnection: close\r\n{self.extra}Content-Length: {len(data)}\r\n\r\n"
            writer.write(head.encode() + data)
            await writer.drain()
        writer.close()


@pytest.fixture
async def web() -> AsyncIterator[WebServer]:
    served = WebServer()
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
