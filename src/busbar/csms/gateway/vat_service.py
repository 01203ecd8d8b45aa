"""Asks a service outside whether a VAT number is known: one URL that the operator has set, and no other.

The service answers with JSON: `{"valid": true, "company": {"name": …, "address1": …, "city": …, "country": …}}`, the
company optional. Bounded in time and size; a redirect is no answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Final
from urllib.parse import quote

import httpx2
import msgspec
from msgspec import Meta

from busbar.csms.services.payments import VatQuestion, VatVerdict
from busbar.model.payment import Address

TIMEOUT_S: Final = 5.0
MOST_BYTES: Final = 16_384
Text = Annotated[str, Meta(min_length=1, max_length=50)]
Line = Annotated[str, Meta(min_length=1, max_length=100)]


class _Company(msgspec.Struct):
    name: Text
    address1: Line
    city: Line
    country: Text
    address2: Line | None = None
    postal_code: Annotated[str, Meta(min_length=1, max_length=20)] | None = None


class _Said(msgspec.Struct):
    valid: bool
    company: _Company | None = None


_SAID: Final = msgspec.json.Decoder(_Said)


def make_asker(url: str | None) -> Callable[[VatQuestion], Awaitable[VatVerdict | None]]:
    """Return who is asked; `{number}` in the URL stands for the number. Without a URL nobody is: the form decides."""

    async def nobody(_: VatQuestion) -> VatVerdict | None:
        return None

    async def ask(question: VatQuestion) -> VatVerdict | None:
        where = str(url).replace("{number}", quote(question.number, safe=""))
        body = b""
        async with (
            asyncio.timeout(TIMEOUT_S),
            httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", where, headers={"Accept": "application/json"}) as response,
        ):
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise ValueError("the answer is too long")
        said = _SAID.decode(body)
        company = None if said.company is None else Address(**msgspec.structs.asdict(said.company))
        return VatVerdict(said.valid, company)

    return nobody if url is None else ask
