"""Sends files, or the parts of them that are asked for, and short texts by ASGI.

It knows neither where a file lies nor who may have it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from busbar.http.ranges import Unsatisfiable, read_range

Send = Callable[[Any], Awaitable[None]]
Fields = Sequence[tuple[bytes, bytes]]
_CAREFUL: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"x-content-type-options", b"nosniff"),
)


@dataclass(frozen=True, slots=True)
class Content:
    """What is sent: `size` bytes with a tag of their own; `read` gives those from one position to before another."""

    size: int
    tag: str
    read: Callable[[int, int], AsyncIterator[bytes]]
    name: str


def fields_of(scope: Mapping[str, Any]) -> dict[str, str]:
    """Return the header fields of a request, by names in lower case."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def send_file(content: Content, method: str, headers: Mapping[str, str], send: Send) -> None:
    """Answer a GET or HEAD whose `headers` are by names in lower case."""
    tag = f'"{content.tag}"'
    fresh = headers.get("if-range", tag) == tag  # a part of another file would be worse than the whole of this one
    try:
        part = read_range(headers.get("range") if fresh else None, content.size)
    except Unsatisfiable:
        await say(send, 416, "no such part", [(b"content-range", f"bytes */{content.size}".encode())])
        return
    start, end = part or (0, content.size)
    fields = [
        (b"accept-ranges", b"bytes"),
        (b"content-disposition", f'attachment; filename="{content.name}"'.encode()),
        (b"content-length", str(end - start).encode()),
        (b"content-type", b"application/octet-stream"),
        (b"etag", tag.encode()),
        *_CAREFUL,
    ]
    if part:
        fields.append((b"content-range", f"bytes {start}-{end - 1}/{content.size}".encode()))
    await send({"type": "http.response.start", "status": 206 if part else 200, "headers": fields})
    if method == "GET":
        async for chunk in content.read(start, end):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def say(send: Send, status: int, text: str, fields: Fields = ()) -> None:
    """Answer with a short text."""
    body = text.encode() + b"\n"
    about = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        *_CAREFUL,
        *fields,
    ]
    await send({"type": "http.response.start", "status": status, "headers": about})
    await send({"type": "http.response.body", "body": body})
