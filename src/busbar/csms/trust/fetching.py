"""Fetches what stations name: bounded in time and size, without redirects, and never from inside our own network.

A host's addresses are looked up once, judged, and the connection goes to the judged address: a name that changes its
mind in between gains nothing. Hosts that the operator allows may be anywhere.
"""

import asyncio
import socket
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

import httpx2

TIMEOUT_S: Final = 5.0
_URL_LIMIT: Final = 2000
_MOST_ADDRESSES: Final = 3


class Unreachable(Exception):
    """Nothing could be fetched; the message says why and names no content."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches from public hosts, and from those in `hosts` (names or addresses in lower case) wherever they are."""

    hosts: frozenset[str] = frozenset()
    timeout_s: float = TIMEOUT_S
    user_agent: str = field(default="busbar")

    async def get(self, url: str, limit: int, *, authorization: str = "") -> bytes:
        """Return what is at a URL. Raises Unreachable."""
        return await self._fetch("GET", url, None, _credentials(authorization), limit)

    async def post(self, url: str, body: bytes, content_type: str, limit: int, *, authorization: str = "") -> bytes:
        """Return what a URL answers. Raises Unreachable."""
        headers = {"Content-Type": content_type} | _credentials(authorization)
        return await self._fetch("POST", url, body, headers, limit)

    async def send(self, url: str, body: bytes, headers: dict[str, str], limit: int) -> None:
        """Post a body with headers of its own. Raises Unreachable where the answer is not a success."""
        await self._fetch("POST", url, body, headers, limit)

    async def _fetch(self, method: str, text: str, body: bytes | None, headers: dict[str, str], limit: int) -> bytes:
        url = _read(text)
        try:
            async with asyncio.timeout(self.timeout_s):
                address = await self._address(url)
                return await self._from(address, method, url, body, headers, limit)
        except TimeoutError:
            raise Unreachable("no answer in time") from None
        except (httpx2.HTTPError, OSError) as error:
            raise Unreachable(type(error).__name__) from None

    async def _address(self, url: httpx2.URL) -> str:
        """Return an address of the host that may be asked. Raises Unreachable."""
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unreachable("the host is not known") from None
        addresses = [str(one[4][0]) for one in found[:_MOST_ADDRESSES]]
        if url.host.lower() not in self.hosts and not all(is_public(one) for one in addresses):
            raise Unreachable("the host is inside a private network, and not allowed")
        if not addresses:
            raise Unreachable("the host has no address")
        return addresses[0]

    async def _from(
        self, address: str, method: str, url: httpx2.URL, body: bytes | None, headers: dict[str, str], limit: int
    ) -> bytes:
        pinned = url.copy_with(host=address)
        sent = headers | {"Host": url.netloc.decode("ascii"), "User-Agent": self.user_agent}
        extensions = {"sni_hostname": url.host} if url.scheme == "https" else {}
        async with (
            httpx2.AsyncClient(timeout=self.timeout_s, follow_redirects=False, trust_env=False) as client,
            client.stream(method, pinned, content=body, headers=sent, extensions=extensions) as response,
        ):
            if not response.is_success:
                raise Unreachable(f"status {response.status_code}")
            data = b""
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > limit:
                    raise Unreachable("the answer is too long")
            return data


def _credentials(authorization: str) -> dict[str, str]:
    return {"Authorization": authorization} if authorization else {}


def _read(text: str) -> httpx2.URL:
    """Read a URL that may be fetched. Raises Unreachable."""
    if len(text) > _URL_LIMIT:
        raise Unreachable("the URL is too long")
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError, TypeError):
        raise Unreachable("not a URL") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise Unreachable("not a plain http or https URL")
    return url


def is_public(text: str) -> bool:
    """Tell whether an address is one of the open internet."""
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            return is_public(str(inner))
        if address in _TRANSLATED:
            return is_public(str(IPv4Address(int(address) & 0xFFFFFFFF)))
    return address.is_global and not address.is_multicast


class _Prefix:
    """64:ff9b::/96, behind which a translator reaches IPv4 (RFC 6052)."""

    def __contains__(self, address: IPv6Address) -> bool:
        return int(address) >> 32 == 0x0064FF9B << 64


_TRANSLATED: Final = _Prefix()
