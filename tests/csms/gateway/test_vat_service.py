"""The service that knows VAT numbers is asked over HTTP, with bounds."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from busbar.csms.gateway.vat_service import MOST_BYTES, make_asker
from busbar.csms.services.payments import VatQuestion, VatVerdict
from busbar.model.payment import Address


class Service:
    """Answers every request with one answer, and remembers what was asked."""

    def __init__(self) -> None:
        self.answer = b""
        self.asked: list[str] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.split(b" ")[1].decode())
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
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await server.wait_closed()


def asker(service: Service):
    return make_asker(f"http://127.0.0.1:{service.port}/vat/{{number}}")


async def test_a_number_is_asked_for_in_the_path_and_cannot_leave_it(service):
    service.say(b'{"valid":true,"company":{"name":"ACME","address1":"a","city":"c","country":"NL"}}')
    assert await asker(service)(VatQuestion("NL 1/../?x=#")) == VatVerdict(
        True, Address(name="ACME", address1="a", city="c", country="NL")
    )
    assert service.asked == ["/vat/NL%201%2F..%2F%3Fx%3D%23"]
    service.say(b'{"valid":false}')
    assert await asker(service)(VatQuestion("X")) == VatVerdict(False)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", "200 OK"),
        (b"nonsense", "200 OK"),
        (b'{"valid":true}' + b" " * MOST_BYTES, "200 OK"),
        (b'{"valid":true}', "500 Internal Server Error"),
        (b'{"valid":true}', "302 Found"),
        (b'{"valid":true,"company":{"name":"' + b"x" * 51 + b'","address1":"a","city":"c","country":"d"}}', "200 OK"),
    ],
)
async def test_anything_but_a_good_answer_is_a_failure(service, body, status):
    service.say(body, status)
    with pytest.raises((ValueError, httpx2.HTTPError)):
        await asker(service)(VatQuestion("X"))


async def test_without_a_service_nobody_knows() -> None:
    assert await make_asker(None)(VatQuestion("X")) is None
