"""Asks a service outside how a vendor's message (DataTransfer) is answered: one URL that the operator has set.

The service gets `{"station": …, "vendorId": …, "messageId": …, "data": …}` and answers
`{"status": "Accepted", "data": …}`; 404 is a vendor that it does not know. Bounded in time and size; a service that
gives no good answer has rejected the message.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Final, Literal

import httpx2
import msgspec
from msgspec import Meta

from busbar.csms.services.vendors import VendorQuestion, VendorVerdict

TIMEOUT_S: Final = 10.0
MOST_BYTES: Final = 131_072
REJECTED: Final = VendorVerdict("Rejected")

log = logging.getLogger(__name__)


class _Said(msgspec.Struct):
    status: Literal["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"]
    data: Annotated[str, Meta(max_length=65_536)] | None = None


_SAID: Final = msgspec.json.Decoder(_Said)


def make_asker(url: str | None) -> Callable[[VendorQuestion], Awaitable[VendorVerdict | None]]:
    """Return who is asked. Without a URL nobody is, and nobody knows the vendor."""

    async def nobody(_: VendorQuestion) -> VendorVerdict | None:
        return None

    async def ask(question: VendorQuestion) -> VendorVerdict | None:
        try:
            return await _ask(str(url), question)
        except (httpx2.HTTPError, TimeoutError, ValueError, RecursionError) as error:
            log.warning("the service for vendors' messages gave no good answer: %s", type(error).__name__)
            return REJECTED

    return nobody if url is None else ask


async def _ask(url: str, question: VendorQuestion) -> VendorVerdict | None:
    """Raises httpx2.HTTPError, TimeoutError, ValueError."""
    content = {
        "station": question.station,
        "vendorId": question.vendor_id,
        "messageId": question.message_id,
        "data": question.data,
    }
    body = b""
    async with (
        asyncio.timeout(TIMEOUT_S),
        httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", url, json=content, headers={"Accept": "application/json"}) as response,
    ):
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        response.raise_for_status()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                raise ValueError("the answer is too long")
    said = _SAID.decode(body)
    return VendorVerdict(said.status, said.data)
