"""The service for vendors' messages is asked over HTTP, with bounds; what it cannot answer is rejected."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from busbar.csms.gateway.vendor_service import MOST_BYTES, REJECTED, make_asker
from busbar.csms.services.vendors import VendorQuestion, VendorVerdict

QUESTION = VendorQuestion("CS1", "com.acme", None, '{"a":1}')


class Service:
    """Answers every request with one answer, and remembers what it was sent."""

    def __init__(self) -> None:
        self.answer = b""
        self.asked: list[object] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        self.asked.append(json.loads(await reader.readexactly(length)))
        writer.write(self.answer)
        await writer.drain()
        writer.close()

    def say(self, body: bytes, status: str = "200 OK") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        self.answer = head.encode() + b"Location: http://127.0.0.1:1/\r\n\r\n" + body


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/ocpp"
    yield made
    server.close()
    await server.wait_closed()


async def test_the_service_gets_the_message_and_says_how_it_is_answered(service: Service) -> None:
    service.say(b'{"status":"Accepted","data":"{}"}')
    assert await make_asker(service.url)(QUESTION) == VendorVerdict("Accepted", "{}")
    assert service.asked == [{"station": "CS1", "vendorId": "com.acme", "messageId": None, "data": '{"a":1}'}]


async def test_a_vendor_that_is_not_found_is_unknown(service: Service) -> None:
    service.say(b"", "404 Not Found")
    assert await make_asker(service.url)(QUESTION) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", "200 OK"),
        (b"nonsense", "200 OK"),
        (b'{"status":"Perhaps"}', "200 OK"),
        (b'{"status":"Accepted"}' + b" " * MOST_BYTES, "200 OK"),
        (b'{"status":"Accepted"}', "500 Internal Server Error"),
        (b'{"status":"Accepted"}', "302 Found"),
    ],
)
async def test_anything_but_a_good_answer_rejects(service: Service, body: bytes, status: str) -> None:
    service.say(body, status)
    assert await make_asker(service.url)(QUESTION) == REJECTED


async def test_a_service_that_is_away_rejects_and_without_one_nobody_knows() -> None:
    assert await make_asker("http://127.0.0.1:1/")(QUESTION) == REJECTED
    assert await make_asker(None)(QUESTION) is None
